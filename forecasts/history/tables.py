"""Long tables (one row per group and interval) to regular grids, every problem told at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecasts.errors import InvalidHistory, Issue, Severity, pointer
from forecasts.history.columns import (
    ROWS_PER_ISSUE,
    IssueLog,
    interval_minutes,
    read_groups,
    read_numbers,
    read_starts,
    report_duplicates,
)
from forecasts.weekly import MINUTES_PER_DAY, FloatArray

__all__ = ["Column", "Table", "read_csv", "table_from_frame"]

LONGEST_SPAN_DAYS = 20 * 366
MOST_CELLS = 100_000_000

_LONG_FORMAT = {"group": "unique_id", "start": "ds", "offered": "y"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers, zero or more, that a table may have.

    Parameters
    ----------
    required
        Whether a table without it is refused.
    blank
        Whether single cells may be empty.
    """

    name: str
    required: bool = False
    blank: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A long table on a regular grid of whole days.

    Parameters
    ----------
    groups
        Names in alphabetical order.
    starts
        Every interval from the midnight before the first row to the midnight after the last.
    values
        Per column an array groups x intervals; NaN where the table has no row.
    issues
        What is worth knowing but stops nothing.
    """

    groups: tuple[str, ...]
    starts: pd.DatetimeIndex
    interval_minutes: int
    values: dict[str, FloatArray]
    issues: tuple[Issue, ...]


def read_csv(path: str | Path) -> pd.DataFrame:
    """Read a CSV file with every cell as text, so that nothing is guessed.

    Raises
    ------
    InvalidHistory
        If the file is empty or is not a CSV file in UTF-8.
    """
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except pd.errors.EmptyDataError:
        issue = Issue("empty_file", "", "The file is empty.")
    except (pd.errors.ParserError, UnicodeDecodeError) as error:
        issue = Issue("unreadable_file", "", f"Not a CSV file in UTF-8: {error}")
    raise InvalidHistory("The file cannot be read.", [issue])


def table_from_frame(
    frame: pd.DataFrame, columns: Sequence[Column], mapping: Mapping[str, str] | None = None
) -> Table:
    """Check a long table and put it on a grid.

    Parameters
    ----------
    columns
        The columns of numbers to take beside ``group`` and ``start``. Without a group column
        all rows belong to one group named ``all``.
    mapping
        Our column name to the table's; names left out are looked up as they are, then under
        the names of the long format ``unique_id, ds, y``.

    Raises
    ------
    InvalidHistory
        With every problem found, at most 20 rows listed per kind.
    """
    log = IssueLog()
    frame = frame.set_axis([str(name) for name in frame.columns], axis="columns")
    names = _resolve(frame, columns, mapping or {}, log)
    if frame.empty:
        log.error("empty_file", "", "There are no rows.")
    log.stop_on_errors()

    row_group, groups = read_groups(frame, names.get("group"), log)
    starts = read_starts(frame[names["start"]], names["start"], log)
    numbers = {
        column.name: read_numbers(frame[names[column.name]], names[column.name], column.blank, log)
        for column in columns
        if column.name in names
    }
    interval = interval_minutes(starts, names["start"], log)
    report_duplicates(row_group, groups, starts, names["start"], log)
    log.stop_on_errors()

    first = starts.min().floor("D")
    days = (starts.max().floor("D") - first).days + 1
    slots = MINUTES_PER_DAY // interval
    if days > LONGEST_SPAN_DAYS or days * slots * len(groups) > MOST_CELLS:
        log.error(
            "span_too_long",
            pointer("rows"),
            f"The rows reach from {starts.min()} to {starts.max()}: {days} days of {slots} "
            f"intervals for {len(groups)} groups; look for a mistyped year.",
        )
        log.stop_on_errors()
    cell = ((starts - first) // pd.Timedelta(minutes=interval)).to_numpy(np.int64)
    values = {}
    for name, column_values in numbers.items():
        grid = np.full((len(groups), days * slots), np.nan)
        grid[row_group, cell] = column_values
        values[name] = grid
    grid_starts = pd.date_range(first, periods=days * slots, freq=f"{interval}min")
    return Table(groups, grid_starts, interval, values, tuple(log.issues))


def _resolve(
    frame: pd.DataFrame, columns: Sequence[Column], mapping: Mapping[str, str], log: IssueLog
) -> dict[str, str]:
    """Return our column names with the table's, as far as they are there."""
    there = list(frame.columns)
    for name in frame.columns[frame.columns.duplicated()].unique():
        log.error(
            "duplicate_column", pointer("columns", name), f"More than one column is named {name!r}."
        )
    required = ["start", *(column.name for column in columns if column.required)]
    known = ["group", "start", *(column.name for column in columns)]
    for own in mapping:
        if own not in known:
            log.error(
                "unknown_mapping",
                pointer("mapping", own),
                f"{own!r} is none of our columns: {', '.join(known)}.",
            )
    names = {}
    for own in known:
        candidates = [mapping[own]] if own in mapping else [own, _LONG_FORMAT.get(own, own)]
        found = next((name for name in candidates if name in there), None)
        if found is not None:
            names[own] = found
        elif own in required or own in mapping:
            log.error(
                "missing_column",
                pointer("columns", candidates[-1]),
                f"There is no column {' or '.join(map(repr, dict.fromkeys(candidates)))} for "
                f"{own!r}; the columns are {_listed(there)}.",
            )
    unused = [name for name in there if name not in names.values()]
    for name in unused[:ROWS_PER_ISSUE]:
        log.note(
            "unknown_column",
            pointer("columns", name),
            f"Column {name!r} is not used; map it if it should be.",
            Severity.WARNING,
        )
    return names


def _listed(names: Iterable[str], most: int = 12) -> str:
    names = list(names)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
