"""Rosters as calendars (RFC 5545): one per agent and one per site.

The event of an agent's shift on a day keeps its identifier from one version of the roster to the
next, and the sequence number rises, so that a calendar program replaces what it has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from api.publishing.zones import zone_definition
from optimizer.model import Agent, Organisation, PlannedActivity, Roster, Shift, Site, TimeGrid

if TYPE_CHECKING:
    from icalendar import Event, Timezone

__all__ = ["calendar_of_agent", "calendar_of_site", "calendars_of", "write_calendars"]

_PUBLISHED = 1_000_000_000
"""Sequence numbers of what is in force begin here, far beyond the minutes since 1970."""

_MARGIN = timedelta(days=7)
"""Time around a period for which time zones are defined as well: shifts may end after it."""


def write_calendars(
    folder: Path,
    organisation: Organisation,
    roster: Roster,
    made: datetime,
    previous: Roster | None = None,
) -> list[Path]:
    """Write ``agents/<id>.ics`` and ``sites/<id>.ics`` into a folder; return the files.

    Characters of identifiers that a file name should not have are percent-encoded. The
    parameters are those of `calendars_of`.
    """
    files = []
    for name, body in calendars_of(organisation, roster, made, previous).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
        files.append(file)
    return files


def calendars_of(
    organisation: Organisation,
    roster: Roster,
    made: datetime,
    previous: Roster | None = None,
    publication: int | None = None,
) -> dict[str, bytes]:
    """Return the calendars of a roster, by relative file name.

    Every agent and every site has one, even without shifts: an empty calendar takes the place of
    one that was not.

    Parameters
    ----------
    made
        When this version was made, or put in force, aware. A later version replaces an earlier
        one that was not published either.
    previous
        The version before: shifts on days that are free now are cancelled, within the period.
    publication
        Number of the publication that puts the roster in force; it replaces earlier ones and all
        that was not published.
    """
    sequence = int(made.timestamp()) // 60 if publication is None else _PUBLISHED + publication
    grid = roster.grid
    sites = {site.id: site for site in organisation.sites}
    book = _Book(
        organisation,
        made,
        sequence,
        {site.id: replace(roster.grid, zone=site.zone) for site in organisation.sites},
        {
            zone: zone_definition(zone, grid.start - _MARGIN, grid.end + _MARGIN)
            for zone in sorted({site.zone for site in organisation.sites})
        },
    )
    shifts = book.by_day(roster)
    before = {} if previous is None else book.by_day(_on(grid, previous))
    gone = {key: shift for key, shift in before.items() if key not in shifts}
    of_agent: dict[str, list[tuple[date, Shift, bool]]] = defaultdict(list)
    for stands, part in ((True, shifts), (False, gone)):
        for (name, day), shift in part.items():
            of_agent[name].append((day, shift, stands))
    found: dict[str, bytes] = {}
    of_site: dict[str, list[Event]] = defaultdict(list)
    for agent in organisation.agents:
        site, mine, theirs = sites[agent.site], [], []
        for day, shift, stands in sorted(of_agent[agent.id], key=lambda entry: entry[0]):
            mine.append(book.event(agent, site, day, shift, stands=stands, named=False))
            theirs.append(book.event(agent, site, day, shift, stands=stands, named=True))
        of_site[site.id] += theirs
        title = f"{agent.name or agent.id}, {organisation.name}"
        found[f"agents/{_file_name(agent.id)}.ics"] = book.calendar(title, site.zone, mine)
    for site in organisation.sites:
        title = f"{site.name or site.id}, {organisation.name}"
        found[f"sites/{_file_name(site.id)}.ics"] = book.calendar(
            title, site.zone, of_site[site.id]
        )
    return found


def calendar_of_agent(
    agent: str,
    organisation: Organisation,
    roster: Roster,
    made: datetime,
    previous: Roster | None = None,
    publication: int | None = None,
) -> bytes:
    """Return the calendar of one agent of the organisation, as `calendars_of` does."""
    part = [each for each in organisation.agents if each.id == agent]
    calendars = _calendars_of_some(part, organisation, roster, made, previous, publication)
    return calendars[f"agents/{_file_name(agent)}.ics"]


def calendar_of_site(
    site: str,
    organisation: Organisation,
    roster: Roster,
    made: datetime,
    previous: Roster | None = None,
    publication: int | None = None,
) -> bytes:
    """Return the calendar of one site of the organisation, as `calendars_of` does."""
    part = [each for each in organisation.agents if each.site == site]
    calendars = _calendars_of_some(part, organisation, roster, made, previous, publication)
    return calendars[f"sites/{_file_name(site)}.ics"]


def _calendars_of_some(
    agents: list[Agent],
    organisation: Organisation,
    roster: Roster,
    made: datetime,
    previous: Roster | None,
    publication: int | None,
) -> dict[str, bytes]:
    names = {agent.id for agent in agents}

    def of_them(whole: Roster) -> Roster:
        return replace(whole, shifts=tuple(s for s in whole.shifts if s.agent in names))

    return calendars_of(
        replace(organisation, agents=tuple(agents)),
        of_them(roster),
        made,
        None if previous is None else of_them(previous),
        publication,
    )


def _on(grid: TimeGrid, roster: Roster) -> Roster:
    """Return the shifts of a roster that begin within another grid, on that grid."""
    if roster.grid == grid:
        return roster
    old = roster.grid
    moved = (
        replace(
            shift,
            start=grid.slot_at(old.local(shift.start)),
            end=grid.slot_at(old.local(shift.end)),
            activities=(),
        )
        for shift in roster.shifts
    )
    return Roster(grid, tuple(shift for shift in moved if 0 <= shift.start < grid.count))


@dataclass(frozen=True, slots=True)
class _Book:
    """What all calendars of one version of a roster share.

    Parameters
    ----------
    clocks
        The grid on each site's clock.
    zones
        Definition of each time zone.
    """

    organisation: Organisation
    made: datetime
    sequence: int
    clocks: Mapping[str, TimeGrid]
    zones: Mapping[str, Timezone]

    def by_day(self, roster: Roster) -> dict[tuple[str, date], Shift]:
        """Return the shifts of a roster by agent and local day."""
        home = {agent.id: agent.site for agent in self.organisation.agents}
        return {
            (shift.agent, self.clocks[home[shift.agent]].local(shift.start).date()): shift
            for shift in roster.shifts
        }

    def event(
        self, agent: Agent, site: Site, day: date, shift: Shift, *, stands: bool, named: bool
    ) -> Event:
        """Return the event of a shift.

        Parameters
        ----------
        stands
            Whether the shift stands; if not, it is cancelled.
        named
            Whether the title says whose shift it is.
        """
        from icalendar import Event

        clock = self.clocks[site.id]
        entry = Event()
        # One shift a day and agent: what takes its place has the same identifier.
        key = f"callboard:{self.organisation.name}/{agent.id}/{day}"
        entry.add("uid", f"{uuid5(NAMESPACE_URL, key)}@callboard")
        entry.add("sequence", self.sequence)
        entry.add("dtstamp", self.made.astimezone(UTC))
        entry.add("dtstart", clock.local(shift.start))
        entry.add("dtend", clock.local(shift.end))
        title = f"{shift.template}, {site.name or site.id}"
        entry.add("summary", _one_line(f"{agent.name or agent.id}: {title}" if named else title))
        entry.add("location", _one_line(site.name or site.id))
        entry.add("description", "\n".join(_lines(shift, clock)))
        entry.add("status", "CONFIRMED" if stands else "CANCELLED")
        return entry

    def calendar(self, title: str, zone: str, events: Iterable[Event]) -> bytes:
        """Return a calendar with the definition of its time zone."""
        from icalendar import Calendar

        calendar = Calendar()
        calendar.add("prodid", "-//Callboard//Roster//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", _one_line(title))
        calendar.add("x-wr-timezone", zone)
        if zone != "UTC":
            calendar.add_component(self.zones[zone])
        for event in events:
            calendar.add_component(event)
        return bytes(calendar.to_ical())


def _lines(shift: Shift, clock: TimeGrid) -> Iterator[str]:
    """Yield what happens in a shift, a line each."""

    def told(activity: PlannedActivity) -> str:
        name = _one_line(activity.training or activity.kind.value)
        unpaid = "" if activity.paid else " (unpaid)"
        times = f"{clock.local(activity.start):%H:%M}-{clock.local(activity.end):%H:%M}"
        return f"{times} {name}{unpaid}"

    yield from map(told, shift.activities)
    yield f"{shift.paid_slots() * clock.hours_per_slot:g} paid hours"


def _one_line(text: str) -> str:
    """Return a text without line breaks and control characters, which would end its line."""
    return "".join(c if c.isprintable() else " " for c in text)


def _file_name(name: str) -> str:
    """Return an identifier as a file name that means nothing to any file system."""
    return quote(name, safe=" ").replace(".", "%2E").replace("~", "%7E")
