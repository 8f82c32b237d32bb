"""The answer to a snapshot: complete, true in what it says, and strict about bad input."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from optimizer.errors import InvalidInput
from optimizer.model import AgentState, Obstacle, Priority, RoutingWeights, Snapshot, Ticket
from optimizer.routing import assign
from tests.optimizer.routing.plain import (
    NOW,
    first_rule,
    in_the_way,
    is_allowed,
    match_of,
    random_snapshot,
    score,
    snapshots,
)


@settings(max_examples=200, deadline=None)
@given(snapshots(tickets=8))
def test_every_ticket_is_decided_or_waits_in_the_order_of_the_snapshot(snapshot: Snapshot) -> None:
    assignment = assign(snapshot)
    decided = [decision.ticket for decision in assignment.decisions]
    waiting = [left.ticket for left in assignment.waiting]
    listed = [ticket.id for ticket in snapshot.tickets]
    assert sorted(decided + waiting) == sorted(listed)
    assert decided == [ticket for ticket in listed if ticket in decided]
    assert waiting == [ticket for ticket in listed if ticket in waiting]
    assert is_allowed(snapshot, match_of(assignment))


@pytest.mark.parametrize("seed", range(30))
def test_scores_are_the_sum_of_their_parts_and_make_up_the_value(seed: int) -> None:
    snapshot = random_snapshot(seed, 40, 12)
    tickets = {ticket.id: ticket for ticket in snapshot.tickets}
    agents = {agent.id: agent for agent in snapshot.agents}
    assignment = assign(snapshot)
    assert assignment.decisions
    for made in assignment.decisions:
        assert list(made.parts) == ["priority", "customer_value", "wait", "skill_fit"]
        assert sum(made.parts.values()) == made.score
        expected = score(snapshot, tickets[made.ticket], agents[made.agent])
        assert made.score == pytest.approx(expected, rel=1e-12)
    total = sum(made.score for made in assignment.decisions)
    assert assignment.value == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("seed", range(60))
def test_the_obstacles_of_a_waiting_ticket_count_every_agent_once_and_truly(seed: int) -> None:
    snapshot = random_snapshot(seed, 50, 15)
    assignment = assign(snapshot)
    tickets = {ticket.id: ticket for ticket in snapshot.tickets}
    assert assignment.waiting
    for left in assignment.waiting:
        first = (first_rule(tickets[left.ticket], agent) for agent in snapshot.agents)
        expected = Counter(rule or "outscored" for rule in first)
        assert {o.rule: o.agents for o in left.obstacles} == expected
        counts = [o.agents for o in left.obstacles]
        assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize("seed", range(60))
def test_who_is_outscored_finds_only_better_work_in_its_place(seed: int) -> None:
    snapshot = random_snapshot(seed, 60, 12)
    match = match_of(assign(snapshot))
    for ticket in snapshot.tickets:
        for agent in snapshot.agents:
            if ticket.id in match or first_rule(ticket, agent) is not None:
                continue
            taken = in_the_way(snapshot, match, agent, ticket.channel)
            least = score(snapshot, ticket, agent) - 1e-6
            assert taken
            assert all(score(snapshot, other, agent) >= least for other in taken)


def test_a_scarce_specialist_is_kept_for_the_ticket_that_needs_one() -> None:
    """Greedy gives the specialist, who fits both best, to the more urgent ticket."""
    tickets = (
        Ticket("easy", "chat", NOW, {"a": 1}, priority=Priority.P1),
        Ticket("hard", "chat", NOW, {"a": 1, "b": 1}),
    )
    agents = (AgentState("both", {"a": 5, "b": 5}), AgentState("one", {"a": 1}))
    assert match_of(assign(Snapshot(NOW, tickets, agents))) == {"easy": "one", "hard": "both"}


def test_of_equal_agents_the_longest_idle_is_given_work_first() -> None:
    agents = tuple(
        AgentState(name, {"a": 3}, capacity=2, idle_since=since)
        for name, since in [
            ("new", NOW),
            ("unknown", None),
            ("old", NOW - timedelta(hours=1)),
            ("twin", NOW),
        ]
    )
    tickets = [Ticket(f"t{i}", "chat", NOW, {"a": 1}) for i in range(9)]
    seen = [
        sorted(match_of(assign(Snapshot(NOW, tuple(tickets[:count]), agents))).values())
        for count in (1, 2, 3, 4, 5, 9)
    ]
    assert seen == [
        ["old"],
        ["new", "old"],
        ["new", "old", "twin"],
        ["new", "old", "twin", "unknown"],
        ["new", "old", "old", "twin", "unknown"],
        ["new", "new", "old", "old", "twin", "twin", "unknown", "unknown"],
    ]


def test_equal_tickets_are_served_oldest_first_then_by_identifier() -> None:
    weights = RoutingWeights(wait=0.0)
    tickets = tuple(
        Ticket(name, "chat", NOW - timedelta(seconds=age))
        for name, age in [("c", 5), ("b", 9), ("a", 5), ("d", 1)]
    )
    agents = (AgentState("x", {}, capacity=2),)
    found = match_of(assign(Snapshot(NOW, tickets, agents, weights)))
    assert sorted(found) == ["a", "b"]


def test_work_that_scores_nothing_is_served_all_the_same() -> None:
    weights = RoutingWeights(0.0, 0.0, 0.0, skill_fit=0.0)
    tickets = tuple(Ticket(f"t{i}", "chat", NOW) for i in range(3))
    assignment = assign(Snapshot(NOW, tickets, (AgentState("x", {}, capacity=2),), weights))
    assert len(assignment.decisions) == 2
    assert assignment.value == 0.0


def test_nothing_to_decide_is_an_answer() -> None:
    agent = AgentState("x", {"a": 1})
    ticket = Ticket("t", "chat", NOW, {"a": 1})
    assert assign(Snapshot(NOW, (), ())).value == 0.0
    assert assign(Snapshot(NOW, (), (agent,))).decisions == ()
    (left,) = assign(Snapshot(NOW, (ticket,), ())).waiting
    assert (left.obstacles, left.reason) == ((), "There is no agent.")


@pytest.mark.parametrize(
    ("changes", "obstacle", "reason"),
    [
        ({"channels": ("mail",)}, "channel", "No agent serves channel 'chat'."),
        ({"skills": {"b": 5}}, "skill", "No agent holds 'a'."),
        ({"skills": {"a": 1}}, "level", "No agent holds 'a' at level 2 or above."),
        ({"site": "south"}, "site", "No agent works at site 'north'."),
        ({"authority": 9.0}, "authority", "No agent may grant the amount."),
        ({"available": False}, "availability", "No qualified agent is free: 2 unavailable."),
        ({"capacity": 0}, "capacity", "No qualified agent is free: 2 at capacity."),
        (
            {"channel_limits": {"chat": 0}},
            "channel_limit",
            "No qualified agent is free: 2 at the limit of the channel.",
        ),
    ],
)
def test_the_reason_names_the_rule_that_stops_everybody(
    changes: dict[str, object], obstacle: str, reason: str
) -> None:
    ticket = Ticket("t", "chat", NOW, {"a": 2}, site="north", amount=10.0)
    able = AgentState("x", {"a": 2}, site="north", authority=10.0)
    agents = tuple(replace(able, id=name, **changes) for name in ("x", "y"))  # type: ignore[arg-type]
    (left,) = assign(Snapshot(NOW, (ticket,), agents)).waiting
    assert (left.obstacles, left.reason) == ((Obstacle(obstacle, 2),), reason)


def test_the_reason_tells_how_many_were_left_for_the_last_rule() -> None:
    ticket = Ticket("t", "chat", NOW, {"a": 2, "b": 1})
    agents = (AgentState("x", {"a": 2}), AgentState("y", {"a": 1, "b": 1}))
    (left,) = assign(Snapshot(NOW, (ticket,), agents)).waiting
    assert left.reason == (
        "No agent left by other rules (1 of 2) holds 'a' at level 2 and 'b' at level 1 or above."
    )


@pytest.mark.parametrize(
    ("agents", "reason"),
    [
        (1, "The only eligible agent took work that scores at least as high."),
        (2, "All 2 eligible agents took work that scores at least as high."),
    ],
)
def test_the_reason_of_an_outscored_ticket_says_so(agents: int, reason: str) -> None:
    urgent = [Ticket(f"u{i}", "chat", NOW, priority=Priority.P0) for i in range(agents)]
    tickets = (*urgent, Ticket("late", "chat", NOW))
    staff = tuple(AgentState(f"a{i}", {}) for i in range(agents))
    (left,) = assign(Snapshot(NOW, tickets, staff)).waiting
    assert (left.ticket, left.reason) == ("late", reason)


def test_a_decision_tells_urgency_and_fit() -> None:
    ticket = Ticket("t", "chat", NOW - timedelta(seconds=90), {"a": 1}, priority=Priority.P1)
    (made,) = assign(Snapshot(NOW, (ticket,), (AgentState("x", {"a": 4, "b": 1}),))).decisions
    assert made.reason == "P1 after 90 s (target 120 s); skills fit at 65%."
    assert made.parts == pytest.approx(
        {"priority": 200.0, "customer_value": 10.0, "wait": 15.0, "skill_fit": 6.5}
    )


def test_a_bad_snapshot_lists_every_issue() -> None:
    tickets = (Ticket("t", "chat", NOW.replace(tzinfo=None)), Ticket("t", "chat", NOW, {"a": 9}))
    agents = (AgentState("", {"a": 0}, capacity=-1),)
    with pytest.raises(InvalidInput) as caught:
        assign(Snapshot(NOW, tickets, agents, RoutingWeights(priority=-1.0)))
    assert {(issue.pointer, issue.code) for issue in caught.value.issues} == {
        ("/weights/priority", "out_of_range"),
        ("/tickets/0/created", "missing_offset"),
        ("/tickets/1/id", "duplicate_id"),
        ("/tickets/1/skills/a", "out_of_range"),
        ("/agents/0/id", "empty_id"),
        ("/agents/0/capacity", "out_of_range"),
        ("/agents/0/skills/a", "out_of_range"),
    }


def test_scores_whose_sum_might_not_be_finite_are_bad_input() -> None:
    tickets = tuple(
        Ticket(name, "chat", NOW - timedelta(days=age), priority=Priority.P0)
        for name, age in [("now", 0), ("old", 10_000)]
    )
    weights = RoutingWeights(wait=1e9, wait_target_seconds=(1e-300, 1.0, 1.0, 1.0))
    with pytest.raises(InvalidInput) as caught:
        assign(Snapshot(NOW, tickets, (AgentState("x", {}),), weights))
    assert [issue.pointer for issue in caught.value.issues] == ["/tickets/1"]


def test_vanishing_weights_and_endless_open_work_are_sound_input() -> None:
    weights = RoutingWeights(5e-324, 5e-324, 5e-324, skill_fit=1e-320)
    tickets = tuple(Ticket(f"t{i}", "chat", NOW, {"a": 1}) for i in range(2))
    agents = (
        AgentState("busy", {"a": 1}, open_work={"chat": 10**30}),
        AgentState("free", {"a": 1}, channel_limits={"chat": 10**30}),
    )
    assignment = assign(Snapshot(NOW, tickets, agents, weights))
    assert match_of(assignment) == {"t0": "free"}
    assert assignment.waiting[0].obstacles == (Obstacle("capacity", 1), Obstacle("outscored", 1))
