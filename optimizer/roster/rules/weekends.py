"""Weekends: how many are worked, and whether both days of one go together. The unit is a weekend.

A weekend is worked if a shift starts on its Saturday or its Sunday. One that the period cuts
counts with the day that lies inside; whether it is whole is asked if the other day is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from optimizer.model import History, Range, RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.bounds import totals_prices
from optimizer.roster.rules.forms import Form, Tally
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.view import View, Week

__all__ = ["check", "forms"]

_SUNDAY = 6


def forms(view: View) -> Iterator[Form]:
    """Yield the limit on weekends, and what each weekend that is worked by half costs."""
    contract = view.contract
    if contract.max_weekends is not None:
        price = view.price(RuleName.WEEKENDS)
        most = view.shared(
            (RuleName.WEEKENDS, contract.max_weekends, price, view.clock), lambda: _limit(view)
        )
        if most is not None:
            yield most
    if contract.whole_weekends:
        for week in view.weeks():
            if week.complete:
                yield from _whole(view, week)


def _limit(view: View) -> Tally | None:
    whole, days = view.whole, view.days
    calendar = whole.calendar
    block = np.array(
        [
            calendar.week(day) - calendar.week(0) if calendar.weekend(day) else -1
            for day in range(len(calendar.days))
        ]
    )
    weekends = {block[day] for day in days if block[day] >= 0}
    most = Range(0, view.contract.max_weekends)
    cost = totals_prices(most, np.arange(len(weekends) + 1), view.price(RuleName.WEEKENDS))
    if cost is None:
        return None
    units = (block[whole.patterns.day] >= 0).astype(np.int64)
    return Tally(RuleName.WEEKENDS, days.start, days.stop, units, cost, block=block)


def _whole(view: View, week: Week) -> Iterator[Form]:
    rule, sunday = RuleName.WHOLE_WEEKENDS, week.last - 1
    price = view.price(rule)
    first, cost = sunday - 1, [0.0, price, 0.0]
    if first < week.first:
        # The period starts on Sunday: what was done on Saturday says what it asks for.
        worked = _saturday_before(view.agent.history)
        if worked is None:
            return
        first, cost = sunday, [price, 0.0] if worked else [0.0, price]
    each = view.shared("each shift", lambda: np.ones(len(view.whole.patterns), dtype=np.int64))
    yield view.shared(
        (rule, first, sunday, *cost),
        lambda: Tally(rule, first, sunday + 1, each, np.array(cost)),
    )


def _saturday_before(history: History) -> bool | None:
    """Tell whether the day before the period was worked; None if nothing is known of it."""
    if history.worked_saturday:
        return True
    if history.days_off:
        return False
    return True if history.days_worked else None


def check(worker: Worker) -> Iterator[Match]:
    """Yield the weekends worked by half, and those beyond the limit."""
    contract, name = worker.contract, worker.agent.id
    at_work = {duty.day for duty in worker.duties if duty.weekend}
    weekends = {day + timedelta(days=_SUNDAY - day.weekday()) for day in at_work}
    most = contract.max_weekends
    if most is not None and len(weekends) > most:
        amount = len(weekends) - most
        cost = amount * worker.price(RuleName.WEEKENDS)
        detail = f"{len(weekends)} weekends with a shift."
        yield Match(RuleName.WEEKENDS, name, None, amount, cost, detail)
    if contract.whole_weekends:
        for sunday in worker.clock.days():
            if sunday.weekday() == _SUNDAY:
                yield from _half(worker, sunday, at_work)


def _half(worker: Worker, sunday: date, at_work: set[date]) -> Iterator[Match]:
    saturday = sunday - timedelta(days=1)
    history = worker.agent.history
    worked = saturday in at_work
    if sunday == worker.clock.days()[0]:
        worked = history.worked_saturday or (history.days_worked > 0 and not history.days_off)
        if not worked and not history.days_off:
            return
    if worked != (sunday in at_work):
        kind, other = ("Saturday", "Sunday") if worked else ("Sunday", "Saturday")
        detail = f"{kind} is worked but {other} is not, in the weekend up to {sunday}."
        price = worker.price(RuleName.WHOLE_WEEKENDS)
        yield Match(RuleName.WHOLE_WEEKENDS, worker.agent.id, sunday, 1, price, detail)
