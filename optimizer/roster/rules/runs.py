"""Runs: days in a row at work and off, neither too many nor too few. The unit is a day.

What the agent carries in counts: a run goes on from before the period, but its days there cannot
be taken back, so that of a run already too long only the days in the period are a breach. A run
is held to its least length if both its ends are known: the end of the period cuts it otherwise,
and with nothing carried in nobody knows since when it has lasted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby

import numpy as np

from optimizer.model import Range, RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.bounds import priced, totals_prices
from optimizer.roster.rules.forms import Form, Run, Tally
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.view import View

__all__ = ["check", "forms"]

_NEVER = np.zeros(1)


def forms(view: View) -> Iterator[Form]:
    """Yield the greatest and the least lengths of runs."""
    contract, history = view.contract, view.agent.history
    off = history.days_off
    worked = 0 if off else history.days_worked
    yield from _most(view, RuleName.MAX_DAYS, contract.max_consecutive_days, worked)
    yield from _most(view, RuleName.MAX_DAYS_OFF, contract.max_consecutive_days_off, off)
    yield from _least(view, RuleName.MIN_DAYS, contract.min_consecutive_days, worked, off)
    yield from _least(view, RuleName.MIN_DAYS_OFF, contract.min_consecutive_days_off, off, worked)


def _most(view: View, rule: RuleName, limit: int | None, carried: int) -> Iterator[Form]:
    if limit is None:
        return
    price = view.price(rule)
    # Days carried in beyond the limit are nobody's fault now; each further one is.
    carried = min(carried, limit)
    longest = carried + len(view.days)

    def make() -> Run | None:
        cost = totals_prices(Range(0, limit), np.arange(longest + 1), price)
        return None if cost is None else Run(rule, rule is RuleName.MAX_DAYS, _NEVER, cost, carried)

    form = view.shared((rule, limit, price, longest, carried), make)
    if form is not None:
        yield form


def _least(view: View, rule: RuleName, limit: int, carried: int, otherwise: int) -> Iterator[Form]:
    if limit <= 1:
        return
    price = view.price(rule)
    carried = min(carried, limit)
    yield from view.shared(
        (rule, limit, price, carried, bool(otherwise), view.clock),
        lambda: tuple(_least_forms(view, rule, limit, carried, bool(otherwise))),
    )


def _least_forms(
    view: View, rule: RuleName, limit: int, carried: int, begins: bool
) -> Iterator[Form]:
    """Yield what short runs cost; those of the first day count if they are known to begin there."""
    too_short = priced(limit - np.arange(limit), view.price(rule))
    too_short[0] = 0.0
    yield Run(rule, rule is RuleName.MIN_DAYS, too_short, _NEVER, carried)
    if begins:
        for length in range(1, min(limit, len(view.days))):
            yield _opening(view, rule, length, float(too_short[length]))


def _opening(view: View, rule: RuleName, length: int, cost: float) -> Tally:
    """Return what it costs to begin the period with a run of that length.

    It is known to begin there since the day before was otherwise. The total of the run's days
    and the day after it is complete for this very beginning only.
    """
    first = view.days.start
    run, after = np.zeros(len(view.whole.calendar.days), dtype=np.int64), first + length
    run[first:after] = 1
    end = np.zeros_like(run)
    end[after] = 1
    working, free = (run, end) if rule is RuleName.MIN_DAYS else (end, run)
    price = np.zeros(length + 2)
    price[-1] = cost
    return Tally(rule, first, after + 1, working[view.whole.patterns.day], price, free)


def check(worker: Worker) -> Iterator[Match]:
    """Yield the runs that are too long or too short."""
    contract, history = worker.contract, worker.agent.history
    days = worker.clock.days()
    at_work = {duty.day for duty in worker.duties}
    before = [False] * history.days_off or [True] * history.days_worked
    line = before + [day in at_work for day in days]
    begin = 0
    for working, run in groupby(line):
        length = len(list(run))
        end = begin + length
        most, least = (
            (contract.max_consecutive_days, contract.min_consecutive_days)
            if working
            else (contract.max_consecutive_days_off, contract.min_consecutive_days_off)
        )
        own = end - max(begin, len(before))
        if most is not None and (amount := min(own, length - most)) > 0:
            rule = RuleName.MAX_DAYS if working else RuleName.MAX_DAYS_OFF
            day = days[end - amount - len(before)]
            yield _match(worker, rule, day, amount, length)
        known = begin > 0 or bool(before)
        if known and end < len(line) and length < least:
            rule = RuleName.MIN_DAYS if working else RuleName.MIN_DAYS_OFF
            yield _match(worker, rule, days[end - len(before)], least - length, length)
        begin = end


def _match(worker: Worker, rule: RuleName, day: date, amount: int, length: int) -> Match:
    kind = "at work" if rule in (RuleName.MAX_DAYS, RuleName.MIN_DAYS) else "off"
    where = "up to" if rule in (RuleName.MIN_DAYS, RuleName.MIN_DAYS_OFF) else "around"
    detail = f"{length} days {kind} in a row {where} {day}."
    return Match(rule, worker.agent.id, day, amount, amount * worker.price(rule), detail)
