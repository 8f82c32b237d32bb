"""Waits, targets, promotions and escalations beside the plain rules, and by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from optimizer.model import (
    AgentState,
    Clock,
    Escalation,
    Priority,
    RelaxationStep,
    RoutingWeights,
    Snapshot,
    Ticket,
    Tier,
)
from optimizer.routing import assign, read_board
from tests.optimizer.routing.drawing import NOW, OFFICE, random_snapshot
from tests.optimizer.routing.plain import (
    escalated_to,
    instant_of,
    level_of,
    steps_at,
    target_of,
    waited,
)


@pytest.mark.parametrize("seed", range(40))
def test_clocks_and_levels_are_those_of_the_plain_rules(seed: int) -> None:
    snapshot = random_snapshot(seed, 30, 5)
    board = read_board(snapshot)
    assignment = assign(snapshot)
    clocks = {made.ticket: made.clock for made in assignment.decisions}
    clocks |= {left.ticket: left.clock for left in assignment.waiting}
    level = dict(zip(board.tickets.tolist(), board.level.tolist(), strict=True))
    for place, ticket in enumerate(snapshot.tickets):
        wait, target = waited(snapshot, ticket), target_of(snapshot, ticket)
        assert clocks[ticket.id] == Clock(
            pytest.approx(wait, rel=1e-12),
            pytest.approx(target, rel=1e-12),
            instant_of(snapshot, ticket, target),
            escalated_to(snapshot, ticket, wait),
            len(steps_at(ticket, wait)),
        )
        assert level[place] == level_of(snapshot, ticket)


def clock_of(ticket: Ticket, **fields: Any) -> Clock:
    snapshot = Snapshot(NOW, (ticket,), (), calendars={"office": OFFICE}, **fields)
    return assign(snapshot).waiting[0].clock


def test_a_clock_stands_over_the_weekend_and_on_closed_days() -> None:
    """The office closed on Thursday at 17:00 UTC; Friday 27 February is a holiday."""
    thursday = datetime(2026, 2, 26, 16, 30, tzinfo=UTC)
    ticket = Ticket("t", "chat", thursday, calendar="office", first_response_seconds=4 * 3600.0)
    clock = clock_of(ticket)
    assert clock.waited_seconds == 0.5 * 3600 + 2 * 3600
    assert clock.due == datetime(2026, 3, 2, 11, 30, tzinfo=UTC)


def test_pauses_put_the_deadline_of_a_promise_off() -> None:
    ago = NOW - timedelta(seconds=100)
    ticket = Ticket("t", "chat", ago, paused_seconds=40.0, first_response_seconds=90.0)
    assert clock_of(ticket) == Clock(60.0, 90.0, NOW + timedelta(seconds=30))


@pytest.mark.parametrize(
    ("promises", "target"),
    [
        ({}, 300.0),
        ({"first_response_seconds": 50.0}, 50.0),
        ({"first_response_seconds": 50.0, "resolution_seconds": 40.0}, 40.0),
        ({"first_response_seconds": 50.0, "responded": True}, 300.0),
        ({"first_response_seconds": 50.0, "resolution_seconds": 70.0, "responded": True}, 70.0),
        ({"first_response_seconds": 5.0, "first_response_due": NOW + timedelta(60)}, 5184010.0),
        ({"resolution_due": NOW, "paused_seconds": 8.0}, 2.0),
        ({"resolution_due": NOW, "paused_seconds": 10.0}, 300.0),
    ],
)
def test_the_target_is_the_least_promise_that_runs(promises: dict[str, Any], target: float) -> None:
    ticket = replace(Ticket("t", "chat", NOW - timedelta(seconds=10)), **promises)
    assert clock_of(ticket).target_seconds == target
    usual = RoutingWeights(own_deadlines=False)
    assert clock_of(ticket, weights=usual).target_seconds == 300.0


def test_by_default_a_p0_is_the_technical_experts_after_thirty_minutes() -> None:
    agents = (AgentState("front", {}), AgentState("expert", {}, Tier.TECHNICAL))
    for seconds, agent in ((1799.0, "front"), (1800.0, "expert")):
        ticket = Ticket("t", "chat", NOW - timedelta(seconds=seconds), priority=Priority.P0)
        (made,) = assign(Snapshot(NOW, (ticket,), agents[: 1 + (seconds == 1800)])).decisions
        assert made.agent == agent
        assert made.clock.waited_seconds == seconds
    assert made.clock.escalated_to is Tier.TECHNICAL


def test_the_last_escalation_that_holds_counts() -> None:
    rules = (
        Escalation(0.0, Tier.RISK, risk_from=0.5),
        Escalation(10.0, Tier.BUSINESS, channel="chat"),
        Escalation(99.0, Tier.TECHNICAL),
    )
    ticket = Ticket("t", "chat", NOW - timedelta(seconds=10), risk=0.7)
    assert clock_of(ticket, escalations=rules).escalated_to is Tier.BUSINESS
    assert clock_of(replace(ticket, channel="mail"), escalations=rules).escalated_to is Tier.RISK
    assert clock_of(replace(ticket, risk=0.1, channel="mail"), escalations=rules) == Clock(
        10.0, 300.0, NOW + timedelta(seconds=290)
    )


def test_steps_that_count_are_counted() -> None:
    steps = (RelaxationStep(10.0), RelaxationStep(5.0), RelaxationStep(10.5))
    ticket = Ticket("t", "chat", NOW - timedelta(seconds=10), relaxation=steps)
    assert clock_of(ticket).relaxed == 2


def test_an_instant_beyond_all_calendars_is_none() -> None:
    ticket = Ticket("t", "chat", NOW, first_response_seconds=1e10)
    assert clock_of(ticket).due == NOW + timedelta(seconds=1e10)
    assert clock_of(replace(ticket, calendar="office")).due is None
    late = datetime(9999, 12, 31, tzinfo=UTC)
    assert clock_of(replace(ticket, created=late)).due is None
