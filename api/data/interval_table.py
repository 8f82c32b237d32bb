"""Interval rows from outside: checked, every bad row told, and put on the clock's own slots.

Unlike a file that is read for a forecast, a batch is a part of something larger: nothing is
learnt from what it lacks, and nothing is merged. An hour that comes twice has its rows twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from api.data.columns import COLUMNS, PARTS
from api.data.frames import log_to_issues, refuse_absurd, refusing
from forecasts.errors import pointer
from forecasts.history.clocks import LocalTimes, check_zone, local_times
from forecasts.history.columns import NO_OFFSET, Names, check_numbers, read_stamps
from forecasts.history.grid import common_interval, move_to_grid
from forecasts.history.log import IssueLog
from forecasts.history.names import Field, find_columns
from forecasts.history.repairs import Repairs
from forecasts.weekly import MINUTES_PER_DAY, DayArray, FloatArray, IntArray
from optimizer.errors import Issue

__all__ = ["IntervalTable", "read_intervals"]

LONGEST_NAME = 200
"""Characters of a group's name that are kept."""


@dataclass(frozen=True, slots=True, eq=False)
class IntervalTable:
    """Rows of intervals, each group and interval once.

    Parameters
    ----------
    groups
        Names in alphabetical order.
    group, day, slot, fold
        Of each row: place among the groups, local date, number of the interval on the clock of
        that day, and 1 for the second time of an hour that comes twice, ``[R]``.
    values
        By column, ``[R]``; NaN where not known.
    issues
        What is worth knowing but stops nothing.
    """

    groups: tuple[str, ...]
    group: IntArray
    day: DayArray
    slot: IntArray
    fold: IntArray
    values: Mapping[str, FloatArray]
    interval_minutes: int
    zone: str | None
    issues: tuple[Issue, ...]


@refusing
def read_intervals(
    frame: pd.DataFrame, *, interval_minutes: int | None = None, zone: str | None = None
) -> IntervalTable:
    """Check rows of intervals; linear in the rows.

    Parameters
    ----------
    frame
        Columns ``group``, ``start`` and any of `COLUMNS`; cells may be text.
    interval_minutes
        Length of an interval; by default the most common distance between starts.
    zone
        Times with an offset become local times of this zone; the others are local.

    Raises
    ------
    InvalidInput
        With every problem found, at most 20 rows listed per kind.
    """
    check_zone(zone)
    log = IssueLog()
    fields = [
        Field("group", required=True, alias="unique_id"),
        Field("start", required=True, alias="ds"),
        *(Field(name, alias="y" if name == "offered" else None) for name in COLUMNS),
    ]
    found = find_columns([str(name) for name in frame.columns], fields, {}, log)
    present = [name for name in COLUMNS if name in found]
    if not present:
        detail = f"There is no column of figures; known are {', '.join(COLUMNS)}."
        log.error("missing_column", pointer("columns"), detail)
    if not len(frame):
        log.error("empty_file", "", "There are no rows.")
    log.stop_on_errors()

    label = {name: place.label for name, place in found.items()}
    names = Names()
    numbered = names.read(frame[label["group"]], label["group"], log)
    groups, group = names.in_order(numbered)
    too_long = np.array([len(name) > LONGEST_NAME for name in groups], bool)[group]
    log.rows(
        "name_too_long",
        label["group"],
        too_long,
        lambda row: f"The group's name has more than {LONGEST_NAME} characters.",
    )
    times = _times(frame[label["start"]], zone, label["start"], log)
    keep = ~np.isnat(times.wall) & ~times.skipped
    minutes = interval_minutes or common_interval(times.wall[keep], label["start"], log)
    if minutes < 0 or (minutes and MINUTES_PER_DAY % minutes):
        detail = f"{minutes} minutes do not divide a day."
        log.error("odd_interval", pointer("interval_minutes"), detail)
        minutes = 0
    move_to_grid(times, minutes, label["start"], Repairs(), log)
    values = {
        name: check_numbers(
            frame[label[name]], label[name], name != "offered", log, "stop"
        )[0]
        for name in present
    }  # fmt: skip
    _compare(values, label, log)
    log.stop_on_errors()

    rows = np.flatnonzero(keep)
    if not len(rows):
        log.error("nothing_left", pointer("rows"), "There is no row that can be used.")
    day = times.wall.astype("datetime64[D]")
    slot = (times.wall - day) // np.timedelta64(minutes, "m")
    fold = (times.doubled & times.second).astype(np.int64)
    moment = times.wall.astype(np.int64) * 2 + fold
    again = pd.DataFrame({"group": group, "moment": moment}).duplicated().to_numpy()
    log.rows(
        "duplicate_interval",
        label["start"],
        again & keep,
        lambda row: f"Group {groups[group[row]]!r} has another row for {times.wall[row]}.",
    )
    log.stop_on_errors()
    return IntervalTable(
        groups=groups,
        group=group[rows],
        day=day[rows],
        slot=slot[rows].astype(np.int64),
        fold=fold[rows],
        values={name: column[rows] for name, column in values.items()},
        interval_minutes=minutes,
        zone=zone,
        issues=log_to_issues(log),
    )


def _times(raw: pd.Series[str], zone: str | None, column: str, log: IssueLog) -> LocalTimes:
    """Return local times, each known to be of the first or the second time it comes."""
    stamps, _ = read_stamps(raw, column, log, "stop")
    times = local_times(stamps, zone, column, log)
    log.rows(
        "ambiguous_time",
        column,
        times.doubled & (stamps.offset == NO_OFFSET),
        lambda row: f"{times.wall[row]} comes twice in {zone}; give it with its offset from UTC.",
    )
    refuse_absurd(times.wall, column, log)
    return times


def _compare(values: Mapping[str, FloatArray], label: Mapping[str, str], log: IssueLog) -> None:
    """Report parts that are greater than what they are a part of."""
    for part, whole in PARTS:
        if part in values and whole in values:
            log.rows(
                "more_than_all",
                label[part],
                values[part] > values[whole],
                lambda row, part=part, whole=whole: (  # type: ignore[misc]  # bound here
                    f"{part} is {values[part][row]:g}, more than {whole}, {values[whole][row]:g}."
                ),
            )
