"""Rest: time between the end of a shift and the start of the next, across the period's start.

A unit of breach is a minute, counted in whole slots of the grid: a rest that ends within a slot
is over when the next one begins. The rest after the last shift before the period is owed by every
shift that begins before it is over. Shifts that overlap are never allowed, whatever rest costs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np

from optimizer.model import RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.bounds import priced
from optimizer.roster.rules.forms import Form, Prices, Rest
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.view import View

__all__ = ["check", "forms"]


def forms(view: View) -> Iterator[Form]:
    """Yield the rest between shifts, and after the last shift before the period."""
    step, least, price = view.whole.step, view.contract.rest_minutes, view.price(RuleName.REST)
    slots = -(-least // step)
    yield Rest(RuleName.REST, slots, price * step)
    if math.isfinite(price):
        yield Rest(RuleName.SHIFTS, 0, math.inf)
    ended = view.agent.history.last_shift_end
    if ended is None:
        return
    starts, slot = view.whole.patterns.start, timedelta(minutes=step)
    # Times of one zone are subtracted as its clocks show them: only in UTC is that elapsed time.
    gone = ended.astimezone(UTC) - view.whole.calendar.clocks[view.clock].start.astimezone(UTC)
    short = np.maximum(0, -(-(gone + timedelta(minutes=least)) // slot) - starts)
    if short.any():
        yield Prices(RuleName.REST, priced(short * step, price))
    overlaps = starts < gone / slot
    if math.isfinite(price) and overlaps.any():
        yield Prices(RuleName.SHIFTS, np.where(overlaps, math.inf, 0.0))


def check(worker: Worker) -> Iterator[Match]:
    """Yield every rest that is too short, and every shift that begins before another ends."""
    before, end = worker.agent.history.last_shift_end, None
    for duty in worker.duties:
        start = worker.clock.local(duty.shift.start).astimezone(UTC)
        for ended in (before, end):
            if ended is not None:
                yield from _between(worker, ended.astimezone(UTC), start, duty.day)
        end = worker.clock.local(duty.shift.end).astimezone(UTC)


def _between(worker: Worker, end: datetime, start: datetime, day: date) -> Iterator[Match]:
    step, name = worker.clock.interval_minutes, worker.agent.id
    if start < end:
        detail = f"The shift on {day} begins before the last one has ended."
        yield Match(RuleName.SHIFTS, name, day, 1, math.inf, detail)
    missing = (timedelta(minutes=worker.contract.rest_minutes) - (start - end)) / timedelta(
        minutes=step
    )
    if missing > 0:
        amount = step * math.ceil(missing)
        cost = amount * worker.price(RuleName.REST)
        detail = f"{amount} minutes of rest are missing before the shift on {day}."
        yield Match(RuleName.REST, name, day, amount, cost, detail)
