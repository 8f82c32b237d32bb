"""Long horizons: window after window, each starting from what the ones before decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from optimizer.model import Roster, RosterProblem
from optimizer.roster.horizon import joined, part_of, stretch_of
from optimizer.stop import Deadline

__all__ = ["roll", "windows"]

Solver = Callable[[RosterProblem, Deadline], Roster]


def windows(first: date, last: date, weeks: int, kept: int) -> Iterator[tuple[date, date, date]]:
    """Yield (first day, last day looked at, last day kept) of windows that end on Sundays.

    Parameters
    ----------
    weeks, kept
        Weeks that are looked at, and how many of them are decided, in each window.
    """
    monday = first - timedelta(days=first.weekday())
    while True:
        seen = monday + timedelta(weeks=weeks, days=-1)
        keep = monday + timedelta(weeks=kept, days=-1)
        begin = max(first, monday)
        if seen >= last:
            yield begin, last, last
            return
        yield begin, seen, keep
        monday = keep + timedelta(days=1)


def roll(
    problem: RosterProblem, solve: Solver, deadline: Deadline, *, weeks: int = 4, kept: int = 2
) -> Roster | None:
    """Return a roster of all windows; None if the time did not suffice for every one.

    Memory is that of one window, time grows with their number. What is decided is never looked
    at again, so the roster is good rather than proven: improve it afterwards where it fits.

    Parameters
    ----------
    solve
        Returns a roster for the problem of one window, within all its hard rules.
    weeks, kept
        See `windows`.
    """
    grid = problem.requirement.grid
    days = grid.days()
    done = Roster(grid, ())
    steps = list(windows(days[0], days[-1], weeks, kept))
    for number, (first, seen, keep) in enumerate(steps):
        if deadline.passed():
            return None
        here = stretch_of(problem, done, first, seen)
        share = deadline.remaining() / (len(steps) - number)
        made = solve(here, deadline.within(share))
        window = here.requirement.grid
        end = window.slot_of(keep + timedelta(days=1), 0)
        done = joined(grid, [done, part_of(made, window, 0, end)])
    return done
