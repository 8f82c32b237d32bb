"""Each routing rule serves in the order that its authors gave it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import (
    Agent,
    Channel,
    ChannelKind,
    Law,
    LawKind,
    Organisation,
    PlanningGroup,
    Priority,
    Ring,
    RoutingPolicy,
    RoutingRule,
    RoutingWeights,
    RuleKind,
    ServiceGoal,
    Site,
    TimeGrid,
)
from optimizer.simulation import RULES, Settings, simulate, try_out
from optimizer.simulation.rules import check_rule
from tests.optimizer.builders import MONDAY, organisation
from tests.optimizer.simulation.builders import always, play_given, two_groups, work

BUSY = 1000.0
"""Until then the only agent is at work on a first contact; the others queue up meanwhile."""


def order(
    centre: Organisation, rule: RoutingRule, groups: list[int], aht_s: list[float]
) -> list[int]:
    """Return the order in which contacts of some groups, one second apart, are served."""
    waiting = [(float(place + 1), group, 10.0) for place, group in enumerate(groups)]
    played = play_given(centre, rule, [(0.0, 0, BUSY), *waiting], aht_s)
    answered = [
        arrival + wait for (arrival, _, _), wait in zip(waiting, played.wait[1:], strict=True)
    ]
    return np.argsort(answered).tolist()


def test_first_come_first_served_looks_at_the_wait_alone() -> None:
    centre = two_groups(1, {"priority": Priority.P3}, {"priority": Priority.P0})
    assert order(centre, RULES["fifo"], [0, 1, 0, 1], [500.0, 5.0]) == [0, 1, 2, 3]


def test_priority_serves_the_more_severe_first_and_each_in_order() -> None:
    centre = two_groups(1, {"priority": Priority.P2}, {"priority": Priority.P1})
    assert order(centre, RULES["priority"], [0, 1, 0, 1], [100.0, 100.0]) == [1, 3, 0, 2]


@pytest.mark.parametrize(
    ("costs", "aht_s", "expected"),
    [
        ({}, [100.0, 50.0], [1, 3, 0, 2]),  # 1/100 against 1/50: the shorter first
        ({"voice:orders": 3.0}, [100.0, 50.0], [0, 2, 1, 3]),  # 3/100 against 1/50
        ({"voice:orders": 2.0}, [100.0, 50.0], [0, 1, 2, 3]),  # equal: by the wait
    ],
)
def test_c_mu_serves_what_costs_most_per_time_of_service(
    costs: dict[str, float], aht_s: list[float], expected: list[int]
) -> None:
    centre = two_groups(1, {}, {})
    rule = replace(RULES["c_mu"], costs=costs)
    assert order(centre, rule, [0, 1, 0, 1], aht_s) == expected


def test_c_mu_theta_lets_those_wait_who_would_leave_anyway() -> None:
    # c-mu prefers the second group (1/100 < 1/50); by patience it is 300/100 against 100/50.
    centre = two_groups(1, {"patience_seconds": 300.0}, {"patience_seconds": 100.0})
    assert order(centre, RULES["c_mu"], [0, 1, 0, 1], [100.0, 50.0]) == [1, 3, 0, 2]
    assert order(centre, RULES["c_mu_theta"], [0, 1, 0, 1], [100.0, 50.0]) == [0, 2, 1, 3]


def test_under_c_mu_theta_those_who_never_leave_come_first() -> None:
    centre = two_groups(1, {"patience_seconds": 1e5}, {})
    assert order(centre, RULES["c_mu_theta"], [0, 1, 0, 1], [1.0, 500.0]) == [1, 3, 0, 2]


@settings(max_examples=40, deadline=None)
@given(
    groups=st.lists(st.integers(0, 1), min_size=1, max_size=12),
    costs=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    aht_s=st.tuples(st.integers(1, 9), st.integers(1, 9)),
)
def test_a_static_order_is_a_sort_by_index_and_wait(
    groups: list[int], costs: tuple[int, int], aht_s: tuple[int, int]
) -> None:
    centre = two_groups(1, {}, {})
    rule = replace(
        RULES["c_mu"], costs={"voice:orders": float(costs[0]), "voice:billing": float(costs[1])}
    )
    # Cross-multiplied, so that rounding cannot part equals.
    index = [costs[0] * aht_s[1], costs[1] * aht_s[0]]
    if index[0] == index[1]:
        index = [0, 0]
    expected = sorted(range(len(groups)), key=lambda place: (-index[groups[place]], place))
    assert order(centre, rule, groups, [float(a) for a in aht_s]) == expected


def test_c_mu_gives_the_waits_of_cobhams_formula() -> None:
    # M/M/1 with two classes without pre-emption, 0.8 busy; the shorter class goes first.
    grid = TimeGrid.of_days(MONDAY, 28, 30, "Europe/Paris")
    exponential = Law(LawKind.EXPONENTIAL)
    centre = two_groups(1, {"handling_law": exponential}, {"handling_law": exponential})
    rates, means = np.array([1 / 50.0, 1 / 50.0]), np.array([30.0, 10.0])
    load = rates * means
    residual = (rates * means**2).sum()
    exact = [residual / (1 - load[1]) / (1 - load.sum()), residual / (1 - load[1])]
    result = simulate(
        centre,
        always(centre, grid),
        *work(centre, 1800 * rates, means, grid),
        settings=Settings(rule=RULES["c_mu"], absence=0.0, seed=4, replications=8),
    )
    for group, wait in zip(result.groups, exact, strict=True):
        assert group.mean_answer_s.mean == pytest.approx(wait, rel=0.05)


def waiting_time(rule: RoutingRule) -> float:
    """Return the first group's share of all the time that overloaded contacts wait."""
    centre = two_groups(100, {"patience_seconds": 600.0}, {"patience_seconds": 600.0})
    tried = try_out(
        centre,
        always(centre),
        *work(centre, 400.0, 300.0),
        settings=Settings(rule=rule, absence=0.0, seed=2, replications=1, records=1),
    )
    (kept,) = tried.records
    return float(kept["wait"][kept["origin"] == 0].sum() / kept["wait"].sum())


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_queue_ratio_keeps_the_queues_at_the_shares_that_are_asked(share: float) -> None:
    rule = replace(RULES["queue_ratio"], queue_shares={"voice:orders": share})
    assert waiting_time(rule) == pytest.approx(share, abs=0.03)


