"""The quick look says sound exactly where the slow checks find nothing."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.model import RelaxationStep, RoutingWeights, Snapshot, check_snapshot
from optimizer.routing import read_board
from optimizer.routing.columns import read_agents, read_tickets
from optimizer.wire import twin
from tests.optimizer.routing.drawing import NOW, random_snapshot

NUMBERS = (0.0, -0.0, 0.5, 1.0, 1.5, -1e-9, 1e9, 1e9 + 1, 1e10, 1.1e10, math.inf, math.nan, -5.0)
WHOLE = (-1, 0, 1, 5, 6, 1000, 1001, 10**6, 10**6 + 1, 2**63, 10**30)
NAIVE = datetime(2026, 3, 2, 9)
MOMENTS = (NAIVE, NOW, NOW - timedelta(days=900), NOW + timedelta(days=900))

TICKET: dict[str, tuple[Any, ...]] = {
    "id": ("", "t1", "other"),
    "created": MOMENTS,
    "skills": ({}, *({"a": level, "b": 1} for level in WHOLE)),
    "customer_value": NUMBERS,
    "risk": NUMBERS,
    "amount": NUMBERS,
    "paused_seconds": NUMBERS,
    "preferred_seconds": NUMBERS,
    "first_response_due": (None, *MOMENTS),
    "resolution_due": (None, *MOMENTS),
    "first_response_seconds": (None, *NUMBERS),
    "resolution_seconds": (None, *NUMBERS),
    "handling_seconds": (None, *NUMBERS),
    "calendar": (None, "office", "gone"),
    "relaxation": (
        *((RelaxationStep(seconds),) for seconds in NUMBERS),
        *((RelaxationStep(0.0, levels={"a": level}),) for level in WHOLE),
    ),
}
AGENT: dict[str, tuple[Any, ...]] = {
    "id": ("", "a1", "other"),
    "skills": ({}, *({"a": level, "b": 1} for level in WHOLE)),
    "capacity": WHOLE,
    "channel_limits": ({}, *({"chat": count} for count in WHOLE)),
    "open_work": ({}, *({"chat": count} for count in WHOLE)),
    "after_call_until": (None, *MOMENTS),
    "free_from": (None, *MOMENTS),
    "idle_since": (None, *MOMENTS),
    "worked_seconds": NUMBERS,
    "authority": NUMBERS,
}


def check(snapshot: Snapshot) -> None:
    issues = check_snapshot(snapshot)
    if issues:
        with pytest.raises(InvalidInput) as caught:
            read_board(snapshot, checked=False)
        assert list(caught.value.issues) == issues
    else:
        read_board(snapshot, checked=False)


@pytest.mark.parametrize("field", TICKET)
def test_a_ticket_is_sound_exactly_if_the_checks_find_nothing(field: str) -> None:
    drawn = random_snapshot(1, 4, 3)
    for given_value in TICKET[field]:
        changed = replace(drawn.tickets[2], **{field: given_value})
        check(replace(drawn, tickets=(*drawn.tickets[:2], changed, *drawn.tickets[3:])))


@pytest.mark.parametrize("field", AGENT)
def test_an_agent_is_sound_exactly_if_the_checks_find_nothing(field: str) -> None:
    drawn = random_snapshot(1, 3, 4)
    for given_value in AGENT[field]:
        changed = replace(drawn.agents[2], **{field: given_value})
        check(replace(drawn, agents=(*drawn.agents[:2], changed, *drawn.agents[3:])))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 3))
def test_several_faults_are_all_listed(seed: int, faults: int) -> None:
    random = Random(seed)
    snapshot = random_snapshot(seed, 3, 3)
    for _ in range(faults):
        kind, fields = random.choice((("tickets", TICKET), ("agents", AGENT)))
        field = random.choice(list(fields))
        things = list(getattr(snapshot, kind))
        place = random.randrange(3)
        things[place] = replace(things[place], **{field: random.choice(fields[field])})
        snapshot = replace(snapshot, **{kind: tuple(things)})
    check(snapshot)


def test_times_without_offset_throughout_are_refused_as_well() -> None:
    drawn = random_snapshot(1, 0, 0)
    check(replace(drawn, now=NAIVE))
    check(replace(drawn, weights=RoutingWeights(priority=-1.0)))


def test_structs_are_read_as_records_are() -> None:
    snapshot = random_snapshot(4, 20, 10)
    tickets = [
        twin(type(ticket))(**{name: getattr(ticket, name) for name in ticket.__slots__})
        for ticket in snapshot.tickets
    ]
    agents = [
        twin(type(agent))(**{name: getattr(agent, name) for name in agent.__slots__})
        for agent in snapshot.agents
    ]
    for columns, others in (
        (read_tickets(snapshot.tickets, NOW), read_tickets(tickets, NOW)),
        (read_agents(snapshot.agents, NOW), read_agents(agents, NOW)),
    ):
        for name in columns.__slots__:
            if name != "agents":
                assert repr(getattr(columns, name)) == repr(getattr(others, name))
