"""What is kept of a day: counts that add up, so that a quarter is the sum of its days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from api.kpis.attributes import Slice
from api.kpis.figures import Tally, add_up
from api.kpis.from_contacts import Driver
from optimizer.model.record import Record

__all__ = ["Counted", "DayRecord", "add_drivers", "gathered"]


@dataclass(frozen=True, slots=True)
class Counted(Record):
    """Counts of what has something in common."""

    place: Slice
    counts: dict[str, float]


@dataclass(frozen=True, slots=True)
class DayRecord(Record):
    """Everything that is told of a local day.

    Parameters
    ----------
    made
        When it was counted.
    contacts
        How many contacts it is counted from; 0 where only intervals are known.
    forecast, roster
        The jobs whose forecast and roster it is compared with; None if there were none.
    """

    day: date
    made: datetime
    contacts: int
    counted: tuple[Counted, ...]
    drivers: tuple[Driver, ...]
    forecast: str | None = None
    roster: str | None = None


def gathered(*tallies: Mapping[Slice, Tally]) -> tuple[Counted, ...]:
    """Return counts from several sources by what they have in common."""
    found: defaultdict[Slice, list[Tally]] = defaultdict(list)
    for of_source in tallies:
        for place, tally in of_source.items():
            found[place].append(tally)
    return tuple(Counted(place, dict(add_up(parts))) for place, parts in found.items())


def add_drivers(days: Iterable[Iterable[Driver]]) -> list[Driver]:
    """Return the drivers of several days together, the one with the most handling first."""
    total: dict[str, Driver] = {}
    for drivers in days:
        for one in drivers:
            before = total.get(one.driver, Driver(one.driver, 0, 0, 0.0))
            total[one.driver] = Driver(
                one.driver,
                before.contacts + one.contacts,
                before.handled + one.handled,
                before.handled_s + one.handled_s,
            )
    return sorted(total.values(), key=lambda d: (-d.handled_s, -d.contacts, d.driver))