def test_groups_without_a_share_have_equal_parts_of_what_is_left() -> None:
    assert waiting_time(RULES["queue_ratio"]) == pytest.approx(0.5, abs=0.03)


def ringed() -> Organisation:
    """Return one group, an expert in Paris, a beginner in Paris and an expert in Lyon."""
    base = organisation()
    return replace(
        base,
        sites=(*base.sites, Site("lyon", zone="Europe/Paris")),
        groups=(PlanningGroup("voice:orders", "voice", "orders", 2, site="paris"),),
        agents=(
            Agent("expert", "core", "paris", {"orders": 5}),
            Agent("beginner", "core", "paris", {"orders": 1}),
            Agent("away", "core", "lyon", {"orders": 5}),
        ),
    )


def test_before_a_ring_opens_only_the_level_it_asks_for_serves() -> None:
    rule = RoutingRule(kind=RuleKind.LONGEST_WAITING, rings=(Ring(0.0, 2), Ring(20.0, -1)))
    played = play_given(ringed(), rule, [(0.0, 0, 500.0), (1.0, 0, 10.0), (2.0, 0, 5.0)])
    assert played.agent.tolist() == [0, 1, 1]
    assert played.wait.tolist() == [0.0, 20.0, 29.0]  # the third until the beginner is free


def test_whoever_is_in_the_inner_ring_may_still_be_first() -> None:
    rule = RoutingRule(kind=RuleKind.LONGEST_WAITING, rings=(Ring(0.0, 2), Ring(20.0, -1)))
    played = play_given(ringed(), rule, [(0.0, 0, 11.0), (1.0, 0, 10.0)])
    assert played.agent.tolist() == [0, 0]
    assert played.wait.tolist() == [0.0, 10.0]


def test_a_ring_may_open_to_other_sites() -> None:
    rule = RoutingRule(rings=(Ring(0.0), Ring(60.0, other_sites=True)))
    played = play_given(ringed(), rule, [(0.0, 0, 500.0), (1.0, 0, 10.0)])
    assert played.agent.tolist() == [0, 2]
    assert played.wait.tolist() == [0.0, 60.0]
    assert play_given(
        ringed(), RULES["best"], [(0.0, 0, 500.0), (1.0, 0, 10.0)]
    ).agent.tolist() == [0, 0]


