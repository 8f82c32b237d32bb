"""The domain model becomes lines, pools and a system without loss."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from optimizer.model import (
    Agent,
    Channel,
    ChannelKind,
    CustomerClass,
    Flow,
    FlowKind,
    Organisation,
    PlanningGroup,
    Priority,
    RoutingRule,
    Tier,
    can_serve,
)
from optimizer.routing import skill_fit
from optimizer.simulation import RULES, Settings, simulate, try_out
from optimizer.simulation.centre import make_lines, make_pools, make_system
from optimizer.simulation.system import System
from tests.optimizer.builders import organisation
from tests.optimizer.simulation.builders import always, one_group, work

WEIGHT = RULES["best"].weights.skill_fit


def mixed() -> Organisation:
    """Return voice, chats three and two at a time, and email, with agents of several kinds."""
    base = organisation()
    return replace(
        base,
        channels=(
            Channel("voice", ChannelKind.VOICE),
            Channel("chat", ChannelKind.CHAT, 3, aht_factors=(1.0, 1.3, 1.5)),
            Channel("app", ChannelKind.CHAT, 2),
            Channel("email", ChannelKind.EMAIL, 5),
        ),
        groups=(
            PlanningGroup("voice:orders", "voice", "orders", priority=Priority.P1),
            PlanningGroup("chat:orders", "chat", "orders", customer_value=2.0),
            PlanningGroup("app:billing", "app", "billing", min_level=3),
            PlanningGroup("email:billing", "email", "billing"),
        ),
        agents=(
            Agent("one", "core", "paris", {"orders": 3}),
            Agent("two", "core", "paris", {"orders": 3}, name="another name"),
            Agent("three", "on_call", "paris", {"orders": 3}, channels=("voice",)),
            Agent("four", "core", "paris", {"orders": 5, "billing": 2}),
            Agent("five", "core", "paris", {"cobol": 1}),
        ),
    )


def system_of(centre: Organisation) -> System:
    lines = make_lines(centre)
    rule = RoutingRule(weights=replace(RULES["best"].weights, compete_from=None))
    pools = make_pools(centre, lines, rule)
    return make_system(centre, lines, pools, rule, np.full(len(centre.groups), 60.0))


def refunds() -> Organisation:
    """Return a group whose customers ask for 0, 50, 200 and 900; nobody may grant the last."""
    centre = one_group(3, amounts=(900.0, 0.0, 50.0, 200.0))
    limits = (50.0, 500.0, 0.0)
    agents = tuple(
        replace(agent, authority=limit) for agent, limit in zip(centre.agents, limits, strict=True)
    )
    return replace(centre, agents=agents)


def test_agents_share_a_pool_if_and_only_if_they_are_alike() -> None:
    centre = mixed()
    pools = make_pools(centre, make_lines(centre), RULES["best"])
    one, two, three, four, five = pools.of_agent.tolist()
    assert one == two
    assert len({one, three, four, five}) == 4
    for i, agent in enumerate(centre.agents):
        for g, group in enumerate(centre.groups):
            fit = pools.fit[g, pools.of_agent[i]]
            assert np.isfinite(fit) == can_serve(agent, group)
            if can_serve(agent, group):
                assert fit == skill_fit({group.skill: group.min_level}, agent.skills, WEIGHT)


def test_agents_of_other_sites_and_tiers_are_counted_apart() -> None:
    centre = one_group(3)
    first, second, third = centre.agents
    centre = replace(
        centre,
        agents=(first, replace(second, site="lyon"), replace(third, tier=Tier.TECHNICAL)),
    )
    pools = make_pools(centre, make_lines(centre), RULES["fifo"])
    assert len(set(pools.of_agent.tolist())) == 3
    assert [pools.sites[p] for p in pools.of_agent] == ["paris", "lyon", "paris"]
    assert pools.tiers[pools.of_agent[2]] is Tier.TECHNICAL


def test_contacts_take_their_share_of_an_agent_and_deferred_work_all_of_one() -> None:
    system = system_of(mixed())
    assert system.capacity == 6
    assert system.units.tolist() == [6, 2, 3, 6]
    assert system.idle_until_s.tolist() == [0.0, 0.0, 0.0, math.inf]
    assert system.rank.tolist() == [1, 2, 2, 2]
    assert system.value.tolist() == [1.0, 2.0, 1.0, 1.0]
    assert system.target.tolist() == [120.0, 300.0, 300.0, 300.0]


def test_the_pace_is_that_of_the_contacts_in_hand_and_stays_at_the_last() -> None:
    pace = system_of(mixed()).pace
    assert pace is not None
    assert pace[1].tolist() == [1.0, 1.0, 1.3, 1.5, 1.5, 1.5, 1.5]
    assert pace[0].tolist() == [1.0] * 7
    assert system_of(organisation()).pace is None


def test_customer_classes_are_lines_with_their_share_and_value() -> None:
    classes = (CustomerClass("gold", 0.2, 5.0), CustomerClass("rest", 0.8, 0.5))
    centre = replace(mixed(), customer_classes=classes)
    lines = make_lines(centre)
    assert [(line.group, line.customer_class.id, line.share) for line in lines[:4]] == [
        (0, "gold", 0.2),
        (0, "rest", 0.8),
        (1, "gold", 0.2),
        (1, "rest", 0.8),
    ]
    assert system_of(centre).value.tolist()[2:4] == [10.0, 1.0]
    assert len({line.name for line in lines}) == len(lines)


def test_amounts_become_lines_by_the_least_authority_that_suffices() -> None:
    lines = make_lines(refunds())
    assert [(line.authority, line.share) for line in lines] == [
        (0.0, 0.25),
        (50.0, 0.25),
        (500.0, 0.25),
        (math.inf, 0.25),
    ]


def test_only_who_has_the_authority_serves() -> None:
    centre = refunds()
    may = make_pools(centre, make_lines(centre), RULES["fifo"]).may_serve
    pools = make_pools(centre, make_lines(centre), RULES["fifo"]).of_agent
    assert may[:, pools[0]].tolist() == [True, True, False, False]
    assert may[:, pools[1]].tolist() == [True, True, True, False]
    assert may[:, pools[2]].tolist() == [True, False, False, False]


def test_what_nobody_may_grant_is_left_and_the_rest_is_answered() -> None:
    centre = refunds()
    result = simulate(
        centre,
        always(centre),
        *work(centre, 4.0, 60.0),
        settings=Settings(absence=0.0, replications=10),
    )
    (group,) = result.groups
    assert group.left.mean is not None
    assert group.offered.mean is not None
    assert group.left.mean / group.offered.mean == pytest.approx(0.25, abs=0.03)


def test_customers_stay_in_their_class_and_are_spread_over_authorities() -> None:
    centre = replace(
        mixed(),
        customer_classes=(CustomerClass("gold", 0.5), CustomerClass("rest", 0.5)),
        flows=(Flow("voice:orders", "app:billing", 0.4, FlowKind.TRANSFER, 60.0, True),),
    )
    voice, chat, app, email = centre.groups
    app = replace(app, amounts=(0.0, 0.0, 0.0, 10.0))
    centre = replace(centre, groups=(voice, chat, app, email))
    lines, flows = make_lines(centre), system_of(centre).flows
    told = {
        (lines[a].name, lines[b].name): share
        for a, b, share in zip(flows.source, flows.target, flows.share, strict=True)
    }
    assert told == pytest.approx(
        {
            ("voice:orders/gold/0", "app:billing/gold/0"): 0.3,
            ("voice:orders/gold/0", "app:billing/gold/inf"): 0.1,
            ("voice:orders/rest/0", "app:billing/rest/0"): 0.3,
            ("voice:orders/rest/0", "app:billing/rest/inf"): 0.1,
        }
    )
    assert flows.delay_s.tolist() == [60.0] * 4
    assert flows.pauses.all()
    assert not flows.repeat.any()
    assert not flows.retry.any()


def with_clock() -> Organisation:
    """Return P0 faults that move to the experts after ten minutes; the front line is one agent."""
    base = organisation()
    fault = PlanningGroup(
        "voice:faults",
        "voice",
        "orders",
        priority=Priority.P0,
        escalate_after_seconds=600.0,
        escalate_to="voice:experts",
    )
    experts = PlanningGroup("voice:experts", "voice", "billing", tier=Tier.TECHNICAL)
    return replace(
        base,
        groups=(fault, experts),
        agents=(
            Agent("front", "core", "paris", {"orders": 3}),
            Agent("expert", "core", "paris", {"billing": 3}, tier=Tier.TECHNICAL),
        ),
    )


def test_a_clock_moves_contacts_to_the_experts_with_their_wait() -> None:
    centre = with_clock()
    tried = try_out(
        centre,
        always(centre),
        *work(centre, [6.0, 0.0], 900.0),  # three times what one agent can do
        settings=Settings(absence=0.0, replications=1, records=1),
    )
    (kept,) = tried.records
    answered = kept[kept["outcome"] == 1]
    by_experts = answered[answered["agent"] == 1]
    assert len(by_experts) > 50
    assert (by_experts["line"] == 1).all()
    assert (by_experts["origin"] == 0).all()
    assert by_experts["wait"].min() >= 600.0
    assert (answered["wait"][answered["agent"] == 0] <= 600.0).all()


def test_an_idle_expert_takes_a_p0_at_the_very_end_of_its_clock() -> None:
    centre = with_clock()
    offered, aht_s = work(centre, [0.05, 0.0], 60.0)
    roster = always(centre)
    roster = replace(roster, shifts=roster.shifts[1:])  # nobody at the front line
    tried = try_out(
        centre, roster, offered, aht_s, settings=Settings(absence=0.0, replications=1, records=1)
    )
    (kept,) = tried.records
    answered = kept[kept["outcome"] == 1]
    assert len(answered)
    assert answered["wait"].min() == pytest.approx(600.0)
    assert np.median(answered["wait"]) == pytest.approx(600.0)


def test_an_escalation_keeps_the_class_and_enough_authority() -> None:
    centre = with_clock()
    fault, experts = centre.groups
    centre = replace(
        centre,
        groups=(replace(fault, amounts=(0.0, 80.0)), replace(experts, amounts=(0.0, 30.0, 80.0))),
        customer_classes=(CustomerClass("gold", 0.5), CustomerClass("rest", 0.5)),
        agents=(centre.agents[0], replace(centre.agents[1], authority=100.0)),
    )
    lines = make_lines(centre)
    to = system_of(centre).escalate_to
    assert to is not None
    moves = {lines[i].name: lines[int(j)].name for i, j in enumerate(to) if j >= 0}
    assert moves == {
        "voice:faults/gold/0": "voice:experts/gold/0",
        "voice:faults/gold/100": "voice:experts/gold/100",
        "voice:faults/rest/0": "voice:experts/rest/0",
        "voice:faults/rest/100": "voice:experts/rest/100",
    }
