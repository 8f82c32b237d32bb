"""Priority classes: published waits, the chain of two classes, and what priorities conserve."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.errors import InvalidInput
from optimizer.model import ServiceGoal
from optimizer.staffing import (
    least_agents,
    least_priority_agents,
    performance,
    priority_waits,
)

HALF_HOUR = 1800.0


def two_class_chain(agents: int, loads: tuple[float, float], room: int) -> tuple[float, float]:
    """Return the mean waits of two classes from the balance equations over both queues."""
    index = {}
    for busy in range(agents):
        index[busy, 0, 0] = len(index)
    for first in range(room + 1):
        for second in range(room + 1):
            index[agents, first, second] = len(index)
    generator = np.zeros((len(index), len(index)))
    for (busy, first, second), row in index.items():
        targets = []
        if busy < agents:
            targets.append(((busy + 1, 0, 0), sum(loads)))
        else:
            targets += [
                ((busy, first + 1, second), loads[0]),
                ((busy, first, second + 1), loads[1]),
            ]
        if first:
            targets.append(((busy, first - 1, second), busy))
        elif second:
            targets.append(((busy, first, second - 1), busy))
        elif busy:
            targets.append(((busy - 1, 0, 0), busy))
        for target, rate in targets:
            if target in index:
                generator[row, index[target]] += rate
    generator -= np.diag(generator.sum(axis=1))
    equations = np.vstack([generator.T[1:], np.ones(len(index))])
    share = np.linalg.solve(equations, np.r_[np.zeros(len(index) - 1), 1.0])
    queues = np.array([(first, second) for _, first, second in index])
    first, second = share @ queues / np.array(loads)
    return first, second


def test_two_classes_have_the_published_waits() -> None:
    """n = 10, mu = 1/5, lambda = (0.6, 1.2): 3.3437 without priorities."""
    figures = priority_waits(10, [0.6, 1.2], 5.0, 1.0)
    assert np.round(figures.mean_answer_s, 4).tolist() == [0.4777, 4.7767]
    together = performance(10, 1.8, 5.0, 1.0)
    assert round(float(together.mean_wait_s), 4) == 3.3437


def test_three_classes_have_the_published_waits() -> None:
    figures = priority_waits(12, [10, 30, 60], 180, HALF_HOUR)
    assert float(figures.waiting) == pytest.approx(0.449388224298, rel=1e-11)
    assert figures.mean_answer_s[1:] == pytest.approx([11.0304382328, 60.6674102803], rel=1e-11)


@pytest.mark.parametrize(("agents", "loads"), [(1, (0.2, 0.3)), (2, (0.9, 0.3)), (4, (0.5, 1.9))])
def test_two_classes_agree_with_the_chain_over_both_queues(
    agents: int, loads: tuple[float, float]
) -> None:
    figures = priority_waits(agents, loads, 1.0, 1.0)
    assert figures.mean_answer_s == pytest.approx(two_class_chain(agents, loads, 30), rel=1e-5)


@given(
    st.integers(1, 500),
    st.lists(st.floats(0.001, 100.0), min_size=1, max_size=6),
)
@settings(max_examples=100, deadline=None)
def test_priorities_only_move_waits_between_classes(agents: int, volumes: list[float]) -> None:
    figures = priority_waits(agents, volumes, 1.0, 1.0)
    waits = figures.mean_answer_s
    assert (np.diff(waits[np.isfinite(waits)]) >= 0.0).all()
    if sum(volumes) < 0.9999 * agents:
        together = performance(agents, sum(volumes), 1.0, 1.0)
        mean = np.average(waits, weights=volumes)
        assert mean == pytest.approx(float(together.mean_wait_s), rel=1e-8, abs=1e-300)
        assert float(figures.waiting) == pytest.approx(float(together.waiting), rel=1e-9)


def test_one_class_is_erlang_c() -> None:
    staff = np.array([11, 14, 30])
    figures = priority_waits(staff, [[100.0]], 180, HALF_HOUR)
    plain = performance(staff, 100, 180, HALF_HOUR)
    assert figures.mean_answer_s[0] == pytest.approx(plain.mean_answer_s, rel=1e-12)


def test_the_urgent_are_served_even_where_the_others_wait_for_ever() -> None:
    """With every agent always busy a class waits as in a queue with one agent n times as fast."""
    figures = priority_waits(10, [4.0, 5.0, 30.0], 1.0, 1.0)
    assert float(figures.waiting) == 1.0
    assert figures.mean_answer_s.tolist() == pytest.approx([1 / 6.0, 1 / 0.6, math.inf])


@given(
    st.lists(
        st.tuples(st.just(0.0) | st.floats(1e-6, 60.0), st.floats(0.5, 300.0) | st.just(math.inf)),
        min_size=1,
        max_size=4,
    ),
    st.floats(0.4, 1.0),
)
@settings(max_examples=100, deadline=None)
def test_the_least_agents_hold_every_wait_and_one_less_does_not(
    classes: list[tuple[float, float]], cap: float
) -> None:
    volumes, goals = np.array(classes).T
    agents = int(least_priority_agents(goals, volumes, 200.0, HALF_HOUR, max_occupancy=cap))

    def hold(staff: int) -> bool:
        figures = priority_waits(staff, volumes, 200.0, HALF_HOUR)
        slack = 1.0 + 1e-9
        late = (figures.mean_answer_s > goals * slack) & (volumes > 0.0)
        return bool(figures.load < staff and not late.any() and figures.load <= cap * staff * slack)

    assert agents == 0 if volumes.sum() == 0.0 else hold(agents) and not hold(agents - 1)


def test_one_class_needs_what_erlang_c_needs_for_the_same_answer_time() -> None:
    volumes = np.linspace(0.0, 900.0, 25)
    alone = least_agents(
        ServiceGoal(mean_answer_seconds=15.0, max_occupancy=1.0), volumes, 240.0, HALF_HOUR
    )
    found = least_priority_agents([15.0], volumes[np.newaxis], 240.0, HALF_HOUR)
    assert found.tolist() == alone.tolist()


def test_classes_broadcast_against_the_intervals_of_the_other_arguments() -> None:
    figures = priority_waits([9, 10, 14], [20.0, 60.0], [180.0], HALF_HOUR)
    assert figures.mean_answer_s.shape == (2, 3)
    alone = priority_waits(14, [20.0, 60.0], 180.0, HALF_HOUR)
    assert figures.mean_answer_s[:, 2].tolist() == alone.mean_answer_s.tolist()
    agents = least_priority_agents([5.0, 20.0], [20.0, 60.0], [180.0, 90.0, 9.0], HALF_HOUR)
    assert agents.shape == (3,)


def test_five_thousand_agents_have_waits() -> None:
    figures = priority_waits(5000, [20_000, 29_900], 180, HALF_HOUR)
    assert 0.0 < figures.mean_answer_s[0] < figures.mean_answer_s[1] < 60.0
    goals = [5.0, 60.0]
    assert int(least_priority_agents(goals, [20_000, 29_900], 180, HALF_HOUR)) in range(4990, 5100)


def test_every_absurd_number_of_the_classes_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        priority_waits(2.5, [math.nan, 1], 0, 0)
    assert [issue.pointer for issue in caught.value.issues] == [
        "/agents",
        "/offered/0",
        "/aht_s",
        "/interval_s",
    ]
    with pytest.raises(InvalidInput) as caught:
        least_priority_agents([0.0], [1, -2], [180.0], 0, max_occupancy=2)
    assert [issue.pointer for issue in caught.value.issues] == [
        "/mean_answer_s",
        "/mean_answer_s/0",
        "/interval_s",
        "/max_occupancy",
        "/offered/1/0",
    ]


@pytest.mark.parametrize("offered", [5.0, []])
def test_no_class_is_bad_input(offered: float | list[float]) -> None:
    with pytest.raises(InvalidInput) as caught:
        priority_waits(3, offered, 180, HALF_HOUR)
    assert [issue.code for issue in caught.value.issues] == ["bad_shape"]


def test_a_load_of_more_than_a_million_is_refused() -> None:
    with pytest.raises(InvalidInput):
        priority_waits(3, [1e9, 1e9], 180, HALF_HOUR)
    with pytest.raises(InvalidInput):
        least_priority_agents([9.0], [100], 180, HALF_HOUR, max_occupancy=1e-6)