def backlog() -> Organisation:
    """Return a voice and an email group and one agent for both."""
    base = organisation(1)
    email = PlanningGroup(
        "email:orders", "email", "orders", goal=ServiceGoal(first_response_seconds=1000.0)
    )
    channels = (*base.channels, Channel("email", ChannelKind.EMAIL))
    return replace(base, channels=channels, groups=(base.groups[0], email))


def test_deferred_work_competes_once_it_has_waited_its_share_of_the_promise() -> None:
    # An email from second 0, a call from second 550; the agent is free at second 600.
    contacts = [(0.0, 0, 600.0), (0.0, 1, 10.0), (550.0, 0, 100.0)]
    never = replace(RULES["fifo"], weights=RoutingWeights(compete_from=None))
    idle = play_given(backlog(), never, contacts)
    assert idle.wait.tolist() == [0.0, 700.0, 50.0]
    for part, waits in ((0.5, [0.0, 600.0, 60.0]), (0.7, [0.0, 700.0, 50.0])):
        rule = replace(RULES["fifo"], weights=RoutingWeights(compete_from=part))
        competing = play_given(backlog(), rule, contacts)
        assert competing.wait.tolist() == waits


def test_the_score_weighs_the_wait_against_what_was_promised() -> None:
    # Of two calls that wait, the one with the shorter target is later but more urgent.
    weights = RoutingWeights(priority=0.0, wait_target_seconds=(60.0, 600.0, 600.0, 600.0))
    centre = two_groups(1, {"priority": Priority.P2}, {"priority": Priority.P0})
    played = play_given(
        centre, RoutingRule(weights=weights), [(0.0, 0, 100.0), (10.0, 0, 5.0), (80.0, 1, 5.0)]
    )
    assert played.wait.tolist() == [0.0, 95.0, 20.0]


def test_every_problem_of_a_rule_is_named() -> None:
    rule = RoutingRule(
        rings=(Ring(-1.0), Ring(0.0, 9), Ring(float("nan"))),
        costs={"voice:orders": -1.0, "fax": 1.0},
        queue_shares={"voice:orders": 0.8, "voice:billing": 0.4},
    )
    found = check_rule(rule, organisation(), "/rule")
    assert {issue.pointer: issue.code for issue in found} == {
        "/rule/rings/0/after_seconds": "out_of_range",
        "/rule/rings/1/level_change": "out_of_range",
        "/rule/rings/2/after_seconds": "out_of_range",
        "/rule/costs/voice:orders": "out_of_range",
        "/rule/costs/fax": "unknown_group",
        "/rule/queue_shares": "shares_above_one",
    }


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_its_own_name_and_is_sound(name: str) -> None:
    assert RULES[name].name == name
    assert not check_rule(RULES[name], organisation(), "/rule")


def test_every_policy_of_the_live_router_is_a_rule() -> None:
    assert {policy.value for policy in RoutingPolicy} <= set(RULES)


def test_in_idle_time_agents_are_called_by_fit_unless_one_has_been_idle_for_long() -> None:
    # One handles an early call for 100 s, the other, who fits less, has been idle all the time.
    centre = two_groups(2, {}, {})
    good, fair = centre.agents
    centre = replace(
        centre, agents=(replace(good, skills={"orders": 5}), replace(fair, skills={"orders": 4}))
    )
    calls = [(0.0, 0, 100.0), (160.0, 0, 10.0)]
    for weight, agents in ((0.0, [0, 0]), (2.0, [0, 0]), (7.0, [0, 1])):
        # Fits differ by 1 point; idle times by 100 s, a sixth of what the weight is given for.
        rule = RoutingRule(weights=RoutingWeights(idle=weight))
        assert play_given(centre, rule, calls).agent.tolist() == agents


def test_agents_in_turn_are_not_the_longest_idle() -> None:
    # Three free agents; the second is done first, then the first: in turn it is the third's, then
    # the first's, however long the second has been idle.
    calls = [(0.0, 0, 50.0), (1.0, 0, 5.0), (2.0, 0, 5.0), (60.0, 0, 1.0), (62.0, 0, 1.0)]
    centre = two_groups(3, {}, {})
    assert play_given(centre, RULES["round_robin"], calls).agent.tolist() == [0, 1, 2, 0, 1]
    assert play_given(centre, RULES["fifo"], calls).agent.tolist() == [0, 1, 2, 1, 2]


