"""The domain model becomes pools, lines, stretches and pay without loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.model import (
    ActivityKind,
    Agent,
    Channel,
    ChannelKind,
    Organisation,
    PlannedActivity,
    PlanningGroup,
    Priority,
    Roster,
    RoutingWeights,
    Shift,
    TimeGrid,
    can_serve,
)
from optimizer.routing import skill_fit
from optimizer.simulation.centre import make_pools, make_stretches, make_system, pay, shrinkage
from tests.optimizer.builders import MONDAY, organisation


def mixed() -> Organisation:
    """Return voice, chats three and two at a time, and email, with agents of several kinds."""
    base = organisation()
    return replace(
        base,
        channels=(
            Channel("voice", ChannelKind.VOICE),
            Channel("chat", ChannelKind.CHAT, 3),
            Channel("app", ChannelKind.CHAT, 2),
            Channel("email", ChannelKind.EMAIL, 5),
        ),
        groups=(
            PlanningGroup("voice:orders", "voice", "orders", priority=Priority.P1, shrinkage=0.1),
            PlanningGroup("chat:orders", "chat", "orders", customer_value=2.0, shrinkage=0.3),
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


def test_agents_share_a_pool_if_and_only_if_they_are_alike() -> None:
    centre = mixed()
    pools = make_pools(centre, fit_weight=10.0)
    one, two, three, four, five = pools.of_agent.tolist()
    assert one == two
    assert len({one, three, four, five}) == 4
    for i, agent in enumerate(centre.agents):
        for g, group in enumerate(centre.groups):
            fit = pools.fit[g, pools.of_agent[i]]
            assert np.isfinite(fit) == can_serve(agent, group)
            if can_serve(agent, group):
                needs = {group.skill: group.min_level}
                assert fit == skill_fit(needs, agent.skills, 10.0)


def test_contacts_take_their_share_of_an_agent_and_deferred_work_all_of_one() -> None:
    centre = mixed()
    system = make_system(centre, make_pools(centre, 1.0), RoutingWeights())
    assert system.capacity == 6
    assert system.units.tolist() == [6, 2, 3, 6]
    assert system.deferred.tolist() == [False, False, False, True]
    assert system.rank.tolist() == [1, 2, 2, 2]
    assert system.value.tolist() == [1.0, 2.0, 1.0, 1.0]
    promised = centre.groups[3].goal.first_response_seconds
    assert system.target.tolist() == [120.0, 300.0, 300.0, promised or 300.0]


def test_shrinkage_is_the_mean_over_the_groups_that_an_agent_serves() -> None:
    centre = mixed()
    by_agent = shrinkage(centre, make_pools(centre, 1.0))
    assert by_agent == pytest.approx([0.2, 0.2, 0.1, 0.4 / 3, 0.0])


def rostered() -> Roster:
    meal = PlannedActivity(ActivityKind.MEAL, 24, 26, paid=False)
    training = PlannedActivity(ActivityKind.TRAINING, 30, 32, paid=True)
    return Roster(
        TimeGrid.of_days(MONDAY, 7, 30, "Europe/Paris"),
        (
            Shift("a0", "day", 18, 36, (meal, training)),
            Shift("a1", "day", 18, 36, (replace(meal, start=18, end=20),)),
            Shift("a2", "short", 5 * 48 + 20, 5 * 48 + 28),
            Shift("a2", "short", 7 * 48 - 4, 7 * 48 + 4),
        ),
    )


def test_stretches_are_shifts_without_activities_within_the_range() -> None:
    stretches = make_stretches(organisation(), rostered(), range(20, 7 * 48))
    rows = np.array([stretches.shift, stretches.agent, stretches.begin, stretches.end]).T
    assert rows.tolist() == [
        [0, 0, 20, 24],
        [0, 0, 26, 30],
        [0, 0, 32, 36],
        [1, 1, 20, 36],
        [2, 2, 260, 268],
        [3, 2, 332, 336],
    ]


def test_absent_shifts_give_no_staff_and_times_count_from_the_range() -> None:
    centre = organisation()
    stretches = make_stretches(centre, rostered(), range(20, 336))
    present = np.array([False, True, True, False])
    staff = stretches.staff(make_pools(centre, 1.0), present, first=20, slot_s=1800.0)
    assert staff.agent.tolist() == [1, 2]
    assert staff.begin.tolist() == [0.0, 240 * 1800.0]
    assert staff.end.tolist() == [16 * 1800.0, 248 * 1800.0]


def test_pay_counts_paid_time_calls_and_weekends() -> None:
    centre = organisation()
    core, on_call = centre.contracts
    centre = replace(centre, contracts=(core, replace(on_call, weekend_premium=0.5)))
    hours, cost = pay(centre, rostered(), range(7 * 48))
    assert hours.tolist() == [8.0, 8.0, 6.0]  # the last shift is half outside
    assert cost.tolist() == [160.0, 160.0, 6 * 25 * 1.5 + 2 * 15]
    hours, cost = pay(centre, rostered(), range(24, 48))
    assert hours.tolist() == [5.0, 6.0, 0.0]
    assert cost.tolist() == [100.0, 120.0, 0.0]
