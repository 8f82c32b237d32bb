"""Intervals hold what they promise, on busy and on quiet series."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from forecasts import History, forecast
from forecasts.intervals import assumed_spread
from forecasts.metrics import coverage

HistoryOf = Callable[..., History]
SHAPE = 1.0 + np.sin(np.linspace(0.0, np.pi, 24))


def covered(
    draw: Callable[[np.random.Generator, np.ndarray], np.ndarray],
    mean: float,
    history_of: HistoryOf,
) -> dict[int, float]:
    """Return the share covered in the week after 20 weeks, over 30 series."""
    rng = np.random.default_rng(8)
    inside: dict[int, list[float]] = {80: [], 95: []}
    for _ in range(30):
        values = draw(rng, np.tile(mean * SHAPE / SHAPE.mean(), (147, 1))).astype(float)
        result = forecast(history_of(values[:140]))
        for level, shares in inside.items():
            lower, upper = result.lower[level], result.upper[level]
            assert (lower >= 0).all()
            assert (lower <= upper).all()
            shares.append(coverage(values[140:].reshape(1, -1), lower, upper))
    return {level: float(np.mean(shares)) for level, shares in inside.items()}


def test_poisson_arrivals_are_covered_as_promised(history_of: HistoryOf) -> None:
    found = covered(lambda rng, mean: rng.poisson(mean), 40.0, history_of)
    assert found[80] == pytest.approx(0.80, abs=0.03)
    assert found[95] == pytest.approx(0.95, abs=0.02)


def test_days_that_vary_together_are_covered_as_promised(history_of: HistoryOf) -> None:
    def draw(rng: np.random.Generator, mean: np.ndarray) -> np.ndarray:
        return rng.poisson(mean * rng.gamma(100.0, 0.01, (len(mean), 1)))

    found = covered(draw, 400.0, history_of)
    assert found[80] == pytest.approx(0.80, abs=0.04)
    assert found[95] == pytest.approx(0.95, abs=0.03)


def test_rare_contacts_are_covered_at_least_as_promised(history_of: HistoryOf) -> None:
    # A count of mostly 0 and 1 cannot be covered by exactly 80 %.
    found = covered(lambda rng, mean: rng.poisson(mean), 0.3, history_of)
    assert 0.78 < found[80] < 1.0
    assert 0.93 < found[95] < 1.0


def test_a_wider_promise_is_a_wider_interval_around_every_volume() -> None:
    expected = np.array([[0.0, 0.1, 1.0, 100.0]])
    spread = assumed_spread()
    low80, high80 = spread.bounds(expected, 80)
    low95, high95 = spread.bounds(expected, 95)
    assert (low95 <= low80).all()
    assert (high95 >= high80).all()
    assert (low95[0, 0], high95[0, 0]) == (0.0, 0.0)
    # 1.96 standard deviations of sqrt(100 + 20^2).
    assert high95[0, 3] == pytest.approx(100 + 1.959964 * np.sqrt(500))