def test_work_is_given_to_those_who_have_worked_least() -> None:
    calls = [(0.0, 0, 30.0), (1.0, 0, 20.0), (40.0, 0, 5.0), (50.0, 0, 5.0), (60.0, 0, 5.0)]
    rule = RoutingRule(weights=RoutingWeights(idle=0.0, worked=1.0))
    assert play_given(two_groups(2, {}, {}), rule, calls).agent.tolist() == [0, 1, 1, 1, 0]


def test_strict_priority_beats_any_wait() -> None:
    weights = RoutingWeights(priority=0.0, customer_value=0.0, wait=1e6, strict_priority=True)
    centre = two_groups(1, {"priority": Priority.P2}, {"priority": Priority.P1})
    assert order(centre, RoutingRule(weights=weights), [0, 1, 0, 1], [1.0, 1.0]) == [1, 3, 0, 2]


def test_whoever_was_promoted_is_as_severe_as_the_others() -> None:
    # After a target of 500 s the P2 that came first is a P1, too, and has waited longer.
    weights = RoutingWeights(
        wait_target_seconds=(500.0,) * 4, strict_priority=True, promote_after=1.0
    )
    centre = two_groups(1, {"priority": Priority.P2}, {"priority": Priority.P1})
    calls = [(0.0, 0, BUSY), (1.0, 0, 10.0), (600.0, 1, 10.0)]
    promoted = play_given(centre, RoutingRule(weights=weights), calls)
    assert promoted.wait.tolist() == [0.0, 999.0, 410.0]
    never = RoutingRule(weights=replace(weights, promote_after=None))
    assert play_given(centre, never, calls).wait.tolist() == [0.0, 1009.0, 400.0]


def test_a_convex_wait_lets_the_longest_late_go_first() -> None:
    # 400 s of 200 are 2 targets, 190 s of 100 are 1.9; a P1 more is worth 1.5 points. Squared,
    # the difference is 0.39 points; with a weight of 1 to the power of 4, almost 3.
    targets = (100.0, 100.0, 200.0, 200.0)
    centre = two_groups(1, {"priority": Priority.P2}, {"priority": Priority.P1})
    calls = [(0.0, 0, BUSY), (600.0, 0, 10.0), (810.0, 1, 10.0)]
    for exponent, waits in ((1.0, [0.0, 410.0, 190.0]), (4.0, [0.0, 400.0, 200.0])):
        weights = RoutingWeights(
            priority=1.5, wait=1.0, wait_target_seconds=targets, wait_exponent=exponent
        )
        assert play_given(centre, RoutingRule(weights=weights), calls).wait.tolist() == waits


def test_a_reference_time_serves_the_shorter_work_first() -> None:
    # Waits are nearly equal, so the points for them differ by the handling times alone.
    weights = RoutingWeights(handling_reference_seconds=100.0)
    centre = two_groups(1, {}, {})
    assert order(centre, RoutingRule(weights=weights), [0, 1, 0, 1], [300.0, 100.0]) == [1, 3, 0, 2]
    plain = RoutingRule(weights=RoutingWeights(handling_reference_seconds=None))
    assert order(centre, plain, [0, 1, 0, 1], [300.0, 100.0]) == [0, 1, 2, 3]


def test_a_scarce_agent_is_kept_from_work_that_others_can_do() -> None:
    centre = two_groups(2, {}, {})
    both, one = centre.agents
    centre = replace(
        centre,
        agents=(
            replace(both, skills={"orders": 5, "billing": 5}),
            replace(one, skills={"orders": 1, "typing": 1, "filing": 1}),
        ),
    )
    calls = [(0.0, 0, 10.0)]
    assert play_given(centre, RoutingRule(), calls).agent.tolist() == [0]
    prices = RoutingRule(weights=RoutingWeights(skill_prices={"billing": 50.0}))
    assert play_given(centre, prices, calls).agent.tolist() == [1]
    # What needs the scarce skill is not kept from who has it.
    assert play_given(centre, prices, [(0.0, 1, 10.0)]).agent.tolist() == [0]
