"""When the contacts of a quiet group come: its own pattern as far as it is one, else its parent's.

Thirty contacts a week say how many come, hardly on which weekday and never in which half-hour. A
pattern is therefore a mixture with one the group is likely to share:

    pattern = t own + (1 - t) likely,    t = max(0, 1 - expected distance / observed distance)

(positive-part James & Stein 1961). The distance is chi-square; the one to expect comes by chance
alone. It is (categories - 1) times the dispersion of the counts, which is estimated from how days
of one weekday differ, so multiplying a history changes no pattern.

The likely pattern is the parent's. A group without a parent takes all weekdays to be alike, and
neighbouring slots: its own shape smoothed over an hour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasts.calendars import Calendar
from forecasts.history.series import DaySeries
from forecasts.models.profile import weekday_profiles
from forecasts.weekly import MINUTES_PER_DAY, BoolArray, FloatArray, IntArray

__all__ = ["WeekPattern", "week_pattern"]

PROFILE_HALF_LIFE_DAYS = 42.0
AFTER_CLOSURE_WEIGHT = 0.25
"""How a parent's profile is learnt: as `forecasts.models.ProfileLevel` learns its own."""

SMOOTHING_MINUTES = 60.0
"""Standard deviation of the kernel that smooths the shape of a group without a parent."""

LEAST_LIKELY = 1e-3
"""Part of a likely pattern that is spread evenly: no open slot is impossible."""


@dataclass(frozen=True, slots=True, eq=False)
class WeekPattern:
    """How contacts spread over the week.

    Parameters
    ----------
    factors
        Expected total of each weekday (0 is Monday), ``[7]``; 1 on the mean recorded day.
    shares
        Share of each slot in its weekday's total, ``[7, S]``; rows sum to 1, or to 0 if closed.
    """

    factors: FloatArray
    shares: FloatArray


def week_pattern(
    series: DaySeries, calendar: Calendar, parent: DaySeries | None = None
) -> WeekPattern:
    """Learn a group's pattern from its own days and its parent's.

    Parameters
    ----------
    series
        Whole days of the group.
    parent
        A busier series that the group is likely to resemble, such as its whole channel; ignored
        if nothing came there.
    """
    if parent is not None and not np.nansum(parent.offered) > 0:
        parent = None
    kept = series.day_recorded
    counts, days = np.nan_to_num(series.offered[kept]), calendar.weekday(series.days[kept])
    dispersion = _shape_dispersion(counts, days)
    factors = _factors(counts.sum(axis=1), days, _likely_factors(parent, calendar), dispersion)
    by_weekday = np.stack([counts[days == day].sum(axis=0) for day in range(7)])
    likely = _likely_shares(by_weekday.sum(axis=0), calendar, parent)
    return WeekPattern(factors, _shares(by_weekday, calendar.open_slots, likely, dispersion))


def _likely_factors(parent: DaySeries | None, calendar: Calendar) -> FloatArray:
    """Return the parent's mean totals by weekday, ``[7]``; ones without a parent."""
    if parent is None:
        return np.ones(7)
    kept = parent.day_recorded
    means = _means(np.nansum(parent.offered[kept], axis=1), calendar.weekday(parent.days[kept]))
    return np.asarray(means + LEAST_LIKELY * means.mean())


def _factors(
    totals: FloatArray, days: IntArray, likely: FloatArray, shape_dispersion: float
) -> FloatArray:
    """Return the weekdays' factors, ``[7]``, with mean 1 over the recorded days."""
    seen = np.bincount(days, minlength=7)
    if not totals.any():
        return np.asarray(likely / likely.mean())
    likely = likely * len(days) / (seen @ likely)
    means = _means(totals, days)
    freedom = len(days) - int((seen > 0).sum())
    # Totals differ more between weeks than slots do within their days: unless no weekday was
    # seen twice, they have a dispersion of their own.
    dispersion = shape_dispersion
    if freedom > 0:
        dispersion = _chi_square(totals, means[days]) / freedom
    trust = _trust(means * seen, totals.mean() * likely * seen, dispersion)
    own = np.where(seen > 0, means / totals.mean(), likely)
    return np.asarray(trust * own + (1 - trust) * likely)


