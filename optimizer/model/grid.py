"""Time inside the optimizer: integer slots of equal length; time zones stay at the edges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from optimizer.model.record import Record

__all__ = ["MINUTES_PER_DAY", "TimeGrid", "weekdays"]

MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class TimeGrid(Record):
    """Consecutive intervals of equal real length.

    Slots count elapsed time, so a day on which the clocks change has more or fewer of them;
    where a local clock time is needed, it is computed from the zone.

    Parameters
    ----------
    start
        First instant of slot 0, with its offset from UTC.
    interval_minutes
        Length of a slot in minutes, a divisor of 60.
    count
        Number of slots.
    zone
        IANA name of the time zone in which days begin, such as ``Europe/Paris``.
    """

    start: datetime
    interval_minutes: int
    count: int
    zone: str = "UTC"

    @classmethod
    def of_days(
        cls, first: date, days: int, interval_minutes: int = 30, zone: str = "UTC"
    ) -> TimeGrid:
        """Return the grid of whole local days, from midnight to midnight."""
        tz = ZoneInfo(zone)
        start = datetime.combine(first, time(), tz)
        end = datetime.combine(first + timedelta(days=days), time(), tz)
        minutes = _minutes(end.astimezone(UTC) - start.astimezone(UTC))
        return cls(start, interval_minutes, minutes // interval_minutes, zone)

    @property
    def hours_per_slot(self) -> float:
        """Return the length of a slot in hours."""
        return self.interval_minutes / 60

    @property
    def end(self) -> datetime:
        """Return the instant at which the last slot ends, in local time."""
        return self.local(self.count)

    def local(self, slot: int) -> datetime:
        """Return the local time at which `slot` begins; `slot` may lie outside the grid."""
        instant = self.start.astimezone(UTC) + timedelta(minutes=slot * self.interval_minutes)
        return instant.astimezone(ZoneInfo(self.zone))

    def slot_at(self, moment: datetime) -> int:
        """Return the slot that contains an instant (aware); may lie outside the grid."""
        return _minutes(moment.astimezone(UTC) - self.start.astimezone(UTC)) // (
            self.interval_minutes
        )

    def slot_of(self, day: date, minute: int) -> int:
        """Return the slot at `minute` on the clock of a local day; minutes past 24 h run on.

        A clock time that a change of the clocks skips is taken at the old offset, so it falls
        one hour later on the new clock; one that comes twice is taken the first time.
        """
        day += timedelta(days=minute // MINUTES_PER_DAY)
        minute %= MINUTES_PER_DAY
        clock = datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(self.zone))
        return self.slot_at(clock)

    def days(self) -> tuple[date, ...]:
        """Return the local days that the grid touches, in order."""
        first, last = self.local(0).date(), self.local(self.count - 1).date()
        return tuple(first + timedelta(days=d) for d in range((last - first).days + 1))

    def day_bounds(self) -> NDArray[np.int64]:
        """Return the slot at which each local day begins, and `count` at the end, [days + 1]."""
        inner = [self.slot_of(day, 0) for day in self.days()[1:]]
        return np.array([0, *inner, self.count], dtype=np.int64)

    def day_of_slot(self) -> NDArray[np.int64]:
        """Return the index into `days()` of every slot, [count]."""
        bounds = self.day_bounds()
        return np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))

    def wall_times(self) -> NDArray[np.datetime64]:
        """Return the local clock time of every slot without its offset, [count]."""
        zone = ZoneInfo(self.zone)
        start = self.start.astimezone(UTC)
        step = timedelta(minutes=self.interval_minutes)
        return np.array(
            [
                (start + slot * step).astimezone(zone).replace(tzinfo=None)
                for slot in range(self.count)
            ],
            dtype="datetime64[m]",
        )


def weekdays(times: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the weekday of days or clock times, 0 for Monday, in like shape."""
    # Day 0 of numpy's calendar, 1970-01-01, was a Thursday.
    return (times.astype("datetime64[D]").astype(np.int64) + 3) % 7


def _minutes(span: timedelta) -> int:
    return span // timedelta(minutes=1)
