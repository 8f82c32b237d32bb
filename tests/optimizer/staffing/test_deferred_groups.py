"""Deferred groups use the idle time of colleagues with their skills, and agents of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.model import (
    Agent,
    Channel,
    ChannelKind,
    Organisation,
    PlanningGroup,
    ServiceGoal,
    TimeGrid,
)
from optimizer.staffing import DeferredMethod, DeferredStaffing, staff_deferred
from tests.optimizer.builders import MONDAY, organisation

GRID = TimeGrid(TimeGrid.of_days(MONDAY, 1).start, 60, 6)
OPEN = np.ones((3, 6), dtype=bool)
GOAL = ServiceGoal(0.8, 20.0, max_occupancy=0.9)


def centre(*skills: dict[str, int], window_s: float | None = 2 * 3600.0) -> Organisation:
    """Return voice and chat for orders, email for billing, and an agent for each set of skills."""
    base = organisation()
    emails = ServiceGoal(first_response_seconds=window_s, max_occupancy=0.8)
    return replace(
        base,
        channels=(
            Channel("voice", ChannelKind.VOICE),
            Channel("chat", ChannelKind.CHAT, concurrency=2),
            Channel("email", ChannelKind.EMAIL),
        ),
        groups=(
            PlanningGroup("voice", "voice", "orders", goal=GOAL),
            PlanningGroup("email", "email", "billing", goal=emails),
            PlanningGroup("chat", "chat", "orders", goal=GOAL),
        ),
        agents=tuple(Agent(f"a{i}", "core", "paris", known) for i, known in enumerate(skills)),
    )


BOTH, ORDERS = {"orders": 1, "billing": 1}, {"orders": 1}
LOAD = np.array([[7.0] * 6, [6.0, 0.0, 0.0, 0.0, 3.0, 0.0], [4.0] * 6])
AGENTS = np.array([[10.0] * 6, [0.0] * 6, [5.0] * 6])


def staffed(organisation: Organisation, method: DeferredMethod) -> DeferredStaffing:
    return staff_deferred(organisation, GRID, organisation.groups, LOAD, OPEN, AGENTS, method)


def test_work_is_spread_by_agents_of_its_own() -> None:
    plan = staffed(centre(BOTH), DeferredMethod.SPREAD)
    assert plan.agents[0] * 0.8 == pytest.approx([3.0, 3.0, 0.0, 0.0, 1.5, 1.5])


def test_idle_time_up_to_each_groups_occupancy_is_filled_first() -> None:
    # Nine tenths of ten agents less seven calls, and of five less four chats two at a time.
    idle = 2.0 + 2.5
    plan = staffed(centre(BOTH), DeferredMethod.FILL)
    assert not plan.agents.any()
    heavy = LOAD.copy()
    heavy[1, 0] = 2 * idle + 1.6
    more = staff_deferred(
        centre(BOTH), GRID, centre().groups, heavy, OPEN, AGENTS, DeferredMethod.FILL
    )
    assert more.agents[0] == pytest.approx([1.0, 1.0, 0.0, 0.0, 0.0, 0.0])


def test_only_the_share_of_agents_with_the_skill_has_time() -> None:
    # One of four: 4.5 / 4 an hour.
    plan = staffed(centre(BOTH, ORDERS, ORDERS, ORDERS), DeferredMethod.FILL)
    left = (6.0 - 2 * 4.5 / 4) / 2
    assert plan.agents[0] * 0.8 == pytest.approx([left, left, 0, 0, 0.375, 0.375])


@pytest.mark.parametrize("agents", [(), (ORDERS,), ({"billing": 1},)])
def test_where_nobody_has_both_skills_all_work_needs_agents_of_its_own(
    agents: tuple[dict[str, int], ...],
) -> None:
    plan = staffed(centre(*agents), DeferredMethod.FILL)
    assert plan.agents[0] * 0.8 == pytest.approx([3.0, 3.0, 0.0, 0.0, 1.5, 1.5])


@pytest.mark.parametrize("method", DeferredMethod)
def test_work_of_the_closed_evening_is_carried_in_hours(method: DeferredMethod) -> None:
    opened = OPEN.copy()
    opened[1, 4:] = False
    base = centre(ORDERS)
    plan = staff_deferred(base, GRID, base.groups, LOAD, opened, AGENTS, method)
    assert plan.carried == pytest.approx([3.0])
    assert not plan.agents[:, 4:].any()


@pytest.mark.parametrize("method", DeferredMethod)
def test_without_deferred_groups_there_is_nothing_to_staff(method: DeferredMethod) -> None:
    base = centre(BOTH)
    quick = [base.groups[0], base.groups[2]]
    plan = staff_deferred(base, GRID, quick, LOAD[[0, 2]], OPEN[[0, 2]], AGENTS[[0, 2]], method)
    assert plan.agents.shape == (0, 6)
    assert plan.carried.shape == (0,)


@pytest.mark.parametrize("method", DeferredMethod)
def test_a_resolution_alone_is_the_window_and_no_goal_means_at_once(
    method: DeferredMethod,
) -> None:
    base = centre(ORDERS, window_s=None)
    at_once = staff_deferred(base, GRID, base.groups, LOAD, OPEN, AGENTS, method)
    assert at_once.agents[0] * 0.8 == pytest.approx(LOAD[1])
    goal = ServiceGoal(resolution_seconds=3 * 3600.0, max_occupancy=1.0)
    voice, email, chat = base.groups
    base = replace(base, groups=(voice, replace(email, goal=goal), chat))
    patient = staff_deferred(base, GRID, base.groups, LOAD, OPEN, AGENTS, method)
    assert patient.agents[0] == pytest.approx([2.0, 2.0, 2.0, 0.0, 1.5, 1.5])
