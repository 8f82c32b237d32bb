"""Deferred work: what is still open when a horizon begins, beside what will arrive in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecasts.errors import InvalidHistory, Issue, pointer
from forecasts.history.files import read_csv
from forecasts.weekly import FloatArray

if TYPE_CHECKING:
    from forecasts.result import Forecast

__all__ = ["OpenWork", "Work", "expected_backlog", "read_backlog", "with_backlog", "work"]

ROWS_LISTED = 20

_ZONE = r":\d{2}\S*?(?:Z|[+-]\d{2}:?\d{2})$"


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Contacts of one group that have arrived and are not closed.

    Parameters
    ----------
    group
        Name of the planning group.
    contacts
        How many, 0 or more.
    due
        Local wall time by which they must be done; None if there is none.
    """

    group: str
    contacts: float
    due: datetime | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """Arrivals and backlog as contacts to be worked on.

    Parameters
    ----------
    contacts
        Per group and interval, ``[G, N]``.
    carried
        Backlog of groups that are closed throughout the horizon, ``[G]``.
    """

    contacts: FloatArray
    carried: FloatArray


def read_backlog(path: str | Path, groups: Sequence[str]) -> tuple[OpenWork, ...]:
    """Read a CSV file with the columns ``group, open`` and optionally ``due``.

    A group may have several rows, with a due time or without.

    Raises
    ------
    InvalidHistory
        With every problem found: missing columns, unknown groups, numbers that are none or are
        negative, times that cannot be read.
    """
    frame = read_csv(path)
    missing = [
        Issue("missing_column", pointer("columns", name), f"There is no column {name!r}.")
        for name in ("group", "open")
        if name not in frame.columns
    ]
    if missing:
        raise InvalidHistory("The backlog cannot be used.", missing)
    names = frame["group"].str.strip()
    counts = pd.to_numeric(frame["open"], errors="coerce")
    due_text = frame["due"].str.strip() if "due" in frame.columns else names.str.slice(0, 0)
    local = (due_text != "") & ~due_text.str.contains(_ZONE)
    due = pd.to_datetime(due_text.where(local), format="ISO8601", errors="coerce")

    problems: list[tuple[int, Issue]] = []

    def report(code: str, column: str, wrong: pd.Series[bool], detail: str) -> None:
        rows = np.flatnonzero(wrong)
        problems.extend(
            (row, Issue(code, pointer("rows", row, column), detail.format(frame[column].iloc[row])))
            for row in rows[:ROWS_LISTED].tolist()
        )
        if len(rows) > ROWS_LISTED:
            further = f"{len(rows) - ROWS_LISTED} further rows have this problem."
            problems.append((len(frame), Issue(code, pointer("rows"), further)))

    report("unknown_group", "group", ~names.isin(groups), "Nothing is forecast for group {!r}.")
    report("not_a_number", "open", ~np.isfinite(counts), "{!r} is not a finite number.")
    report("negative_value", "open", np.isfinite(counts) & (counts < 0), "{} is negative.")
    if "due" in frame.columns:
        unread = (due_text != "") & due.isna()
        report(
            "unreadable_time",
            "due",
            unread,
            "{!r} is not an ISO 8601 date and time of the clock on the wall, without a zone.",
        )
    if problems:
        problems.sort(key=lambda problem: problem[0])
        raise InvalidHistory("The backlog cannot be used.", [issue for _, issue in problems])
    return tuple(
        OpenWork(name, float(count), None if pd.isna(when) else when.to_pydatetime())
        for name, count, when in zip(names, counts, due, strict=True)
    )


def with_backlog(forecast: Forecast, items: Sequence[OpenWork]) -> Forecast:
    """Return the forecast with this backlog instead of what it had.

    Raises
    ------
    InvalidHistory
        If an item is of a group that is not forecast.
    """
    unknown = sorted({item.group for item in items} - set(forecast.groups))
    if unknown:
        issues = [
            Issue("unknown_group", pointer("groups", name), f"Nothing is forecast for {name!r}.")
            for name in unknown
        ]
        raise InvalidHistory("The backlog does not fit the forecast.", issues)
    backlog = np.zeros(len(forecast.groups))
    for item in items:
        backlog[forecast.groups.index(item.group)] += item.contacts
    due = tuple(item for item in items if item.due is not None)
    # The backlog is no adjustment: it stays when they are taken back.
    before = forecast.unadjusted
    return replace(
        forecast,
        backlog=backlog,
        due=due,
        unadjusted=None if before is None else replace(before, backlog=backlog, due=due),
    )


def work(forecast: Forecast) -> Work:
    """Return arrivals and backlog together, per interval in which they become work.

    Backlog without a due time stands in the first open interval of its group. Backlog with one
    is spread evenly over the open intervals that end by then, and stands in the first open one
    if it is overdue. All of it is placed unless the group never opens, so

        contacts + carried = arrivals + backlog

    group by group. Linear in the intervals for every item with a due time.
    """
    contacts = forecast.offered.copy()
    carried = np.zeros(len(forecast.groups))
    if forecast.backlog is None:
        return Work(contacts, carried)
    ends = (forecast.starts + pd.Timedelta(minutes=forecast.interval_minutes)).to_numpy()
    undated = forecast.backlog.copy()
    opens = [np.flatnonzero(is_open) for is_open in forecast.open]
    for item in forecast.due:
        group = forecast.groups.index(item.group)
        undated[group] -= item.contacts
        in_time = opens[group][ends[opens[group]] <= np.datetime64(item.due)]
        slots = in_time if len(in_time) else opens[group][:1]
        if len(slots):
            contacts[group, slots] += item.contacts / len(slots)
        else:
            carried[group] += item.contacts
    # Dated parts of a sum can leave a hair below zero.
    for group, left in enumerate(np.maximum(undated, 0.0)):
        if len(opens[group]):
            contacts[group, opens[group][0]] += left
        else:
            carried[group] += left
    return Work(contacts, carried)


def expected_backlog(forecast: Forecast, hourly_capacity: FloatArray) -> FloatArray:
    """Return the contacts still open at the end of every interval, ``[G, N]``.

    The fluid recursion of Lindley (1952): what was open and arrived, less what can be handled
    in an open interval, never below zero. Due times play no role. Linear in the intervals.

    Parameters
    ----------
    hourly_capacity
        Contacts handled per open hour, 0 or more: ``[G]`` or ``[G, N]``.
    """
    capacity = np.asarray(hourly_capacity, np.float64)
    capacity = capacity[:, None] if capacity.ndim == 1 else capacity
    handled = np.where(forecast.open, capacity * forecast.interval_minutes / 60.0, 0.0)
    start = np.zeros(len(forecast.groups)) if forecast.backlog is None else forecast.backlog
    total = start[:, None] + np.cumsum(forecast.offered - handled, axis=1)
    # Idle capacity so far is how far the total would have fallen below zero.
    idle = np.minimum(np.minimum.accumulate(total, axis=1), 0.0)
    return np.asarray(np.maximum(total - idle, 0.0))
