"""Quiet groups: how often contacts come and how many at once, smoothed apart.

A day on which nobody calls says something about how often somebody does, but nothing about how
many call if any do. Two methods keep them apart:

- TSB (Teunter, Syntetos & Babai, EJOR 214, 2011) smooths the occurrence o (0 or 1) of demand
  every day and its size z on days with demand; a group that dies out fades away;
- Croston (1972) smooths the sizes and the intervals q between days with demand, on such days
  only. Their quotient is biased upwards and multiplied by 1 - alpha / 2 (SBA; Syntetos & Boylan,
  IJF 21, 2005).

Days differ by weekday, so time is counted in mean days: a Sunday with a tenth of the usual
contacts lasts a tenth of a day. With exposures w instead of ones the recursions are

    TSB      p += g_p (o - p),   z += g_z (y / w - z)  if y > 0,     rate = p z
    Croston  z += g (y - z),     q += g (sum of w since - q)  if y > 0,  rate = (1 - a/2) z / q

and with equal weekdays the published ones. The gains are those of exponentially weighted means,
over exposures in TSB and over days with demand in Croston: they begin at 1 and fall to the
smoothing constant (a constant of 0 is the mean of all that was seen), so there is no start value
to choose.

The constants are those on a small grid with the least Poisson deviance of the next day's
forecast. Deviance, unlike absolute error, is least for the expected value even where most counts
are zero. A constant above zero costs two dispersions (the quasi-AIC): following pure noise must
not pay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecasts.calendars import Calendar
from forecasts.history.series import DaySeries
from forecasts.models.inherited import WeekPattern, week_pattern
from forecasts.weekly import BoolArray, DayArray, FloatArray

__all__ = ["FittedIntermittent", "Intermittent", "croston_rates", "tsb_rates"]

CONSTANTS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3)
"""Smoothing constants that are tried, for each of a method's averages."""

WARM_UP_DAYS = 7
"""Forecasts of the first week are not judged: they have hardly seen anything."""

