"""Figures that are known are known rightly, and ours come out around them."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.simulation.exact import fluid_costs, priority_waits
from benchmarks.simulation.markov import mean_in_line
from optimizer.staffing import performance


def test_ours_agree_with_every_exact_value() -> None:
    rows = [*priority_waits(6, seed=2), *fluid_costs(6, seed=2, sizes=[100])]
    exact = [row for row in rows if row.expected is not None]
    assert [row.expected for row in exact] == pytest.approx(
        [3.3437, 0.4777, 4.7767, 21.0763, 72.2372], abs=1e-4
    )
    for row in exact:
        assert row.ours.mean is not None
        assert row.ours.high is not None
        assert row.ours.mean == pytest.approx(row.expected, abs=2 * (row.ours.high - row.ours.mean))


def test_larger_systems_come_closer_to_the_fluid_limit() -> None:
    rows = list(fluid_costs(2, seed=1, sizes=[1000]))
    assert [row.limit for row in rows] == pytest.approx([20.0, 80.0, 31.052], abs=1e-3)
    for row in rows:
        assert row.ours.mean == pytest.approx(row.limit, rel=0.03)


def test_classes_that_are_alike_have_the_line_of_erlang_a() -> None:
    both = mean_in_line(10, np.array([4.0, 8.0]), np.array([0.5, 0.5]), (80, 80))
    exact = performance(10, 12.0, 1.0, 1.0, patience_s=2.0, within_s=1.0)
    # Those in line give up at the rate 0.5 each.
    assert both.sum() == pytest.approx(12.0 * float(exact.abandonment) / 0.5, rel=1e-6)
    assert both[0] < both[1]
