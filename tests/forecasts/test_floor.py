"""The Poisson floor against the distribution, simulation, Koole's limit and real calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import poisson

from forecasts import read_history
from forecasts.floor import poisson_deviation, poisson_floor, smoothed_level

RATES = (0.0, 0.01, 0.5, 1.0, 2.7, 10.0, 64.0)


@pytest.mark.parametrize("rate", RATES)
def test_the_deviation_is_the_sum_over_the_distribution(rate: float) -> None:
    counts = np.arange(400)
    expected = (np.abs(counts - rate) * poisson.pmf(counts, rate)).sum()
    assert poisson_deviation(np.array([rate]))[0] == pytest.approx(expected, abs=1e-12)


def test_the_deviation_nears_the_limit_of_large_volumes() -> None:
    rates = np.array([1e3, 1e6])
    np.testing.assert_allclose(poisson_deviation(rates), np.sqrt(2 * rates / np.pi), rtol=1e-3)


@pytest.mark.parametrize("volume", [0.05, 0.5, 2.0, 20.0, 200.0])
def test_the_floor_of_actuals_is_the_error_of_who_knows_the_rate(volume: float) -> None:
    shape = np.concatenate([np.linspace(0.2, 1.7, 12), np.linspace(1.7, 0.3, 16)])
    rate = np.tile(volume * shape, (1500, 1))
    actual = np.random.default_rng(1).poisson(rate).astype(float)
    error = np.abs(actual - rate).sum() / actual.sum()
    floor = poisson_floor(smoothed_level(actual), np.isfinite(actual))
    assert floor == pytest.approx(error, rel=0.04)


def test_closed_intervals_are_no_neighbours() -> None:
    actual = np.full((1, 10), np.nan)
    actual[0, 3:6] = [30.0, 60.0, 90.0]
    level = smoothed_level(actual)
    np.testing.assert_allclose(level[0, 3:6], 60.0)
    assert np.isnan(level[0, [2, 6]]).all()


def test_where_nothing_came_there_is_no_floor() -> None:
    nothing = np.zeros((2, 24))
    assert np.isnan(poisson_floor(smoothed_level(nothing), nothing == 0))
    unknown = np.full((2, 24), np.nan)
    assert np.isnan(poisson_floor(smoothed_level(unknown), np.isfinite(unknown)))


def test_the_floor_of_the_bank_is_the_published_one(reference_data: Callable[[str], Path]) -> None:
    history = read_history(reference_data("forecasts/bank_calls_30min.csv"))
    actual = history.offered[0].reshape(-1, history.slots_per_day)
    weeks = history.days >= np.datetime64("2003-08-02")
    known = np.isfinite(actual[weeks])
    assert poisson_floor(smoothed_level(actual[weeks]), known) == pytest.approx(0.0229, abs=1e-4)