def _likely_shares(counts: FloatArray, calendar: Calendar, parent: DaySeries | None) -> FloatArray:
    """Return the parent's shares by weekday, ``[7, S]``, else the smoothed shape of `counts`."""
    is_open = calendar.open_slots
    even = _normal(np.ones(is_open.shape), is_open)
    if parent is None:
        smooth = _smoothed(counts, np.asarray(is_open.any(axis=0)))
        likely = _normal(np.tile(smooth, (7, 1)), is_open)
    else:
        likely = weekday_profiles(parent, calendar, PROFILE_HALF_LIFE_DAYS, AFTER_CLOSURE_WEIGHT)
    return (1 - LEAST_LIKELY) * likely + LEAST_LIKELY * even


def _shares(
    by_weekday: FloatArray, is_open: BoolArray, likely: FloatArray, dispersion: float
) -> FloatArray:
    """Return each weekday's shares: its own shrunk to those of all days, those to the likely."""
    counts = by_weekday * is_open
    volume, pooled = counts.sum(axis=1), counts.sum(axis=0)
    if not pooled.any():
        return likely
    trust = _trust(pooled, volume @ likely, dispersion)
    usual = trust * _normal(np.tile(pooled, (7, 1)), is_open) + (1 - trust) * likely
    expected = volume[:, None] * usual
    own = np.where(volume[:, None] > 0, _normal(counts, is_open), usual)
    trusts = [_trust(*pair, dispersion) for pair in zip(counts, expected, strict=True)]
    return np.asarray(usual + np.array(trusts)[:, None] * (own - usual))


def _trust(counts: FloatArray, expected: FloatArray, dispersion: float) -> float:
    """Return the weight of one's own pattern, 0 to 1."""
    categories = int((expected > 0).sum())
    distance = _chi_square(counts, expected)
    return max(0.0, 1.0 - dispersion * (categories - 1) / distance) if distance > 0 else 0.0


def _shape_dispersion(counts: FloatArray, days: IntArray) -> float:
    """Return how much the shapes of days of one weekday differ; 1 if as multinomial counts do.

    The chi-square statistic of each weekday's table of days x slots over its degrees of freedom.
    Of one table of all days if no weekday was seen twice, and 1 if there is nothing to compare.
    """
    for label in (days, np.zeros_like(days)):
        distance, freedom = 0.0, 0
        for value in np.unique(label):
            table = counts[label == value]
            rows, columns = table.sum(axis=1), table.sum(axis=0)
            freedom += max(int((rows > 0).sum()) - 1, 0) * max(int((columns > 0).sum()) - 1, 0)
            distance += _chi_square(table, np.outer(rows, columns) / max(rows.sum(), 1e-12))
        if freedom:
            return distance / freedom
    return 1.0


def _chi_square(counts: FloatArray, expected: FloatArray) -> float:
    """Return the sum of (count - expected)^2 / expected over what is expected at all."""
    squares = np.zeros_like(expected)
    np.divide((counts - expected) ** 2, expected, out=squares, where=expected > 0)
    return float(squares.sum())


def _means(totals: FloatArray, days: IntArray) -> FloatArray:
    """Return the mean total of each weekday, ``[7]``; zero if it was never seen."""
    seen = np.bincount(days, minlength=7)
    return np.asarray(np.bincount(days, totals, 7) / np.maximum(seen, 1))


def _smoothed(counts: FloatArray, is_open: BoolArray) -> FloatArray:
    """Return counts averaged over neighbouring open slots by a Gaussian kernel; S^2 steps."""
    slots = len(counts)
    apart = np.abs(np.arange(slots)[:, None] - np.arange(slots))
    minutes = np.minimum(apart, slots - apart) * (MINUTES_PER_DAY / slots)
    kernel = np.exp(-0.5 * (minutes / SMOOTHING_MINUTES) ** 2)
    return np.asarray(kernel @ (counts * is_open) / np.maximum(kernel @ is_open, 1e-12))


def _normal(values: FloatArray, is_open: BoolArray) -> FloatArray:
    """Scale rows to sum 1 over their open slots; even rows if all zero, zeros if closed."""
    weights = values * is_open
    weights = np.where(weights.any(axis=1, keepdims=True), weights, is_open)
    return np.asarray(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12))
