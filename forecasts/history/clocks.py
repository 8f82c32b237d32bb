"""Local wall times: offsets converted, hours that clocks skip or repeat, times still to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.errors import InvalidHistory, Issue, Severity, pointer
from forecasts.history.columns import NO_OFFSET, TIME, Stamps
from forecasts.history.log import IssueLog
from forecasts.weekly import BoolArray, FloatArray

__all__ = [
    "LocalTimes",
    "TimeArray",
    "check_zone",
    "end_of",
    "instants",
    "local_times",
    "real_share",
]

TimeArray = NDArray[np.datetime64]

_LOOK = pd.Timedelta(minutes=15)
"""Clocks change at whole quarters of an hour; around the world they always did since 1972."""


@dataclass(frozen=True, slots=True)
class Change:
    """An hour, usually, of wall time that exists twice or not at all.

    Parameters
    ----------
    begin, end
        Wall times, half-open.
    instant
        In UTC, when the clocks change.
    skipped
        Whether it does not exist; otherwise it exists twice.
    """

    begin: np.datetime64
    end: np.datetime64
    instant: np.datetime64
    skipped: bool


@dataclass(frozen=True, slots=True, eq=False)
class LocalTimes:
    """Local wall times, one per row.

    Parameters
    ----------
    wall
        NaT where there is none.
    skipped
        Rows with a wall time that does not exist.
    doubled
        Rows with a wall time that exists twice.
    second
        Rows known to be of the second time.
    """

    wall: TimeArray
    skipped: BoolArray
    doubled: BoolArray
    second: BoolArray


def check_zone(zone: str | None) -> None:
    """Raise `InvalidHistory` unless `zone` is None or the name of a time zone."""
    if zone is None:
        return
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        detail = f"{zone!r} is not the name of a time zone such as 'America/New_York'."
        issue = Issue("unknown_zone", pointer("zone"), detail)
        raise InvalidHistory("The time zone is not known.", [issue]) from None


def local_times(stamps: Stamps, zone: str | None, column: str, log: IssueLog) -> LocalTimes:
    """Return wall times of `zone`; without a zone those written, of one offset at most."""
    nowhere = np.zeros(len(stamps.wall), bool)
    if zone is None:
        _one_offset(stamps, column, log)
        return LocalTimes(stamps.wall, nowhere, nowhere, nowhere)
    given = stamps.offset != NO_OFFSET
    wall, utc = stamps.wall, instants(stamps)
    if given.any():
        converted = pd.DatetimeIndex(utc[given], tz="UTC").tz_convert(zone).tz_localize(None)
        wall = wall.copy()
        wall[given] = converted.to_numpy().astype(TIME)
    skipped, doubled, second = np.zeros((3, len(wall)), bool)
    for change in _changes_around(wall, zone):
        within = (wall >= change.begin) & (wall < change.end)
        if change.skipped:
            skipped |= within
        else:
            doubled |= within
            second |= within & given & (utc >= change.instant)
    log.rows(
        "skipped_hour",
        column,
        skipped,
        lambda row: (
            f"{_written(wall[row])} does not exist in {zone}, where clocks were set forward; the "
            "row is left out."
        ),
        Severity.WARNING,
    )
    return LocalTimes(wall, skipped, doubled, second)


def instants(stamps: Stamps) -> TimeArray:
    """Return times in UTC; those without an offset as they are written."""
    shift = np.where(stamps.offset == NO_OFFSET, 0, stamps.offset).astype("timedelta64[m]")
    utc: TimeArray = stamps.wall - shift
    return utc


def real_share(starts: pd.DatetimeIndex, minutes: int, zone: str | None) -> FloatArray:
    """Return how long each interval of wall time really lasts, as a share of its length.

    It is 1 but where clocks change: 0 in the hour that is skipped in spring, 2 in the hour that
    is doubled in autumn.
    """
    share = np.ones(len(starts))
    if zone is None or not len(starts):
        return share
    begin = starts.to_numpy().astype(TIME)
    length = np.timedelta64(minutes, "m")
    for change in _changes_around(begin, zone):
        common = np.minimum(begin + length, change.end) - np.maximum(begin, change.begin)
        part = np.maximum(common / length, 0.0)
        share += -part if change.skipped else part
    return share


def end_of(as_of: date, zone: str | None) -> np.datetime64:
    """Return the wall time after which everything is future: a date counts to its end.

    Raises
    ------
    ValueError
        If `as_of` has an offset but no zone is given.
    """
    if not isinstance(as_of, datetime):
        return np.datetime64(as_of + timedelta(days=1), "us")
    if as_of.tzinfo is not None:
        if zone is None:
            raise ValueError("a time with an offset needs a zone")
        as_of = as_of.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return np.datetime64(as_of, "us")


def _one_offset(stamps: Stamps, column: str, log: IssueLog) -> None:
    """Report times of another offset than most, and the offset that is dropped."""
    offsets, counts = np.unique(stamps.offset[~np.isnat(stamps.wall)], return_counts=True)
    if not len(offsets):
        return
    usual = int(offsets[counts.argmax()])
    if len(offsets) > 1:
        log.rows(
            "mixed_time_zones",
            column,
            (stamps.offset != usual) & ~np.isnat(stamps.wall),
            lambda row: (
                f"{_written(stamps.wall[row])} has {_offset_name(int(stamps.offset[row]))}, most "
                f"rows have {_offset_name(usual)}; with a time zone given (--zone) all are "
                "converted to its wall times."
            ),
        )
    if usual != NO_OFFSET:
        log.note(
            "zone_dropped",
            pointer("columns", column),
            f"Times carry {_offset_name(usual)}; they are read as wall times there. With a time "
            "zone given (--zone) they are converted to its wall times.",
            Severity.INFORMATION,
        )


def _changes_around(wall: TimeArray, zone: str) -> Sequence[Change]:
    """Return the changes in the years of some wall times."""
    known = wall[~np.isnat(wall)]
    if not len(known):
        return ()
    # A mistyped year is told later; it must not cost centuries of looking here.
    earliest, latest = np.datetime64("1972-01-01"), np.datetime64("2100-01-01")
    first, last = (min(max(end, earliest), latest) for end in (known.min(), known.max()))
    return _changes(zone, _year(first), _year(last))


def _year(time: np.datetime64) -> int:
    return 1970 + int(time.astype("datetime64[Y]").astype(np.int64))


@lru_cache(maxsize=32)
def _changes(zone: str, first: int, last: int) -> tuple[Change, ...]:
    """Return the changes of a zone from one year to another, both included."""
    grid = pd.date_range(f"{first}-01-01", f"{last + 1}-01-01", freq=_LOOK, tz="UTC")
    utc = grid.tz_localize(None).to_numpy().astype(TIME)
    shift = grid.tz_convert(zone).tz_localize(None).to_numpy().astype(TIME) - utc
    found = []
    for place in np.flatnonzero(shift[1:] != shift[:-1]) + 1:
        before, after = utc[place] + shift[place - 1], utc[place] + shift[place]
        begin, end = min(before, after), max(before, after)
        found.append(Change(begin, end, utc[place], bool(after > before)))
    return tuple(found)


def _offset_name(minutes: int) -> str:
    if minutes == NO_OFFSET:
        return "no offset"
    hours, rest = divmod(abs(minutes), 60)
    return f"the offset {'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"


def _written(time: np.datetime64) -> str:
    return str(time.astype("datetime64[s]")).replace("T", " ")
