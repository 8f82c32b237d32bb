"""The answer to a snapshot: complete, true in what it says, and strict about bad input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.model import (
    AgentState,
    AgentStatus,
    Assignment,
    Decision,
    Obstacle,
    Priority,
    Ring,
    RoutingPolicy,
    RoutingWeights,
    Snapshot,
    Ticket,
    Tier,
)
from optimizer.routing import assign
from optimizer.wire import twin
from tests.optimizer.routing.drawing import NOW, random_snapshot, snapshots
from tests.optimizer.routing.plain import (
    every_match,
    first_rule,
    given_to,
    in_the_way,
    is_allowed,
    level_of,
    levels_served,
    match_of,
    parts,
    score,
    value,
)

T = TypeVar("T")


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
    idle = Counter(made.agent for made in assignment.decisions if "idle" in made.parts)
    assert idle.total() == len(idle)
    for made in assignment.decisions:
        # Of several contacts of an agent one is the first, and only that counts idle time.
        first = "idle" in made.parts or made.agent not in idle
        expected = parts(snapshot, tickets[made.ticket], agents[made.agent], first=first)
        kept = {name: points for name, points in expected.items() if points}
        assert list(made.parts) == list(kept)
        assert made.parts == pytest.approx(kept, rel=1e-9)
        assert sum(made.parts.values()) == pytest.approx(made.score, rel=1e-15)
    total = sum(made.score for made in assignment.decisions)
    assert assignment.value == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("seed", range(60))
def test_the_obstacles_of_a_waiting_ticket_count_every_agent_once_and_truly(seed: int) -> None:
    snapshot = random_snapshot(seed, 50, 15)
    assignment = assign(snapshot)
    tickets = {ticket.id: ticket for ticket in snapshot.tickets}
    assert assignment.waiting
    for left in assignment.waiting:
        first = Counter(
            (first_rule(snapshot, tickets[left.ticket], agent) or "outscored", agent.tier)
            for agent in snapshot.agents
        )
        by_tier = {(o.rule, tier): n for o in left.obstacles for tier, n in o.tiers.items()}
        assert by_tier == first
        assert all(o.agents == sum(o.tiers.values()) for o in left.obstacles)
        counts = [o.agents for o in left.obstacles]
        assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize("seed", range(60))
def test_who_is_outscored_finds_only_better_work_in_its_place(seed: int) -> None:
    snapshot = random_snapshot(seed, 60, 12)
    match = match_of(assign(snapshot))
    least = min(level_of(snapshot, ticket) for ticket in snapshot.tickets)
    for ticket in snapshot.tickets:
        for agent in snapshot.agents:
            if ticket.id in match or first_rule(snapshot, ticket, agent) is not None:
                continue
            taken = in_the_way(snapshot, match, agent, ticket.channel)
            level, points = level_of(snapshot, ticket), score(snapshot, ticket, agent, first=False)
            if taken is None:
                first = not given_to(snapshot, match, agent)
                assert level == least
                assert score(snapshot, ticket, agent, first=first) <= 1e-6
            for other in taken or ():
                above = level_of(snapshot, other), score(snapshot, other, agent, first=False)
                assert (above[0], above[1] + 1e-6) >= (level, points)


@settings(max_examples=200, deadline=None)
@given(snapshots(tickets=4, agents=3))
def test_no_match_serves_higher_levels_or_scores_more_or_serves_more(snapshot: Snapshot) -> None:
    def aims(match: Mapping[str, str]) -> tuple[int, float, int]:
        return levels_served(snapshot, match), round(value(snapshot, match), 6), len(match)

    assignment = assign(snapshot)
    found = match_of(assignment)
    assert aims(found) == max(map(aims, every_match(snapshot)))
    assert assignment.bound == pytest.approx(assignment.value, abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(snapshots(tickets=8), st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_listed_does_not_matter(
    snapshot: Snapshot, random: Random
) -> None:
    def shuffled(items: Iterable[T]) -> list[T]:
        listed = list(items)
        return random.sample(listed, len(listed))

    tickets = [replace(t, skills=dict(shuffled(t.skills.items()))) for t in snapshot.tickets]
    agents = [replace(a, skills=dict(shuffled(a.skills.items()))) for a in snapshot.agents]
    other = replace(snapshot, tickets=tuple(shuffled(tickets)), agents=tuple(shuffled(agents)))
    one, two = assign(snapshot), assign(other)
    assert {made.ticket: made for made in one.decisions} == {m.ticket: m for m in two.decisions}
    assert {left.ticket: left for left in one.waiting} == {w.ticket: w for w in two.waiting}
    assert (one.value, one.skill_prices) == (two.value, two.skill_prices)


@settings(max_examples=100, deadline=None)
@given(snapshots(tickets=8), st.integers(0, 2**63 - 1))
def test_the_seed_of_ties_changes_nothing_but_ties(snapshot: Snapshot, seed: int) -> None:
    def drawn(tie_seed: int | None) -> Assignment:
        return assign(replace(snapshot, weights=replace(snapshot.weights, tie_seed=tie_seed)))

    one, two = drawn(None), drawn(seed)
    assert two == replace(drawn(seed), seconds=two.seconds)
    assert one.value == pytest.approx(two.value, abs=1e-6)
    assert len(one.decisions) == len(two.decisions)


def test_seeds_settle_ties_differently_but_not_by_place() -> None:
    agents = tuple(AgentState(f"a{i}", {}) for i in range(6))
    seen = {
        match_of(assign(Snapshot(NOW, (Ticket("t", "chat", NOW),), agents, weights)))["t"]
        for weights in (RoutingWeights(tie_seed=seed) for seed in range(40))
    }
    assert seen == {agent.id for agent in agents}


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
    weights = RoutingWeights(0.0, 0.0, 0.0, skill_fit=0.0, idle=0.0)
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
        ({"tier": Tier.RISK}, "tier", "No agent is of tier technical."),
        ({"languages": ("en",)}, "language", "No agent speaks 'de'."),
        ({"automated": True}, "human", "No agent is human."),
        ({"skills": {"b": 5}}, "skill", "No agent holds 'a'."),
        ({"skills": {"a": 1}}, "level", "No agent holds 'a' at level 2 or above."),
        ({"site": "south"}, "site", "No agent works at site 'north'."),
        ({"authority": 9.0}, "authority", "No agent may grant the amount."),
        ({"accepts_offers": False}, "availability", "No qualified agent is free: 2 unavailable."),
        (
            {"status": AgentStatus.AWAY},
            "availability",
            "No qualified agent is free: 2 unavailable.",
        ),
        (
            {"after_call_until": NOW + timedelta(seconds=1)},
            "availability",
            "No qualified agent is free: 2 unavailable.",
        ),
        ({"capacity": 0}, "capacity", "No qualified agent is free: 2 at capacity."),
        (
            {"channel_limits": {"chat": 0}},
            "channel_limit",
            "No qualified agent is free: 2 at the limit of the channel.",
        ),
    ],
)
def test_the_reason_names_the_rule_that_stops_everybody(
    changes: dict[str, Any], obstacle: str, reason: str
) -> None:
    ticket = Ticket("t", "chat", NOW, {"a": 2}, Tier.TECHNICAL, site="north", language="de")
    ticket = replace(ticket, amount=10.0, human_required=True)
    able = AgentState("x", {"a": 2}, Tier.TECHNICAL, "north", ("de",), authority=10.0)
    agents = tuple(replace(able, id=name, **changes) for name in ("x", "y"))
    (left,) = assign(Snapshot(NOW, (ticket,), agents)).waiting
    assert left.obstacles == (Obstacle(obstacle, 2, {agents[0].tier: 2}),)
    assert left.reason == reason


@pytest.mark.parametrize(
    ("changes", "obstacle", "reason"),
    [
        (
            {"excluded_agents": ("x",), "rejected_by": ("y",)},
            "excluded",
            "No agent may take it and has not rejected it.",
        ),
        (
            {"prior_agent": "z", "preferred_seconds": 1.0},
            "reserved",
            "No agent is one of those for whom it is reserved.",
        ),
    ],
)
def test_the_reason_tells_of_personal_terms(
    changes: dict[str, Any], obstacle: str, reason: str
) -> None:
    ticket = replace(Ticket("t", "chat", NOW), **changes)
    agents = (AgentState("x", {}), AgentState("y", {}))
    (left,) = assign(Snapshot(NOW, (ticket,), agents)).waiting
    assert left.obstacles == (Obstacle(obstacle, 2, {Tier.FRONT_LINE: 2}),)
    assert left.reason == reason


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
        (1, "The only eligible agent took work that goes before it."),
        (2, "All 2 eligible agents took work that goes before it."),
    ],
)
def test_the_reason_of_an_outscored_ticket_says_so(agents: int, reason: str) -> None:
    urgent = [Ticket(f"u{i}", "chat", NOW, priority=Priority.P0) for i in range(agents)]
    tickets = (*urgent, Ticket("late", "chat", NOW))
    staff = tuple(AgentState(f"a{i}", {}) for i in range(agents))
    (left,) = assign(Snapshot(NOW, tickets, staff)).waiting
    assert (left.ticket, left.reason) == ("late", reason)


def test_the_reason_tells_when_a_free_agent_is_worth_more_than_the_ticket() -> None:
    scarce = AgentState("scarce", {"rare": 5})
    weights = RoutingWeights(reserve=1.0, skill_prices={"rare": 5000.0})
    (left,) = assign(Snapshot(NOW, (Ticket("t", "chat", NOW),), (scarce,), weights)).waiting
    assert [obstacle.rule for obstacle in left.obstacles] == ["outscored"]
    assert left.earliest == NOW
    assert left.reason == (
        "An eligible agent is free, but would cost more points than the ticket brings."
    )


def test_overdue_work_in_hand_makes_nobody_free() -> None:
    busy = AgentState("z", {}, open_work={"chat": 1}, free_from=NOW - timedelta(minutes=10))
    (left,) = assign(Snapshot(NOW, (Ticket("t", "chat", NOW),), (busy,))).waiting
    assert left.reason == "No qualified agent is free: 1 at capacity."
    assert left.earliest == NOW


def test_the_reason_names_a_reservation_beside_those_it_is_for() -> None:
    ticket = Ticket("t", "chat", NOW, prior_agent="ann", preferred_seconds=60.0)
    agents = (AgentState("ann", {}, status=AgentStatus.AWAY), AgentState("ben", {}))
    (left,) = assign(Snapshot(NOW, (ticket,), agents)).waiting
    assert left.reason == (
        "No qualified agent is free: 1 unavailable. It is reserved: 1 more may not take it yet."
    )


def test_the_reason_tells_when_no_ring_reaches_a_free_agent() -> None:
    rings = (Ring(0.0, 2), Ring(20.0))
    snapshot = Snapshot(
        NOW,
        (Ticket("t", "chat", NOW, {"a": 3}),),
        (AgentState("x", {"a": 3}),),
        policy=RoutingPolicy.BULLSEYE,
        rings=rings,
    )
    (left,) = assign(snapshot).waiting
    assert left.reason == "An eligible agent is free, but no ring reaches one yet."


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


def test_points_for_idle_time_that_might_not_be_finite_are_bad_input() -> None:
    weights = RoutingWeights(idle=1e9, idle_target_seconds=1e-300)
    agents = (AgentState("new", {}), AgentState("old", {}, idle_since=NOW - timedelta(days=1)))
    with pytest.raises(InvalidInput) as caught:
        assign(Snapshot(NOW, (), agents, weights))
    (issue,) = caught.value.issues
    assert (issue.code, issue.pointer) == ("score_overflow", "/agents/1")


@pytest.mark.parametrize(
    "weights",
    [
        RoutingWeights(5e-324, 5e-324, 5e-324, skill_fit=1e-320),
        RoutingWeights(wait_exponent=4.0, wait_target_seconds=(1e10,) * 4, promote_after=1e10),
        RoutingWeights(
            wait=0.0, strict_priority=True, promote_after=1e-300, wait_target_seconds=(1e-300,) * 4
        ),
        RoutingWeights(compete_from=1e300, handling_reference_seconds=1e-300),
    ],
)
def test_extreme_weights_and_much_open_work_are_sound_input(weights: RoutingWeights) -> None:
    ago = NOW - timedelta(seconds=1e-6)
    tickets = tuple(Ticket(f"t{i}", "chat", ago, {"a": 1}, handling_seconds=1e10) for i in range(2))
    agents = (
        AgentState("busy", {"a": 1}, open_work={"chat": 10**6}),
        AgentState("free", {"a": 1}, channel_limits={"chat": 10**6}),
    )
    assignment = assign(Snapshot(NOW, tickets, agents, weights))
    assert match_of(assignment) == {"t0": "free"}
    assert [(o.rule, o.agents) for o in assignment.waiting[0].obstacles] == [
        ("capacity", 1),
        ("outscored", 1),
    ]


@pytest.mark.parametrize("policy", RoutingPolicy)
def test_every_policy_keeps_to_the_rules_and_is_worth_no_more_than_the_bound(
    policy: RoutingPolicy,
) -> None:
    drawn = random_snapshot(3, 40, 12)
    snapshot = replace(drawn, policy=policy, weights=replace(drawn.weights, strict_priority=False))
    assignment = assign(snapshot)
    assert assignment.policy is policy
    assert assignment.decisions
    assert is_allowed(snapshot, match_of(assignment))
    assert assignment.value <= assignment.bound + 1e-6
    total = sum(made.score for made in assignment.decisions)
    assert assignment.value == pytest.approx(total, rel=1e-12)


def test_answers_are_made_of_whatever_the_caller_likes() -> None:
    snapshot = random_snapshot(5, 30, 10)
    plain, twins = assign(snapshot), assign(snapshot, kinds=twin)
    assert isinstance(twins.decisions[0], twin(Decision))
    assert not isinstance(twins.decisions[0], Decision)
    written = (msgspec.to_builtins(replace(plain, seconds=0.0)), msgspec.to_builtins(twins))
    assert written[0] == written[1] | {"seconds": 0.0}
