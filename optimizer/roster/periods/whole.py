"""The best roster of a long period so far, and opening windows of it to make it better."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InvalidInput, NoSolution
from optimizer.model import Relaxation, Roster, RosterProblem
from optimizer.roster.periods.rolling import Solver
from optimizer.roster.periods.stretch import cut, joined, opened, part_of
from optimizer.roster.verify import Verification, judge
from optimizer.stop import Deadline

__all__ = ["Whole", "improve_whole"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]

LEAST_GAIN = 1e-6

ATTEMPT_SECONDS, PATIENCE = 3e-3, 1.5
"""Time for opening a window, per agent and day, and by how much it grows after a failure."""

MOST_FAILURES = 6
"""A window that gained nothing so often is left alone until something near it changes."""

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


class Whole:
    """The best verified roster of a period.

    Windows may leave something that the whole has to admit: a least number of minutes, say, that
    the days left could not make up. Of two rosters the one that breaks less is better, whatever
    it costs.

    Attributes
    ----------
    roster, verification
        None until a roster was sound, what it admits granted.
    """

    def __init__(self, problem: RosterProblem) -> None:
        self.problem = problem
        self.roster: Roster | None = None
        self.verification: Verification | None = None
        self.breach = math.inf

    @property
    def objective(self) -> float:
        """Return the best objective; infinite while there is none."""
        return math.inf if self.verification is None else self.verification.objective

    def offer(self, roster: Roster) -> bool:
        """Keep a roster if it is sound and better than the best; tell whether it is."""
        roster = replace(roster, relaxed=())
        judged = judge(self.problem, roster)
        broken = [match for match in judged.matches if match.broken]
        breach = math.fsum(match.amount for match in broken)
        if broken:
            relaxed = tuple(
                Relaxation(match.agent, match.rule, match.day, match.amount)
                for match in broken
                if match.agent is not None and match.rule.given_up is not None
            )
            roster = replace(roster, relaxed=relaxed)
            judged = judge(self.problem, roster)
        better = (breach, judged.objective + LEAST_GAIN) < (self.breach, self.objective)
        if not judged.sound or not better:
            return False
        self.roster, self.verification, self.breach = roster, judged, breach
        return True


def improve_whole(
    whole: Whole,
    solve: Solver,
    deadline: Deadline,
    *,
    weeks: int = 4,
    seed: int = 0,
    told: Callable[[date, date], object] = lambda _first, _last: None,
) -> None:
    """Open windows of the best roster again, the dear ones first, until none gains any more.

    A window is drawn with a chance that grows with what its days cost now, and is halved each
    time that opening it gained nothing, until something near it changes.

    Parameters
    ----------
    weeks
        Length of a window.
    told
        Is told the first and the last day of each window before it is opened, and after a gain.
    """
    problem = whole.problem
    days = problem.requirement.grid.days()
    people = len(problem.organisation.agents)
    monday = days[0] - days[0].weekday() * DAY
    number = max(1, -(-((days[-1] - monday).days + 1) // 7) - weeks + 1)
    spans = [
        (max(days[0], monday + at * WEEK), min(days[-1], monday + (at + weeks) * WEEK - DAY))
        for at in range(number)
    ]
    failures = np.zeros(number)
    rng = np.random.default_rng(seed)
    while whole.roster is not None and not deadline.passed() and failures.min() < MOST_FAILURES:
        at = int(rng.choice(number, p=_chances(whole, spans, failures)))
        first, last = spans[at]
        told(first, last)
        size = people * ((last - first).days + 1)
        seconds = ATTEMPT_SECONDS * size * PATIENCE ** failures[at]
        if _open(whole, solve, deadline.within(seconds), first, last):
            told(first, last)
            failures[max(0, at - weeks) : at + weeks + 1] = 0
        else:
            failures[at] += 1


def _open(whole: Whole, solve: Solver, deadline: Deadline, first: date, last: date) -> bool:
    """Solve a window again; tell whether the whole is better for it."""
    roster, grid = whole.roster, whole.problem.requirement.grid
    assert roster is not None
    window = cut(grid, first, last)
    part = opened(whole.problem, roster, first, last)
    try:
        made = solve(part, deadline, part_of(roster, part.requirement.grid))
    except (NoSolution, InvalidInput) as error:
        # The whole stays as it is; what it admits, say, may not be pinned.
        log.info("the window from %s was left alone: %s", first, error)
        return False
    begin = grid.slot_at(window.start)
    kept = tuple(s for s in roster.shifts if not begin <= s.start < begin + window.count)
    drawn = part_of(replace(made, relaxed=()), window)
    return whole.offer(joined(grid, [Roster(grid, kept), drawn]))


def _chances(whole: Whole, spans: list[tuple[date, date]], failures: Floats) -> Floats:
    assert whole.verification is not None
    opening, closing = spans[0][0], spans[-1][1]
    daily = np.zeros((closing - opening).days + 1)
    for match in whole.verification.matches:
        if match.day is not None and opening <= match.day <= closing:
            daily[(match.day - opening).days] += max(0.0, match.cost)
    cost = np.array([daily[(a - opening).days : (b - opening).days + 1].sum() for a, b in spans])
    # What belongs to no day may be anywhere.
    chances: Floats = (cost + cost.mean() + 1.0) * 0.5**failures * (failures < MOST_FAILURES)
    chances /= chances.sum()
    return chances
