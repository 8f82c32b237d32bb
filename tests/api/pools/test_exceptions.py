"""Exceptions for one ticket: they count for a time, are audited, and leave nothing behind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, text

from api.access import audit_entries, note_in
from api.access.scopes import EVERYTHING, Caller
from api.config import Settings
from api.errors import NotFound
from api.pools.exceptions import PoolException, Rule
from api.pools.owner import Owner
from api.store import Store
from optimizer.errors import InvalidInput
from optimizer.model import Priority, Ticket
from optimizer.routing.pool import PoolSettings
from tests.api.pools.fixtures import HERE, KEY, created, owning, put_agent, told

HOUR = 3600.0
BUSY: dict[str, Any] = {"capacity": 0}


def unnoted(_: Connection) -> None:
    """Nobody asks who it was."""


def the_ticket(owner: Owner) -> Ticket:
    [ticket] = owner.snapshot(KEY).tickets
    return ticket


def let_expire(store: Store) -> None:
    with store.writing() as connection:
        past = datetime(2026, 1, 1, tzinfo=UTC)
        connection.execute(
            text("UPDATE pool_exceptions SET expires = :past"),
            {"past": past if store.shared else past.replace(tzinfo=None)},
        )


def test_a_pinned_ticket_waits_for_its_agent_and_goes_to_others_afterwards(store: Store) -> None:
    with owning(store) as owner:
        owner.put(KEY, PoolSettings())
        owner.take(KEY, told(put_agent("ann", **BUSY), created("t")))
        owner.grant(KEY, PoolException("t", HOUR, "asked for her", agent="ann"), unnoted)
        owner.take(KEY, told(put_agent("bob")))
        assert the_ticket(owner).preferred_agents == ("ann",)
        let_expire(store)
        owner.expire()
        assert owner.standing(KEY).offered == 1
        owner.expire()
        assert owner.standing(KEY).last == 5


def test_a_broken_rule_lets_others_take_the_ticket(store: Store) -> None:
    with owning(store) as owner:
        owner.put(KEY, PoolSettings())
        owner.take(KEY, told(put_agent("ann", skills={}), created("t")))
        asked = PoolException("t", HOUR, "nobody else is here", breaks=(Rule.SKILLS,))
        effects: Any = owner.grant(KEY, asked, unnoted).effects
        assert b'"agent":"ann"' in bytes(effects)


def test_an_exception_outlives_a_crash_and_ends_in_the_next_process(store: Store) -> None:
    crashed = Owner(store, Settings(access="open"), HERE)
    crashed.put(KEY, PoolSettings())
    crashed.take(KEY, told(put_agent("ann", **BUSY), created("t")))
    crashed.grant(KEY, PoolException("t", HOUR, "loud", priority=Priority.P0), unnoted)
    let_expire(store)
    with owning(store) as owner:
        owner.adopt()
        assert the_ticket(owner).priority is Priority.P0
        owner.expire()
        assert the_ticket(owner).priority is Priority.P2


def test_what_the_ticket_was_told_since_stays(store: Store) -> None:
    with owning(store) as owner:
        owner.put(KEY, PoolSettings())
        owner.take(KEY, told(put_agent("ann", **BUSY), created("t")))
        asked = PoolException("t", HOUR, "loud", priority=Priority.P0, breaks=(Rule.SKILLS,))
        owner.grant(KEY, asked, unnoted)
        change = {**created("t")["ticket"], "priority": "P1", "skills": {}}
        owner.take(KEY, told({"kind": "ticket_changed", "ticket": change}))
        let_expire(store)
        owner.expire()
        assert the_ticket(owner).priority is Priority.P1
        assert the_ticket(owner).skills == {"a": 1}


def test_a_second_exception_takes_the_place_of_the_first(store: Store) -> None:
    with owning(store) as owner:
        owner.put(KEY, PoolSettings())
        owner.take(KEY, told(put_agent("ann", **BUSY), created("t")))
        owner.grant(KEY, PoolException("t", HOUR, "loud", priority=Priority.P0), unnoted)
        owner.grant(KEY, PoolException("t", HOUR, "asked for", agent="bob"), unnoted)
        assert the_ticket(owner).priority is Priority.P2
        let_expire(store)
        owner.expire()
        assert the_ticket(owner).preferred_agents == ()


def test_who_asked_is_written_down_with_it_or_not_at_all(store: Store) -> None:
    who = Caller("main", None, EVERYTHING)

    def noted(connection: Connection) -> None:
        note_in(connection, who, "make exception", "/v1/pools/desk", {"reason": "loud"})

    with owning(store) as owner:
        owner.put(KEY, PoolSettings())
        owner.take(KEY, told(put_agent("ann", **BUSY), created("t")))
        with pytest.raises(NotFound):
            owner.grant(KEY, PoolException("u", HOUR, "loud", agent="ann"), noted)
        assert audit_entries(store, "main")[0] == []
        owner.grant(KEY, PoolException("t", HOUR, "loud", agent="ann"), noted)
        [entry] = audit_entries(store, "main")[0]
        assert entry.detail == {"reason": "loud"}


def test_an_exception_that_makes_no_sense_is_refused_with_all_its_problems(store: Store) -> None:
    with owning(store) as owner:
        owner.put(KEY, PoolSettings())
        with pytest.raises(InvalidInput) as caught:
            owner.grant(KEY, PoolException("", 0.0, " "), unnoted)
        assert [issue.pointer for issue in caught.value.issues] == [
            "/seconds",
            "/ticket",
            "/reason",
            "",
        ]
