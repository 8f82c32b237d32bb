"""Paid minutes: bounds per day, per week and for the period."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Range, RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.forms import Form, Prices, Tally
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.view import View

__all__ = ["check", "forms"]


def forms(view: View) -> Iterator[Form]:
    """Yield the bounds on the paid minutes of single days, of weeks and of the period."""
    contract, paid = view.contract, view.whole.paid_minutes
    if contract.minutes_per_day != Range():
        price = view.price(RuleName.MINUTES_PER_DAY)
        yield view.shared(
            ("minutes_per_day", id(contract)),
            lambda: Prices(
                RuleName.MINUTES_PER_DAY, prices_outside(contract.minutes_per_day, paid, price)
            ),
        )
    for week in view.weeks():
        before = view.agent.history.minutes_this_week if week.opening else 0
        bounds = contract.minutes_per_week
        if not week.complete:
            bounds = Range(0, bounds.maximum)
        yield from _tally(view, RuleName.MINUTES_PER_WEEK, week.first, week.last, bounds, before)
    days, bounds = view.days, contract.minutes_per_period
    yield from _tally(view, RuleName.MINUTES_PER_PERIOD, days.start, days.stop, bounds, 0)


def prices_outside(bounds: Range, values: NDArray[np.int64], price: float) -> NDArray[np.float64]:
    """Return what values cost, at so much per unit outside of bounds, in like shape."""
    outside = np.maximum(0, bounds.minimum - values)
    if bounds.maximum is not None:
        outside = np.maximum(outside, values - bounds.maximum)
    cost = np.zeros(len(values))
    cost[outside > 0] = outside[outside > 0] * price
    return cost


def _tally(
    view: View, rule: RuleName, first: int, last: int, bounds: Range, before: int
) -> Iterator[Form]:
    if bounds == Range():
        return

    def make() -> Tally:
        paid, price = view.whole.paid_minutes, view.price(rule)
        unit = max(1, int(np.gcd.reduce(paid)))
        # Totals beyond what can be worked need no price.
        most = (last - first) * int(paid.max(initial=0)) // unit
        totals = before + unit * np.arange(most + 2)
        # What was worked before the period cannot be taken back, and is nobody's fault now.
        carried = prices_outside(Range(0, bounds.maximum), np.array([before]), price)[0]
        cost = prices_outside(bounds, totals, price)
        if carried > 0:
            cost = np.where(totals == before, 0.0, cost)
        return Tally(rule, first, last, paid // unit, cost)

    yield view.shared((rule, id(view.contract), view.clock, first, before), make)


def check(worker: Worker) -> Iterator[Match]:
    """Yield the days and weeks, and the period, whose paid minutes are out of bounds."""
    contract, name = worker.contract, worker.agent.id
    price = worker.price(RuleName.MINUTES_PER_DAY)
    for duty in worker.duties:
        if outside := abs(contract.minutes_per_day.excess(duty.paid)):
            detail = f"{duty.paid} paid minutes on {duty.day}."
            yield Match(RuleName.MINUTES_PER_DAY, name, duty.day, outside, price * outside, detail)
    for week in worker.weeks():
        mine = [duty.paid for duty in worker.duties if duty.day in week]
        minutes = week.minutes_before + sum(mine)
        outside = contract.minutes_per_week.excess(minutes)
        if (outside > 0 and mine) or (outside < 0 and week.complete):
            detail = f"{minutes} paid minutes in the week of {week.first}."
            price = worker.price(RuleName.MINUTES_PER_WEEK)
            amount = abs(outside)
            yield Match(RuleName.MINUTES_PER_WEEK, name, week.first, amount, price * amount, detail)
    total = sum(duty.paid for duty in worker.duties)
    if outside := abs(contract.minutes_per_period.excess(total)):
        price = worker.price(RuleName.MINUTES_PER_PERIOD)
        detail = f"{total} paid minutes in the period."
        yield Match(RuleName.MINUTES_PER_PERIOD, name, None, outside, price * outside, detail)
