"""Figures compared with sums done by hand."""

from __future__ import annotations

import numpy as np
import pytest

from forecasts.metrics import coverage, day_wape, mase, wape, weekly_naive_error

ACTUAL = np.array([[10.0, np.nan, 30.0], [0.0, 20.0, 40.0]])
FORECAST = np.array([[12.0, 99.0, 27.0], [1.0, 20.0, 34.0]])


def test_wape_is_the_sum_of_errors_over_the_sum_of_actuals() -> None:
    # |2| + |-3| + |1| + |0| + |-6| = 12 of 100.
    assert wape(ACTUAL, FORECAST) == pytest.approx(0.12)


def test_day_wape_lets_errors_within_a_day_cancel() -> None:
    # Days: 39 against 40 and 55 against 60, so 6 of 100.
    assert day_wape(ACTUAL, FORECAST) == pytest.approx(0.06)


def test_mase_divides_by_the_error_of_the_week_before() -> None:
    history = np.array([[4.0]] * 7 + [[6.0]] * 6 + [[np.nan]])
    assert weekly_naive_error(history) == pytest.approx(2.0)
    # Mean error 12 / 5 = 2.4.
    assert mase(ACTUAL, FORECAST, 2.0) == pytest.approx(1.2)


def test_coverage_counts_the_ends_in() -> None:
    lower = np.array([[10.0, 0.0, 31.0], [0.0, 0.0, 0.0]])
    upper = np.array([[12.0, 0.0, 35.0], [1.0, 20.0, 39.0]])
    assert coverage(ACTUAL, lower, upper) == pytest.approx(3 / 5)


def test_figures_without_anything_to_score_are_not_numbers() -> None:
    nothing = np.full((2, 3), np.nan)
    assert np.isnan(wape(nothing, FORECAST))
    assert np.isnan(wape(np.zeros((2, 3)), FORECAST))
    assert np.isnan(mase(nothing, FORECAST, 2.0))
    assert np.isnan(mase(ACTUAL, FORECAST, 0.0))
    assert np.isnan(weekly_naive_error(np.ones((7, 3))))
    assert np.isnan(coverage(nothing, FORECAST, FORECAST))
