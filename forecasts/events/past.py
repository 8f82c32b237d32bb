"""What came and what was usual on the past days of events, of all groups side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasts.calendars import Calendar
from forecasts.events.usual import usual_days
from forecasts.gaps import WholeDays
from forecasts.weekly import BoolArray, DayArray, FloatArray, IntArray, among

__all__ = ["Past", "gather_past"]

LEAST_USUAL = 1e-6
"""A slot in which fewer contacts are usual has no usual to compare with."""


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Days of the histories on which events act.

    Parameters
    ----------
    days
        Dates in order, ``[T]``.
    came, usual
        Contacts, ``[G, T + 1, S]``; both zero where either is unknown, as in the last row, which
        stands for all other days.
    day_noise, slot_noise
        Relative variances beyond Poisson of each group, ``[G]`` (see `UsualDays`).
    """

    days: DayArray
    came: FloatArray
    usual: FloatArray
    day_noise: FloatArray
    slot_noise: FloatArray

    def rows(self, dates: DayArray) -> tuple[IntArray, BoolArray]:
        """Return the places of `dates` in ``days``, and whether they are there."""
        at = np.searchsorted(self.days, dates)
        there = among(dates, self.days)
        return np.where(there, at, len(self.days)), there


def gather_past(
    wholes: Sequence[WholeDays], calendars: Sequence[Calendar], moved: Sequence[DayArray]
) -> Past:
    """Gather the days of events from all groups; each group's usual is learnt once.

    Parameters
    ----------
    wholes, calendars
        Of each group.
    moved
        Days that events may move, past or future, by group.
    """
    first = min(whole.series.days[0] for whole in wholes)
    last = max(whole.series.days[-1] for whole in wholes)
    days = np.unique(np.concatenate(moved))
    days = days[(days >= first) & (days <= last)]
    shape = (len(wholes), len(days) + 1, wholes[0].series.offered.shape[1])
    came, usual = np.zeros(shape), np.zeros(shape)
    noise = np.zeros((2, len(wholes)))
    for group, (whole, calendar) in enumerate(zip(wholes, calendars, strict=True)):
        series = whole.series
        expected = usual_days(series, calendar, among(series.days, moved[group]))
        noise[:, group] = expected.day_noise, expected.slot_noise
        at = (days - series.days[0]).astype(np.int64)
        rows = np.flatnonzero((at >= 0) & (at < len(series)))
        offered, would = series.offered[at[rows]], expected.expected[at[rows]]
        known = np.isfinite(offered) & (would > LEAST_USUAL)
        came[group, rows] = np.where(known, offered, 0.0)
        usual[group, rows] = np.where(known, would, 0.0)
    return Past(days, came, usual, *noise)
