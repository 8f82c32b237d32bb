"""Totals of days as a Gaussian process: the textbook's answer, known effects, and wild days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.calendars import Calendar, day_array, learn_calendar, month_cycle
from forecasts.history.day_series import DaySeries
from forecasts.models.day_level import DayLevelSettings, fit_day_level
from forecasts.models.gaussian_level import (
    MOST_DAYS,
    NOISES,
    GaussianLevel,
    GaussianTotals,
    _features,
    _fits,
    fit_gaussian_totals,
)

Office = Callable[..., np.ndarray]
WEEK = np.array([1.2, 1.0, 0.9, 0.9, 1.0, np.nan, np.nan])
CLOSURES = tuple(f"2024-{month:02d}-13" for month in range(2, 13))


def series_of(totals: np.ndarray) -> DaySeries:
    # A Monday.
    days = np.datetime64("2024-01-01") + np.arange(len(totals))
    return DaySeries(days, np.asarray(totals, float).reshape(len(totals), -1))


def fit(totals: np.ndarray) -> GaussianTotals:
    series = series_of(totals)
    process = fit_gaussian_totals(series, learn_calendar(series))
    assert process is not None
    return process


def ahead(process: GaussianTotals, count: int) -> np.ndarray:
    """Return the next `count` days that are open, after the last one learnt from."""
    days = process.days[-1] + np.arange(1, 2 * count + 5)
    return days[process.calendar.is_open(days).any(axis=1)][:count]


def noisy_week(days: int, noise: float = 0.04, seed: int = 0) -> np.ndarray:
    """Return totals of days around 1000, closed at weekends."""
    rng = np.random.default_rng(seed)
    return 1000.0 * WEEK[np.arange(days) % 7] * rng.lognormal(0.0, noise, days)


# --- the algebra ------------------------------------------------------------------------------


def covariance(days: np.ndarray, calendar: Calendar) -> tuple[np.ndarray, np.ndarray]:
    """Return the covariance of the effects and the correlation of the drift, entry by entry."""
    worked = {}
    for day in days:
        month = day.astype("datetime64[M]")
        of_month = np.arange(month.astype("datetime64[D]"), (month + 1).astype("datetime64[D]"))
        open_days = of_month[calendar.is_open(of_month).any(axis=1)]
        worked[day] = min(12, (open_days < day).sum()), min(12, (open_days > day).sum())
    waves = month_cycle(days)
    weekdays, after = calendar.weekday(days), calendar.after_closure(days)
    effects, drift = np.empty((2, len(days), len(days)))
    for i, one in enumerate(days):
        for j, other in enumerate(days):
            since, left = (abs(worked[one][end] - worked[other][end]) for end in (0, 1))
            effects[i, j] = (
                1.0
                + 0.2**2 * (weekdays[i] == weekdays[j])
                + 0.1**2 * (after[i] and after[j])
                + 0.05**2 * waves[i] @ waves[j]
                + 0.05**2 * (np.exp(-since / 2) + np.exp(-left / 2))
            )
            drift[i, j] = np.exp(-abs(float((one - other).astype(int))) / 30)
    return effects, drift


@pytest.mark.parametrize("slots_open", [5, 7])
def test_the_factorised_process_equals_the_dense_one(slots_open: int) -> None:
    rng = np.random.default_rng(slots_open)
    calendar = Calendar(
        (np.arange(7) < slots_open)[:, None], day_array([np.datetime64("2024-02-13").item()])
    )
    span = np.datetime64("2024-01-01") + np.arange(110)
    days = span[calendar.is_open(span).any(axis=1)]
    known, later = days[:-20], days[-20:]
    z = rng.normal(0, 0.3, len(known))
    precision = rng.uniform(1e-3, 2.0, len(known))
    effects, drift = covariance(days, calendar)

    likelihoods = []
    fits = list(_fits(_features(known, calendar), known, z, precision))
    for noise, found in zip(NOISES, fits, strict=True):
        process = effects + (0.7 * noise) ** 2 * drift
        among, across = process[:-20, :-20], process[-20:, :-20]
        observed = among + np.diag(noise**2 / precision)
        weights = np.linalg.solve(observed, z)
        np.testing.assert_allclose(found.fitted, among @ weights, atol=1e-8)
        totals = GaussianTotals(np.zeros(7), calendar, known, found.effects, found.pull)
        np.testing.assert_allclose(np.log(totals.totals(later)), across @ weights, atol=1e-8)
        likelihoods.append(-0.5 * (z @ weights + np.linalg.slogdet(observed)[1]))
    offset = [fit.likelihood for fit in fits] - np.array(likelihoods)
    np.testing.assert_allclose(offset, offset[0], rtol=1e-8)
    assert np.ptp(likelihoods) > 1.0, "equal likelihoods test nothing"


# --- what a series was made of ----------------------------------------------------------------


def month_ends(days: np.ndarray, calendar: Calendar) -> np.ndarray:
    """Return factors of the first and the last working day of the month."""
    factors = np.ones(len(days))
    for row, day in enumerate(days):
        month = day.astype("datetime64[M]")
        of_month = np.arange(month.astype("datetime64[D]"), (month + 1).astype("datetime64[D]"))
        worked = of_month[calendar.is_open(of_month).any(axis=1)]
        factors[row] = {worked[0]: 1.15, worked[-1]: 1.1}.get(day, 1.0)
    return factors


def test_weekdays_month_closures_and_month_ends_are_found(office: Office) -> None:
    rng = np.random.default_rng(1)
    truth = np.nansum(office(450, month_wave=0.1, uplift=1.3, closures=CLOSURES), axis=1)
    truth[truth == 0] = np.nan
    series = series_of(truth)
    calendar = learn_calendar(series)
    truth *= month_ends(series.days, calendar)
    known = series_of((truth * rng.lognormal(0, 0.02, 450))[:400])
    process = fit_gaussian_totals(known, calendar)
    assert process is not None
    later = np.flatnonzero(np.isfinite(truth) & (np.arange(450) >= 400))
    error = process.totals(series.days[later]) / truth[later] - 1.0
    assert np.abs(error).mean() < 0.01
    assert np.abs(error).max() < 0.04
    # Two waves a month cannot know its ends.
    waves = fit_day_level(known, calendar, DayLevelSettings()).totals(series.days[later])
    assert np.abs(error).mean() < 0.6 * np.abs(waves / truth[later] - 1.0).mean()

    usual = np.datetime64("2025-04-10")
    closed = replace(calendar, closures=np.append(calendar.closures, usual - 1))
    after = replace(process, calendar=closed).totals(np.array([usual]))
    assert after / process.totals(np.array([usual])) == pytest.approx(1.3, abs=0.04)


def test_a_drift_is_followed_and_fades_with_the_horizon() -> None:
    ramp = np.clip((np.arange(182) - 122) / 30, 0.0, 1.0)
    values = noisy_week(182, 0.02)
    process, still = fit(values * (1.0 + 0.15 * ramp)), fit(values)
    soon = ahead(process, 5)
    assert 1.09 < (process.totals(soon) / still.totals(soon)).mean() < 1.16
    days = soon[0] + np.arange(200)
    without = replace(process, pull=np.zeros(len(process.pull))).totals(days)
    drift = np.log(process.totals(days) / without)
    assert drift[0] > 0.03
    np.testing.assert_allclose(drift, drift[0] * np.exp(-np.arange(200) / 30), atol=1e-12)


# --- what must not disturb it -----------------------------------------------------------------


@pytest.mark.parametrize("weekends", [np.nan, 0.0])
@pytest.mark.parametrize(("factor", "most"), [(0.0, 0.005), (8.0, 0.01), (1000.0, 0.02)])
def test_one_absurd_day_hardly_moves_the_forecast(
    factor: float, most: float, weekends: float
) -> None:
    calm = np.nan_to_num(noisy_week(182), nan=weekends)
    wild = calm.copy()
    wild[150] *= factor
    days = ahead(fit(noisy_week(182)), 10)
    moved = fit(wild).totals(days) / fit(calm).totals(days) - 1.0
    assert abs(moved.mean()) < most
    assert np.abs(moved).max() < 2.5 * most
    # The least squares of its weekday, the mean, is moved at least 3 %.
    of_weekday = slice(150 % 7, None, 7)
    assert abs(wild[of_weekday].mean() / calm[of_weekday].mean() - 1.0) > max(0.03, 5 * most)


def test_weekends_of_zeros_hardly_change_working_days() -> None:
    values = noisy_week(182)
    closed, padded = fit(values), fit(np.nan_to_num(values))
    days = ahead(closed, 10)
    # Counting weekends as worked, months have other working days from their ends.
    np.testing.assert_allclose(padded.totals(days), closed.totals(days), rtol=0.03)
    weekend = np.array(["2024-07-06", "2024-07-07"], dtype="datetime64[D]")
    assert padded.totals(weekend).max() < 1.0


def test_one_worked_saturday_makes_no_usual_one() -> None:
    values = np.nan_to_num(noisy_week(182))
    idle = fit(values)
    values[61] = 1000.0
    worked = fit(values)
    days = idle.days[-1] + np.arange(1, 15)
    np.testing.assert_allclose(worked.totals(days), idle.totals(days), rtol=0.03, atol=1.0)


@pytest.mark.parametrize(("rate", "most"), [(0.1, 0.2), (0.5, 0.12), (5.0, 0.05)])
def test_quiet_groups_are_forecast_at_their_rate(rate: float, most: float) -> None:
    # Logarithms of weekdays are shrunk, so what is forecast is a little low where most days are 0.
    counts = [np.random.default_rng(seed).poisson(rate, 182) for seed in range(24)]
    means = [(process := fit(one)).totals(ahead(process, 28)).mean() for one in counts]
    assert np.mean(means) == pytest.approx(np.mean(counts), rel=most)
    assert min(means) > 0


def test_a_group_without_any_contact_is_forecast_zero() -> None:
    series = series_of(np.zeros((60, 4)))
    found = GaussianLevel().fit(series, learn_calendar(series))
    assert found.predict(series.days + 60).shape == (60, 4)
    assert not found.predict(series.days + 60).any()


def test_nothing_recorded_is_forecast_zero() -> None:
    series = series_of(np.full((60, 4), np.nan))
    assert not GaussianLevel().fit(series, learn_calendar(series)).predict(series.days + 60).any()


def test_a_group_open_on_one_weekday_keeps_its_mean() -> None:
    rng = np.random.default_rng(2)
    values = np.full((84, 2), np.nan)
    values[2::7] = 500.0 * rng.lognormal(0, 0.05, (12, 1)) * np.array([0.3, 0.7])
    series = series_of(values)
    found = GaussianLevel().fit(series, learn_calendar(series)).predict(series.days + 84)
    assert not np.delete(found, np.arange(2, 84, 7), axis=0).any()
    np.testing.assert_allclose(found[2:28:7].sum(axis=1), np.nansum(values) / 12, rtol=0.06)
    np.testing.assert_allclose(found[2, 1] / found[2].sum(), 0.7)


def test_eight_weeks_suffice() -> None:
    assert GaussianLevel().min_days == 56
    process = fit(noisy_week(56))
    days = ahead(process, 10)
    truth = 1000.0 * WEEK[process.calendar.weekday(days)]
    np.testing.assert_allclose(process.totals(days), truth, rtol=0.08)


def test_only_the_latest_open_days_are_learnt_from() -> None:
    process = fit(noisy_week(700))
    assert len(process.days) == len(process.pull) == MOST_DAYS
    assert process.days[-1] == np.datetime64("2024-01-01") + 697, "700 days end on a Sunday"


@settings(max_examples=25, deadline=None)
@given(
    factor=st.floats(1e-3, 1e6),
    seed=st.integers(0, 2**31),
    rate=st.sampled_from([0.5, 20.0, 3000.0]),
)
def test_multiplying_the_history_multiplies_the_totals(
    factor: float, seed: int, rate: float
) -> None:
    once = series_of(np.random.default_rng(seed).poisson(rate, 70))
    # A day of zeros becomes a closure where enough are usual, so the calendar is that of both.
    calendar = learn_calendar(once)
    process = fit_gaussian_totals(once, calendar)
    scaled = fit_gaussian_totals(replace(once, offered=once.offered * factor), calendar)
    assert process is not None
    assert scaled is not None
    days = once.days + 70
    np.testing.assert_allclose(scaled.totals(days), process.totals(days) * factor, rtol=1e-9)
