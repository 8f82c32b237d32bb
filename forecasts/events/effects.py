"""What events do to one group: factors of its intervals, how sure they are, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasts.errors import Issue
from forecasts.gaps import WholeDays
from forecasts.weekly import DayArray, FloatArray

__all__ = ["Effects", "LearntFactor"]


@dataclass(frozen=True, slots=True)
class LearntFactor:
    """The factor of one day of an event, to be explained to a person.

    Parameters
    ----------
    event
        Name of the event.
    offset
        Day relative to the first day of an occurrence.
    factor, deviation
        Contacts over usual contacts of the day, and its relative standard deviation.
    contacts
        Contacts of the group on such days in its history.
    source
        ``learnt``, ``other groups``, ``given``, ``like NAME``, ``family NAME`` or ``unknown``.
    """

    event: str
    offset: int
    factor: float
    deviation: float
    contacts: float
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """Factors of events on one group, past and to come.

    Parameters
    ----------
    days
        Days on which anything happens, in order, ``[K]``.
    factor_table
        Above 0, ``[K, S]``.
    variance_table
        Relative variance of each factor, ``[K, S]``.
    learnt
        One record per event and day of its window.
    issues
        Events to come of which nothing is known.
    """

    days: DayArray
    factor_table: FloatArray
    variance_table: FloatArray
    learnt: tuple[LearntFactor, ...] = ()
    issues: tuple[Issue, ...] = ()

    def factors(self, days: DayArray) -> FloatArray:
        """Return by what events multiply each interval, ``[len(days), S]``; 1 without events."""
        return self._of(days, self.factor_table, 1.0)

    def deviation(self, days: DayArray) -> FloatArray:
        """Return the relative standard deviation of the factors, ``[len(days), S]``.

        How far what was learnt may be from the truth, and how much occurrences differ; chance and
        the noise of usual days come on top.
        """
        return np.sqrt(self._of(days, self.variance_table, 0.0))

    def neutral(self, whole: WholeDays) -> WholeDays:
        """Return a history without its events: what a model of the usual learns from."""
        offered = whole.series.offered / self.factors(whole.series.days)
        return replace(whole, series=replace(whole.series, offered=offered))

    def _of(self, days: DayArray, table: FloatArray, usual: float) -> FloatArray:
        values = np.full((len(days), table.shape[1]), usual)
        _, at, of_day = np.intersect1d(days, self.days, assume_unique=True, return_indices=True)
        values[at] = table[of_day]
        return values