LEAST_EXPOSURE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class FittedIntermittent:
    """What was learnt from one group: how many contacts a mean day has and when they come.

    Parameters
    ----------
    rate
        Contacts of a mean day.
    constants
        Smoothing constants that were chosen: of occurrence and size, or the only one.
    """

    rate: float
    constants: tuple[float, ...]
    pattern: WeekPattern
    calendar: Calendar

    def predict(self, days: DayArray) -> FloatArray:
        """Return expected contacts, ``[len(days), S]``."""
        week = self.rate * self.pattern.factors[:, None] * self.pattern.shares
        return np.where(self.calendar.is_open(days), week[self.calendar.weekday(days)], 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Intermittent:
    """Smoothed demand of quiet groups times a pattern shrunk to the parent's.

    Multiplying the histories by a constant multiplies the forecast by it.

    Parameters
    ----------
    method
        How days without a contact are counted.
    parent
        A busier series such as the whole channel; weekdays and shape come from it as far as
        the group's own cannot be told from chance (`forecasts.models.inherited`). Only its days
        up to the end of the group's history are used. Without it, from the group alone.
    """

    method: Literal["tsb", "croston"] = "tsb"
    parent: DaySeries | None = None

    @property
    def name(self) -> str:
        """Return the name of the model."""
        return {"tsb": "intermittent_tsb", "croston": "intermittent_croston"}[self.method]

    @property
    def min_days(self) -> int:
        """Return the days needed: every weekday once."""
        return 7

    def fit(self, series: DaySeries, calendar: Calendar) -> FittedIntermittent:
        """Learn pattern and rate; a few milliseconds for a year of half-hours."""
        parent = self.parent
        if parent is not None:
            parent = parent.first(int((parent.days <= series.days[-1]).sum()))
        pattern = week_pattern(series, calendar, parent)
        kept = series.day_recorded
        demand = np.nansum(series.offered[kept], axis=1)
        # A weekday on which nobody ever calls has no length, but must not divide by it.
        exposure = np.maximum(pattern.factors[calendar.weekday(series.days[kept])], LEAST_EXPOSURE)
        if not demand.any():
            return FittedIntermittent(0.0, (), pattern, calendar)
        rate, constants = _best(self.method, demand, exposure)
        return FittedIntermittent(rate, constants, pattern, calendar)


def tsb_rates(
    demand: FloatArray, exposure: FloatArray, occurrence: float, size: float
) -> FloatArray:
    """Return TSB's contacts per unit of exposure as known after each day, ``[D]``.

    Parameters
    ----------
    demand, exposure
        Contacts of each day, ``[D]``, and its length in mean days, positive.
    occurrence, size
        Smoothing constants from 0 to 1.
    """
    return _occurrences(demand, exposure, occurrence) * _sizes(demand, exposure, size)


def croston_rates(demand: FloatArray, exposure: FloatArray, constant: float) -> FloatArray:
    """Return Croston's contacts per unit of exposure, corrected as SBA, after each day, ``[D]``.

    Parameters
    ----------
    demand, exposure
        Contacts of each day, ``[D]``, and its length in mean days, positive.
    constant
        Smoothing constant from 0 to 1 of sizes and intervals.
    """
    some = demand > 0
    intervals = np.diff(exposure.cumsum()[some], prepend=0.0)
    quotient = _discounted(demand[some], constant) / _discounted(intervals, constant)
    return (1.0 - constant / 2.0) * _since(quotient, some)


def _best(method: str, demand: FloatArray, exposure: FloatArray) -> tuple[float, tuple[float, ...]]:
    """Return the rate after the last day and the constants that forecast best so far."""
    tried = list(
        _tsb_grid(demand, exposure) if method == "tsb" else _croston_grid(demand, exposure)
    )
    rates = np.stack([rate for _, rate in tried])
    # Nothing can be forecast before the first contact.
    first = max(WARM_UP_DAYS, int(np.argmax(demand > 0)) + 1)
    actual = demand[first:]
    if len(actual) == 0:
        return float(rates[0, -1]), tried[0][0]
    deviance = _poisson_deviance(actual, rates[:, first - 1 : -1] * exposure[first:])
    dispersion = deviance.min() / len(actual)
    moving = np.array([sum(constant > 0 for constant in constants) for constants, _ in tried])
    best = int(np.argmin(deviance + 2.0 * dispersion * moving))
    return float(rates[best, -1]), tried[best][0]


def _tsb_grid(
    demand: FloatArray, exposure: FloatArray
) -> Iterator[tuple[tuple[float, ...], FloatArray]]:
    """Yield each pair of constants with its rates; every average is made once."""
    often = [_occurrences(demand, exposure, constant) for constant in CONSTANTS]
    many = [_sizes(demand, exposure, constant) for constant in CONSTANTS]
    for occurrence, p in zip(CONSTANTS, often, strict=True):
        for size, z in zip(CONSTANTS, many, strict=True):
            yield (occurrence, size), p * z


def _croston_grid(
    demand: FloatArray, exposure: FloatArray
) -> Iterator[tuple[tuple[float, ...], FloatArray]]:
    """Yield each constant with its rates."""
    for constant in CONSTANTS:
        yield (constant,), croston_rates(demand, exposure, constant)


def _occurrences(demand: FloatArray, exposure: FloatArray, constant: float) -> FloatArray:
    """Return the smoothed share of time with demand after each day, ``[D]``."""
    some = demand > 0
    return _discounted(exposure * some, constant) / _discounted(exposure, constant)


def _sizes(demand: FloatArray, exposure: FloatArray, constant: float) -> FloatArray:
    """Return the smoothed demand per unit of time with any, after each day, ``[D]``."""
    some = demand > 0
    sizes = _discounted(demand[some], constant) / _discounted(exposure[some], constant)
    return _since(sizes, some)


def _since(values: FloatArray, some: BoolArray) -> FloatArray:
    """Return on each day the value of the last day with demand; zero before the first."""
    return np.asarray(np.concatenate([[0.0], values])[some.cumsum()])


def _discounted(values: FloatArray, constant: float) -> FloatArray:
    """Return the running sums of `values` that lose the share `constant` at every step.

    Quotients of two such sums are exponentially weighted means.
    """
    if not len(values):
        return values
    # The filters of scipy.signal take a second to import; this bidiagonal solve is the same.
    from scipy.linalg.lapack import dtbtrs

    steps = np.ones((2, len(values)))
    steps[1] = constant - 1.0
    return np.asarray(dtbtrs(steps, values, uplo="L", diag="U")[0])


def _poisson_deviance(actual: FloatArray, expected: FloatArray) -> FloatArray:
    """Return the sums over the last axis of 2 (y log(y / f) - (y - f))."""
    # A forecast that has died out is wrong without bound, but must stay comparable.
    expected = np.maximum(expected, 1e-12)
    logs = np.log(np.where(actual > 0, actual, 1.0)) - np.log(expected)
    return np.asarray(2.0 * (actual * logs - actual + expected).sum(axis=-1))
