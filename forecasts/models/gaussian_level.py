"""Totals of days as a Gaussian process: calendar effects and a drift that are learnt together.

Around an expected total mu, first the regression of `forecasts.models.day_level` without its level
and then the process itself, the logarithm of a day's total is linearised (the working response of a
quasi-Poisson model),

    z = log mu + (y - mu) / mu,      variance of z = noise^2 (1 + 1 / mu) / 2   (mu in mean days)

and taken for a Gaussian process (Rasmussen & Williams 2006, ch. 2) around the weekdays of the
regression. Its covariance is a sum of what days have in common: a constant, the weekday, being the
day after a closure, two waves over the month, how many working days the month is old and how many
it has left (close ones are alike), and a drift that is forgotten with exp(-|days apart| / 30).

Days that hardly expect anyone teach nothing: weekends of zeros, say, whose logarithm is far from
all others. They get the weekdays of the regression with the effects and the drift of busy days.

Half of the noise is of counts, half of rates. The drift's deviation is `DRIFT` of it, and the noise
is one of a few values, each weighted by its likelihood: nothing is searched, nothing is set per
group. All covariances but noise and drift have a low rank p, and the inverse of the drift's is
tridiagonal, so n days cost O(n p^2) whatever the number of noises.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from forecasts.calendars import Calendar, month_cycle
from forecasts.history.series import DaySeries
from forecasts.models.day_level import (
    BUSY_WEEKDAY,
    IDLE_SHARE,
    DayLevel,
    DayLevelSettings,
    fit_day_level,
)
from forecasts.models.profile import weekday_profiles
from forecasts.weekly import DayArray, FloatArray, IntArray

__all__ = ["FittedGaussianLevel", "GaussianLevel", "GaussianTotals", "fit_gaussian_totals"]

MOST_DAYS = 300
"""Older open days are left out: drift has forgotten them, and the effects are known."""

WEEKDAY, AFTER_CLOSURE, MONTH, MONTH_ENDS = 0.2, 0.1, 0.05, 0.05
"""Deviations that are thought usual of the effects, in logarithms (about fractions)."""

ENDS_FORGOTTEN = 2.0
"""Working days of the month this far apart have a correlation of 1/e."""
ENDS = 12
"""From this many working days on a month's end is equally far."""

DRIFT_DAYS = 30.0
DRIFT = 0.7
"""Deviation of the drift, as a multiple of the noise."""

NOISES = (0.01, 0.02, 0.03, 0.045, 0.07, 0.11, 0.17, 0.3, 0.6, 1.0, 1.8, 3.0)
"""Deviations of a mean day's logarithm that are thought possible."""

ROUNDS = 2
"""How often totals are linearised; further rounds change a busy group by less than its noise."""

CLIP = 2.5
"""Residuals beyond this many deviations count less (Huber 1964), but for idle groups."""


@dataclass(frozen=True, slots=True, eq=False)
class GaussianTotals:
    """Expected totals of days: weights of the days learnt from.

    Parameters
    ----------
    weekdays
        Logarithm of the contacts of each weekday around which the process varies, ``[7]``.
    days
        What was learnt from, ``[n]``.
    effects
        Coefficients of the features.
    pull
        What each day learnt from pulls the drift by, for the drift's covariance 1, ``[n]``.
    """

    weekdays: FloatArray
    calendar: Calendar
    days: DayArray
    effects: FloatArray
    pull: FloatArray

    def totals(self, days: DayArray) -> FloatArray:
        """Return the expected contacts of each day if it is open."""
        usual = self.weekdays[self.calendar.weekday(days)]
        drift = _remembered(days, self.days) @ self.pull
        return np.asarray(np.exp(usual + _features(days, self.calendar) @ self.effects + drift))


