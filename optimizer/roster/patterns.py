"""Every shift that the templates allow on the grid, as arrays, with their activities still free.

A *pattern* is a template's start and length on one day of one clock. Where its meals and breaks
go is not part of it: ten starts with five places for a meal are ten patterns, not fifty, and the
models place activities by counts (see `optimizer.roster.coupling`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InvalidInput, Issue, raise_errors
from optimizer.model import MINUTES_PER_DAY, RosterProblem, ShiftTemplate, TimeGrid

__all__ = [
    "FREE",
    "MAX_PATTERNS",
    "Activity",
    "Calendar",
    "Patterns",
    "Stretch",
    "expand_patterns",
    "fits",
    "rest_conflicts",
]

FREE = -1
"""Stands for a day off where a plan names the pattern of each day."""

MAX_PATTERNS = 100_000
"""More starts, lengths and days than this are refused: no model of them could be solved."""

SATURDAY = 5

Integers = NDArray[np.int64]

Stretch = tuple[int, int]
"""Least and greatest number of slots, both included."""


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The days of a period, as the clocks of the sites show them.

    Parameters
    ----------
    days
        Every local day that some clock touches, in order.
    clocks
        The requirement's grid, once for each time zone in which somebody works.
    zones
        Time zone to its index in `clocks`.
    """

    days: tuple[date, ...]
    clocks: tuple[TimeGrid, ...]
    zones: dict[str, int]

    @classmethod
    def of(cls, problem: RosterProblem) -> Calendar:
        """Return the calendar of a problem."""
        zone_of = {site.id: site.zone for site in problem.organisation.sites}
        zones = sorted({zone_of[agent.site] for agent in problem.organisation.agents})
        clocks = tuple(replace(problem.requirement.grid, zone=zone) for zone in zones)
        first = min(clock.days()[0] for clock in clocks)
        last = max(clock.days()[-1] for clock in clocks)
        days = tuple(first + timedelta(days=d) for d in range((last - first).days + 1))
        return cls(days, clocks, {zone: index for index, zone in enumerate(zones)})

    def span(self, clock: int) -> tuple[int, int]:
        """Return the first day of a clock and the day after its last, as indices of `days`."""
        days = self.clocks[clock].days()
        first = (days[0] - self.days[0]).days
        return first, first + len(days)

    def weekend(self, day: int) -> bool:
        """Tell whether a day is a Saturday or a Sunday."""
        return self.days[day].weekday() >= SATURDAY

    def week(self, day: int) -> int:
        """Return a number that the days from a Monday to the next Sunday share."""
        return (self.days[day].toordinal() - 1) // 7


@dataclass(frozen=True, slots=True)
class Activity:
    """A template's activity in slots: its length and where it may begin after the start."""

    slots: int
    earliest: int
    latest: int
    step: int

    def last_start(self, length: int) -> int:
        """Return the latest beginning that still ends within a shift of `length` slots."""
        room = min(self.latest, length - self.slots) - self.earliest
        return self.earliest + room // self.step * self.step


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """All patterns, as arrays of equal length, sorted by day and start.

    Parameters
    ----------
    clock, template
        Indices into `Calendar.clocks` and the organisation's templates.
    day
        Index into `Calendar.days` of the local day on which the shift starts.
    start, end
        Slots; the end is excluded and may lie after the grid.
    paid
        Paid slots.
    activities
        Per template, its activities in slots.
    stretches
        Per template, the least and the greatest number of slots of work without interruption
        (where there is any): from the start, between two activities, and to the end. None at all
        means no bounds.
    """

    clock: Integers
    template: Integers
    day: Integers
    start: Integers
    end: Integers
    paid: Integers
    activities: tuple[tuple[Activity, ...], ...]
    stretches: tuple[Stretch, ...] = ()

    def __len__(self) -> int:
        """Return the number of patterns."""
        return len(self.start)


