"""When a ticket left waiting may be taken, and whether its target is in danger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from optimizer.model import (
    AgentState,
    AgentStatus,
    Escalation,
    Priority,
    RelaxationStep,
    Snapshot,
    Ticket,
    Tier,
    Waiting,
)
from optimizer.routing import assign
from tests.optimizer.routing.drawing import NOW, OFFICE, random_snapshot, snapshots
from tests.optimizer.routing.plain import earliest, instant_of, match_of, target_of, waited

TICKET = Ticket("t", "chat", NOW - timedelta(seconds=10), {"a": 1})
FULL = AgentState("full", {"a": 3}, open_work={"chat": 1})


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def left(ticket: Ticket, *agents: AgentState, **fields: Any) -> Waiting:
    (waiting,) = assign(
        Snapshot(NOW, (ticket,), agents, calendars={"office": OFFICE}, **fields)
    ).waiting
    return waiting


def check(snapshot: Snapshot) -> None:
    assignment = assign(snapshot)
    tickets = {ticket.id: ticket for ticket in snapshot.tickets}
    for waiting in assignment.waiting:
        ticket = tickets[waiting.ticket]
        expected = earliest(snapshot, match_of(assignment), ticket)
        assert waiting.earliest == expected
        target = target_of(snapshot, ticket)
        assert waiting.breached == (waited(snapshot, ticket) > target)
        late = expected is None or expected > instant_of(snapshot, ticket, target)
        assert waiting.at_risk == (late and not waiting.breached)


@pytest.mark.parametrize("seed", range(60))
def test_the_earliest_moment_is_that_of_the_plain_rules(seed: int) -> None:
    check(random_snapshot(seed, 30, 12))


@settings(max_examples=100, deadline=None)
@given(snapshots(tickets=6))
def test_so_it_is_where_ties_and_limits_are_common(snapshot: Snapshot) -> None:
    check(snapshot)


@pytest.mark.parametrize(
    ("changes", "seconds"),
    [
        ({}, None),
        ({"free_from": after(30)}, 30.0),
        ({"free_from": after(-30)}, 0.0),
        ({"free_from": after(30), "after_call_until": after(40)}, 40.0),
        ({"open_work": {}, "after_call_until": after(40)}, 40.0),
        ({"free_from": after(30), "status": AgentStatus.AWAY}, None),
        ({"free_from": after(30), "accepts_offers": False}, None),
        ({"free_from": after(30), "skills": {}}, None),
        ({"free_from": after(30), "capacity": 0}, None),
    ],
)
def test_an_agent_is_ready_when_a_contact_or_after_call_work_ends(
    changes: dict[str, Any], seconds: float | None
) -> None:
    found = left(TICKET, replace(FULL, **changes)).earliest
    assert found == (None if seconds is None else after(seconds))


def test_relaxation_escalation_and_the_end_of_a_reservation_bring_others_in() -> None:
    beginner, expert = AgentState("x", {}), AgentState("y", {"a": 1}, Tier.TECHNICAL)
    relaxed = replace(TICKET, relaxation=(RelaxationStep(60.0, ("a",)),))
    assert left(relaxed, beginner).earliest == after(50)
    urgent = replace(TICKET, priority=Priority.P0, tier=Tier.BUSINESS)
    rule = Escalation(100.0, Tier.TECHNICAL)
    assert left(urgent, expert, escalations=(rule,)).earliest == after(90)
    kept = replace(TICKET, prior_agent="gone", preferred_seconds=30.0)
    assert left(kept, expert).earliest == after(20)


def test_what_comes_too_late_for_an_agent_does_not_help() -> None:
    """From the escalation on the front line may not take it any more."""
    agent = replace(FULL, free_from=after(100))
    rule = (Escalation(60.0, Tier.TECHNICAL),)
    assert left(TICKET, agent, escalations=rule).earliest is None
    assert left(TICKET, replace(agent, free_from=after(49)), escalations=rule).earliest == after(49)
    assert left(TICKET, replace(agent, free_from=after(50)), escalations=rule).earliest is None


def test_changes_come_in_open_time() -> None:
    """The office closes at 17:00 UTC, seven hours from now."""
    step = RelaxationStep(7 * 3600.0 + 60.0, ("a",))
    ticket = replace(TICKET, created=NOW, calendar="office", relaxation=(step,))
    found = left(ticket, AgentState("x", {}))
    assert found.earliest == datetime(2026, 3, 3, 8, 1, tzinfo=UTC)


def test_room_that_was_just_given_away_is_taken() -> None:
    agent = AgentState("x", {"a": 1}, free_from=after(5))
    tickets = (TICKET, replace(TICKET, id="u"))
    (waiting,) = assign(Snapshot(NOW, tickets, (agent,))).waiting
    assert waiting.earliest == after(5)
    (waiting,) = assign(Snapshot(NOW, tickets, (replace(agent, free_from=None),))).waiting
    assert (waiting.earliest, waiting.at_risk) == (None, True)


@pytest.mark.parametrize(
    ("seconds", "breached", "at_risk"), [(289.0, False, False), (291.0, False, True)]
)
def test_a_target_is_at_risk_if_nobody_is_free_by_then(
    seconds: float, breached: bool, at_risk: bool
) -> None:
    found = left(TICKET, replace(FULL, free_from=after(seconds)))
    assert (found.breached, found.at_risk) == (breached, at_risk)


def test_a_target_that_has_passed_is_breached_and_at_risk_no_more() -> None:
    found = left(replace(TICKET, created=NOW - timedelta(seconds=301)), FULL)
    assert (found.breached, found.at_risk) == (True, False)
