"""Changes: what it costs to depart from the previous roster, per agent and day.

Where the fewest changes go first, `optimizer.model.change_prices` makes each one dearer than all
else together.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.model import ChangePrices, RuleName, change_prices
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.forms import Form, Prices
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.standing import pattern_of, standing
from optimizer.roster.rules.view import View

__all__ = ["check", "forms"]

NONE = ChangePrices()


def forms(view: View) -> Iterator[Form]:
    """Yield the price of every pattern, and day off, that is not what stood before."""
    whole = view.whole
    problem = whole.problem
    if problem.previous is None or problem.directives.changes == NONE:
        return
    prices = view.shared(RuleName.CHANGES, lambda: change_prices(problem))
    working = np.full(len(whole.patterns), prices.called)
    free = np.zeros(len(whole.calendar.days))
    for day, shift in standing(whole)[view.number].items():
        if day not in view.days:
            continue
        free[day] = prices.cancelled
        first, last = np.searchsorted(whole.patterns.day, (day, day + 1))
        working[first:last] = prices.moved
        pattern = pattern_of(view, shift)
        if pattern is not None:
            working[pattern] = 0.0
    yield Prices(RuleName.CHANGES, working, free)


def check(worker: Worker) -> Iterator[Match]:
    """Yield every day that is not as it was, where that has a price."""
    if worker.problem.previous is None or worker.changes == NONE:
        return
    shifts = {duty.day: duty.shift for duty in worker.duties}
    days = worker.clock.days()
    for day in sorted(shifts.keys() | worker.before.keys()):
        if not days[0] <= day <= days[-1]:
            continue
        old, new = worker.before.get(day), shifts.get(day)
        if old is None:
            cost, what = worker.changes.called, "is new"
        elif new is None:
            cost, what = worker.changes.cancelled, "is cancelled"
        elif (old.template, old.start, old.end) != (new.template, new.start, new.end):
            cost, what = worker.changes.moved, "is another than before"
        else:
            continue
        if cost:
            detail = f"The shift on {day} {what}."
            yield Match(RuleName.CHANGES, worker.agent.id, day, 1, cost, detail)
