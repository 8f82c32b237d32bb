"""Several rows of one group and interval: repeated ones, and those of an hour that came twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasts.errors import Severity, pointer
from forecasts.history.clocks import LocalTimes
from forecasts.history.log import IssueLog
from forecasts.history.repairs import consequence, severity_of
from forecasts.weekly import BoolArray, FloatArray, IntArray

__all__ = ["Column", "Rows", "mean_of_doubled_hours", "without_repeats"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers, zero or more, that a table may have.

    Parameters
    ----------
    required
        Whether a table without it is refused.
    blank
        Whether single cells may be empty.
    mean_over
        Names of the columns of which the first that is there counts what this one is a mean
        of; empty if it is a count itself.
    """

    name: str
    required: bool = False
    blank: bool = False
    mean_over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows of a table as arrays.

    Parameters
    ----------
    groups
        Names.
    group
        Number of each row's group, ``[R]``.
    times
        Beginning of each row's interval.
    values
        Numbers by column, ``[R]`` each.
    columns
        What they mean.
    """

    groups: tuple[str, ...]
    group: IntArray
    times: LocalTimes
    values: Mapping[str, FloatArray]
    columns: Sequence[Column]

    def interval_key(self, rows: IntArray) -> IntArray:
        """Return one number per group and interval for some rows."""
        seconds = self.times.wall[rows].astype("datetime64[s]").astype(np.int64)
        return seconds * len(self.groups) + self.group[rows]


def without_repeats(
    table: Rows, rows: IntArray, choice: str, column: str, log: IssueLog
) -> IntArray:
    """Return `rows` without those that repeat the group and interval of another.

    Values are merged in place if `choice` says so (see `Repairs`). The two times of an hour that
    comes twice are not each other's repetition.
    """
    interval = table.interval_key(rows)
    key = 2 * interval + _second(interval, table.times, rows)
    repeated = pd.Series(key).duplicated().to_numpy()
    if not repeated.any():
        return rows
    wrong = np.zeros(len(table.group), bool)
    wrong[rows[repeated]] = True
    done = consequence(choice) or _DONE.get(choice, "")
    log.rows(
        "duplicate_interval",
        column,
        wrong,
        lambda row: (
            f"Group {table.groups[table.group[row]]!r} has another row for "
            f"{pd.Timestamp(table.times.wall[row])}{done}."
        ),
        severity_of(choice),
    )
    if choice == "drop":
        return rows[~pd.Series(key).duplicated(keep=False).to_numpy()]
    if choice == "last":
        return rows[~pd.Series(key).duplicated(keep="last").to_numpy()]
    if choice in ("sum", "mean"):
        several = pd.Series(key).duplicated(keep=False).to_numpy()
        _merge(table, rows[several], key[several], choice)
    return rows[~repeated]


def mean_of_doubled_hours(table: Rows, rows: IntArray, column: str, log: IssueLog) -> IntArray:
    """Return `rows` with one per interval, the two of a doubled hour merged into their mean.

    It is the rate of an interval at that time of the day, as any other day has it.
    """
    if not table.times.doubled.any():
        return rows
    interval = table.interval_key(rows)
    several = pd.Series(interval).duplicated(keep=False).to_numpy()
    if not several.any():
        return rows
    _merge(table, rows[several], interval[several], "mean")
    log.note(
        "doubled_hour",
        pointer("columns", column),
        f"{int(several.sum())} rows are of hours that came twice as clocks were set back; each "
        "interval takes the mean of both.",
        Severity.INFORMATION,
    )
    return rows[~pd.Series(interval).duplicated().to_numpy()]


_DONE = {
    "sum": "; their sum is taken",
    "mean": "; their mean is taken",
    "first": "; the first is taken",
    "last": "; the last is taken",
}


def _second(interval: IntArray, times: LocalTimes, rows: IntArray) -> BoolArray:
    """Return which rows are of the second time of a doubled hour.

    Of two such rows without an offset the first in the table is taken for the first time.
    """
    second = times.second[rows]
    unknown = np.flatnonzero(times.doubled[rows] & ~second)
    second[unknown[pd.Series(interval[unknown]).duplicated().to_numpy()]] = True
    return second


def _merge(table: Rows, rows: IntArray, key: IntArray, how: str) -> None:
    """Write the sum or mean of the `rows` with one key into the first of them.

    Means per contact are weighted by their contacts; a blank cell has no say.
    """
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    cells = {name: column[rows] for name, column in table.values.items()}
    for column in table.columns:
        if column.name not in cells:
            continue
        own = cells[column.name]
        weight = np.isfinite(own).astype(np.float64)
        over = next((cells[name] for name in column.mean_over if name in cells), None)
        if over is not None:
            counted = weight * np.nan_to_num(over)
            # Where nobody was counted, every row has the same say.
            weight = np.where(np.bincount(place, counted)[place] > 0, counted, weight)
        total = np.bincount(place, weight * np.nan_to_num(own))
        count = np.bincount(place, weight)
        divisor = 1.0 if over is None and how == "sum" else np.where(count > 0, count, 1.0)
        table.values[column.name][rows[first]] = np.where(count > 0, total / divisor, np.nan)
