"""A first roster of a long period: window after window, each after what the ones before decided."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from optimizer.model import Roster, RosterProblem
from optimizer.roster.periods.stretch import cut, joined, part_of, stretch_of
from optimizer.stop import Deadline

__all__ = ["Solver", "roll", "windows"]

Solver = Callable[[RosterProblem, Deadline, Roster | None], Roster]
"""Returns a roster of a window, starting from another one if given; raises `NoSolution`."""

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def windows(first: date, last: date, weeks: int, kept: int) -> Iterator[tuple[date, date, date]]:
    """Yield (first day, last day looked at, last day kept) of windows that end on Sundays.

    Parameters
    ----------
    weeks, kept
        Weeks that are looked at, and how many of them are decided, in each window.
    """
    monday = first - first.weekday() * DAY
    while True:
        seen = monday + weeks * WEEK - DAY
        keep = monday + kept * WEEK - DAY
        begin = max(first, monday)
        if seen >= last:
            yield begin, last, last
            return
        yield begin, seen, keep
        monday = keep + DAY


def roll(
    problem: RosterProblem,
    solve: Solver,
    deadline: Deadline,
    *,
    seconds: float = math.inf,
    weeks: int = 4,
    kept: int = 2,
    share_templates: bool = True,
    told: Callable[[date, date], object] = lambda _first, _last: None,
) -> Roster | None:
    """Return a roster of all windows; None if the time did not suffice for every one.

    Memory is that of one window, time grows with their number. What is decided is never looked
    at again: improve it afterwards (`improve_whole`).

    Parameters
    ----------
    seconds
        Time to take, in all, if the windows can be solved in it.
    weeks, kept
        See `windows`.
    share_templates
        See `stretch_of`.
    told
        Is told the first and the last day of each window before it is solved.

    Raises
    ------
    NoSolution
        If a window has no roster that keeps all rules that are never given up.
    """
    grid = problem.requirement.grid
    days = grid.days()
    done = Roster(grid, ())
    steps = list(windows(days[0], days[-1], weeks, kept))
    for number, (first, seen, keep) in enumerate(steps):
        if deadline.passed():
            return None
        told(first, seen)
        share = min(seconds / len(steps), deadline.remaining() / (len(steps) - number))
        part = stretch_of(problem, done, first, seen, share_templates=share_templates)
        made = solve(part, deadline.within(share), None)
        done = joined(grid, [done, part_of(made, cut(grid, first, keep))])
    return done
