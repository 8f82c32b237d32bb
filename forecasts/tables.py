"""Long tables (one row per group and interval) to regular grids, every problem told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecasts.errors import InvalidHistory, Issue, Severity, pointer
from forecasts.weekly import BoolArray, FloatArray, IntArray

__all__ = ["Column", "Table", "read_csv", "table_from_frame"]

ROWS_PER_ISSUE = 20
"""How many rows are listed for one kind of problem; the others are counted."""

MINUTES_PER_DAY = 1440
LONGEST_SPAN_DAYS = 20 * 366
MOST_CELLS = 100_000_000
ONLY_GROUP = "all"

_LONG_FORMAT = {"group": "unique_id", "start": "ds", "offered": "y"}
_ZONE = r"\d:\d{2}\S*?(Z|[+-]\d{2}:?\d{2})$"


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
    log = _Log()
    names = _resolve(frame, columns, mapping or {}, log)
    if frame.empty:
        log.error("empty_file", "", "There are no rows.")
    log.stop_on_errors()

    row_group, groups = _groups(frame, names.get("group"), log)
    starts = _starts(frame[names["start"]], names["start"], log)
    numbers = {
        column.name: _numbers(frame[names[column.name]], names[column.name], column.blank, log)
        for column in columns
        if column.name in names
    }
    interval = _interval(starts, names["start"], log)
    _duplicates(row_group, groups, starts, names["start"], log)
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


class _Log:
    """Collects issues; of many rows with one problem it lists the first and counts the rest."""

    def __init__(self) -> None:
        self.issues: list[Issue] = []

    def error(self, code: str, where: str, detail: str) -> None:
        self.issues.append(Issue(code, where, detail))

    def note(self, code: str, where: str, detail: str, severity: Severity) -> None:
        self.issues.append(Issue(code, where, detail, severity))

    def rows(self, code: str, column: str, wrong: BoolArray, tell: Callable[[int], str]) -> None:
        """Report the rows where `wrong` holds; `tell` writes the sentence of one row."""
        found = np.flatnonzero(wrong)
        for row in found[:ROWS_PER_ISSUE].tolist():
            self.error(code, pointer("rows", row, column), tell(row))
        if len(found) > ROWS_PER_ISSUE:
            self.error(
                code,
                pointer("rows"),
                f"{len(found) - ROWS_PER_ISSUE} further rows have this problem in column "
                f"{column!r} ({len(found)} in all).",
            )

    def stop_on_errors(self) -> None:
        if any(issue.severity is Severity.ERROR for issue in self.issues):
            raise InvalidHistory("The table cannot be used.", self.issues)


def _resolve(
    frame: pd.DataFrame, columns: Sequence[Column], mapping: Mapping[str, str], log: _Log
) -> dict[str, str]:
    """Return our column names with the table's, as far as they are there."""
    there = [str(name) for name in frame.columns]
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


def _groups(frame: pd.DataFrame, column: str | None, log: _Log) -> tuple[IntArray, tuple[str, ...]]:
    """Return each row's group as a number, and the names in alphabetical order."""
    if column is None:
        return np.zeros(len(frame), np.int64), (ONLY_GROUP,)
    names = frame[column]
    text = names.astype(str).str.strip()
    log.rows(
        "empty_group",
        column,
        (names.isna() | (text == "")).to_numpy(),
        lambda row: "The row names no group.",
    )
    codes, groups = pd.factorize(text, sort=True)
    return codes.astype(np.int64), tuple(map(str, groups))


