"""What usually comes on days that events moved, and how far usual days stray from it.

The usual of a day is the regression of `forecasts.models.day_level` (weekday, after closure, month)
times the level of the two weeks before and after it, spread by the weekday's profile, all learnt
from the other days only. Because the regression knows the day after a closure and the turn of the
month, an event on such a day does not take the credit for them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasts.calendars import Calendar
from forecasts.history.series import DaySeries
from forecasts.models.day_level import DayLevelSettings, fit_day_level
from forecasts.models.profile import weekday_profiles
from forecasts.weekly import BoolArray, FloatArray

__all__ = ["UsualDays", "usual_days"]

LEVEL_DAYS = 14
"""The level is that of so many days before and after."""

LEVEL_INERTIA = 100.0
"""Contacts with which the level is pulled to 1: Poisson counts of a level that spreads by 10 %."""

LEAST_NEIGHBOURS = 5
"""Fewer usual days around say nothing about a day."""

AFTER_CLOSURE_WEIGHT = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class UsualDays:
    """What one group would have had without events.

    Parameters
    ----------
    expected
        Contacts, ``[D, S]``; zero where closed, unknown or too few usual days are around.
    day_noise, slot_noise
        Relative variance beyond Poisson of a day's total, and of a slot given its day's total.
    """

    expected: FloatArray
    day_noise: float
    slot_noise: float


def usual_days(series: DaySeries, calendar: Calendar, eventful: BoolArray) -> UsualDays:
    """Expect every day from the usual days around it; linear in the days.

    Parameters
    ----------
    series
        Whole days (see `forecasts.gaps`).
    eventful
        Days that events move, ``[D]``; nothing is learnt from them.
    """
    usual = replace(series, offered=np.where(eventful[:, None], np.nan, series.offered))
    there = usual.day_recorded
    if not np.nansum(usual.offered) > 0:
        return UsualDays(np.zeros(series.offered.shape), 0.0, 0.0)
    settings = DayLevelSettings()
    level = replace(fit_day_level(usual, calendar, settings), log_level=0.0)
    profiles = weekday_profiles(usual, calendar, settings.half_life_days, AFTER_CLOSURE_WEIGHT)
    regular = level.totals(series.days)
    came = np.where(there, np.nansum(usual.offered, axis=1), 0.0)
    local = _level(came, np.where(there, regular, 0.0), there)
    shares = np.where(series.recorded, profiles[calendar.weekday(series.days)], 0.0)
    expected = (regular * local)[:, None] * shares

    totals = expected.sum(axis=1)
    given = expected * np.divide(came, totals, out=np.zeros_like(came), where=totals > 0)[:, None]
    return UsualDays(
        expected,
        day_noise=_beyond_poisson(came[there], totals[there]),
        slot_noise=_beyond_poisson(np.nan_to_num(usual.offered[there]), given[there]),
    )


def _level(came: FloatArray, regular: FloatArray, there: BoolArray) -> FloatArray:
    """Return what came around each day, itself left out, as a ratio of the regular.

    Zero where too few days are around.
    """

    def around(values: FloatArray) -> FloatArray:
        sums = np.concatenate([[0.0], np.cumsum(values)])
        at = np.arange(len(values))
        first = np.maximum(at - LEVEL_DAYS, 0)
        after = np.minimum(at + LEVEL_DAYS + 1, len(values))
        return np.asarray(sums[after] - sums[first] - values)

    level = (around(came) + LEVEL_INERTIA) / (around(regular) + LEVEL_INERTIA)
    return np.where(around(there.astype(np.float64)) >= LEAST_NEIGHBOURS, level, 0.0)


def _beyond_poisson(came: FloatArray, expected: FloatArray) -> float:
    """Return r of the variance m + r m^2 of counts with mean m, by its moments; not below 0."""
    known = expected > 0
    m = expected[known]
    if not len(m):
        return 0.0
    return max(0.0, float((((came[known] - m) ** 2 - m).sum()) / (m**2).sum()))
