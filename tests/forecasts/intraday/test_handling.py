"""Handling times of the rest of the day follow those of the morning, if mornings tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from forecasts import History
from forecasts.intraday.handling import handling_factors

HistoryOf = Callable[..., History]


def calls(history_of: HistoryOf, days_vary: float, today: float, mean: float = 30.0) -> History:
    """Return twelve weeks of exponential calls whose days run long or short as a whole."""
    rng = np.random.default_rng(1)
    handled = rng.poisson(mean, (84, 24)).astype(float)
    level = np.exp(days_vary * rng.normal(size=(84, 1)))
    level[-1] = today
    aht_s = 240.0 * level * rng.gamma(np.maximum(handled, 1)) / np.maximum(handled, 1)
    handled[-1, 12:] = np.nan
    return history_of(handled, aht_s=np.where(handled > 0, aht_s, np.nan))


def test_a_long_morning_lengthens_the_rest(history_of: HistoryOf) -> None:
    factors = handling_factors(calls(history_of, days_vary=0.15, today=1.3), 12)
    assert factors is not None
    assert 1.1 < factors[0] < 1.35


def test_chance_is_not_followed(history_of: HistoryOf) -> None:
    factors = handling_factors(calls(history_of, days_vary=0.0, today=1.3), 12)
    assert factors is not None
    assert factors[0] == pytest.approx(1.0, abs=0.05)


def test_a_forgotten_headset_moves_little(history_of: HistoryOf) -> None:
    history = calls(history_of, days_vary=0.15, today=1.0)
    assert history.aht_s is not None
    spoilt = history.aht_s.copy()
    spoilt[0, -24 + 9] = 36_000.0
    usual = handling_factors(history, 12)
    moved = handling_factors(replace(history, aht_s=spoilt), 12)
    assert usual is not None
    assert moved is not None
    assert moved[0] - usual[0] < 0.4


def test_nothing_known_changes_nothing(history_of: HistoryOf) -> None:
    assert handling_factors(history_of(np.ones((30, 24))), 12) is None
    none = history_of(np.ones((30, 24)), aht_s=np.full((1, 30, 24), np.nan))
    factors = handling_factors(none, 12)
    assert factors is not None
    assert factors[0] == 1.0
    early = handling_factors(calls(history_of, days_vary=0.15, today=1.3), 0)
    assert early is not None
    assert early[0] == 1.0
