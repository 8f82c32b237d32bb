"""Every shift that the templates allow on the grid, as arrays, with their activities still free.

A *pattern* is a template's start and length on one day of one clock. Where its meals and breaks
go is not part of it: ten starts with five places for a meal are ten patterns, not fifty, and the
models place activities by counts (see `optimizer.roster.cover`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InvalidInput, Issue
from optimizer.model import RosterProblem, ShiftTemplate, TimeGrid

__all__ = ["MAX_PATTERNS", "Activity", "Calendar", "Patterns", "expand_patterns", "rest_conflicts"]

MAX_PATTERNS = 100_000
"""More starts, lengths and days than this are refused: no model of them could be solved."""

SATURDAY = 5

Integers = NDArray[np.int64]


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
    """

    clock: Integers
    template: Integers
    day: Integers
    start: Integers
    end: Integers
    paid: Integers
    activities: tuple[tuple[Activity, ...], ...]

    def __len__(self) -> int:
        """Return the number of patterns."""
        return len(self.start)


def expand_patterns(problem: RosterProblem, calendar: Calendar) -> Patterns:
    """Return every start x length of every template on every day.

    A start that falls outside the grid is left out; a shift that ends after the grid is kept.
    On the day on which the clocks go forward, starts that are skipped coincide with later ones
    and are kept once.

    Raises
    ------
    InvalidInput
        If there would be more than `MAX_PATTERNS`.
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
    rows = sorted(set(_rows(templates, calendar, step)))
    day, start, end, clock, template, paid = np.array(rows, dtype=np.int64).reshape(-1, 6).T.copy()
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
    return Patterns(clock, template, day, start, end, paid, activities)


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


def _rows(
    templates: tuple[ShiftTemplate, ...], calendar: Calendar, step: int
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
                    for length in template.lengths:
                        paid = template.paid_minutes(length) // step
                        yield first + offset, slot, slot + length // step, clock, index, paid
