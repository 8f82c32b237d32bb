"""Totals of days: a robust regression on the calendar times a level that follows the news.

With the days' totals y scaled to mean 1, the expected total is

    log mu = weekday + after closure + two waves over the month

estimated by penalised quasi-Poisson regression (log link, variance proportional to the mean), so
that days without a contact need no special case. Older days count less, and residuals beyond
`CLIP` robust standard deviations are weighted down (Huber 1964).

What the calendar misses is a slow drift. Its level is the ratio of discounted sums of what came
and what was expected, pulled to 1 by as many expected contacts as the noise of the series asks
for (the Poisson-gamma filter of Harvey & Fernandes, JBES 1989):

    level = (sum g^age y + k) / (sum g^age mu + k),    k = (noise / spread of the level)^2

It fades with the horizon h in days as level^(phi^h).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasts.calendars import Calendar, month_cycle
from forecasts.history.series import DaySeries
from forecasts.weekly import BoolArray, DayArray, FloatArray

__all__ = ["DayLevel", "DayLevelSettings", "fit_day_level"]

CLIP = 3.0
MONTH_CYCLE_DAYS = 56
"""Two turns of the month must be seen before its waves are fitted."""
BUSY_WEEKDAY = 0.05
"""Outliers are judged on weekdays with at least this share of an average day."""
IDLE_SHARE = 0.25
"""With more idle days than this on them, a busy day is no outlier and nothing is clipped."""

_WEEKDAY_PENALTY = 1e-3
_LARGEST_EXPONENT = 12.0
_MOST_STEPS = 30
_TOLERANCE = 1e-9
_LEAST_NOISE = 1e-6


@dataclass(frozen=True, slots=True)
class DayLevelSettings:
    """Settings of the regression and the level.

    Parameters
    ----------
    half_life_days
        Age at which a day counts half in the regression.
    effect_spread
        Standard deviation that is thought usual of the effects other than weekdays (in
        logarithms, so about a fraction). Effects are shrunk to zero accordingly.
    discount
        What a day counts in the level relative to the day after it.
    damping
        Share of the level's logarithm that is left after each day of the horizon.
    level_spread
        Relative standard deviation of the level around 1 that is thought usual.
    """

    half_life_days: float = 200.0
    effect_spread: float = 0.1
    discount: float = 0.9
    damping: float = 0.97
    level_spread: float = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class DayLevel:
    """Expected totals of days.

    Parameters
    ----------
    scale
        Contacts of an average day.
    effects
        Coefficients of the design's columns.
    log_level
        Logarithm of the level on the last day of the history.
    last_day
        The day on which the history ends.
    """

    scale: float
    effects: FloatArray
    log_level: float
    last_day: np.datetime64
    damping: float
    month: bool
    calendar: Calendar

    def totals(self, days: DayArray) -> FloatArray:
        """Return the expected contacts of each day if it is open."""
        horizon = (days - self.last_day).astype(np.int64)
        exponent = _design(days, self.calendar, self.month) @ self.effects
        exponent += self.log_level * self.damping**horizon
        return np.asarray(self.scale * np.exp(exponent))

    def without_level(self) -> DayLevel:
        """Return what the calendar alone makes expect."""
        return replace(self, log_level=0.0)


def fit_day_level(series: DaySeries, calendar: Calendar, settings: DayLevelSettings) -> DayLevel:
    """Fit the regression and the level; linear in the number of days."""
    open_days = series.day_recorded
    days = series.days[open_days]
    totals = np.nansum(series.offered[open_days], axis=1)
    age = (series.days[-1] - days).astype(np.int64)
    month = len(series) >= MONTH_CYCLE_DAYS
    weights = 0.5 ** (age / settings.half_life_days)
    scale = float(weights @ totals / weights.sum()) if len(days) else 0.0
    design = _design(days, calendar, month)
    if scale == 0:
        effects = np.zeros(design.shape[1])
        return DayLevel(0.0, effects, 0.0, series.days[-1], settings.damping, month, calendar)
    relative = totals / scale
    effects, expected, noise, bound = _regress(design, relative, weights, settings.effect_spread)

    off = bound * np.sqrt(expected)
    news = expected + np.clip(relative - expected, -off, off)
    discounts = settings.discount**age
    inertia = (noise / settings.level_spread) ** 2
    level = (discounts @ news + inertia) / (discounts @ expected + inertia)
    return DayLevel(
        scale=scale,
        effects=effects,
        log_level=float(np.log(level)),
        last_day=series.days[-1],
        damping=settings.damping,
        month=month,
        calendar=calendar,
    )


def _regress(
    design: FloatArray, relative: FloatArray, weights: FloatArray, spread: float
) -> tuple[FloatArray, FloatArray, float, float]:
    """Return effects, expected values, the noise and the bound of trusted residuals.

    Noise and bound are of Pearson residuals; the bound is infinite if nothing is an outlier.
    """
    # Start at the weekdays' means: from there Newton's method needs only a few steps.
    by_weekday = design[:, :7] * weights[:, None]
    means = (relative @ by_weekday) / np.maximum(by_weekday.sum(axis=0), 1e-12)
    effects: FloatArray = np.zeros(design.shape[1])
    effects[:7] = np.log(np.maximum(means, 1e-4))
    busy = design[:, :7] @ means >= BUSY_WEEKDAY
    robust = bool((relative[busy] == 0).mean() <= IDLE_SHARE)

    penalty = np.full(design.shape[1], _WEEKDAY_PENALTY)
    for _ in range(_MOST_STEPS):
        exponent, expected, residuals = _fitted(design, effects, relative)
        noise = _deviation(residuals[busy], weights[busy], robust)
        bound = CLIP * noise if robust else np.inf
        # A normal prior of deviation `spread` against observations of deviation `noise`.
        penalty[7:] = (noise / spread) ** 2
        information = weights * expected / np.maximum(np.abs(residuals) / bound, 1.0)
        gram: FloatArray = design.T @ (information[:, None] * design)
        gram[np.diag_indices_from(gram)] += penalty
        working: FloatArray = exponent + (relative - expected) / expected
        step = np.asarray(np.linalg.solve(gram, design.T @ (information * working)) - effects)
        effects += step
        if np.abs(step).max() < _TOLERANCE:
            break
    return effects, _fitted(design, effects, relative)[1], noise, bound


def _fitted(
    design: FloatArray, effects: FloatArray, relative: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the exponents, the expected values and the Pearson residuals."""
    exponent = np.clip(design @ effects, -_LARGEST_EXPONENT, _LARGEST_EXPONENT)
    expected = np.exp(exponent)
    return exponent, expected, (relative - expected) / np.sqrt(expected)


def _deviation(residuals: FloatArray, weights: FloatArray, robust: bool) -> float:
    """Return the standard deviation of the residuals, or what their median implies it is."""
    if robust:
        return max(1.4826 * float(np.median(np.abs(residuals))), _LEAST_NOISE)
    return max(float(np.sqrt(weights @ residuals**2 / weights.sum())), _LEAST_NOISE)


def _design(days: DayArray, calendar: Calendar, month: bool) -> FloatArray:
    """Return seven weekday columns, the day after a closure and, if asked, the month's waves."""
    weekdays: BoolArray = calendar.weekday(days)[:, None] == np.arange(7)
    columns = [weekdays, calendar.after_closure(days)[:, None]]
    if month:
        return np.hstack([*columns, month_cycle(days)]).astype(np.float64)
    return np.hstack(columns).astype(np.float64)
