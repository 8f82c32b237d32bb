"""Labour: paid time beyond each week's guarantee, overtime, time off given up for, weekends.

A guarantee is paid in any case, so that the objective is what a roster costs on top of it. Time
that is guaranteed and not worked may save a share of its cost (voluntary time off): then labour
is less than nothing, and the objective is below what all guarantees cost by so much.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Contract, RuleName
from optimizer.roster.checks.worker import Week as WorkedWeek
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.forms import Form, Prices, Tally
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.minutes import paid_units
from optimizer.roster.rules.shifts import of_contract
from optimizer.roster.rules.view import View, Week

__all__ = ["check", "forms"]


def forms(view: View) -> Iterator[Form]:
    """Yield what each week's paid minutes cost, all kinds of pay in one convex price."""
    contract = view.contract
    per_minute = contract.hourly_cost / 60
    if per_minute == 0:
        return
    if contract.weekend_premium:
        yield view.shared(
            ("weekend premium", per_minute, contract.weekend_premium),
            lambda: Prices(
                RuleName.LABOUR,
                contract.weekend_premium * _pay(view, per_minute) * _at_weekend(view),
            ),
        )
    if not contract.guaranteed_minutes_per_week and not contract.overtime:
        yield view.shared(
            ("every minute", per_minute),
            lambda: Prices(RuleName.LABOUR, _pay(view, per_minute)),
        )
        return
    for week in view.weeks():
        yield from _week(view, week)


def _week(view: View, week: Week) -> Iterator[Form]:
    """Yield the price of each total of a week, and the most that time off can save as a credit.

    Totals cost nothing or more; the credit is given on the week's first day, worked or not.
    """
    contract, whole = view.contract, view.whole
    before = view.agent.history.minutes_this_week if week.opening else 0

    def make() -> tuple[Form, ...]:
        unit, units = paid_units(view)
        most = (week.last - week.first) * int(units[of_contract(view)].max(initial=0))
        cost = _costs(contract, before, unit * np.arange(most + 1), complete=week.complete)
        credit, found = float(cost[0]), list[Form]()
        if (cost > credit).any():
            found.append(Tally(RuleName.LABOUR, week.first, week.last, units, cost - credit))
        if credit:
            free = np.zeros(len(whole.calendar.days))
            free[week.first] = credit
            working = np.where(whole.patterns.day == week.first, credit, 0.0)
            found.append(Prices(RuleName.TIME_OFF, working, free))
        return tuple(found)

    key = (
        *("week", contract.hourly_cost, contract.guaranteed_minutes_per_week, contract.overtime),
        *(contract.time_off_credit, contract.time_off_minutes_per_week, contract.templates),
        *(week.first, week.last, before),
    )
    yield from view.shared(key, make)


def _costs(
    contract: Contract, before: int, minutes: NDArray[np.int64], *, complete: bool
) -> NDArray[np.float64]:
    """Return what paid minutes of a week cost, `before` of it being worked before the period."""
    left = max(0, contract.guaranteed_minutes_per_week - before)
    cost = np.maximum(0.0, minutes - left)
    for band in contract.overtime:
        room = max(0, band.beyond_minutes - before)
        cost += band.premium * np.maximum(0, minutes - room)
    if complete:
        off = np.clip(left - minutes, 0, contract.time_off_minutes_per_week)
        cost -= contract.time_off_credit * off
    return cost * contract.hourly_cost / 60


def _pay(view: View, per_minute: float) -> NDArray[np.float64]:
    return view.whole.paid_minutes.astype(np.float64) * per_minute


def _at_weekend(view: View) -> NDArray[np.bool_]:
    """Return which patterns start on a Saturday or a Sunday."""
    calendar = view.whole.calendar
    weekend = np.array([calendar.weekend(day) for day in range(len(calendar.days))])
    return weekend[view.whole.patterns.day]


def check(worker: Worker) -> Iterator[Match]:
    """Yield what each week and each weekend shift costs beyond the guarantee."""
    contract, name = worker.contract, worker.agent.id
    per_minute = contract.hourly_cost / 60
    if per_minute == 0:
        return
    for week in worker.weeks():
        yield from _check_week(worker, week, per_minute)
    if contract.weekend_premium:
        for duty in worker.duties:
            if duty.weekend:
                cost = contract.weekend_premium * per_minute * duty.paid
                detail = f"{duty.paid} paid minutes at the weekend, on {duty.day}."
                yield Match(RuleName.LABOUR, name, duty.day, duty.paid, cost, detail)


def _check_week(worker: Worker, week: WorkedWeek, per_minute: float) -> Iterator[Match]:
    contract, name = worker.contract, worker.agent.id
    mine = sum(duty.paid for duty in worker.duties if duty.day in week)
    total = week.minutes_before + mine
    guaranteed = contract.guaranteed_minutes_per_week
    beyond = min(mine, total - guaranteed)
    if beyond > 0:
        detail = f"{beyond} paid minutes beyond the guarantee in the week of {week.first}."
        yield Match(RuleName.LABOUR, name, week.first, beyond, per_minute * beyond, detail)
    for band in contract.overtime:
        over = min(mine, total - band.beyond_minutes)
        if over > 0:
            cost = band.premium * per_minute * over
            detail = f"{over} minutes beyond {band.beyond_minutes} in the week of {week.first}."
            yield Match(RuleName.OVERTIME, name, week.first, over, cost, detail)
    off = min(contract.time_off_minutes_per_week, guaranteed - total)
    # A week that goes on after the period leaves time to work what is guaranteed.
    if off > 0 and week.complete and contract.time_off_credit:
        saved = contract.time_off_credit * per_minute * off
        detail = f"{off} minutes of voluntary time off in the week of {week.first}."
        yield Match(RuleName.TIME_OFF, name, week.first, off, -saved, detail)
