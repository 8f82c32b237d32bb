"""The regular grid that times are put on, and the times that do not fit on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.errors import pointer
from forecasts.history.clocks import LocalTimes, end_of
from forecasts.history.columns import TIME
from forecasts.history.log import IssueLog
from forecasts.history.repairs import Repairs, consequence, severity_of
from forecasts.weekly import MINUTES_PER_DAY, BoolArray

__all__ = ["MINUTE", "check_span", "common_interval", "day_grid", "move_to_grid", "rows_in_time"]

TimeArray = NDArray[np.datetime64]

LONGEST_SPAN_DAYS = 20 * 366
MOST_CELLS = 100_000_000

MINUTE = np.timedelta64(1, "m")

SPREADSHEET_ERROR = np.timedelta64(500, "ms")
"""Spreadsheets store times as fractions of days: 08:00 may come out a hair early."""


def common_interval(wall: TimeArray, column: str, log: IssueLog) -> int:
    """Return the most common distance between starts in minutes; 0 if none can be used."""
    starts = np.sort(pd.unique(wall.astype("datetime64[s]").astype(np.int64)))
    steps = np.diff(starts)
    if not len(steps):
        if len(starts):
            log.error(
                "history_too_short",
                pointer("rows"),
                "All rows are of one interval; at least a week is needed.",
            )
        return 0
    lengths, counts = np.unique(steps, return_counts=True)
    seconds = int(lengths[counts.argmax()])
    if (MINUTES_PER_DAY * 60) % seconds or seconds % 60:
        log.error(
            "odd_interval",
            pointer("columns", column),
            f"Most intervals are {seconds} seconds apart; whole minutes that divide a day are "
            "needed.",
        )
        return 0
    return seconds // 60


def move_to_grid(
    times: LocalTimes, minutes: int, column: str, repairs: Repairs, log: IssueLog
) -> tuple[LocalTimes, BoolArray]:
    """Return times on the grid, and which rows are on it or were moved to it.

    Parameters
    ----------
    minutes
        Length of an interval; 0 if there is no grid, which stops the reading by itself.
    """
    wall = times.wall
    if not minutes:
        return times, np.ones(len(wall), bool)
    off = ~np.isnat(wall) & (_begin(wall, minutes) != wall)
    done = consequence(repairs.off_grid, "it is moved into the interval it falls in")
    log.rows(
        "off_grid",
        column,
        off,
        lambda row: (
            f"{pd.Timestamp(wall[row])} is not a multiple of {minutes} minutes after midnight"
            f"{done}."
        ),
        severity_of(repairs.off_grid),
    )
    if repairs.off_grid == "fill" and off.any():
        return replace(times, wall=_begin(wall + SPREADSHEET_ERROR, minutes)), np.ones_like(off)
    # A row that stops the reading is still looked at for other problems.
    return times, ~off | (repairs.off_grid == "stop")


def rows_in_time(
    wall: TimeArray,
    minutes: int,
    as_of: date | None,
    zone: str | None,
    column: str,
    repairs: Repairs,
    log: IssueLog,
) -> BoolArray:
    """Return which rows are kept of those that lie after `as_of` or whose interval does.

    Parameters
    ----------
    minutes
        Length of the interval that begins at `wall`; 0 for a moment.
    """
    kept = np.ones(len(wall), bool)
    if as_of is None:
        return kept
    end = end_of(as_of, zone)
    future = wall >= end
    partial = ~future & (wall + minutes * MINUTE > end)

    def tell(what: str, choice: str) -> Callable[[int], str]:
        return lambda row: (
            f"{pd.Timestamp(wall[row])} {what} {pd.Timestamp(end)}{consequence(choice)}."
        )

    log.rows(
        "future_row",
        column,
        future,
        tell("is not before", repairs.future),
        severity_of(repairs.future),
    )
    log.rows(
        "partial_interval",
        column,
        partial,
        tell("begins an interval that ends after", repairs.ends),
        severity_of(repairs.ends),
    )
    if repairs.future == "drop":
        kept &= ~future
    if repairs.ends == "drop":
        kept &= ~partial
    return kept


def check_span(wall: TimeArray, minutes: int, groups: int, log: IssueLog) -> None:
    """Stop if the grid that the times need is absurd."""
    first, last = wall.min(), wall.max()
    days = int((last.astype("datetime64[D]") - first.astype("datetime64[D]")).astype(int)) + 1
    slots = MINUTES_PER_DAY // minutes
    if days > LONGEST_SPAN_DAYS or days * slots * groups > MOST_CELLS:
        log.error(
            "span_too_long",
            pointer("rows"),
            f"The rows reach from {pd.Timestamp(first)} to {pd.Timestamp(last)}: {days} days of "
            f"{slots} intervals for {groups} groups; look for a mistyped year.",
        )
    log.stop_on_errors()


def day_grid(wall: TimeArray, minutes: int) -> pd.DatetimeIndex:
    """Return every interval from the midnight before the first time to that after the last."""
    first = wall.min().astype("datetime64[D]")
    days = int((wall.max().astype("datetime64[D]") - first).astype(int)) + 1
    return pd.date_range(
        pd.Timestamp(first), periods=days * (MINUTES_PER_DAY // minutes), freq=f"{minutes}min"
    )


def _begin(wall: TimeArray, minutes: int) -> TimeArray:
    """Return the beginning of the interval that each time falls in."""
    length = minutes * 60 * 1_000_000
    ticks = wall.astype(TIME).astype(np.int64)
    begin = (ticks - ticks % length).astype(TIME)
    begin[np.isnat(wall)] = np.datetime64("NaT")
    return begin
