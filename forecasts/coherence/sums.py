"""Adding groups up: the history and the calendar of a sum, and the days it can be judged on.

A day on which part of a sum is closed tells nothing about its other days and the other way
round: such days are left out of its history and it has no say about such days to come.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecasts.calendars import Calendar
from forecasts.history.series import DaySeries
from forecasts.weekly import BoolArray, DayArray, among, neighbour_mean, weekday

__all__ = ["aggregate", "comparable", "sum_calendar"]


def aggregate(series: Sequence[DaySeries]) -> DaySeries:
    """Add groups up over all days that any of them has.

    An interval is recorded if it is in any group; the groups that are closed then, or not there
    yet, count zero. A day on which a group has no record although most of the same weekdays
    around have one (a closure of its own, or a loss) is left out of the sum.

    Parameters
    ----------
    series
        Whole days of one or more groups (see `forecasts.gaps`), with the same slots.
    """
    filled = [one for one in series if len(one)]
    if not filled:
        return series[0]
    first = min(one.days[0] for one in filled)
    last = max(one.days[-1] for one in filled)
    days = np.arange(first, last + 1)
    offered = np.zeros((len(days), filled[0].offered.shape[1]))
    recorded = np.zeros(offered.shape, bool)
    partial = np.zeros(len(days), bool)
    for one in filled:
        start = int((one.days[0] - first).astype(np.int64))
        rows = slice(start, start + len(one))
        offered[rows] += np.where(one.recorded, one.offered, 0.0)
        recorded[rows] |= one.recorded
        partial[rows] |= ~one.day_recorded & (neighbour_mean(one.day_recorded) >= 0.5)
    return DaySeries(days, np.where(recorded & ~partial[:, None], offered, np.nan))


def sum_calendar(calendars: Sequence[Calendar]) -> Calendar:
    """Return the calendar of a sum: open when any of its groups is."""
    open_slots = np.logical_or.reduce([calendar.open_slots for calendar in calendars])
    dates = np.unique(np.concatenate([calendar.closures for calendar in calendars]))
    is_open = np.logical_or.reduce([calendar.is_open(dates).any(axis=1) for calendar in calendars])
    return Calendar(open_slots, dates[~is_open])


def comparable(calendars: Sequence[Calendar], days: DayArray) -> BoolArray:
    """Tell on which days a sum is made of the groups that usually make it up, ``[len(days)]``.

    False where a closure closes some of the groups that would be open, but not all of them.
    """
    open_slots = np.stack([calendar.open_slots[weekday(days)] for calendar in calendars])
    usual = np.asarray(open_slots.any(axis=2))
    closed = usual & np.stack([among(days, calendar.closures) for calendar in calendars])
    return np.asarray(~closed.any(axis=0) | (closed == usual).all(axis=0))
