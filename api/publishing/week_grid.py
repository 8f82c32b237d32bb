"""Weeks of a roster as rows and cells: who works when, for a table to be printed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from optimizer.model import (
    Agent,
    Organisation,
    Roster,
    Shift,
    Site,
    StaffClass,
    TimeGrid,
    contracts_of,
)

__all__ = ["Bar", "Cell", "Row", "SiteWeek", "Team", "site_weeks"]


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of a cell, as shares in percent of the cell's width."""

    kind: str
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Cell:
    """An agent's day.

    Parameters
    ----------
    times
        Start and end on the site's clock; empty for a day off.
    detail
        Template and activities, in words.
    outside
        Whether the day is not in the period.
    """

    times: str
    detail: str
    bars: tuple[Bar, ...]
    outside: bool


@dataclass(frozen=True, slots=True)
class Row:
    """An agent's week."""

    name: str
    skills: str
    cells: tuple[Cell, ...]
    hours: float


@dataclass(frozen=True, slots=True)
class Team:
    """Those of a site who work under the same contract."""

    contract: str
    staff_class: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class SiteWeek:
    """A week, Monday to Sunday, at a site.

    Parameters
    ----------
    first_hour, last_hour
        Between which hours of the day the bars of the cells are drawn; the last may pass 24.
    """

    site: str
    zone: str
    days: tuple[date, ...]
    teams: tuple[Team, ...]
    first_hour: int
    last_hour: int
    shifts: int


def site_weeks(organisation: Organisation, roster: Roster) -> list[SiteWeek]:
    """Return the weeks of every site that has agents, by site and then by week."""
    found = []
    classes = [contract.staff_class for contract in contracts_of(organisation)]
    for site in organisation.sites:
        staff = [
            (agent, kind)
            for agent, kind in zip(organisation.agents, classes, strict=True)
            if agent.site == site.id
        ]
        if staff:
            found += _of_site(site, staff, roster)
    return found


def _of_site(site: Site, staff: list[tuple[Agent, StaffClass]], roster: Roster) -> list[SiteWeek]:
    clock = replace(roster.grid, zone=site.zone)
    period = clock.days()
    names = {agent.id for agent, _ in staff}
    shifts: dict[tuple[str, date], Shift] = {
        (shift.agent, clock.local(shift.start).date()): shift
        for shift in roster.shifts
        if shift.agent in names
    }
    spans = [_minutes(clock, day, shift) for (_, day), shift in shifts.items()]
    first = min((start for start, _ in spans), default=0) // 60
    last = -(-max((end for _, end in spans), default=24 * 60) // 60)
    monday, found = period[0] - timedelta(days=period[0].weekday()), []
    while monday <= period[-1]:
        days = tuple(monday + timedelta(days=d) for d in range(7))
        teams: dict[tuple[str, StaffClass], list[Row]] = defaultdict(list)
        for agent, kind in sorted(staff, key=lambda pair: pair[0].name or pair[0].id):
            mine = [shifts.get((agent.id, day)) for day in days]
            cells = tuple(
                _cell(clock, day, shift, first, last, outside=not period[0] <= day <= period[-1])
                for day, shift in zip(days, mine, strict=True)
            )
            hours = sum(s.paid_slots() for s in mine if s is not None) * clock.hours_per_slot
            skills = ", ".join(f"{skill} {level}" for skill, level in agent.skills.items())
            row = Row(agent.name or agent.id, skills, cells, hours)
            teams[agent.contract, kind].append(row)
        found.append(
            SiteWeek(
                site.name or site.id,
                site.zone,
                days,
                tuple(Team(name, kind.value, tuple(rows)) for (name, kind), rows in teams.items()),
                first,
                last,
                sum(day in days for _, day in shifts),
            )
        )
        monday += timedelta(days=7)
    return found


def _cell(
    clock: TimeGrid, day: date, shift: Shift | None, first: int, last: int, *, outside: bool
) -> Cell:
    if shift is None:
        return Cell("", "", (), outside)
    start, end = _minutes(clock, day, shift)
    width = max(1, (last - first) * 60)
    bars = [Bar("work", _share(start - first * 60, width), _share(end - start, width))]
    words = [shift.template]
    for activity in shift.activities:
        begin = start + (activity.start - shift.start) * clock.interval_minutes
        length = (activity.end - activity.start) * clock.interval_minutes
        bars.append(
            Bar(activity.kind.value, _share(begin - first * 60, width), _share(length, width))
        )
        words.append(
            f"{activity.training or activity.kind.value} "
            f"{clock.local(activity.start):%H:%M}–{clock.local(activity.end):%H:%M}"
        )
    times = f"{clock.local(shift.start):%H:%M}–{clock.local(shift.end):%H:%M}"
    return Cell(times, ", ".join(words), tuple(bars), outside)


def _minutes(clock: TimeGrid, day: date, shift: Shift) -> tuple[int, int]:
    """Return a shift's start by the clock and its end, in minutes of its day."""
    midnight = datetime.combine(day, time(), ZoneInfo(clock.zone)).astimezone(UTC)
    start = (clock.local(shift.start).astimezone(UTC) - midnight) // timedelta(minutes=1)
    return start, start + (shift.end - shift.start) * clock.interval_minutes


def _share(part: int, whole: int) -> float:
    return round(100 * part / whole, 2)
