"""What every forecast must beat: last week again, and the mean of the last weeks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasts.calendars import Calendar
from forecasts.history.series import DaySeries
from forecasts.weekly import DayArray, FloatArray

__all__ = ["MovingAverage", "SeasonalNaive"]


@dataclass(frozen=True, slots=True, eq=False)
class _WeekTable:
    """One value per weekday and slot, repeated for ever."""

    values: FloatArray
    calendar: Calendar

    def predict(self, days: DayArray) -> FloatArray:
        """Return the week's values where the group is open, zero elsewhere."""
        return np.where(self.calendar.is_open(days), self.values[self.calendar.weekday(days)], 0.0)


@dataclass(frozen=True, slots=True)
class MovingAverage:
    """The mean of the last recorded values of the same weekday and slot.

    Parameters
    ----------
    weeks
        How many values to average; weeks without a record are skipped, not counted.
    """

    weeks: int = 8

    @property
    def name(self) -> str:
        """Return the name of the model."""
        return "moving_average"

    @property
    def min_days(self) -> int:
        """Return the days needed: every weekday once."""
        return 7

    def fit(self, series: DaySeries, calendar: Calendar) -> _WeekTable:
        """Average the last values of each weekday and slot."""
        return _WeekTable(_last_values_mean(series, calendar, self.weeks), calendar)


@dataclass(frozen=True, slots=True)
class SeasonalNaive:
    """The last recorded value of the same weekday and slot."""

    @property
    def name(self) -> str:
        """Return the name of the model."""
        return "seasonal_naive"

    @property
    def min_days(self) -> int:
        """Return the days needed: every weekday once."""
        return 7

    def fit(self, series: DaySeries, calendar: Calendar) -> _WeekTable:
        """Take the last value of each weekday and slot."""
        return _WeekTable(_last_values_mean(series, calendar, 1), calendar)


def _last_values_mean(series: DaySeries, calendar: Calendar, count: int) -> FloatArray:
    """Return the mean of the last `count` recorded values per weekday and slot, ``[7, S]``."""
    table = np.zeros((7, series.offered.shape[1]))
    day_of_week = calendar.weekday(series.days)
    for day in range(7):
        values = series.offered[day_of_week == day]
        known = np.isfinite(values)
        # A value is among the last if fewer than `count` known ones follow it.
        last = known & (known[::-1].cumsum(axis=0)[::-1] <= count)
        total = np.where(last, values, 0.0).sum(axis=0)
        table[day] = total / np.maximum(last.sum(axis=0), 1)
    return table