def fit_gaussian_totals(
    series: DaySeries, calendar: Calendar, regression: DayLevel | None = None
) -> GaussianTotals | None:
    """Fit the process; None if no contact was recorded.

    Parameters
    ----------
    regression
        That of `forecasts.models.day_level` on the same series, if it has been fitted already.
    """
    if regression is None:
        regression = fit_day_level(series, calendar, DayLevelSettings())
    if regression.scale == 0:
        return None
    weekdays = np.log(regression.scale) + regression.effects[:7]
    kept = np.flatnonzero(series.day_recorded)[-MOST_DAYS:]
    expected = regression.without_level().totals(series.days[kept])
    busy = expected >= BUSY_WEEKDAY * expected.mean()
    days = series.days[kept][busy]
    # Scaled by what is expected, not by what came: one absurd day must not move the mean day.
    scale = expected[busy].mean()
    y = np.nansum(series.offered[kept][busy], axis=1) / scale
    mu = expected[busy] / scale
    usual = weekdays[calendar.weekday(days)] - np.log(scale)
    clip = CLIP if (y == 0).mean() <= IDLE_SHARE else np.inf
    noise = max(1.4826 * float(np.median(_off(y, mu))), NOISES[0])
    features = _features(days, calendar)
    for _ in range(ROUNDS):
        trust = 1.0 / np.maximum(_off(y, mu) / (clip * noise), 1.0)
        z = np.log(mu) + (y - mu) / mu
        fits = list(_fits(features, days, z - usual, _precision(mu) * trust))
        best = max(fits, key=lambda fit: fit.likelihood)
        mu, noise = np.exp(usual + best.fitted), best.noise
    weights = np.exp([fit.likelihood - best.likelihood for fit in fits])
    weights /= weights.sum()
    return GaussianTotals(
        weekdays=weekdays,
        calendar=calendar,
        days=days,
        effects=np.asarray(sum(w * fit.effects for w, fit in zip(weights, fits, strict=True))),
        pull=np.asarray(sum(w * fit.pull for w, fit in zip(weights, fits, strict=True))),
    )


def _precision(mu: FloatArray) -> FloatArray:
    """Return 1 over the variance of a day's logarithm, in units of noise^2."""
    return 2.0 * mu / (1.0 + mu)


def _off(y: FloatArray, mu: FloatArray) -> FloatArray:
    """Return how far days are from what was expected, in units of the noise's deviation."""
    return np.asarray(np.abs(y / mu - 1.0) * np.sqrt(_precision(mu)))


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    noise: float
    likelihood: float
    effects: FloatArray
    pull: FloatArray
    fitted: FloatArray


def _fits(
    features: FloatArray, days: DayArray, z: FloatArray, precision: FloatArray
) -> Iterator[_Fit]:
    """Yield the process for each noise; `precision` is 1 for a mean day.

    With M = drift and noise, of noise 1, and features F, the covariance of z is noise^2 M + F F'.
    In the basis of the eigenvectors of F' M^-1 F all but M^-1 is diagonal (Woodbury).
    """
    from scipy.linalg import eigh

    design = np.column_stack([features, z])
    solved = _without_drift(design, days, precision)
    products = design.T @ solved
    # The plain QR algorithm: that of numpy starts threads, which cost more than they do here.
    lengths, basis = eigh(products[:-1, :-1], driver="ev")
    lengths = np.maximum(lengths, 0.0)
    along = basis.T @ products[:-1, -1]
    for noise in NOISES:
        variance = noise**2 + lengths
        likelihood = -0.5 * float(
            (products[-1, -1] - (along**2 / variance).sum()) / noise**2
            + np.log(variance).sum()
            + (len(z) - len(lengths)) * np.log(noise**2)
        )
        effects = basis @ (along / variance)
        residual = solved[:, -1] - solved[:, :-1] @ effects
        # What is left of z is drift but for the noise.
        yield _Fit(noise, likelihood, effects, DRIFT**2 * residual, z - residual / precision)


