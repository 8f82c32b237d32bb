"""Intervals hold what they promise, on busy and on quiet series, tomorrow and in four weeks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.history.series import DaySeries
from forecasts.intervals import LEVELS, Spread, assumed_spread, measure_spread
from forecasts.outlook import Outlook, look_ahead
from forecasts.panel import Panel

SHAPE = np.array([0.4, 0.8, 1.3, 1.5, 1.2, 0.8])
"""Of a day with six slots; its mean is 1."""


def measured(expected: np.ndarray, actual: np.ndarray) -> Spread:
    spread = measure_spread(expected, actual)
    assert spread is not None
    return spread


def nested(
    rng: np.random.Generator, shape: tuple[int, int, int], week: float, day: float
) -> np.ndarray:
    """Return standard normals of origins x days x slots, alike within weeks and within days."""
    origins, days, slots = shape
    of_week = rng.standard_normal((origins, -(-days // 7), 1)).repeat(7, axis=1)[:, :days]
    of_day = rng.standard_normal((origins, days, 1))
    own = rng.standard_normal((origins, days, slots))
    return np.sqrt(week) * of_week + np.sqrt(day - week) * of_day + np.sqrt(1 - day) * own


def looked_ahead(values: np.ndarray, known: int) -> list[Outlook]:
    """Return the forecasts of many series, series x days x slots, after the `known` days."""
    days = np.datetime64("2024-01-01") + np.arange(known)
    panel = Panel(
        names=[f"g{index}" for index in range(len(values))],
        series=[DaySeries(days, one[:known]) for one in values],
        closures=[days[:0]] * len(values),
        boosting=False,
    )
    outlooks = look_ahead(panel, days[-1] + 1, values.shape[1] - known)
    found = [outlook for outlook in outlooks if outlook is not None]
    assert len(found) == len(values)
    return found


def inside(values: np.ndarray, known: int) -> dict[int, np.ndarray]:
    """Return by level the share of series within the intervals, days x slots."""
    outlooks = looked_ahead(values, known)
    shares = {}
    for level in LEVELS:
        lower, upper = np.stack([outlook.bounds(level) for outlook in outlooks], axis=1)
        assert (lower >= 0).all()
        assert (lower <= upper).all()
        shares[level] = ((lower <= values[:, known:]) & (values[:, known:] <= upper)).mean(axis=0)
    return shares


def test_poisson_arrivals_are_covered_as_promised() -> None:
    rng = np.random.default_rng(8)
    found = inside(rng.poisson(np.tile(40.0 * SHAPE, (20, 147, 1))).astype(float), 140)
    assert found[80].mean() == pytest.approx(0.80, abs=0.03)
    assert found[95].mean() == pytest.approx(0.95, abs=0.02)


def test_days_that_vary_together_are_covered_as_promised() -> None:
    rng = np.random.default_rng(8)
    rate = 400.0 * SHAPE * rng.gamma(100.0, 0.01, (20, 147, 1))
    found = inside(rng.poisson(rate).astype(float), 140)
    assert found[80].mean() == pytest.approx(0.80, abs=0.05)
    assert found[95].mean() == pytest.approx(0.95, abs=0.03)


def test_rare_contacts_are_covered_at_least_as_promised() -> None:
    # A count of mostly 0 and 1 cannot be covered by exactly 80 %.
    rng = np.random.default_rng(8)
    found = inside(rng.poisson(np.tile(0.3 * SHAPE, (20, 147, 1))).astype(float), 140)
    assert 0.78 < found[80].mean() < 1.0
    assert 0.93 < found[95].mean() < 1.0


def test_four_weeks_ahead_early_and_late_days_are_covered_alike() -> None:
    rng = np.random.default_rng(9)
    rate = 100.0 * SHAPE * rng.gamma(400.0, 1 / 400, (16, 168, 1))
    found = inside(rng.poisson(rate).astype(float), 140)
    for week in np.split(np.arange(28), 4):
        assert found[80][week].mean() == pytest.approx(0.80, abs=0.06)
        assert found[95][week].mean() == pytest.approx(0.95, abs=0.04)


def test_a_level_that_drifts_is_covered_on_every_day_of_the_horizon() -> None:
    # A level that walks at random, forecast by where it stands; measured on many mornings.
    rng = np.random.default_rng(5)
    level = np.exp(np.cumsum(rng.normal(0.0, 0.02, (1200, 28)), axis=1))
    expected = np.tile(200.0 * SHAPE, (1200, 28, 1))
    actual = rng.poisson(level[:, :, None] * expected).astype(float)
    spread = measured(expected[:600], actual[:600])
    assert np.sqrt(spread.growth) == pytest.approx(0.02, rel=0.15)
    for level_percent, share in ((80, 0.80), (95, 0.95)):
        low, high = spread.bounds(expected[0], level_percent)
        covered = ((low <= actual[600:]) & (actual[600:] <= high)).mean(axis=(0, 2))
        np.testing.assert_allclose(covered, share, atol=0.05)


def test_a_drift_measured_on_twelve_weeks_of_one_series_widens_late_days() -> None:
    rng = np.random.default_rng(5)
    level = np.exp(np.cumsum(rng.normal(0.0, 0.02, (16, 168)), axis=1))
    values = rng.poisson(level[:, :, None] * 200.0 * SHAPE).astype(float)
    outlooks = looked_ahead(values, 140)
    relative = np.stack([outlook.deviation() / outlook.expected for outlook in outlooks])
    assert np.isfinite(relative).all()
    assert (relative > 0).all()
    assert relative[:, -1].mean() > 1.25 * relative[:, 0].mean()


def test_growth_alone_leaves_no_day_without_an_error() -> None:
    expected = np.full((4, 28, 6), 100.0)
    ahead = np.arange(28)[:, None]
    sign = np.where(np.arange(4) % 2, 1.0, -1.0)[:, None, None]
    spread = measured(expected, expected + sign * 3.0 * np.maximum(ahead - 5, 0))
    assert (spread.deviation(expected[0]) > 0).all()
    assert spread.growth <= spread.relative**2 + 1e-12
    assert np.isfinite(spread.scores).all()


def test_the_parts_of_the_variance_are_recovered() -> None:
    rng = np.random.default_rng(1)
    expected = rng.gamma(2.0, 50.0, (400, 28, 10))
    growth = 0.0005 * np.arange(28)[:, None]
    deviation = np.sqrt(4.0 * expected + (0.01 + growth) * expected**2)
    spread = measured(expected, expected + deviation * rng.standard_normal(expected.shape))
    assert spread.count == pytest.approx(4.0, rel=0.1)
    assert spread.relative == pytest.approx(0.1, rel=0.05)
    assert spread.growth == pytest.approx(0.0005, rel=0.05)
    np.testing.assert_allclose(spread.deviation(expected[0]), deviation[0], rtol=0.05)
    assert spread.bounds_at[95] == pytest.approx((-1.96, 1.96), abs=0.04)


def test_poisson_arrivals_around_a_known_rate_have_nothing_but_counts() -> None:
    rng = np.random.default_rng(2)
    expected = np.tile(30.0 * SHAPE, (800, 7, 1))
    spread = measured(expected, rng.poisson(expected).astype(float))
    assert spread.count == pytest.approx(1.0, rel=0.05)
    assert spread.relative < 0.03
    assert spread.growth < 1e-4


def test_the_deviation_is_that_of_the_formula_and_what_events_add_widens_it() -> None:
    spread = Spread(4.0, 0.1, 0.001, np.empty(0), {80: (-1.0, 2.0)}, 0.0, 0.0)
    expected = np.full((3, 1), 50.0)
    by_hand = [np.sqrt(4 * 50 + (0.01 + 0.001 * ahead) * 2500) for ahead in range(3)]
    np.testing.assert_allclose(spread.deviation(expected)[:, 0], by_hand)
    extra = np.array([[0.0], [0.2], [0.0]])
    low, high = spread.bounds(expected, 80, extra)
    widened = np.sqrt(4 * 50 + (0.011 + 0.04) * 2500)
    np.testing.assert_allclose(low[:, 0], 50 - np.array([by_hand[0], widened, by_hand[2]]))
    np.testing.assert_allclose(high[:, 0], 50 + 2 * np.array([by_hand[0], widened, by_hand[2]]))


@pytest.mark.parametrize(
    ("largest", "level", "end"), [(4, 80, 4), (4, 95, 4), (9, 80, 8), (9, 95, 9), (39, 95, 38)]
)
def test_the_ends_are_the_errors_of_the_conformal_rank(largest: int, level: int, end: int) -> None:
    # Of n errors the ceil((n + 1) (1 - tail))th from either side, at most the last.
    errors = np.random.default_rng(3).permutation(np.arange(-largest, largest + 1.0))
    expected = np.full((1, 1, len(errors)), 100.0)
    low, high = measured(expected, expected + errors).bounds(expected[0], level)
    np.testing.assert_allclose(low, 100.0 - end)
    np.testing.assert_allclose(high, 100.0 + end)


def test_the_next_of_exchangeable_errors_is_covered_with_the_promised_probability() -> None:
    rng = np.random.default_rng(4)
    errors = rng.exponential(1.0, (3000, 20)) - 1.0
    inside = 0
    for known in errors:
        expected = np.full((1, 1, 19), 10.0)
        low, high = measured(expected, expected + known[:19]).bounds(expected[0, :, :1], 80)
        inside += bool(low[0, 0] <= 10.0 + known[19] <= high[0, 0])
    # The second smallest to the second largest of 19: 16 of 20 gaps.
    assert inside / 3000 == pytest.approx(0.8, abs=0.025)


def test_errors_of_one_sign_leave_the_forecast_inside() -> None:
    expected = np.full((4, 7, 6), 20.0)
    low, high = measured(expected, expected + 5.0).bounds(expected[0], 80)
    assert (low == 20.0).all()
    assert (high > 20.0).all()


def test_forecasts_that_were_always_right_are_sure() -> None:
    expected = np.tile(SHAPE, (3, 7, 1))
    spread = measured(expected, expected)
    low, high = spread.bounds(expected[0], 95)
    np.testing.assert_allclose(low, expected[0])
    np.testing.assert_allclose(high, expected[0])
    assert (spread.week, spread.day) == (0.0, 0.0)


def test_without_anything_to_score_nothing_is_measured() -> None:
    some = np.full((2, 7, 4), 5.0)
    none = np.full_like(some, np.nan)
    assert measure_spread(some, none) is None
    assert measure_spread(none, some) is None
    assert measure_spread(np.zeros_like(some), some) is None


@pytest.mark.parametrize("days", [7, 10, 28])
@pytest.mark.parametrize(("week", "day"), [(0.0, 0.0), (0.0, 0.4), (0.25, 0.5)])
def test_what_weeks_and_days_have_in_common_is_recovered(
    days: int, week: float, day: float
) -> None:
    rng = np.random.default_rng(6)
    expected = rng.uniform(50.0, 400.0, (600, days, 12))
    errors = nested(rng, expected.shape, week, day)
    closed = rng.random(expected.shape) < 0.2
    actual = np.where(closed, np.nan, expected + np.sqrt(expected) * errors)
    spread = measured(expected, actual)
    assert spread.week == pytest.approx(week, abs=0.03)
    assert spread.day == pytest.approx(day, abs=0.03)


def test_busy_intervals_that_err_together_count_as_they_do_in_totals() -> None:
    # Half of the slots share their day's error and carry nearly all of it, half err on their own.
    rng = np.random.default_rng(7)
    expected = np.tile(np.repeat([900.0, 9.0], 6), (400, 7, 1))
    errors = rng.standard_normal(expected.shape)
    errors[..., :6] = rng.standard_normal((400, 7, 1))
    spread = measured(expected, expected + np.sqrt(expected) * errors)
    deviation = spread.deviation(expected[0, :1])[0]
    totals = (np.sqrt(expected) * errors).sum(axis=2)
    alike = spread.day * (deviation.sum() ** 2 - (deviation**2).sum())
    assert alike + (deviation**2).sum() == pytest.approx(totals.var(), rel=0.03)


@given(factor=st.floats(1e-3, 1e4), seed=st.integers(0, 2**31))
def test_multiplying_contacts_multiplies_the_interval(factor: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    expected = rng.gamma(2.0, 20.0, (6, 14, 5))
    actual = rng.poisson(expected * rng.gamma(50.0, 0.02, (6, 14, 1))).astype(float)
    once, scaled = measured(expected, actual), measured(factor * expected, factor * actual)
    assert (scaled.week, scaled.day) == pytest.approx((once.week, once.day))
    for level in LEVELS:
        for end, own in zip(
            scaled.bounds(factor * expected[0], level), once.bounds(expected[0], level), strict=True
        ):
            np.testing.assert_allclose(end, factor * own, rtol=1e-6, atol=1e-9 * factor)


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
