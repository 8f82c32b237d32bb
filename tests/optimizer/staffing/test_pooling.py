"""Pooled requirements: between the separate one and one common queue, as the skills allow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.model import (
    Channel,
    ChannelKind,
    Organisation,
    PlanningGroup,
    Requirement,
    ServiceGoal,
    Tier,
)
from optimizer.staffing import Method, least_agents, pooled_requirement, required_agents
from tests.optimizer.staffing.pooling_cases import GOAL, GRID, centre


def pool(
    model: Organisation, offered: list[list[float]], aht_s: float = 180.0
) -> tuple[Requirement, Requirement]:
    names = [group.id for group in model.groups]
    separate = required_agents(model, GRID, names, offered, aht_s, method=Method.BY_INTERVAL)
    return separate, pooled_requirement(separate, model, offered, aht_s)


def test_specialists_need_what_each_group_needs_by_itself() -> None:
    separate, pooled = pool(centre({"a": 9, "b": 9}), [[400, 100, 5], [400, 300, 0]])
    assert (pooled.agents == separate.agents).all()


def test_agents_who_can_do_all_need_what_one_queue_needs() -> None:
    _, pooled = pool(centre({"a+b+c": 9}), [[400, 100, 5], [400, 300, 0], [100, 100, 20]])
    assert pooled.agents.sum(axis=0) == pytest.approx(
        least_agents(GOAL, [900, 500, 25], 180.0, 3600.0)
    )


def test_more_flexible_agents_need_fewer_agents_until_one_queue_is_reached() -> None:
    offered = [[400.0, 200.0, 50.0]] * 2
    totals = [
        pool(centre({"a": 12 - k, "b": 12 - k, "a+b": 2 * k}), offered)[1].agents.sum(axis=0)
        for k in (0, 1, 3, 6, 12)
    ]
    assert (np.diff(totals, axis=0) <= 0).all()
    assert (totals[-1] < totals[0]).all()


@settings(max_examples=30)
@given(
    st.lists(st.floats(0, 600), min_size=9, max_size=9),
    st.lists(st.integers(0, 5), min_size=4, max_size=4),
    st.lists(st.integers(0, 4), min_size=3, max_size=3),
)
def test_a_pooled_row_lies_between_its_bounds(
    figures: list[float], counts: list[int], floors: list[int]
) -> None:
    kinds = dict(zip(("a+b", "b+c", "a+b+c", "a"), counts, strict=True))
    groups = tuple(
        PlanningGroup(name, "voice", name, goal=GOAL, floor=floor)
        for name, floor in zip("abc", floors, strict=True)
    )
    model = centre({"a": 2, "b": 2, "c": 2} | kinds, groups)
    offered = np.array(figures).reshape(3, 3)
    separate, pooled = pool(model, offered.tolist())
    busy = offered > 0
    assert (pooled.agents <= separate.agents).all()
    assert (pooled.agents == np.floor(pooled.agents)).all()
    assert (pooled.agents >= np.where(busy, np.array(floors)[:, np.newaxis], 0)).all()
    common = least_agents(GOAL, offered.sum(axis=0), 180.0, 3600.0)
    assert (pooled.agents.sum(axis=0) >= common - 1e-9).all()


def test_experts_are_not_counted_on_for_the_front_line() -> None:
    front = PlanningGroup("front", "voice", "a", goal=GOAL)
    expert = PlanningGroup("expert", "voice", "b", goal=GOAL, tier=Tier.TECHNICAL)
    base = centre({"a": 10, "a+b": 10}, (front, expert))
    experts = tuple(
        replace(agent, tier=Tier.TECHNICAL) if "b" in agent.skills else agent
        for agent in base.agents
    )
    separate, pooled = pool(replace(base, agents=experts), [[400, 400, 50], [100, 100, 50]])
    assert (pooled.agents == separate.agents).all()


def test_agents_of_a_floor_lend_no_help() -> None:
    model = centre({"a": 6, "b": 6, "a+b": 8})
    floored = replace(model, groups=tuple(replace(g, floor=50) for g in model.groups))
    offered = [[400.0, 200.0, 50.0]] * 2
    assert (pool(floored, offered)[1].agents == 50).all()


def test_deferred_work_and_fractions_stay_what_they_are() -> None:
    email = PlanningGroup("email", "email", "a", goal=ServiceGoal(first_response_seconds=7200))
    groups = (PlanningGroup("a", "voice", "a", goal=GOAL), email)
    separate, pooled = pool(centre({"a": 10}, groups), [[400, 400, 50], [33, 0, 7]])
    assert (pooled.agents == separate.agents).all()

    model = centre({"a+b": 9})
    names = [group.id for group in model.groups]
    fractions = Requirement(GRID, tuple(names), np.full((2, 3), 20.4))
    pooled = pooled_requirement(fractions, model, np.full((2, 3), 350.0), 180.0)
    assert (pooled.agents < 20.4).all()
    assert (pooled.agents != np.floor(pooled.agents)).all()


def test_equal_arguments_give_equal_requirements() -> None:
    model, offered = centre({"a": 6, "b": 6, "a+b": 3}), [[400.0, 200.0, 50.0]] * 2
    first, second = (pool(model, offered)[1].agents for _ in range(2))
    assert (first == second).all()


def test_what_does_not_fit_together_is_bad_input() -> None:
    model = centre({"a": 1, "b": 1})
    needed = Requirement(GRID, ("a", "b"), np.ones((2, 3)))
    with pytest.raises(InvalidInput) as caught:
        pooled_requirement(needed, model, np.ones((2, 4)), 180.0)
    assert caught.value.issues
    with pytest.raises(InvalidInput):
        pooled_requirement(replace(needed, groups=("a", "z")), model, np.ones((2, 3)), 180.0)
    with pytest.raises(InvalidInput):
        pooled_requirement(needed, model, np.ones((2, 3)), 180.0, draws=0)
    with pytest.raises(InvalidInput):
        pooled_requirement(needed, centre({"a+b": 1}), -np.ones((2, 3)), 180.0)


def test_chats_that_slow_each_other_down_share_agents_with_calls() -> None:
    voice = PlanningGroup("voice", "voice", "a", goal=GOAL)
    model = centre({"a": 10}, (voice, replace(voice, id="chat", channel="chat")))
    model = replace(
        model, channels=(*model.channels, Channel("chat", ChannelKind.CHAT, 3, (1.0, 1.3, 1.6)))
    )
    separate, pooled = pool(model, [[200, 100, 0], [300, 100, 20]])
    assert pooled.agents.sum(axis=0)[0] < separate.agents.sum(axis=0)[0]
    work = np.array([[200, 100, 0], [300, 100, 20]]) / 20 * [[1.0], [1.6 / 3]]
    assert (pooled.agents.sum(axis=0) >= work.sum(axis=0)).all()
    assert pooled.agents[:, 2].tolist() == separate.agents[:, 2].tolist()
