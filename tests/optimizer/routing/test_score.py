"""The score in points, computed by hand and by its parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.model import RoutingWeights
from optimizer.routing.score import (
    base_parts,
    base_score,
    base_scores,
    fit_share,
    skill_fit,
    wait_target,
    weight_vector,
)

WEIGHTS = weight_vector(RoutingWeights())


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


ROWS = st.tuples(st.integers(0, 3), st.floats(0, 1e6), st.floats(-1e6, 1e6), st.floats(1, 1e5))


@given(st.lists(ROWS, max_size=20))
def test_the_array_forms_agree_with_the_kernel(rows: list[tuple[int, float, float, float]]) -> None:
    ranks = np.array([row[0] for row in rows], dtype=np.int64)
    values = np.array([row[1] for row in rows], dtype=np.float64)
    waits = np.array([row[2] for row in rows], dtype=np.float64)
    targets = np.array([row[3] for row in rows], dtype=np.float64)
    single = [base_score(*row, WEIGHTS) for row in rows]
    assert base_scores(ranks, values, waits, targets, WEIGHTS).tolist() == single
    parts = base_parts(ranks, values, waits, targets, WEIGHTS)
    assert [sum(row) for row in parts.tolist()] == single


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
    share = fit_share(levels, needed, needed + others)
    assert 0.0 < share <= 1.0
    assert fit_share(levels, needed, needed + others + 1) < share
    assert fit_share(levels - 1, needed, needed + others) < share