def _starts(raw: pd.Series[Any], column: str, log: _Log) -> pd.DatetimeIndex:
    """Return local wall times; NaT where there is none (which is an issue by then)."""
    if pd.api.types.is_datetime64_any_dtype(raw.dtype):
        index = pd.DatetimeIndex(raw)
        wall = index.tz_localize(None)
        given = raw
    else:
        given = raw.astype(str).str.strip()
        zone = given.str.extract(_ZONE)[0].fillna("")
        usual = str(zone.mode().iloc[0])
        log.rows(
            "mixed_time_zones",
            column,
            (zone != usual).to_numpy(),
            lambda row: (
                f"{given.iloc[row]!r} has {_zone_name(zone.iloc[row])}, most rows have "
                f"{_zone_name(usual)}; give local wall times of one place."
            ),
        )
        if usual:
            log.note(
                "zone_dropped",
                pointer("columns", column),
                f"Times carry the zone {usual}; they are read as wall times of that zone.",
                Severity.INFORMATION,
            )
        # Only rows that carry a zone are shortened: most files have none.
        bare = given.where(
            zone == "", given.str.replace(r"(?:Z|[+-]\d{2}:?\d{2})$", "", regex=True)
        )
        wall = pd.DatetimeIndex(pd.to_datetime(bare, format="ISO8601", errors="coerce"))
    log.rows(
        "unreadable_time",
        column,
        np.asarray(wall.isna()),
        lambda row: f"{given.iloc[row]!r} is not an ISO 8601 date and time.",
    )
    return wall


def _numbers(raw: pd.Series[Any], column: str, blank: bool, log: _Log) -> FloatArray:
    """Return a column's numbers, every one finite and not negative, or NaN where it is blank."""
    numbers = pd.to_numeric(raw, errors="coerce").to_numpy(np.float64)
    empty = raw.isna().to_numpy() | (raw.astype(str).str.strip() == "").to_numpy()
    text = raw.astype(str).str.strip().str.lower().isin(["nan", "inf", "-inf", "infinity"])
    infinite = np.isinf(numbers) | (text.to_numpy() & ~empty)
    if not blank:
        log.rows(
            "missing_value",
            column,
            empty,
            lambda row: "The cell is empty; leave the row out if the interval was closed.",
        )
    log.rows("not_finite", column, infinite, lambda row: f"{raw.iloc[row]} is not a finite number.")
    log.rows(
        "not_a_number",
        column,
        np.isnan(numbers) & ~empty & ~infinite,
        lambda row: f"{raw.iloc[row]!r} is not a number.",
    )
    log.rows(
        "negative_value",
        column,
        (numbers < 0) & ~infinite,
        lambda row: f"{raw.iloc[row]} is negative.",
    )
    return numbers


def _interval(starts: pd.DatetimeIndex, column: str, log: _Log) -> int:
    """Return the most common distance between starts in minutes, and report what is off it."""
    known = starts.dropna().to_numpy().astype("datetime64[s]").astype(np.int64)
    steps = np.diff(np.unique(known))
    if not len(steps):
        if len(known):
            log.error(
                "history_too_short",
                pointer("rows"),
                "All rows are of one interval; at least a week is needed.",
            )
        return MINUTES_PER_DAY
    lengths, counts = np.unique(steps, return_counts=True)
    seconds = int(lengths[counts.argmax()])
    if (MINUTES_PER_DAY * 60) % seconds or seconds % 60:
        log.error(
            "odd_interval",
            pointer("columns", column),
            f"Most intervals are {seconds} seconds apart; whole minutes that divide a day are "
            "needed.",
        )
        return MINUTES_PER_DAY
    off = np.zeros(len(starts), bool)
    off[starts.notna()] = known % seconds != 0
    # Fractions of a second were cut off above.
    off |= np.asarray((starts != starts.floor("s")) & starts.notna())
    log.rows(
        "off_grid",
        column,
        off,
        lambda row: f"{starts[row]} is not a multiple of {seconds // 60} minutes after midnight.",
    )
    return seconds // 60


def _duplicates(
    row_group: IntArray, groups: Sequence[str], starts: pd.DatetimeIndex, column: str, log: _Log
) -> None:
    """Report every row that repeats the group and interval of an earlier one."""
    repeated = pd.DataFrame({"group": row_group, "start": starts}).duplicated().to_numpy()
    log.rows(
        "duplicate_interval",
        column,
        repeated & ~np.asarray(starts.isna()),
        lambda row: f"Group {groups[row_group[row]]!r} has another row for {starts[row]}.",
    )


def _zone_name(zone: str) -> str:
    return f"the zone {zone}" if zone else "no zone"


def _listed(names: Iterable[str], most: int = 12) -> str:
    names = list(names)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
