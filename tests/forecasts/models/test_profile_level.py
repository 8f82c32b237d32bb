"""Profile x level finds again what a series was made of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import minimize

from forecasts import History
from forecasts.calendars import Calendar, learn_calendar, month_cycle
from forecasts.gaps import make_whole
from forecasts.models import ProfileLevel
from forecasts.models.day_level import DayLevelSettings, fit_day_level
from forecasts.models.profile import weekday_profiles
from forecasts.weekly import weekday

Office = Callable[..., np.ndarray]
HistoryOf = Callable[..., History]
EASY = DayLevelSettings(half_life_days=1e9, effect_spread=10.0)


def learn(values: np.ndarray, history_of: HistoryOf) -> tuple[History, Calendar]:
    history = history_of(values)
    return history, learn_calendar(history.series(0))


def predict(values: np.ndarray, days: int, history_of: HistoryOf, **settings: object) -> np.ndarray:
    series = history_of(values).series(0)
    calendar = learn_calendar(series)
    fitted = ProfileLevel(**settings).fit(make_whole(series, calendar).series, calendar)
    return fitted.predict(series.days[-1] + np.arange(1, days + 1))


def test_a_series_without_noise_is_continued_exactly(office: Office, history_of: HistoryOf) -> None:
    closures = ("2024-02-05", "2024-03-15", "2024-04-10", "2024-05-21")
    truth = np.nan_to_num(office(210, closures=closures))
    seen = office(182, closures=closures)
    found = predict(seen, 28, history_of, level=EASY)
    # The month's wave of the truth is the exponential of a cosine, as the model's is.
    np.testing.assert_allclose(found, truth[182:], rtol=2e-3)


def test_the_known_effects_are_found_in_noise(office: Office, history_of: HistoryOf) -> None:
    closures = (*(f"2024-{month:02d}-14" for month in range(1, 13)), "2024-05-03")
    expected = office(364, closures=closures, uplift=1.3, month_wave=0.12)
    values = np.random.default_rng(1).poisson(np.nan_to_num(expected)).astype(float)
    values[np.isnan(expected)] = np.nan
    history, calendar = learn(values, history_of)
    fitted = fit_day_level(make_whole(history.series(0), calendar).series, calendar, EASY)
    factors = np.exp(fitted.effects[:5] - fitted.effects[1])
    np.testing.assert_allclose(factors, np.array([1.2, 1.0, 0.9, 0.9, 1.0]), rtol=0.02)
    assert np.exp(fitted.effects[7]) == pytest.approx(1.3, rel=0.03)
    # Columns: sine of one and two turns a month, then cosine.
    np.testing.assert_allclose(fitted.effects[8:], [0.0, 0.0, 0.12, 0.0], atol=0.01)
    assert fitted.log_level == pytest.approx(0.0, abs=0.01)


def test_the_regression_is_the_minimum_of_its_penalised_likelihood(
    history_of: HistoryOf,
) -> None:
    rng = np.random.default_rng(2)
    # Idle on most days, so that nothing is clipped and the likelihood is the plain Poisson one.
    values = rng.poisson(0.4, (90, 1)).astype(float)
    history, calendar = learn(values, history_of)
    series = history.series(0)
    settings = DayLevelSettings(half_life_days=60.0, effect_spread=0.5)
    fitted = fit_day_level(series, calendar, settings)

    design = np.hstack(
        [weekday(series.days)[:, None] == np.arange(7), np.zeros((90, 1)), month_cycle(series.days)]
    )
    weights = 0.5 ** (np.arange(89, -1, -1) / 60.0)
    y = values[:, 0] / (weights @ values[:, 0] / weights.sum())
    expected = np.exp(design @ fitted.effects)
    variance = weights @ ((y - expected) ** 2 / expected) / weights.sum()
    penalty = np.array([1e-3] * 7 + [variance / 0.5**2] * 5)

    def loss(effects: np.ndarray) -> float:
        exponent = design @ effects
        likelihood = weights @ (y * exponent - np.exp(exponent))
        return float(0.5 * penalty @ effects**2 - likelihood)

    best = minimize(loss, np.zeros(12), method="BFGS", options={"gtol": 1e-7})
    np.testing.assert_allclose(fitted.effects, best.x, atol=1e-4)
    assert np.abs(fitted.effects[8:]).max() > 0.05, "a penalty that leaves nothing tests nothing"


def test_one_wild_day_hardly_moves_the_forecast(office: Office, history_of: HistoryOf) -> None:
    rng = np.random.default_rng(3)
    values = rng.poisson(np.nan_to_num(office(180))) + np.where(np.isnan(office(180)), np.nan, 0)
    calm = predict(values, 7, history_of)
    values[150] *= 8.0
    # The shape of that weekday is averaged over six weeks; the total must not follow.
    assert predict(values, 7, history_of).sum() == pytest.approx(calm.sum(), rel=0.01)


def test_weekends_recorded_as_zero_change_nothing_about_working_days(
    office: Office, history_of: HistoryOf
) -> None:
    rng = np.random.default_rng(5)
    values = office(182) * rng.uniform(0.95, 1.05, (182, 1))
    values[150] *= 8.0
    closed = predict(values, 7, history_of).sum(axis=1)
    padded = predict(np.nan_to_num(values), 7, history_of).sum(axis=1)
    np.testing.assert_allclose(padded[:5], closed[:5], rtol=2e-3)
    assert padded[5:].max() < 0.01 * closed[:5].min()


def test_a_new_level_is_followed_within_weeks(office: Office, history_of: HistoryOf) -> None:
    values = office(210)
    values[182:] *= 1.2
    seen = predict(values[:203], 7, history_of)
    ratio = seen.sum() / np.nansum(values[203:]) * 1.2
    assert 1.08 < ratio < 1.2


def test_profiles_of_busy_weekdays_stay_apart_and_quiet_ones_borrow(
    history_of: HistoryOf,
) -> None:
    rng = np.random.default_rng(4)
    hours = np.linspace(0, np.pi, 24)
    shapes = np.array([np.sin(hours) + 0.1, 2 * np.sin(hours) ** 4 + 0.1])
    shapes /= shapes.sum(axis=1, keepdims=True)
    truth = shapes[(np.arange(84) % 7 == 0).astype(int)]
    error = {}
    for total in (20_000.0, 30.0):
        history, calendar = learn(rng.poisson(total * truth).astype(float), history_of)
        found = weekday_profiles(history.series(0), calendar, 42.0, 0.25)
        np.testing.assert_allclose(found.sum(axis=1), 1.0)
        error[total] = np.abs(found - shapes[[1, 0, 0, 0, 0, 0, 0]]).sum(axis=1)
    assert error[20_000.0].max() < 0.02
    # Alone, a quiet weekday has 12 x 30 contacts for 24 shares: its own shares err by
    # sum sqrt(2 p (1 - p) / (pi n)), with the half-life a little more.
    n = 12 * 30
    alone = np.sqrt(2 * shapes[0] * (1 - shapes[0]) / (np.pi * n)).sum()
    assert error[30.0][1:].mean() < 0.75 * alone


@pytest.mark.parametrize("rate", [0.02, 0.3, 2.0])
def test_idle_series_are_forecast_at_their_rate(history_of: HistoryOf, rate: float) -> None:
    values = np.random.default_rng(6).poisson(rate / 48, (364, 48)).astype(float)
    found = predict(values, 28, history_of)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    # Within three standard errors of a year's mean, and a tenth for the level.
    margin = 3 * np.sqrt(rate / 364) + 0.1 * rate
    assert abs(found.sum() / 28 - values.sum() / 364) < margin


def test_a_series_of_zeros_is_forecast_zero(history_of: HistoryOf) -> None:
    assert not predict(np.zeros((60, 24)), 7, history_of).any()


def test_a_constant_series_stays_constant(history_of: HistoryOf) -> None:
    np.testing.assert_allclose(predict(np.full((60, 24), 3.0), 7, history_of), 3.0, rtol=1e-3)
