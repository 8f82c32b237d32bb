"""Frozen: with a previous roster, what has begun by the moment of planning stays as it is.

Shifts that have begun are kept with their activities, and no other shift may start by then. A
shift that an absence touches may go: whoever has gone home does not work it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC

import numpy as np

from optimizer.model import RuleName, Shift
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.forms import Form, Prices
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.standing import begun, frozen, pattern_of, standing
from optimizer.roster.rules.view import View

__all__ = ["check", "forms"]


def forms(view: View) -> Iterator[Form]:
    """Yield what may not be worked any more, and what has to be."""
    whole, patterns = view.whole, view.whole.patterns
    limit = begun(whole)
    if limit is None:
        return
    free = np.zeros(len(whole.calendar.days))
    working = np.where(patterns.start <= limit, math.inf, 0.0)
    for day in frozen(whole, view.number):
        free[day] = math.inf
        first, last = np.searchsorted(patterns.day, (day, day + 1))
        working[first:last] = math.inf
    for shift in standing(whole)[view.number].values():
        pattern = pattern_of(view, shift)
        if shift.start <= limit and pattern is not None:
            working[pattern] = 0.0
    if working.any() or free.any():
        yield Prices(RuleName.FROZEN, working, free)


def check(worker: Worker) -> Iterator[Match]:
    """Yield the days on which the past is not as it was."""
    problem, name, days = worker.problem, worker.agent.id, worker.clock.days()
    now = problem.directives.now
    if problem.previous is None or now is None:
        return
    shifts = {duty.day: duty.shift for duty in worker.duties}
    for day in days:
        old, new = worker.before.get(day), shifts.get(day)
        if new == old:
            continue
        if old is not None and worker.clock.local(old.start) <= now and not _absent(worker, old):
            detail = f"The shift on {day} has begun and is not as it was."
            yield Match(RuleName.FROZEN, name, day, 1, math.inf, detail)
        elif new is not None and worker.clock.local(new.start) <= now:
            detail = f"The shift on {day} would have begun already."
            yield Match(RuleName.FROZEN, name, day, 1, math.inf, detail)


def _absent(worker: Worker, shift: Shift) -> bool:
    start = worker.clock.local(shift.start).astimezone(UTC)
    end = worker.clock.local(shift.end).astimezone(UTC)
    return any(absence.start < end and absence.end > start for absence in worker.agent.absences)
