"""Cover as strips: what each group requires in every interval, and what of it is short."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Roster, RosterProblem

__all__ = ["HEIGHT", "Strip", "strips_of"]

Figures = NDArray[np.float64]

HEIGHT = 60
"""Of a strip, in units of its drawing; a slot is one unit wide."""


@dataclass(frozen=True, slots=True)
class Strip:
    """The drawing of a group's week, or of all groups together.

    Parameters
    ----------
    required, covered
        Outlines of areas, as the path data of SVG; what lies between them is short.
    planned
        Outline of all agents on contacts; None for a single group, for whom somebody with
        several skills works is not a property of the roster.
    days
        First slot of each day, with the day.
    highest
        Agents that the full height stands for.
    """

    name: str
    required: str
    covered: str
    planned: str | None
    days: tuple[tuple[int, date], ...]
    slots: int
    highest: float
    required_hours: float
    short_hours: float
    planned_hours: float | None


def strips_of(problem: RosterProblem, roster: Roster, shortage: Figures) -> list[Strip]:
    """Return a strip of all groups and one per group, for each week of the grid.

    Parameters
    ----------
    shortage
        Agents missing, [groups, slots].
    """
    requirement = problem.requirement
    grid = requirement.grid
    planned = np.zeros(grid.count)
    for shift in roster.shifts:
        for slot in shift.working_slots():
            if 0 <= slot < grid.count:
                planned[slot] += 1
    found = []
    for first, last, days in _weeks(problem):
        here = slice(first, last)
        required, short = requirement.agents[:, here], shortage[:, here]
        week = f"Week of {days[0][1]:%-d %B}"
        if len(requirement.groups) > 1:
            everybody = f"{week}: all groups"
            found.append(
                _strip(problem, everybody, required.sum(0), short.sum(0), planned[here], days)
            )
        found += [
            _strip(problem, f"{week}: {name}", required[row], short[row], None, days)
            for row, name in enumerate(requirement.groups)
            if required[row].any()
        ]
    return found


def _strip(
    problem: RosterProblem,
    name: str,
    required: Figures,
    short: Figures,
    planned: Figures | None,
    days: tuple[tuple[int, date], ...],
) -> Strip:
    hours = problem.requirement.grid.hours_per_slot
    highest = max(1.0, float(required.max()), 0.0 if planned is None else float(planned.max()))
    return Strip(
        name,
        _area(required, highest),
        _area(required - short, highest),
        None if planned is None else _line(planned, highest),
        days,
        len(required),
        highest,
        float(required.sum()) * hours,
        float(short.sum()) * hours,
        None if planned is None else float(planned.sum()) * hours,
    )


def _weeks(problem: RosterProblem) -> Iterator[tuple[int, int, tuple[tuple[int, date], ...]]]:
    """Yield the first slot of each week, the slot after its last, and its days."""
    grid = problem.requirement.grid
    bounds, names = grid.day_bounds().tolist(), grid.days()
    at = 0
    while at < len(names):
        end = min(len(names), at + 7 - names[at].weekday())
        days = tuple((bounds[day] - bounds[at], names[day]) for day in range(at, end))
        yield bounds[at], bounds[end], days
        at = end


def _line(values: Figures, highest: float) -> str:
    """Return a stepped line as path data."""
    first, *others = np.round(HEIGHT * (1 - values / highest), 2).tolist()
    return f"M0,{first:g}h1" + "".join(f"V{height:g}h1" for height in others)


def _area(values: Figures, highest: float) -> str:
    """Return the area under a stepped line as path data."""
    return f"{_line(values, highest)}V{HEIGHT}H0Z"
