"""Alarms ring as often as they promise when nothing is wrong, and soon when something is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from forecasts.intraday import DayPairs, Drift, learn_drifts, learn_update, update_day
from forecasts.intraday.alarm import LIMIT, cumulative_sums, departures

Drifting = Callable[..., DayPairs]


def run_lengths(shift: float, runs: int, length: int) -> np.ndarray:
    """Return the days until the sums ring, over runs of independent normal departures."""
    rng = np.random.default_rng(1)
    found = []
    for _ in range(runs):
        high, low = cumulative_sums(rng.normal(shift, 1.0, length))
        ringing = np.flatnonzero(np.maximum(high, low) >= LIMIT)
        found.append(ringing[0] + 1 if len(ringing) else length)
    return np.array(found, float)


def test_the_last_days_ring_falsely_as_rarely_as_published() -> None:
    # Montgomery, table 9.3: 465 days without a bias, 38.0 with half a deviation, 10.4 with one.
    assert run_lengths(0.0, 150, 3000).mean() == pytest.approx(465, rel=0.15)
    assert run_lengths(0.5, 400, 400).mean() == pytest.approx(38.0, rel=0.1)
    assert run_lengths(1.0, 400, 100).mean() == pytest.approx(10.4, rel=0.05)


def test_one_wild_day_does_not_ring_and_the_alarm_ends_with_the_bias() -> None:
    high, low = cumulative_sums(np.array([50.0, -0.2, 0.1]))
    assert (high < LIMIT).all()
    assert (low < LIMIT).all()
    high, _ = cumulative_sums(np.concatenate([np.full(60, 2.0), np.zeros(10)]))
    assert high[59] == LIMIT
    assert high[-1] == 0.0


def test_departures_are_divided_by_the_deviation_of_the_sum() -> None:
    rng = np.random.default_rng(2)
    drift = Drift(spread=0.15, memory=0.8, dispersion=1.5)
    expected = rng.uniform(0.0, 50.0, (1, 10))
    actual = rng.uniform(0.0, 50.0, (1, 10))
    actual[0, 3] = np.nan
    found = departures(drift, expected, actual)[0]
    slots = np.arange(10)
    law = drift.spread**2 * drift.memory ** np.abs(slots[:, None] - slots)
    for slot in slots:
        known = np.flatnonzero(np.isfinite(actual[0, : slot + 1]))
        f, y = expected[0, known], actual[0, known]
        variance = f @ law[np.ix_(known, known)] @ f + drift.dispersion * f.sum()
        assert found[slot] == pytest.approx((y - f).sum() / np.sqrt(variance))


def test_of_usual_days_one_in_fifty_rings_however_often_one_looks(drifting: Drifting) -> None:
    rng = np.random.default_rng(3)
    rung = []
    for _ in range(40):
        pairs, fresh = drifting(rng, days=99), drifting(rng, days=100)
        watch = learn_update(pairs, 24).watch
        assert watch.limit is not None
        off = departures(learn_drifts([pairs])[0], fresh.expected, fresh.actual)
        rung += (np.abs(off).max(axis=1) > watch.limit).tolist()
    # Promised is 2 %. The limits of forty pasts of 99 days vary: their mean within 0.5 points.
    assert 0.01 < np.mean(rung) < 0.03


def test_a_day_far_above_its_forecast_rings(drifting: Drifting) -> None:
    pairs = drifting(np.random.default_rng(4))
    update = learn_update(pairs, 8)
    high = update_day(update, pairs.expected[0], 1.6 * pairs.expected[0]).alarm
    low = update_day(update, pairs.expected[0], 0.4 * pairs.expected[0]).alarm
    assert high.signals == ("today_high",)
    assert low.signals == ("today_low",)
    assert update_day(update, pairs.expected[0], pairs.expected[0]).alarm.signals == ()


def test_a_lasting_bias_rings(drifting: Drifting) -> None:
    pairs = drifting(np.random.default_rng(5))
    biased = pairs.actual.copy()
    biased[-15:] *= 1.15
    update = learn_update(DayPairs(pairs.days, pairs.expected, biased), 6)
    assert (
        "days_high" in update_day(update, pairs.expected[0], 1.1 * pairs.expected[0]).alarm.signals
    )


def test_without_a_past_only_silence_rings() -> None:
    none = DayPairs(np.array([], "datetime64[D]"), np.zeros((0, 24)), np.zeros((0, 24)))
    update = learn_update(none, 10)
    alarm = update_day(update, np.full(24, 10.0), np.full(24, 90.0)).alarm
    assert alarm.today_limit is None
    assert alarm.signals == ()
    assert update_day(update, np.full(24, 10.0), np.zeros(24)).alarm.signals == ("silent",)
    assert update_day(update, np.full(24, 2.0), np.zeros(24)).alarm.signals == ()
