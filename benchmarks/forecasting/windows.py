"""What every method sees and is scored on: past origins of a history, the same for all.

A method sees the intervals recorded before the origin, the opening hours learnt from them and the
closures of the days ahead. Closed days and missing intervals are never scored, as in
`forecasts.backtest`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasts import History
from forecasts.calendars import Calendar, learn_calendar
from forecasts.gaps import make_whole
from forecasts.history.series import DaySeries
from forecasts.weekly import BoolArray, DayArray, FloatArray, among

__all__ = ["GroupWindow", "Window", "daily_origins", "weekly_origins", "windows_at"]


@dataclass(frozen=True, slots=True, eq=False)
class GroupWindow:
    """One group at one origin.

    Parameters
    ----------
    seen
        Its days before the origin, ``[D, S]``; NaN where closed, missing or unknown.
    calendar
        Opening hours learnt from `seen`, with the closures of all days.
    days
        The days to forecast, ``[H]``.
    actual
        What came, ``[H, S]``; NaN where it is not scored.
    """

    seen: DaySeries
    calendar: Calendar
    days: DayArray
    actual: FloatArray

    @property
    def open(self) -> BoolArray:
        """Tell which intervals are to be forecast, ``[H, S]``."""
        return self.calendar.is_open(self.days)


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """One origin: what was recorded before it and what came after it, for every group.

    Parameters
    ----------
    history
        Everything before the origin.
    days
        The days to forecast, ``[H]``.
    groups
        One for each group of the history, in its order.
    """

    history: History
    days: DayArray
    groups: tuple[GroupWindow, ...]

    @property
    def closures(self) -> DayArray:
        """Return the dates on which every group is closed."""
        shared = self.groups[0].calendar.closures
        for group in self.groups[1:]:
            shared = np.intersect1d(shared, group.calendar.closures)
        return shared


def weekly_origins(history: History, horizon_days: int, origins: int) -> DayArray:
    """Return the first days to forecast, a week apart; the last window ends with the history."""
    last = len(history.days) - horizon_days
    return history.days[[last - 7 * back for back in reversed(range(origins))]]


def daily_origins(history: History, first: np.datetime64) -> DayArray:
    """Return the days from `first` on that have a record of any group."""
    recorded = np.isfinite(history.offered).any(axis=0).reshape(-1, history.slots_per_day)
    return history.days[recorded.any(axis=1) & (history.days >= first)]


def windows_at(history: History, origins: DayArray, horizon_days: int) -> tuple[Window, ...]:
    """Return the windows of `horizon_days` days that begin at `origins`."""
    everything = [history.series(group) for group in range(len(history.groups))]
    closures = [learn_calendar(series).closures for series in everything]
    scored = [
        np.where(make_whole(series, learn_calendar(series, closed)).actual, series.offered, np.nan)
        for series, closed in zip(everything, closures, strict=True)
    ]
    windows = []
    for origin in origins:
        groups = []
        for series, closed, actual in zip(everything, closures, scored, strict=True):
            recorded = np.where(among(series.days, closed)[:, None], np.nan, series.offered)
            known = int((series.days < origin).sum())
            ahead = slice(known, known + horizon_days)
            groups.append(
                GroupWindow(
                    # As recorded, closures blanked: what we take for an outage is our opinion.
                    seen=DaySeries(series.days[:known], recorded[:known]),
                    calendar=learn_calendar(series.first(known), closed),
                    days=series.days[ahead],
                    actual=actual[ahead],
                )
            )
        windows.append(Window(history.until(origin), groups[0].days, tuple(groups)))
    return tuple(windows)
