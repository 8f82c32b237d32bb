"""Five regions with experts of their own or in common: what the same service needs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InvalidInput
from optimizer.model import (
    Agent,
    Channel,
    ChannelKind,
    Organisation,
    PlanningGroup,
    ServiceGoal,
    Site,
    Skill,
    Tier,
    TimeGrid,
)
from optimizer.staffing import Pooling, SiteOutcome, compare_sites, least_agents, performance
from tests.optimizer.builders import MONDAY, organisation

REGIONS = ("north", "south", "east", "west", "centre")
SHARES = dict.fromkeys(REGIONS, 0.2)
GRID = replace(TimeGrid.of_days(MONDAY, 1, 60), count=2)
GOAL = ServiceGoal(0.8, 20.0)


def five_regions() -> Organisation:
    return replace(
        organisation(),
        skills=(Skill("orders"), Skill("faults")),
        channels=(
            Channel("voice", ChannelKind.VOICE),
            Channel("chat", ChannelKind.CHAT, 3, (1.0, 1.2, 1.5)),
            Channel("email", ChannelKind.EMAIL),
        ),
        sites=tuple(Site(region) for region in REGIONS),
        groups=(
            PlanningGroup("orders", "voice", "orders", goal=GOAL, shrinkage=0.5),
            PlanningGroup("faults", "voice", "faults", goal=GOAL, tier=Tier.TECHNICAL),
        ),
        agents=tuple(
            Agent(f"{region}{i}", "core", region, {"orders": 3}) for region in REGIONS for i in "01"
        ),
    )


def compare(
    offered: list[list[float]], *, pooled: list[str] | None = None, pooled_share: float = 0.0
) -> dict[Pooling, SiteOutcome]:
    outcomes = compare_sites(
        five_regions(), GRID, offered, 180.0, SHARES, pooled=pooled, pooled_share=pooled_share
    )
    return {outcome.pooling: outcome for outcome in outcomes}


def agents(offered: float) -> int:
    return int(least_agents(GOAL, offered, 180.0, 3600.0))


def test_each_way_needs_the_agents_of_its_queues() -> None:
    found = compare([[400.0, 100.0], [100.0, 50.0]])
    assert found[Pooling.CENTRALISED].agents.tolist() == [
        agents(400) + agents(100),
        agents(100) + agents(50),
    ]
    assert found[Pooling.DISTRIBUTED].agents.tolist() == [
        5 * (agents(80) + agents(20)),
        5 * (agents(20) + agents(10)),
    ]
    assert found[Pooling.HYBRID].agents.tolist() == [
        5 * agents(80) + agents(100),
        5 * agents(20) + agents(50),
    ]


def test_the_figures_are_those_of_the_queues() -> None:
    found = compare([[400.0, 0.0], [0.0, 0.0]])[Pooling.DISTRIBUTED]
    each = agents(80)
    assert found.agent_hours == 5 * each
    assert found.scheduled_hours == 10 * each
    assert found.peak_agents == 5 * each
    assert found.occupancy == pytest.approx(20 / (5 * each))
    level = float(performance(each, 80, 180.0, 3600.0, within_s=20.0).served_within)
    assert found.service_level == {"orders": pytest.approx(level), "faults": None}
    assert found.overall_service_level == pytest.approx(level)
    assert found.hours_by_group.tolist() == [5.0 * each, 0.0]


def test_every_way_reaches_the_goals_and_the_hybrid_lies_between() -> None:
    found = compare([[400.0, 100.0], [100.0, 50.0]])
    hours = {pooling: outcome.agent_hours for pooling, outcome in found.items()}
    assert hours[Pooling.CENTRALISED] < hours[Pooling.HYBRID] < hours[Pooling.DISTRIBUTED]
    for outcome in found.values():
        assert all(level is not None and level >= 0.8 for level in outcome.service_level.values())


def test_a_pooled_share_adds_a_common_queue_to_those_of_the_sites() -> None:
    hybrid = compare([[400.0, 0.0], [0.0, 0.0]], pooled=[], pooled_share=0.5)[Pooling.HYBRID]
    assert hybrid.agents[0] == agents(200) + 5 * agents(40)
    assert "orders" in hybrid.requirement.groups


def test_chats_and_email_are_compared_too() -> None:
    base = five_regions()
    orders, faults = base.groups
    email = replace(faults, channel="email", goal=ServiceGoal(first_response_seconds=7200.0))
    mixed = replace(base, groups=(replace(orders, channel="chat"), email))
    central, distributed, _ = compare_sites(
        mixed, GRID, [[300.0, 100.0], [50.0, 0.0]], [[300.0], [600.0]], SHARES
    )
    assert central.agent_hours < distributed.agent_hours
    level = central.service_level["orders"]
    assert level is not None
    assert level >= 0.8
    assert central.service_level["faults"] is None
    assert distributed.hours_by_group[1] == pytest.approx(central.hours_by_group[1])


def test_one_site_is_the_same_in_every_way() -> None:
    offered = [[400.0, 100.0], [100.0, 50.0]]
    outcomes = compare_sites(five_regions(), GRID, offered, 180.0, {"north": 1.0})
    assert len({outcome.agent_hours for outcome in outcomes}) == 1


def test_without_contacts_nothing_is_needed_and_nothing_divided_by_zero() -> None:
    for outcome in compare([[0.0, 0.0], [0.0, 0.0]]).values():
        assert outcome.agent_hours == 0.0
        assert outcome.occupancy is None
        assert outcome.overall_service_level is None


def test_wrong_shapes_are_bad_input() -> None:
    with pytest.raises(InvalidInput):
        compare_sites(five_regions(), GRID, np.ones((1, 2)), 180.0, SHARES)
    with pytest.raises(InvalidInput):
        compare_sites(five_regions(), GRID, -np.ones((2, 2)), 180.0, SHARES)
