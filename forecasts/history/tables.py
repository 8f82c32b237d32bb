"""Long tables (one row per group and interval) to regular grids, every problem told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.errors import Issue, pointer
from forecasts.history.clocks import check_zone, local_times
from forecasts.history.columns import (
    GROUP_SEPARATOR,
    Names,
    Stamps,
    check_numbers,
    joined,
    read_stamps,
)
from forecasts.history.duplicates import Column, Rows, mean_of_doubled_hours, without_repeats
from forecasts.history.files import Source, open_frame
from forecasts.history.gather import gather
from forecasts.history.grid import (
    MINUTE,
    check_span,
    common_interval,
    day_grid,
    move_to_grid,
    rows_in_time,
)
from forecasts.history.log import IssueLog
from forecasts.history.names import Field, Found, find_columns
from forecasts.history.repairs import Repairs
from forecasts.weekly import FloatArray, IntArray

__all__ = ["Column", "Table", "read_table", "table_from_frame"]

_ALIASES = {"group": "unique_id", "start": "ds", "offered": "y"}


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
    zone
        Time zone of the starts, where it is known.
    """

    groups: tuple[str, ...]
    starts: pd.DatetimeIndex
    interval_minutes: int
    values: dict[str, FloatArray]
    issues: tuple[Issue, ...]
    zone: str | None = None


def table_from_frame(
    frame: pd.DataFrame, columns: Sequence[Column], mapping: Mapping[str, str] | None = None
) -> Table:
    """Check a long table and put it on a grid; see `read_table`."""
    return read_table(open_frame(frame), columns, mapping)


def read_table(
    source: Source,
    columns: Sequence[Column],
    mapping: Mapping[str, str] | None = None,
    *,
    zone: str | None = None,
    repairs: Repairs | None = None,
    as_of: date | None = None,
) -> Table:
    """Check a long table and put it on a grid.

    Linear in the rows; about 40 bytes are held for each, beside the grid.

    Parameters
    ----------
    columns
        The columns of numbers to take beside ``group`` and ``start``. Without a group column
        all rows belong to one group named ``all``.
    mapping
        Our column name to the table's; names left out are looked up as they are, then under
        the names of the long format ``unique_id, ds, y``. Several columns are joined with
        ``+``: ``group`` to ``channel+skill``, ``start`` to ``date+time``.
    zone
        Times with an offset become local times of this zone; the others are local. By default
        the zone that the stamps of a frame carry.
    repairs
        What is done about rows in doubt; by default the table is refused.
    as_of
        When the table was made: rows after it are in doubt.

    Raises
    ------
    InvalidHistory
        With every problem found, at most 20 rows listed per kind.
    """
    repairs = repairs or Repairs()
    check_zone(zone)
    log = IssueLog()
    found = find_columns(source.columns, _fields(columns), mapping or {}, log)
    log.stop_on_errors()
    names = Names()
    zone = zone or source.zones.get(found["start"].label)

    def read(chunk: pd.DataFrame) -> dict[str, NDArray[Any]]:
        return _read_chunk(chunk, columns, found, names, repairs, log)

    cells = gather(source, found, read, log)
    label = found["start"].label
    times = local_times(Stamps(cells["wall"], cells["offset"]), zone, label, log)
    keep = cells["keep"] & ~times.skipped
    minutes = common_interval(times.wall[keep], label, log)
    times, fits = move_to_grid(times, minutes, label, repairs, log)
    keep &= fits & rows_in_time(times.wall, minutes, as_of, zone, label, repairs, log)
    groups, group = names.in_order(cells["group"])
    values = {column.name: cells[column.name] for column in columns if column.name in found}
    table = Rows(groups, group, times, values, columns)
    rows = without_repeats(table, np.flatnonzero(keep), repairs.duplicates, label, log)
    rows = mean_of_doubled_hours(table, rows, label, log)
    if not len(rows):
        log.error("nothing_left", pointer("rows"), "There is no row that can be used.")
    log.stop_on_errors()
    return _grid(table, rows, minutes, zone, log)


def _read_chunk(
    chunk: pd.DataFrame,
    columns: Sequence[Column],
    found: Mapping[str, Found],
    names: Names,
    repairs: Repairs,
    log: IssueLog,
) -> dict[str, NDArray[Any]]:
    """Return the arrays of a chunk; ``keep`` tells which rows can be used."""
    group = np.zeros(len(chunk), np.int32)
    if "group" in found:
        raw = joined(chunk, found["group"].columns, GROUP_SEPARATOR)
        group = names.read(raw, found["group"].label, log)
    start = found["start"]
    raw = joined(chunk, start.columns, " ")
    stamps, unread = read_stamps(raw, start.label, log, repairs.times)
    arrays: dict[str, NDArray[Any]] = {
        "group": group, "wall": stamps.wall, "offset": stamps.offset, "keep": ~unread
    }  # fmt: skip
    for column in columns:
        if column.name in found:
            place = found[column.name]
            arrays[column.name], bad = check_numbers(
                chunk[place.columns[0]], place.label, column.blank, log, repairs.cells
            )
            if repairs.cells == "drop":
                arrays["keep"] &= ~bad
    return arrays


def _grid(table: Rows, rows: IntArray, minutes: int, zone: str | None, log: IssueLog) -> Table:
    """Put rows, one per group and interval, on the grid of their days."""
    wall = table.times.wall[rows]
    check_span(wall, minutes, len(table.groups), log)
    starts = day_grid(wall, minutes)
    interval = (wall - starts[0].to_datetime64()) // (minutes * MINUTE)
    values = {}
    for name, numbers in table.values.items():
        grid = np.full((len(table.groups), len(starts)), np.nan)
        grid[table.group[rows], interval] = numbers[rows]
        values[name] = grid
    return Table(table.groups, starts, minutes, values, tuple(log.issues), zone)


def _fields(columns: Sequence[Column]) -> list[Field]:
    return [
        Field("group", alias=_ALIASES["group"], joined=True),
        Field("start", required=True, alias=_ALIASES["start"], joined=True),
        *(Field(one.name, one.required, _ALIASES.get(one.name)) for one in columns),
    ]
