"""The score in points, computed by hand and by its parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model import RoutingWeights
from optimizer.routing.score import (
    agent_points,
    base_parts,
    base_score,
    base_weights,
    fit_share,
    promoted,
    skill_fit,
    urgency,
    wait_target,
)

WEIGHTS = base_weights(RoutingWeights())


@pytest.mark.parametrize(
    ("rank", "customer_value", "wait", "target", "points"),
    [
        (0, 1.0, 0.0, 60.0, 300.0 + 10.0),
        (0, 0.0, 60.0, 60.0, 300.0 + 20.0),
        (1, 2.0, 60.0, 120.0, 200.0 + 20.0 + 10.0),
        (2, 0.5, 900.0, 300.0, 100.0 + 5.0 + 60.0),
        (3, 0.0, 1800.0, 28800.0, 1.25),
        (3, 0.0, -5.0, 60.0, 0.0),
    ],
)
def test_the_base_adds_priority_customer_value_and_wait_in_targets(
    rank: int, customer_value: float, wait: float, target: float, points: float
) -> None:
    assert base_score(rank, customer_value, wait, target, WEIGHTS) == pytest.approx(points)


@pytest.mark.parametrize(
    ("needs", "held", "points"),
    [
        ({}, {}, 10.0),
        ({}, {"a": 3, "b": 1}, 10.0),
        ({"a": 1}, {"a": 5}, 10.0),
        ({"a": 1}, {"a": 1}, 6.0),
        ({"a": 1}, {"a": 5, "b": 5}, 7.5),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2, "c": 5}, 10 * (0.3 + 2 / 3) / 2),
    ],
)
def test_the_fit_is_the_mean_of_proficiency_and_specialisation(
    needs: dict[str, int], held: dict[str, int], points: float
) -> None:
    assert skill_fit(needs, held, 10.0) == pytest.approx(points)


@pytest.mark.parametrize(
    ("wait", "rank"),
    [(0.0, 3), (119.0, 3), (120.0, 2), (239.0, 2), (240.0, 1), (360.0, 0), (1e12, 0), (-500.0, 3)],
)
def test_a_ticket_gains_a_step_of_priority_whenever_it_has_waited_so_many_targets_more(
    wait: float, rank: int
) -> None:
    weights = base_weights(RoutingWeights(promote_after=2.0))
    assert promoted(3, wait, 60.0, weights) == rank
    never = base_weights(RoutingWeights(promote_after=None))
    assert promoted(3, wait, 60.0, never) == 3


@pytest.mark.parametrize(("wait", "target"), [(1e9, 5e-324), (5e-324, 5e-324), (1e-300, 1e-200)])
def test_promotions_neither_overflow_nor_divide_by_nothing(wait: float, target: float) -> None:
    assert 0 <= promoted(3, wait, target, base_weights(RoutingWeights(promote_after=1e-200))) <= 3


@pytest.mark.parametrize(
    ("exponent", "speed", "points"), [(1.0, 1.0, 40.0), (2.0, 1.0, 80.0), (3.0, 0.5, 80.0)]
)
def test_the_wait_counts_convexly_and_more_for_short_work(
    exponent: float, speed: float, points: float
) -> None:
    weights = base_weights(RoutingWeights(wait_exponent=exponent))
    assert urgency(120.0, 60.0, speed, weights) == pytest.approx(points)
    assert urgency(-120.0, 60.0, speed, weights) == 0.0


def test_agents_gain_by_idle_time_and_lose_by_time_worked() -> None:
    weights = RoutingWeights(idle=3.0, idle_target_seconds=300.0, worked=2.0)
    points = agent_points(weights, np.array([0.0, 600.0, -5.0]), np.array([1800.0, 0.0, 0.0]))
    assert points.tolist() == [-1.0, 6.0, 0.0]


ROWS = st.tuples(
    st.integers(0, 3),
    st.floats(0, 1e6),
    st.floats(-1e6, 1e6),
    st.floats(1, 1e5),
    st.floats(0.01, 100.0),
    st.floats(0.0, 1e3),
)


@settings(deadline=None)
@given(st.lists(ROWS, max_size=20), st.sampled_from([None, 0.5]), st.sampled_from([1.0, 2.5]))
def test_the_array_form_agrees_with_the_kernel(
    rows: list[tuple[int, float, float, float, float, float]],
    promote_after: float | None,
    exponent: float,
) -> None:
    weights = base_weights(RoutingWeights(promote_after=promote_after, wait_exponent=exponent))
    ranks = np.array([row[0] for row in rows], dtype=np.int64)
    columns = [np.array([row[i] for row in rows], dtype=np.float64) for i in range(1, 6)]
    single = [base_score(*row[:4], weights, *row[4:]) for row in rows]
    parts = base_parts(ranks, *columns, weights)
    assert parts.sum(axis=1).tolist() == pytest.approx(single, rel=1e-12)


def test_the_target_is_what_was_promised_or_else_the_priority_s() -> None:
    weights = RoutingWeights()
    assert wait_target(weights, 3, 8 * 3600.0) == 8 * 3600.0
    assert wait_target(weights, 3, None) == 1800.0
    assert wait_target(replace(weights, own_deadlines=False), 3, 8 * 3600.0) == 1800.0


@given(st.integers(1, 40), st.integers(0, 40), st.data())
def test_a_fit_is_a_share_that_rises_with_levels_and_falls_with_other_skills(
    needed: int, others: int, data: st.DataObject
) -> None:
    levels = data.draw(st.integers(needed, 5 * needed))
    share = fit_share(levels, needed, needed, needed + others)
    assert 0.0 < share <= 1.0
    assert fit_share(levels, needed, needed, needed + others + 1) < share
    assert fit_share(levels - 1, needed, needed, needed + others) < share
    assert fit_share(levels, needed - 1, needed, needed + others) < share


def test_skills_that_are_asked_for_no_more_count_as_not_held() -> None:
    assert skill_fit({"a": 1, "b": 1}, {"a": 5}, 10.0) == pytest.approx(10 * (0.5 + 1.0) / 2)
    assert skill_fit({"a": 1}, {}, 10.0) == 0.0