def expand_patterns(problem: RosterProblem, calendar: Calendar) -> Patterns:
    """Return every start x length of every template on every day.

    A start that falls outside the grid is left out; a shift that ends after the grid is kept.
    On the day on which the clocks go forward, starts that are skipped coincide with later ones
    and are kept once. Lengths in which the activities have no place are left out.

    Raises
    ------
    InvalidInput
        If there would be more than `MAX_PATTERNS`, or if no length of a template has room for
        its activities.
    """
    templates = problem.organisation.templates
    step = problem.requirement.grid.interval_minutes
    per_day = sum(len(t.starts()) * len(t.lengths) for t in templates)
    total = per_day * len(calendar.days) * len(calendar.clocks)
    if total > MAX_PATTERNS:
        issue = Issue(
            "too_many_patterns",
            "/organisation/templates",
            f"The templates allow {total} different shifts; at most {MAX_PATTERNS} are possible. "
            "Use fewer starts, lengths or days.",
        )
        raise InvalidInput("The problem is too large.", [issue])
    activities = tuple(
        tuple(
            Activity(
                a.minutes // step,
                a.earliest_minute // step,
                a.latest_minute // step,
                max(1, a.step_minutes // step),
            )
            for a in t.activities
        )
        for t in templates
    )
    stretches = tuple(_stretch(template, step) for template in templates)
    lengths = [
        [minutes for minutes in template.lengths if fits(contained, bounds, minutes // step)]
        for template, contained, bounds in zip(templates, activities, stretches, strict=True)
    ]
    issues = [
        Issue(
            "activities_do_not_fit",
            f"/organisation/templates/{number}",
            f"No shift of template {template.id!r} has room for its activities and for the least "
            "and greatest stretches of work between them.",
        )
        for number, template in enumerate(templates)
        if not lengths[number]
    ]
    raise_errors("The shift templates cannot be used.", issues)
    rows = sorted(set(_rows(templates, lengths, calendar, step)))
    day, start, end, clock, template, paid = np.array(rows, dtype=np.int64).reshape(-1, 6).T.copy()
    return Patterns(clock, template, day, start, end, paid, activities, stretches)


def rest_conflicts(
    patterns: Patterns, earlier: Integers, later: Integers, rest: int
) -> list[tuple[Integers, Integers]]:
    """Return the pairs (ends late, starts soon) of which one person may take at most one.

    Every pair of conflicting patterns of the two days stands in one of the returned pairs of
    sets, and in each of these everything on one side conflicts with everything on the other:
    a rule "at most one of both sides" is as strong as possible and needs few rows.

    Parameters
    ----------
    earlier, later
        Patterns of a day and of a later one.
    rest
        Slots that must lie between an end and the next start.
    """
    ends, starts = patterns.end[earlier], patterns.start[later]
    found = []
    blocked_before = 0
    for end in np.unique(ends):
        soon = starts < end + rest
        blocked = int(np.count_nonzero(soon))
        if blocked > blocked_before:
            found.append((earlier[ends >= end], later[soon]))
        blocked_before = blocked
    return found


def fits(activities: Sequence[Activity], stretch: Stretch, length: int) -> bool:
    """Tell whether the activities have a place in a shift of `length` slots, one after another.

    Two activities without any work between them are not held to the least stretch.
    """
    least, greatest = stretch

    def allowed(work: int) -> bool:
        return work == 0 or least <= work <= greatest

    free = {0}
    for activity in activities:
        begins = range(activity.earliest, activity.last_start(length) + 1, activity.step)
        free = {
            begin + activity.slots for begin in begins if any(allowed(begin - end) for end in free)
        }
    return any(allowed(length - end) for end in free)


def _stretch(template: ShiftTemplate, step: int) -> Stretch:
    greatest = template.max_stretch_minutes
    return -(-template.min_stretch_minutes // step), (
        MINUTES_PER_DAY if greatest is None else greatest // step
    )


def _rows(
    templates: Sequence[ShiftTemplate],
    lengths: Sequence[Sequence[int]],
    calendar: Calendar,
    step: int,
) -> Iterator[tuple[int, ...]]:
    for clock, grid in enumerate(calendar.clocks):
        first, _ = calendar.span(clock)
        for offset, date_ in enumerate(grid.days()):
            for index, template in enumerate(templates):
                if date_.weekday() not in template.weekdays:
                    continue
                for minute in template.starts():
                    slot = grid.slot_of(date_, minute)
                    if not 0 <= slot < grid.count:
                        continue
                    for length in lengths[index]:
                        paid = template.paid_minutes(length) // step
                        yield first + offset, slot, slot + length // step, clock, index, paid
