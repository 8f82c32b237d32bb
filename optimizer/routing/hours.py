"""Opening hours as spans of time: how much open time has passed, and when some of it will have.

A desk is open while the clock on its wall shows a time within a window, so a day on which the
clocks change is open for as long as it really is. Times are whole microseconds since 1970 UTC:
nothing is rounded, and a clock that runs out at closing time does not slip into the next morning.
Spans are listed once per calendar and range of years; after that, a question costs a look-up in
a sorted list. `optimizer.model.BusinessTime` answers the same questions for plans, over slots of
a grid; here clocks may start years ago and windows may begin at any minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from optimizer.model import OpeningHours
from optimizer.model.grid import weekdays

__all__ = ["MICROSECONDS", "NEVER", "OpenTime", "instant", "open_time"]

Ints = NDArray[np.int64]

MICROSECONDS = 1_000_000
"""Per second."""

NEVER = 2**62
"""The instant of what the opening hours do not get to."""

_MINUTE = 60 * MICROSECONDS
_DAY = 24 * 60 * _MINUTE
_YEARS_BACK = 100
_YEARS_AHEAD = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Calendar = tuple[str, tuple[tuple[int, int, int], ...], tuple[int, ...]]
"""Zone, windows (weekday, opens, closes) and closed days since 1970."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenTime:
    """The open spans of a calendar, in order of time; what lies outside them is closed.

    Parameters
    ----------
    opens, closes
        Instants, [spans].
    before
        Open time before each span, [spans].
    """

    opens: Ints
    closes: Ints
    before: Ints

    def passed(self, instants: Ints) -> Ints:
        """Return the open time from the first span until each instant."""
        if not len(self.opens):
            return np.zeros_like(instants)
        span = np.maximum(np.searchsorted(self.opens, instants, side="right") - 1, 0)
        within = np.clip(instants, self.opens[span], self.closes[span]) - self.opens[span]
        return self.before[span] + within

    def reached(self, amounts: Ints) -> Ints:
        """Return the first instant by which `passed` is each amount, or `NEVER`.

        Parameters
        ----------
        amounts
            Above 0.
        """
        if not len(self.opens):
            return np.full_like(amounts, NEVER)
        after = self.before + self.closes - self.opens
        span = np.searchsorted(after, amounts)
        last = len(after) - 1
        at = self.opens[np.minimum(span, last)] + amounts - self.before[np.minimum(span, last)]
        return np.where(span <= last, at, NEVER)


def open_time(hours: OpeningHours, since: int, until: int, now: int) -> OpenTime:
    """Return the open spans between two instants, and maybe some more.

    Parameters
    ----------
    since, until
        Instants. Nothing is listed more than 100 years before now or 50 years after.
    now
        The instant of the question.
    """
    calendar = (
        hours.zone,
        tuple((window.weekday, window.opens, window.closes) for window in hours.windows),
        tuple(sorted(day.toordinal() - _EPOCH.toordinal() for day in hours.closed_days)),
    )
    this = _year(now)
    first = min(this, max(_year(since), this - _YEARS_BACK))
    last = max(this, min(_year(until), this + _YEARS_AHEAD))
    return _listed(calendar, max(first, 2), min(last, 9998))


def _year(instant: int) -> int:
    return int(np.datetime64(instant, "us").astype("datetime64[Y]").astype(int)) + 1970


@lru_cache(maxsize=64)
def _listed(calendar: Calendar, first: int, last: int) -> OpenTime:
    """List the open spans of some years."""
    zone, windows, closed_days = calendar
    opens: list[Ints] = []
    closes: list[Ints] = []
    for year in range(first, last + 1):
        for begin, end, offset in _stretches(zone, year):
            days = np.arange((begin + offset) // _DAY, (end - 1 + offset) // _DAY + 1)
            days = days[~np.isin(days, closed_days)]
            weekday = weekdays(days.astype("datetime64[D]"))
            for on, opening, closing in windows:
                midnight = days[weekday == on] * _DAY - offset
                opens.append(np.maximum(midnight + opening * _MINUTE, begin))
                closes.append(np.minimum(midnight + closing * _MINUTE, end))
    empty = np.zeros(0, dtype=np.int64)
    opened, closed = np.concatenate([empty, *opens]), np.concatenate([empty, *closes])
    order = np.argsort(opened)
    order = order[opened[order] < closed[order]]
    opened, closed = opened[order], closed[order]
    lengths = closed - opened
    return OpenTime(opened, closed, np.cumsum(lengths) - lengths)


@lru_cache(maxsize=4096)
def _stretches(zone: str, year: int) -> tuple[tuple[int, int, int], ...]:
    """Return the stretches of a year (UTC) in which the offset from UTC of a zone is constant.

    Returns
    -------
    tuple
        Begin, end and offset of each. A change that is undone within a day goes unnoticed.
    """
    return tuple(_find_stretches(ZoneInfo(zone), year))


def _find_stretches(zone: ZoneInfo, year: int) -> Iterator[tuple[int, int, int]]:
    begin, end = (datetime(y, 1, 1, tzinfo=UTC) for y in (year, year + 1))
    day = timedelta(days=1)
    since = moment = begin
    offset = moment.astimezone(zone).utcoffset()
    while moment < end:
        later = moment + day
        if later.astimezone(zone).utcoffset() != offset:
            change = _first_change(zone, moment, later)
            yield instant(since), instant(change), _microseconds(offset)
            since, offset = change, later.astimezone(zone).utcoffset()
        moment = later
    yield instant(since), instant(end), _microseconds(offset)


def _first_change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the second at which the offset changes between two instants."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // timedelta(seconds=2) * timedelta(seconds=1)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def instant(moment: datetime) -> int:
    """Return the microseconds since 1970."""
    return _microseconds(moment - _EPOCH)


def _microseconds(span: timedelta | None) -> int:
    return 0 if span is None else span // timedelta(microseconds=1)
