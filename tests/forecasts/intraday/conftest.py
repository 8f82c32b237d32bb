"""Days that depart from their forecast as the drift says they do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from forecasts.intraday import DayPairs

Drifting = Callable[..., DayPairs]


@pytest.fixture(scope="session")
def drifting() -> Drifting:
    """Return a function that draws days around a forecast with a drift of known law."""

    def make(
        rng: np.random.Generator,
        days: int = 100,
        mean: float = 60.0,
        spread: float = 0.1,
        memory: float = 0.9,
        dispersion: float = 1.0,
        slots: int = 24,
    ) -> DayPairs:
        shape = 1.0 + np.sin(np.linspace(0.0, np.pi, slots))
        expected = np.tile(mean * shape / shape.mean(), (days, 1))
        drift = np.zeros((days, slots))
        drift[:, 0] = rng.normal(size=days)
        for slot in range(1, slots):
            news = np.sqrt(1 - memory**2) * rng.normal(size=days)
            drift[:, slot] = memory * drift[:, slot - 1] + news
        rate = expected * np.maximum(1.0 + spread * drift, 0.0) / dispersion
        actual = dispersion * rng.poisson(rate).astype(float)
        first = np.datetime64("2024-01-01")
        return DayPairs(first + np.arange(days), expected, actual)

    return make
