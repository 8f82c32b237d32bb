"""Quiet groups: the published recursions, their bias, and a pattern borrowed where it must be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts import History
from forecasts.calendars import Calendar, learn_calendar
from forecasts.countries import WorkedDays
from forecasts.history.series import DaySeries
from forecasts.models.baselines import MovingAverage
from forecasts.models.intermittent import Intermittent, croston_rates, tsb_rates

HistoryOf = Callable[..., History]
METHODS = ("tsb", "croston")
HOURS = np.linspace(0, np.pi, 24)
SHAPE = (np.sin(HOURS) ** 2 + 0.02) / (np.sin(HOURS) ** 2 + 0.02).sum()
WEEK = np.array([1.5, 1.2, 1.1, 1.1, 1.2, 0.6, 0.3])


def series_of(offered: np.ndarray) -> DaySeries:
    # A Monday.
    return DaySeries(np.datetime64("2024-01-01") + np.arange(len(offered)), offered.astype(float))


def fit(offered: np.ndarray, **settings: object) -> object:
    series = series_of(offered)
    return Intermittent(**settings).fit(series, learn_calendar(series))


def next_days(count: int, after: int) -> np.ndarray:
    return np.datetime64("2024-01-01") + np.arange(after, after + count)


def predict(offered: np.ndarray, count: int = 7, **settings: object) -> np.ndarray:
    return fit(offered, **settings).predict(next_days(count, len(offered)))


def weeks(days: int, total: float) -> np.ndarray:
    """Return expected contacts of days x hours, `total` on the mean day."""
    return total * WEEK[np.arange(days) % 7, None] * SHAPE


# --- the recursions ---------------------------------------------------------------------------


def test_tsb_agrees_with_a_calculation_by_hand() -> None:
    demand, days = np.array([4.0, 0.0, 2.0]), np.ones(3)
    # Weights of the days 1/4, 1/2, 1: occurrence 1, 1/3, (1/4 + 1) / (7/4) = 5/7. Sizes with
    # weights 1/2, 1: 4, 4, (2 + 2) / (3/2) = 8/3.
    np.testing.assert_allclose(tsb_rates(demand, days, 0.5, 0.5), [4.0, 4 / 3, 40 / 21])


def test_croston_agrees_with_a_calculation_by_hand() -> None:
    demand, days = np.array([0.0, 4.0, 0.0, 0.0, 2.0]), np.ones(5)
    # Sizes 4, (2 + 2) / (3/2); intervals 2, (1 + 3) / (3/2); times 1 - 0.5 / 2.
    np.testing.assert_allclose(croston_rates(demand, days, 0.5), [0, 1.5, 1.5, 1.5, 0.75])


def published_tsb(demand: np.ndarray, beta: float, alpha: float) -> list[float]:
    """Return Teunter, Syntetos & Babai (2011), equation 2, started at the first demand."""
    p, z, rates = 1.0, float(demand[0]), []
    for y in demand:
        if y > 0:
            p, z = p + beta * (1 - p), z + alpha * (y - z)
        else:
            p = p - beta * p
        rates.append(p * z)
    return rates


def published_croston(demand: np.ndarray, alpha: float) -> list[float]:
    """Return Croston (1972) with the factor of Syntetos & Boylan (2005)."""
    z, interval, since, rates = float(demand[0]), 1.0, 0, []
    for y in demand:
        since += 1
        if y > 0:
            z += alpha * (y - z)
            interval += alpha * (since - interval)
            since = 0
        rates.append((1 - alpha / 2) * z / interval)
    return rates


def test_with_equal_days_the_published_recursions_are_reached() -> None:
    rng = np.random.default_rng(1)
    demand = rng.poisson(0.7, 500) * rng.geometric(0.5, 500).astype(float)
    demand[0] = 3.0
    days = np.ones(500)
    # What a start value leaves behind fades as 0.9^days, and with demand on every third day only.
    ours = tsb_rates(demand, days, 0.1, 0.2)
    np.testing.assert_allclose(ours[200:], published_tsb(demand, 0.1, 0.2)[200:], rtol=1e-6)
    ours = croston_rates(demand, days, 0.2)
    np.testing.assert_allclose(ours[200:], published_croston(demand, 0.2)[200:], rtol=1e-6)


def test_days_of_different_length_follow_the_recursions_with_exposures() -> None:
    rng = np.random.default_rng(2)
    exposure = np.tile(WEEK, 20)
    demand = rng.poisson(0.8 * exposure).astype(float)
    p = z = weight_p = weight_z = 0.0
    expected = []
    for y, w in zip(demand, exposure, strict=True):
        weight_p = 0.95 * weight_p + w
        p += w / weight_p * ((y > 0) - p)
        if y > 0:
            weight_z = 0.8 * weight_z + w
            z += w / weight_z * (y / w - z)
        expected.append(p * z)
    np.testing.assert_allclose(tsb_rates(demand, exposure, 0.05, 0.2), expected)


@pytest.mark.parametrize("constant", [0.0, 0.05])
def test_rates_are_unbiased_although_weekdays_differ(constant: float) -> None:
    rng = np.random.default_rng(3)
    exposure = np.tile(WEEK, 2000)
    demand = rng.poisson(0.5 * exposure).astype(float)
    for rates in (
        tsb_rates(demand, exposure, constant, constant),
        croston_rates(demand, exposure, constant),
    ):
        assert rates[100:].mean() == pytest.approx(0.5, rel=0.03)


def test_the_correction_takes_the_bias_from_croston() -> None:
    rng = np.random.default_rng(4)
    demand = (rng.random(60_000) < 0.1) * rng.integers(1, 6, 60_000).astype(float)
    corrected = croston_rates(demand, np.ones(60_000), 0.3)[1000:].mean()
    assert corrected == pytest.approx(0.3, rel=0.02)
    assert corrected / (1 - 0.15) > 1.1 * 0.3, "there was no bias to correct"


# --- the model --------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_a_steady_group_is_forecast_at_its_mean(method: str) -> None:
    rng = np.random.default_rng(5)
    offered = rng.poisson(weeks(364, 3.0))
    found = predict(offered, method=method)
    # Three standard errors of a year's mean, and what a small constant would add.
    assert found.sum() / 7 == pytest.approx(offered.sum() / 364, abs=3 * np.sqrt(3 / 364))


@pytest.mark.parametrize("method", METHODS)
def test_a_new_level_is_followed(method: str) -> None:
    rng = np.random.default_rng(6)
    expected = weeks(210, 4.0)
    expected[140:] *= 2.5
    found = predict(rng.poisson(expected), method=method).sum()
    assert 52 < found < 80, "70 a week are to come, 42 were the mean"


def test_six_weeks_are_enough_to_see_a_new_level() -> None:
    expected = weeks(42, 3.0)
    expected[21:] *= 4.0
    found = predict(np.random.default_rng(13).poisson(expected)).sum()
    assert found > 65, "84 a week are to come, 52 were the mean"


def test_a_group_that_dies_out_fades_with_tsb_and_not_with_croston() -> None:
    rng = np.random.default_rng(7)
    offered = rng.poisson(weeks(140, 3.0))
    offered[112:] = 0
    assert predict(offered, method="tsb").sum() < 2.0
    assert predict(offered, method="croston").sum() > 5.0


def test_constants_of_zero_are_chosen_where_nothing_changes() -> None:
    chosen = []
    for seed in range(20):
        offered = np.random.default_rng(seed).poisson(0.6, (120, 1))
        chosen.append(fit(offered).constants)
    assert np.mean([constants == (0.0, 0.0) for constants in chosen]) >= 0.6


def test_a_quiet_group_takes_its_pattern_from_its_parent() -> None:
    rng = np.random.default_rng(8)
    truth = weeks(7, 4.0)
    error = {"parent": 0.0, "alone": 0.0, "average": 0.0}
    for _ in range(20):
        offered = rng.poisson(weeks(56, 4.0))
        parent = series_of(rng.poisson(weeks(56, 4000.0)))
        series = series_of(offered)
        average = MovingAverage().fit(series, learn_calendar(series)).predict(next_days(7, 56))
        for name, found in (
            ("parent", predict(offered, parent=parent)),
            ("alone", predict(offered)),
            ("average", average),
        ):
            error[name] += float(((found - truth) ** 2).sum())
    # What is left is the error of the level: 224 contacts are known to 7 %.
    assert error["parent"] < 0.5 * error["alone"]
    assert error["alone"] < 0.5 * error["average"]


def test_a_busy_group_keeps_a_pattern_that_differs_from_its_parents() -> None:
    rng = np.random.default_rng(9)
    own = 2000.0 * WEEK[::-1][np.arange(56) % 7, None] * np.roll(SHAPE, 8)
    offered = rng.poisson(own)
    found = predict(offered, parent=series_of(rng.poisson(weeks(56, 4000.0))))
    assert np.abs(found - own[:7]).sum() / own[:7].sum() < 0.04


def test_weeks_that_differ_do_not_make_a_pattern_of_weekdays() -> None:
    rng = np.random.default_rng(14)
    # Single days are busy or idle by chance; the shape of each is as it always is.
    days = 400.0 * rng.gamma(2.0, 0.5, (28, 1))
    parent = series_of(weeks(28, 4000.0) / WEEK[np.arange(28) % 7, None])
    found = predict(rng.poisson(days * SHAPE), parent=parent).sum(axis=1)
    np.testing.assert_allclose(found / found.mean(), 1.0, atol=0.12)


def test_neighbouring_hours_help_where_there_is_no_parent() -> None:
    rng = np.random.default_rng(15)
    ours = plain = 0.0
    for _ in range(20):
        offered = rng.poisson(np.tile(4.0 * SHAPE, (28, 1)))
        found = predict(offered)
        ours += float(((found / found.sum(axis=1, keepdims=True) - SHAPE) ** 2).sum())
        plain += 7 * float(((offered.sum(axis=0) / offered.sum() - SHAPE) ** 2).sum())
    assert ours < 0.5 * plain


def test_a_slot_where_the_parent_is_idle_is_possible() -> None:
    rng = np.random.default_rng(16)
    parent = weeks(28, 4000.0)
    parent[:, :12] = 0.0
    found = predict(rng.poisson(weeks(28, 0.2)), parent=series_of(parent))
    assert (found > 0).all()


@pytest.mark.parametrize("with_parent", [False, True])
def test_a_sunday_worked_by_decree_is_like_the_monday_it_replaces(with_parent: bool) -> None:
    rng = np.random.default_rng(17)
    sundays = next_days(1, 20), next_days(1, 62)
    worked = WorkedDays(np.concatenate(sundays), np.zeros(2, np.int64))
    offered = rng.poisson(weeks(56, 4.0)).astype(float)
    offered[6::7] = np.nan
    parent = weeks(56, 4000.0)
    parent[6::7] = np.nan
    offered[20], parent[20] = offered[14], parent[14]
    series = series_of(offered)
    model = Intermittent(parent=series_of(parent) if with_parent else None)
    fitted = model.fit(series, learn_calendar(series, worked=worked))
    monday, sunday = fitted.predict(next_days(7, 56))[[0, 6]]
    assert monday.sum() > 0
    np.testing.assert_array_equal(sunday, monday)


def test_what_the_parent_does_later_is_not_seen() -> None:
    rng = np.random.default_rng(10)
    offered = rng.poisson(weeks(28, 3.0))
    parent = rng.poisson(weeks(56, 500.0))
    turned = parent.copy()
    turned[28:] = turned[28:, ::-1] * 9
    seen = [predict(offered, parent=series_of(values)) for values in (parent, turned)]
    np.testing.assert_array_equal(*seen)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("days", [7, 8, 14, 40])
def test_no_open_slot_is_impossible_and_no_closed_one_possible(method: str, days: int) -> None:
    rng = np.random.default_rng(11)
    offered = rng.poisson(weeks(days, 1.0)).astype(float)
    offered[:, 20:] = np.nan
    offered[0, 8] = 1.0
    found = predict(offered, method=method)
    assert (found[:, :20] > 0).all()
    assert not found[:, 20:].any()


@pytest.mark.parametrize("method", METHODS)
def test_without_a_contact_nothing_is_forecast(method: str) -> None:
    parent = series_of(weeks(28, 100.0))
    assert not predict(np.zeros((28, 24)), method=method, parent=parent).any()
    assert not predict(np.full((28, 24), np.nan), method=method).any()


@pytest.mark.parametrize("method", METHODS)
def test_a_parent_without_a_contact_is_no_parent(method: str) -> None:
    offered = np.random.default_rng(12).poisson(weeks(28, 3.0))
    silent = series_of(np.zeros((28, 24)))
    np.testing.assert_array_equal(
        predict(offered, method=method, parent=silent), predict(offered, method=method)
    )


@pytest.mark.parametrize("method", METHODS)
def test_weekends_recorded_as_zero_stay_zero(method: str) -> None:
    offered = np.where(np.arange(56)[:, None] % 7 < 5, 3.0, 0.0) * np.ones(24)
    found = predict(offered, method=method)
    np.testing.assert_allclose(found[:5], 3.0, rtol=1e-6)
    np.testing.assert_allclose(found[5:], 0.0, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    days=st.integers(14, 60),
    rate=st.floats(0.05, 5.0),
    factor=st.sampled_from([0.25, 2.0, 8.0, 1024.0]),
    method=st.sampled_from(METHODS),
    with_parent=st.booleans(),
)
def test_scaling_the_histories_scales_the_forecast(
    seed: int, days: int, rate: float, factor: float, method: str, with_parent: bool
) -> None:
    rng = np.random.default_rng(seed)
    calendar = Calendar(np.ones((7, 6), bool), np.array([], dtype="datetime64[D]"))
    offered = rng.poisson(rate, (days, 6)).astype(float)
    parent = rng.poisson(50.0, (days, 6)).astype(float)
    found = []
    for scale in (1.0, factor):
        model = Intermittent(method, series_of(scale * parent) if with_parent else None)
        fitted = model.fit(series_of(scale * offered), calendar)
        found.append(fitted.predict(next_days(7, days)) / scale)
    np.testing.assert_allclose(found[1], found[0], rtol=1e-6, atol=1e-12)
    assert np.isfinite(found[0]).all()
    assert (found[0] >= 0).all()
