"""The update: it helps where days drift, keeps out where they do not, and covers as promised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecasts.intraday import DayPairs, Drift, Update, learn_drifts, learn_update, update_day
from forecasts.intraday.update import shrunk_gain

Drifting = Callable[..., DayPairs]


def errors(update: Update, fresh: DayPairs) -> tuple[float, float]:
    """Return the mean absolute errors of the rest, updated and left alone."""
    at = update.at
    new = np.stack(
        [
            update_day(update, expected, came).expected[at:]
            for expected, came in zip(fresh.expected, fresh.actual, strict=True)
        ]
    )
    rest = fresh.actual[:, at:]
    return np.abs(new - rest).mean(), np.abs(fresh.expected[:, at:] - rest).mean()


def test_it_helps_where_days_drift(drifting: Drifting) -> None:
    rng = np.random.default_rng(1)
    pairs, fresh = drifting(rng, mean=200.0), drifting(rng, days=300, mean=200.0)
    for at in (6, 12, 18):
        new, plain = errors(learn_update(pairs, at), fresh)
        assert new < 0.97 * plain


def test_it_costs_next_to_nothing_where_they_do_not(drifting: Drifting) -> None:
    rng = np.random.default_rng(2)
    lost = []
    for mean in (0.5, 5.0, 50.0, 500.0) * 3:
        pairs, fresh = drifting(rng, mean=mean, spread=0.0), drifting(rng, mean=mean, spread=0.0)
        new, plain = errors(learn_update(pairs, 12), fresh)
        lost.append(new / plain - 1)
    assert np.mean(lost) < 0.001
    assert max(lost) < 0.01


def test_a_morning_that_misleads_is_not_followed(drifting: Drifting) -> None:
    # What comes early is missing later: the sum of every day is as forecast.
    pairs = drifting(np.random.default_rng(3), mean=300.0, spread=0.2, memory=0.99)
    mirrored = pairs.actual.copy()
    mirrored[:, 12:] = 2 * pairs.expected[:, 12:] - mirrored[:, 12:]
    update = learn_update(DayPairs(pairs.days, pairs.expected, mirrored), 12)
    assert update.gain == 0.0
    result = update_day(update, pairs.expected[0], 1.5 * pairs.expected[0])
    assert np.array_equal(result.expected[12:], pairs.expected[0, 12:])


def test_the_effect_fades_over_the_rest_of_the_day(drifting: Drifting) -> None:
    pairs = drifting(np.random.default_rng(4), mean=300.0, memory=0.8)
    factor = update_day(learn_update(pairs, 8), pairs.expected[0], 1.1 * pairs.expected[0]).factor
    assert (factor[:8] == 1.0).all()
    assert 1.0 < factor[-1] < factor[8] < 1.1
    assert (np.diff(factor[8:]) < 0).all()


def test_at_the_first_slot_and_after_the_last_nothing_is_updated(drifting: Drifting) -> None:
    pairs = drifting(np.random.default_rng(5))
    first = update_day(learn_update(pairs, 0), pairs.expected[0], pairs.actual[0])
    assert np.array_equal(first.expected, pairs.expected[0])
    assert first.arrived == 0.0
    assert first.total_lower[95] < first.total < first.total_upper[95]
    over = update_day(learn_update(pairs, 24), pairs.expected[0], pairs.actual[0])
    assert over.total == over.total_lower[80] == over.arrived == pairs.actual[0].sum()
    assert over.rest == 0.0
    with pytest.raises(ValueError, match="25 slots"):
        learn_update(pairs, 25)


def test_an_interval_that_is_not_over_does_not_count(drifting: Drifting) -> None:
    pairs = drifting(np.random.default_rng(6))
    update = learn_update(pairs, 9)
    cut = pairs.actual[0].copy()
    cut[9:] = np.nan
    some, all_of_it = (
        update_day(update, pairs.expected[0], came) for came in (cut, pairs.actual[0])
    )
    assert np.array_equal(some.expected, all_of_it.expected)
    assert some.arrived == all_of_it.arrived == pairs.actual[0, :9].sum()


def test_an_outage_is_an_alarm_and_no_update_to_zero(drifting: Drifting) -> None:
    pairs = drifting(np.random.default_rng(7), mean=200.0)
    update = learn_update(pairs, 10)
    came = pairs.expected[0].copy()
    before = update_day(update, pairs.expected[0], came)
    came[7:10] = 0.0
    result = update_day(update, pairs.expected[0], came)
    assert "silent" in result.alarm.signals
    assert result.expected[10:] == pytest.approx(before.expected[10:], rel=0.01)
    nothing = update_day(update, pairs.expected[0], np.zeros(24))
    assert np.array_equal(nothing.expected[10:], pairs.expected[0, 10:])


def test_unknown_intervals_count_as_forecast(drifting: Drifting) -> None:
    pairs = drifting(np.random.default_rng(8))
    came = np.full(24, np.nan)
    result = update_day(learn_update(pairs, 10), pairs.expected[0], came)
    assert np.array_equal(result.expected, pairs.expected[0])
    assert result.arrived == 0.0


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.float64, 24, elements=st.floats(0.0, 1e5) | st.just(np.nan)),
    st.integers(0, 24),
    st.floats(0.0, 1.0),
)
def test_whatever_arrives_the_day_stays_sane(came: np.ndarray, at: int, gain: float) -> None:
    quantiles = {80: (-1.0, 1.5), 95: (-2.0, 3.0)}
    none = DayPairs(np.array([], "datetime64[D]"), np.zeros((0, 24)), np.zeros((0, 24)))
    update = replace(
        learn_update(none, at),
        drift=Drift(0.3, 0.9, 1.2),
        gain=gain,
        slot_quantiles=quantiles,
        rest_quantiles=quantiles,
    )
    expected = np.concatenate([np.zeros(6), np.linspace(0.0, 80.0, 18)])
    result = update_day(update, expected, came)
    assert (result.expected >= 0).all()
    assert np.isfinite(result.expected).all()
    for level in (80, 95):
        assert (result.lower[level] <= result.expected).all()
        assert (result.upper[level] >= result.expected).all()
        assert result.total_lower[level] <= result.total * (1 + 1e-12)
        assert result.total <= result.total_upper[level] * (1 + 1e-12)
    assert not result.expected[at:6].any()


def test_intervals_cover_the_rest_and_its_sum_as_promised(drifting: Drifting) -> None:
    rng = np.random.default_rng(9)
    inside: dict[int, list[float]] = {80: [], 95: []}
    inside_sum: dict[int, list[float]] = {80: [], 95: []}
    for _ in range(5):
        update = learn_update(drifting(rng, dispersion=1.5), 10)
        fresh = drifting(rng, days=60, dispersion=1.5)
        for expected, came in zip(fresh.expected, fresh.actual, strict=True):
            result = update_day(update, expected, came)
            for level, shares in inside.items():
                low, high = result.lower[level][10:], result.upper[level][10:]
                shares.append(float(((low <= came[10:]) & (came[10:] <= high)).mean()))
                total = result.total_lower[level] <= came.sum() <= result.total_upper[level]
                inside_sum[level].append(float(total))
    assert np.mean(inside[80]) == pytest.approx(0.80, abs=0.03)
    assert np.mean(inside[95]) == pytest.approx(0.95, abs=0.02)
    # 300 sums: two standard errors are 0.05 and 0.03.
    assert np.mean(inside_sum[80]) == pytest.approx(0.80, abs=0.07)
    assert np.mean(inside_sum[95]) == pytest.approx(0.95, abs=0.04)


def test_scaling_all_volumes_scales_the_update(drifting: Drifting) -> None:
    pairs = drifting(np.random.default_rng(10), mean=400.0)
    scaled = DayPairs(pairs.days, 3.7 * pairs.expected, 3.7 * pairs.actual)
    one, other = (
        update_day(learn_update(of, 12), of.expected[0], of.actual[0]) for of in (pairs, scaled)
    )
    assert other.expected == pytest.approx(3.7 * one.expected)
    assert other.upper[80] == pytest.approx(3.7 * one.upper[80])


def test_a_group_of_few_contacts_is_hardly_moved(drifting: Drifting) -> None:
    pairs = drifting(np.random.default_rng(11), mean=0.1, spread=0.2)
    update = learn_update(pairs, 12, learn_drifts([pairs])[0])
    came = np.zeros(24)
    came[3] = 4.0
    result = update_day(update, pairs.expected[0], came)
    assert 0.8 * result.rest_before < result.rest < 1.5 * result.rest_before


def test_the_gain_is_the_shrunken_slope_by_hand() -> None:
    rng = np.random.default_rng(12)
    said = rng.normal(0.0, 0.1, (200, 1))
    expected = rng.uniform(100.0, 200.0, (200, 1))
    error = expected * (0.6 * said) + np.sqrt(expected) * rng.normal(size=(200, 1))
    found = shrunk_gain(said, expected, expected + error)
    # Least squares of error / sqrt(f) on said * sqrt(f), and a prior as one row more.
    noise = (error**2 / expected).mean()
    design = np.append(said * np.sqrt(expected), np.sqrt(noise) / 0.25)
    target = np.append(error / np.sqrt(expected), 0.0)
    assert found == pytest.approx(np.linalg.lstsq(design[:, None], target, rcond=None)[0][0])
    assert 0.4 < found < 0.7
    assert shrunk_gain(-said, expected, expected + error) == 0.0
    assert shrunk_gain(said, expected, np.full_like(expected, np.nan)) == 0.0
