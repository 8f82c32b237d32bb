"""Shifts per week, Monday to Sunday: neither too many nor too few. The unit is a shift.

Those worked in the first week before the period count and cannot be taken back. Least values
hold in weeks that end in the period: in others there is time left to reach them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.model import Range, RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.bounds import beyond_carried, totals_prices
from optimizer.roster.rules.forms import Form, Tally
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.view import View, Week

__all__ = ["check", "forms"]


def forms(view: View) -> Iterator[Form]:
    """Yield the bounds on the shifts of every week."""
    for week in view.weeks():
        form = _tally(view, week)
        if form is not None:
            yield form


def _tally(view: View, week: Week) -> Tally | None:
    rule, price = RuleName.SHIFTS_PER_WEEK, view.price(RuleName.SHIFTS_PER_WEEK)
    bounds = view.contract.shifts_per_week
    if not week.complete:
        bounds = Range(0, bounds.maximum)
    before = view.agent.history.shifts_this_week if week.opening else 0

    each = view.shared("each shift", lambda: np.ones(len(view.whole.patterns), dtype=np.int64))

    def make() -> Tally | None:
        totals = before + np.arange(week.last - week.first + 1)
        cost = totals_prices(beyond_carried(bounds, before), totals, price)
        return None if cost is None else Tally(rule, week.first, week.last, each, cost)

    return view.shared((rule, bounds, price, week.first, week.last, before), make)


def check(worker: Worker) -> Iterator[Match]:
    """Yield the weeks with too many or too few shifts."""
    for week in worker.weeks():
        mine = sum(duty.day in week for duty in worker.duties)
        shifts = week.shifts_before + mine
        excess = worker.contract.shifts_per_week.excess(shifts)
        amount = min(excess, mine) if excess > 0 else -excess if week.complete else 0
        if amount:
            cost = amount * worker.price(RuleName.SHIFTS_PER_WEEK)
            detail = f"{shifts} shifts in the week of {week.first}."
            name = worker.agent.id
            yield Match(RuleName.SHIFTS_PER_WEEK, name, week.first, amount, cost, detail)
