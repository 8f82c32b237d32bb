"""The definition of a time zone for a calendar (RFC 5545, section 3.6.5), for some days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from icalendar import Timezone

__all__ = ["changes_of", "zone_definition"]

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


def zone_definition(zone: str, first: datetime, last: datetime) -> Timezone:
    """Return a time zone as it holds from one instant to another, both aware.

    Every change of the clocks in between stands by itself, at the local time before the change,
    as the standard asks.
    """
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    tz = ZoneInfo(zone)
    definition = Timezone()
    definition.add("tzid", zone)
    instant = first.astimezone(UTC).replace(second=0, microsecond=0)
    before = instant.astimezone(tz).utcoffset()
    for at in [instant, *changes_of(tz, instant, last.astimezone(UTC))]:
        local = at.astimezone(tz)
        part = TimezoneDaylight() if local.dst() else TimezoneStandard()
        part.add("dtstart", (at + (before or timedelta())).replace(tzinfo=None))
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", local.utcoffset())
        part.add("tzname", local.tzname())
        definition.add_component(part)
        before = local.utcoffset()
    return definition


def changes_of(tz: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the instants, in UTC and to the minute, from which the offset is another."""
    low = first
    while low < last:
        high = low + _DAY
        if low.astimezone(tz).utcoffset() != high.astimezone(tz).utcoffset():
            begin, end = low, high
            while end - begin > _MINUTE:
                middle = begin + (end - begin) // (2 * _MINUTE) * _MINUTE
                if middle.astimezone(tz).utcoffset() == low.astimezone(tz).utcoffset():
                    begin = middle
                else:
                    end = middle
            yield end
        low = high
