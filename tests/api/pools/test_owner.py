"""An owner answers what one pool would answer, whatever happens to processes and the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from api.config import Settings
from api.errors import Busy, Conflict, NotFound
from api.pools.log import news_after, rows_after
from api.pools.owner import Owner
from api.pools.records import EventAnswers
from api.pools.table import Key, read_pool
from api.store import Store, open_store, upgrade
from optimizer.codec import encode
from optimizer.errors import InvalidInput
from optimizer.routing.pool import (
    AgentPut,
    Event,
    Fate,
    OfferAccepted,
    OfferRejected,
    Pool,
    PoolSettings,
    Tick,
    TicketCancelled,
    TicketChanged,
    TicketCreated,
    WorkDone,
)
from tests.api.pools.fixtures import HERE, KEY, created, owning, put_agent, told
from tests.optimizer.routing.pool.drawing import AGENTS, TICKETS, agents, pool_settings, tickets


def plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    return msgspec.json.decode(encode(value))


def numbers(answers: EventAnswers) -> list[int | None]:
    return [answer.number for answer in answers.results]


def offers(answers: EventAnswers) -> list[tuple[str, str]]:
    found = [plain(answer.effects) for answer in answers.results if answer.effects]
    return [(o["ticket"], o["agent"]) for effects in found for o in effects["offered"]]


def test_a_pool_is_made_once(store: Store) -> None:
    with owning(store) as owner:
        assert owner.put(KEY, PoolSettings())
        assert not owner.put(KEY, PoolSettings())
        with pytest.raises(Conflict, match="other settings"):
            owner.put(KEY, PoolSettings(review_seconds=3.0))
        with pytest.raises(InvalidInput):
            owner.put(Key("main", "other"), PoolSettings(review_seconds=-1.0))


def test_a_tenant_has_as_many_pools_as_it_may(store: Store) -> None:
    with owning(store, max_pools=1) as owner:
        owner.put(KEY, PoolSettings())
        with pytest.raises(Conflict, match="too many"):
            owner.put(Key("main", "second"), PoolSettings())
        owner.put(Key("others", "second"), PoolSettings())


def test_a_pool_that_is_not_there_is_not_found(store: Store) -> None:
    with owning(store) as owner:
        with pytest.raises(NotFound):
            owner.take(KEY, told({"kind": "tick"}))
        owner.put(KEY, PoolSettings())
        owner.delete(KEY)
        with pytest.raises(NotFound):
            owner.standing(KEY)
        assert owner.put(KEY, PoolSettings(review_seconds=3.0))


def test_what_is_refused_changes_nothing_and_the_rest_counts(store: Store) -> None:
    with owning(store) as owner:
        owner.put(KEY, PoolSettings())
        answers = owner.take(
            KEY,
            told(put_agent("ann"), {"kind": "agent_removed", "agent": "bob"}, created("t")),
        )
        assert numbers(answers) == [1, None, 2]
        assert [e.pointer for e in answers.results[1].errors] == ["/events/1/agent"]
        assert offers(answers) == [("t", "ann")]
        standing = owner.standing(KEY)
        assert (standing.last, standing.agents, standing.offered) == (2, 1, 1)


def test_the_limits_of_a_pool_hold(store: Store) -> None:
    with owning(store, max_tickets=1, max_agents=1) as owner:
        owner.put(KEY, PoolSettings())
        events = [put_agent("ann"), put_agent("bob"), put_agent("ann"), created("t"), created("u")]
        assert numbers(owner.take(KEY, told(*events))) == [1, None, 2, 3, None]


def test_a_time_ahead_of_the_clock_is_refused(store: Store) -> None:
    with owning(store) as owner:
        owner.put(KEY, PoolSettings())
        late = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
        found = owner.take(KEY, told({"kind": "tick", "at": late}, {"kind": "tick"}))
        assert [e.code for e in found.results[0].errors] == ["ahead_of_clock"]
        assert found.results[1].number == 1
        # So is a ticket of tomorrow, which would wait behind all others until then.
        event = created("t")
        event["ticket"]["created"] = late
        found = owner.take(KEY, told(event))
        issues = [(issue.code, issue.pointer) for issue in found.results[0].errors]
        assert issues == [("ahead_of_clock", "/events/0/ticket/created")]


def test_a_repeat_is_answered_as_the_first_time_also_after_a_crash(store: Store) -> None:
    first = told({**put_agent("ann"), "id": "m1"}, created("t", id="m2"), created("u", id="m2"))
    crashed = Owner(store, Settings(access="open"), HERE)
    crashed.put(KEY, PoolSettings())
    answers = crashed.take(KEY, first)
    assert [e.code for e in answers.results[2].errors] == ["id_reused"]
    assert plain(crashed.take(KEY, first)) == plain(answers)
    with owning(store) as owner:
        assert plain(owner.take(KEY, first)) == plain(answers)
        assert owner.standing(KEY).last == 2


def test_who_lost_a_pool_keeps_nothing_more(store: Store) -> None:
    first = Owner(store, Settings(access="open"), HERE)
    first.put(KEY, PoolSettings())
    first.take(KEY, told({**put_agent("ann"), "id": "m1"}))
    with owning(store) as second:
        assert second.take(KEY, told(created("t", id="m2"))).last == 2
        with pytest.raises(Busy, match="taken the pool over"):
            first.take(KEY, told(created("u", id="m3")))
        assert second.standing(KEY).last == 2
    assert first.take(KEY, told(created("u", id="m3"))).last == 3
    with store.reading() as connection:
        assert [row.number for row in rows_after(connection, KEY, 0)] == [1, 2, 3]
    first.close()


def test_an_owner_elsewhere_is_waited_for(store: Store) -> None:
    with owning(store) as owner, owning(store, "http://127.0.0.1:8") as other:
        owner.put(KEY, PoolSettings())
        with pytest.raises(Busy):
            other.standing(KEY)
        owner.take(KEY, told(put_agent("ann")))
        owner.rest(0.0)
        assert other.standing(KEY).last == 1


def test_what_the_database_does_not_keep_has_not_happened(sqlite_url: str) -> None:
    with closing(open_store(sqlite_url)) as store, owning(store) as owner:
        owner.put(KEY, PoolSettings())
        owner.take(KEY, told(put_agent("ann", capacity=2)))
        with store.writing() as connection:
            connection.execute(
                text(
                    "CREATE TRIGGER full BEFORE INSERT ON pool_events "
                    "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
                )
            )
        event = created("t", id="m1")
        for _ in range(2):
            with pytest.raises(Busy, match="did not keep"):
                owner.take(KEY, told(event))
        with store.writing() as connection:
            connection.execute(text("DROP TRIGGER full"))
        answers = owner.take(KEY, told(event, created("u")))
        assert numbers(answers) == [2, 3]
        assert offers(answers) == [("t", "ann"), ("u", "ann")]


def test_one_pool_that_cannot_be_kept_leaves_others_alone(sqlite_url: str) -> None:
    with closing(open_store(sqlite_url)) as store, owning(store) as owner:
        other = Key("main", "other")
        owner.put(KEY, PoolSettings())
        owner.put(other, PoolSettings())
        with store.writing() as connection:
            connection.execute(
                text(
                    "CREATE TRIGGER full BEFORE INSERT ON pool_events WHEN NEW.pool = 'other' "
                    "BEGIN SELECT RAISE(ABORT, 'no'); END"
                )
            )
        with pytest.raises(Busy):
            owner.take(other, told({"kind": "tick"}))
        assert owner.take(KEY, told({"kind": "tick"})).last == 1


def test_offers_time_out_without_anybody_asking(store: Store) -> None:
    with owning(store) as owner:
        owner.put(KEY, PoolSettings(offer_seconds=0.001))
        owner.take(KEY, told(put_agent("ann"), created("t")))
        owner.tick()
        assert owner.standing(KEY).waiting == 1
        with store.reading() as connection:
            news = news_after(connection, KEY, 0, 10)
        assert [len(one.timed_out) for one in news] == [0, 1]
        assert [o.number for o in news] == [2, 3]


def test_pools_whose_tickets_wait_are_adopted(store: Store) -> None:
    crashed = Owner(store, Settings(access="open"), HERE)
    crashed.put(KEY, PoolSettings(offer_seconds=0.001))
    crashed.take(KEY, told(put_agent("ann"), created("t")))
    with owning(store) as owner:
        owner.adopt()
        owner.tick()
        assert owner.standing(KEY).waiting == 1


def test_idle_pools_leave_the_memory_as_they_are(store: Store) -> None:
    with owning(store) as owner:
        owner.put(KEY, PoolSettings())
        owner.take(KEY, told(put_agent("ann"), created("t")))
        owner.rest(0.0)
        with store.reading() as connection:
            assert read_pool(connection, KEY).number == 0  # an offer stands: it stays
        owner.take(KEY, told({"kind": "offer_accepted", "ticket": "t", "agent": "ann"}))
        owner.rest(0.0)
        with store.reading() as connection:
            assert read_pool(connection, KEY).number == 3
        assert owner.why(KEY, "t").state is Fate.OPEN


def test_old_events_are_forgotten_once_they_are_in_a_saved_state(store: Store) -> None:
    with owning(store, pool_save_events=2) as owner:
        owner.put(KEY, PoolSettings(remember_seconds=60.0))
        owner.take(KEY, told({**put_agent("ann"), "id": "m1"}, created("t", id="m2")))
        with store.writing() as connection:
            week_ago = datetime.now(UTC) - timedelta(days=8)
            connection.execute(
                text("UPDATE pool_events SET at = :at"),
                {"at": week_ago.replace(tzinfo=None) if not store.shared else week_ago},
            )
        owner.take(KEY, told(*[{"kind": "tick", "id": name} for name in ("m3", "m4")]))
        with store.reading() as connection:
            assert [row.number for row in rows_after(connection, KEY, 0)] == [3, 4]


def test_what_nobody_can_ask_for_is_forgotten_once_it_is_in_a_saved_state(store: Store) -> None:
    with owning(store, pool_save_events=4) as owner:
        owner.put(KEY, PoolSettings())
        owner.take(KEY, told({**put_agent("ann", capacity=0), "id": "m1"}, created("t", id="m2")))
        for _ in range(4):
            owner.tick()
        assert owner.standing(KEY).last == 6
        with store.reading() as connection:
            assert [row.number for row in rows_after(connection, KEY, 0)] == [1, 2, 4, 5, 6]


def test_a_pool_that_fails_is_as_its_log_has_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(pool: Pool, event: Event) -> Any:
        take(pool, event)
        raise ZeroDivisionError

    take = Pool.take
    with owning(store) as owner:
        owner.put(KEY, PoolSettings())
        owner.take(KEY, told(put_agent("ann")))
        monkeypatch.setattr(Pool, "take", fail)
        with pytest.raises(ZeroDivisionError):
            owner.take(KEY, told(created("t")))
        monkeypatch.undo()
        assert owner.take(KEY, told(created("t"))).last == 2


def test_a_ticket_that_waits_has_its_reason(store: Store) -> None:
    with owning(store) as owner:
        owner.put(KEY, PoolSettings())
        owner.take(KEY, told(put_agent("ann", skills={}), created("t")))
        standing = owner.why(KEY, "t")
        assert standing.state is Fate.WAITING
        assert standing.waiting is not None
        assert [ticket.id for ticket in owner.snapshot(KEY).tickets] == ["t"]
        with pytest.raises(NotFound):
            owner.why(KEY, "u")


ANY_TICKET = st.sampled_from(TICKETS)
ANY_AGENT = st.sampled_from(AGENTS)
STEPS = st.sampled_from(["event"] * 6 + ["repeat", "crash", "close", "several"])


def events(now: datetime) -> st.SearchStrategy[Event]:
    at = st.sampled_from([0, 0, 1, 10, 30, -15]).map(lambda s: now + timedelta(seconds=s))
    message = st.none()
    return st.one_of(
        st.builds(TicketCreated, at, tickets(ANY_TICKET, now), id=message),
        st.builds(TicketCreated, at, tickets(ANY_TICKET, now), id=message),
        st.builds(TicketChanged, at, tickets(ANY_TICKET, now), id=message),
        st.builds(AgentPut, at, agents(ANY_AGENT, now), id=message),
        st.builds(AgentPut, at, agents(ANY_AGENT, now), id=message),
        st.builds(TicketCancelled, at, ANY_TICKET, id=message),
        st.builds(OfferAccepted, at, ANY_TICKET, ANY_AGENT, id=message),
        st.builds(OfferRejected, at, ANY_TICKET, ANY_AGENT, id=message),
        st.builds(WorkDone, at, ANY_AGENT, ANY_TICKET, id=message),
        st.builds(Tick, at, id=message),
    )


@contextmanager
def _database() -> Iterator[Store]:
    with (
        TemporaryDirectory() as folder,
        closing(open_store(f"sqlite:///{Path(folder) / 'pools.db'}")) as store,
    ):
        upgrade(store)
        yield store


@settings(max_examples=12, deadline=None)
@given(data=st.data(), chosen=pool_settings())
def test_the_service_is_one_pool_whatever_ends_in_between(
    data: st.DataObject, chosen: PoolSettings
) -> None:
    with _database() as store:
        rules = Settings(access="open", pool_ahead_seconds=10**8, pool_save_events=4)
        owner = Owner(store, rules, HERE)
        owner.put(KEY, chosen)
        alone = Pool(chosen, owner.standing(KEY).opened)
        taken: list[dict[str, Any]] = []
        for step in range(data.draw(st.integers(5, 25))):
            kind = data.draw(STEPS)
            if kind == "crash":
                owner = Owner(store, rules, HERE)
            elif kind == "close":
                owner.close()
                owner = Owner(store, rules, HERE)
            elif known := kind == "repeat" and [m for m in taken if alone.knows(m["event"]["id"])]:
                again = data.draw(st.sampled_from(known))
                before = owner.standing(KEY).last
                answer = owner.take(KEY, told(again["event"])).results[0]
                assert plain(answer) == again["answer"]
                assert owner.standing(KEY).last == before
            else:
                count = 3 if kind == "several" else 1
                drawn = [data.draw(events(alone.now)) for _ in range(count)]
                sent = [{**plain(e), "id": f"m{step}-{i}"} for i, e in enumerate(drawn)]
                answers = owner.take(KEY, told(*sent))
                for message, one, answer in zip(sent, drawn, answers.results, strict=True):
                    _same_as_alone(alone, one, message, answer)
                    if answer.effects is not None:
                        taken.append({"event": message, "answer": plain(answer)})
        assert owner.standing(KEY).last == len(taken)
        assert plain(owner.snapshot(KEY)) == plain(alone.snapshot())
        with store.reading() as connection:
            rows = list(rows_after(connection, KEY, 0))
        assert [row.number for row in rows] == list(range(1, len(taken) + 1))
        owner.close()


def _same_as_alone(alone: Pool, event: Event, message: dict[str, Any], answer: Any) -> None:
    """Check an answer against what a pool without a service answers."""
    try:
        expected = alone.take(replace(event, id=message["id"]))
    except InvalidInput as error:
        codes = [issue.code for issue in error.issues]
    else:
        assert plain(answer.effects) == plain(expected)
        return
    assert answer.number is None
    assert [issue.code for issue in answer.errors] == codes
