"""Handling times drawn contact by contact."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest


@pytest.fixture(scope="session")
def calls() -> Callable[..., np.ndarray]:
    """Return a function that draws interval means of lognormal handling times; NaN if empty."""

    def draw(
        means: np.ndarray, contacts: np.ndarray, rng: np.random.Generator, deviation: float = 1.0
    ) -> np.ndarray:
        # The deviation is a multiple of the mean.
        sigma = np.sqrt(np.log(1.0 + deviation**2))
        count = contacts.astype(int).ravel()
        interval = np.repeat(np.arange(count.size), count)
        seconds = rng.lognormal(-(sigma**2) / 2, sigma, len(interval))
        total = np.bincount(interval, seconds, count.size).reshape(contacts.shape)
        mean = np.divide(total, contacts, out=np.full(contacts.shape, np.nan), where=contacts > 0)
        return means * mean

    return draw
