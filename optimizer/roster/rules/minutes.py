"""Paid minutes: bounds per day, per week and for the period. A unit of breach is a minute."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Range, RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.bounds import beyond_carried, outside, priced, totals_prices
from optimizer.roster.rules.forms import Form, Prices, Tally
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.shifts import of_contract
from optimizer.roster.rules.view import View

__all__ = ["check", "forms", "paid_units"]


def forms(view: View) -> Iterator[Form]:
    """Yield the bounds on the paid minutes of single days, of weeks and of the period.

    What was worked in the first week before the period counts and cannot be taken back.
    """
    contract, paid = view.contract, view.whole.paid_minutes
    bounds = contract.minutes_per_day
    if bounds != Range():
        price = view.price(RuleName.MINUTES_PER_DAY)
        yield view.shared(
            (RuleName.MINUTES_PER_DAY, bounds, price),
            lambda: Prices(RuleName.MINUTES_PER_DAY, priced(outside(bounds, paid), price)),
        )
    for week in view.weeks():
        before = view.agent.history.minutes_this_week if week.opening else 0
        bounds = contract.minutes_per_week
        if not week.complete:
            bounds = Range(0, bounds.maximum)
        yield from _tally(view, RuleName.MINUTES_PER_WEEK, week.first, week.last, bounds, before)
    days, bounds = view.days, contract.minutes_per_period
    yield from _tally(view, RuleName.MINUTES_PER_PERIOD, days.start, days.stop, bounds, 0)


def _tally(
    view: View, rule: RuleName, first: int, last: int, bounds: Range, before: int
) -> Iterator[Form]:
    if bounds == Range():
        return
    price, templates = view.price(rule), view.contract.templates

    def make() -> Tally | None:
        unit, units = paid_units(view)
        most = (last - first) * int(units[of_contract(view)].max(initial=0))
        totals = before + unit * np.arange(most + 1)
        cost = totals_prices(beyond_carried(bounds, before), totals, price)
        return None if cost is None else Tally(rule, first, last, units, cost)

    form = view.shared((rule, bounds, price, templates, first, last, before), make)
    if form is not None:
        yield form


def paid_units(view: View) -> tuple[int, NDArray[np.int64]]:
    """Return the greatest length that divides all paid times of the contract, and their counts."""

    def make() -> tuple[int, NDArray[np.int64]]:
        paid = view.whole.paid_minutes
        unit = max(1, int(np.gcd.reduce(paid[of_contract(view)])))
        return unit, paid // unit

    return view.shared(("paid units", view.contract.templates), make)


def check(worker: Worker) -> Iterator[Match]:
    """Yield the days and weeks, and the period, whose paid minutes are out of bounds."""
    contract, name = worker.contract, worker.agent.id
    for duty in worker.duties:
        if amount := abs(contract.minutes_per_day.excess(duty.paid)):
            cost = amount * worker.price(RuleName.MINUTES_PER_DAY)
            detail = f"{duty.paid} paid minutes on {duty.day}."
            yield Match(RuleName.MINUTES_PER_DAY, name, duty.day, amount, cost, detail)
    for week in worker.weeks():
        mine = sum(duty.paid for duty in worker.duties if duty.day in week)
        minutes = week.minutes_before + mine
        amount = contract.minutes_per_week.excess(minutes)
        # What was worked before the period cannot be taken back.
        amount = min(amount, mine) if amount > 0 else -amount if week.complete else 0
        if amount:
            cost = amount * worker.price(RuleName.MINUTES_PER_WEEK)
            detail = f"{minutes} paid minutes in the week of {week.first}."
            yield Match(RuleName.MINUTES_PER_WEEK, name, week.first, amount, cost, detail)
    total = sum(duty.paid for duty in worker.duties)
    if amount := abs(contract.minutes_per_period.excess(total)):
        cost = amount * worker.price(RuleName.MINUTES_PER_PERIOD)
        detail = f"{total} paid minutes in the period."
        yield Match(RuleName.MINUTES_PER_PERIOD, name, None, amount, cost, detail)