def _without_drift(values: FloatArray, days: DayArray, precision: FloatArray) -> FloatArray:
    """Return M^-1 `values` for the covariance M of drift and noise, of noise 1, ``[n, k]``.

    A drift that forgets exponentially knows of the past only its last day: the inverse K^-1 of its
    correlation is tridiagonal (Ornstein & Uhlenbeck), and with the precisions P

        (DRIFT^2 K + P^-1)^-1 = P - P (K^-1 / DRIFT^2 + P)^-1 P

    costs n k steps.
    """
    from scipy.linalg import solveh_banded

    kept = np.exp(-np.diff(days).astype(np.float64) / DRIFT_DAYS)
    news = 1.0 - kept**2
    banded = np.zeros((2, len(days)))
    banded[1] = 1.0
    banded[1, 1:] += kept**2 / news
    banded[1, :-1] += kept**2 / news
    banded[0, 1:] = -kept / news
    banded /= DRIFT**2
    banded[1] += precision
    weighted = precision[:, None] * values
    # One day has no other day beside it, and no diagonal beside its own.
    held = solveh_banded(banded[-min(2, len(days)) :], weighted)
    return np.asarray(weighted - precision[:, None] * held)


def _features(days: DayArray, calendar: Calendar) -> FloatArray:
    """Return what days have in common, scaled to the deviations of its effects, ``[n, p]``."""
    weekdays = calendar.weekday(days)[:, None] == np.arange(7)
    since, left = _working_days(days, calendar)
    ends = np.arange(ENDS + 1)
    # A factor of the covariance exp(-|i - j| / 2) between working days of the month.
    alike = np.linalg.cholesky(np.exp(-np.abs(ends[:, None] - ends) / ENDS_FORGOTTEN))
    return np.hstack(
        [
            np.ones((len(days), 1)),
            WEEKDAY * weekdays,
            AFTER_CLOSURE * calendar.after_closure(days)[:, None],
            MONTH * month_cycle(days),
            MONTH_ENDS * alike[np.minimum(since, ENDS)],
            MONTH_ENDS * alike[np.minimum(left, ENDS)],
        ]
    )


def _working_days(days: DayArray, calendar: Calendar) -> tuple[IntArray, IntArray]:
    """Return how many days of its month are worked before each day and after it."""
    months = days.astype("datetime64[M]")
    first, last = months.min().astype("datetime64[D]"), (months.max() + 1).astype("datetime64[D]")
    worked = calendar.is_open(np.arange(first, last)).any(axis=1)
    until = np.concatenate([[0], worked.cumsum()])
    begin = (months.astype("datetime64[D]") - first).astype(np.int64)
    end = ((months + 1).astype("datetime64[D]") - first).astype(np.int64)
    at = (days - first).astype(np.int64)
    return until[at] - until[begin], until[end] - until[at + 1]


def _remembered(days: DayArray, others: DayArray) -> FloatArray:
    """Return the correlation of the drift between days, ``[len(days), len(others)]``."""
    apart = np.abs((days[:, None] - others).astype(np.float64))
    return np.asarray(np.exp(-apart / DRIFT_DAYS))


@dataclass(frozen=True, slots=True, eq=False)
class FittedGaussianLevel:
    """What was learnt from one group: totals of days and their spread over the slots."""

    process: GaussianTotals | None
    profiles: FloatArray
    calendar: Calendar

    def predict(self, days: DayArray) -> FloatArray:
        """Return expected contacts, ``[len(days), S]``."""
        if self.process is None:
            return np.zeros((len(days), self.profiles.shape[1]))
        expected = self.process.totals(days)[:, None] * self.profiles[self.calendar.weekday(days)]
        return np.where(self.calendar.is_open(days), expected, 0.0)


@dataclass(frozen=True, slots=True)
class GaussianLevel:
    """Totals of days as a Gaussian process times weekday profiles (`.profile`).

    Multiplying the history by a constant multiplies the forecast by it.

    Parameters
    ----------
    profile_half_life_days, after_closure_weight
        As of `forecasts.models.ProfileLevel`.
    """

    profile_half_life_days: float = 42.0
    after_closure_weight: float = 0.25

    @property
    def name(self) -> str:
        """Return the name of the model."""
        return "gaussian_level"

    @property
    def min_days(self) -> int:
        """Return the days needed: a month's cycle is not seen in less than two."""
        return 56

    def fit(self, series: DaySeries, calendar: Calendar) -> FittedGaussianLevel:
        """Fit totals and profiles."""
        profiles = weekday_profiles(
            series, calendar, self.profile_half_life_days, self.after_closure_weight
        )
        return FittedGaussianLevel(fit_gaussian_totals(series, calendar), profiles, calendar)
