"""When a group is open: weekly hours, closures, the day after them, and the day of the month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from forecasts.countries import WorkedDays
from forecasts.history.series import DaySeries
from forecasts.weekly import BoolArray, DayArray, FloatArray, IntArray, among, neighbour_mean

__all__ = ["Calendar", "day_array", "learn_calendar", "month_cycle"]

RECENT_DAYS = 56
"""Opening hours are learnt from the last eight weeks, so that a change is followed."""

OPEN_SHARE = 0.25
"""An interval recorded on this share of its recent weekdays is open: two of eight, not one."""

IMPOSSIBLE_ZERO = 30.0
"""A whole day without a contact where this many are usual was a closure, not chance (e^-30)."""


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Opening hours of one group.

    Parameters
    ----------
    open_slots
        Usual opening by weekday (0 is Monday) and slot of the day, ``[7, S]``.
    closures
        Dates in order on which the group is closed although its weekday is usually open.
    worked
        Days of rest that are working days by decree and that the group follows.
    """

    open_slots: BoolArray
    closures: DayArray
    worked: WorkedDays = field(default_factory=WorkedDays)

    def weekday(self, days: DayArray) -> IntArray:
        """Return the weekday each of `days` is like: its own, but for days worked by decree."""
        return self.worked.weekday(days)

    def is_open(self, days: DayArray) -> BoolArray:
        """Tell which slots of `days` are open, ``[len(days), S]``."""
        return self.open_slots[self.weekday(days)] & ~among(days, self.closures)[:, None]

    def after_closure(self, days: DayArray) -> BoolArray:
        """Tell which of `days` are the first open day after one or more closures."""
        open_weekdays = np.asarray(self.open_slots.any(axis=1))
        if not open_weekdays.any():
            return np.zeros(len(days), bool)
        resumed = self.closures + 1
        while True:
            closed = ~open_weekdays[self.weekday(resumed)] | among(resumed, self.closures)
            if not closed.any():
                return among(days, resumed)
            resumed = resumed + closed


def learn_calendar(
    series: DaySeries,
    closures: DayArray | None = None,
    holidays: DayArray | None = None,
    worked: WorkedDays | None = None,
) -> Calendar:
    """Learn opening hours and past closures from what was recorded.

    A day without a record on which most neighbouring weeks have one was a closure, and so was a
    day of zeros in a group that is never idle for a day.

    Parameters
    ----------
    closures
        Dates known to be closed, past or future.
    holidays
        Public holidays, past and future. Those to come are closures unless the group was open
        on most of those in its history.
    worked
        Days of rest worked by decree, past and future. They are like working days unless the
        group was closed on most of those in its history.
    """
    recorded = series.recorded
    day_recorded = series.day_recorded
    # A day is judged by the weekday's other days: Sundays nobody works are not closures.
    closed = ~day_recorded & (neighbour_mean(day_recorded) >= 0.5)
    totals = np.where(day_recorded, np.nansum(series.offered, axis=1), np.nan)
    closed = closed | ((totals == 0) & (neighbour_mean(totals) >= IMPOSSIBLE_ZERO))

    worked = WorkedDays() if worked is None else worked
    past = among(series.days, worked.days)
    if past.any() and day_recorded[past].mean() < 0.5:
        worked = WorkedDays()
    # Elsewhere a day of rest without a record is usual; one that others worked was a closure.
    closed = closed | (~day_recorded & among(series.days, worked.days))

    known = [series.days[closed], day_array(()) if closures is None else closures]
    if holidays is not None and len(holidays):
        past = among(series.days, holidays) & (day_recorded | closed)
        if not past.any() or closed[past].mean() >= 0.5:
            known.append(holidays[holidays > series.days[-1]])

    recent_days = worked.weekday(series.days[-RECENT_DAYS:])
    open_slots = np.zeros((7, recorded.shape[1]), bool)
    for day in np.unique(recent_days):
        open_slots[day] = recorded[-RECENT_DAYS:][recent_days == day].mean(axis=0) >= OPEN_SHARE
    dates = np.unique(np.concatenate(known))
    # A holiday on a Sunday that nobody works closes nothing, and Monday is not the day after it.
    return Calendar(open_slots, dates[open_slots[worked.weekday(dates)].any(axis=1)], worked)


def day_array(dates: Iterable[date]) -> DayArray:
    """Return dates in order, each once."""
    return np.array(sorted(set(dates)), dtype="datetime64[D]")


def month_cycle(days: DayArray, pairs: int = 2) -> FloatArray:
    """Return sine and cosine waves over the month, ``[len(days), 2 * pairs]``.

    The first of a month has phase 0 whatever the month's length, so the turns of all months
    coincide: volumes peak there with bills and salaries.
    """
    month = days.astype("datetime64[M]")
    first = month.astype("datetime64[D]").astype(np.int64)
    length = (month + 1).astype("datetime64[D]").astype(np.int64) - first
    phase = 2 * np.pi * (days.astype(np.int64) - first) / length
    waves = phase[:, None] * np.arange(1, pairs + 1)
    return np.hstack([np.sin(waves), np.cos(waves)])
