"""Rest: time between the end of a shift and the start of the next, across the period's start."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, timedelta

import numpy as np

from optimizer.model import RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.forms import Form, Prices, Rest
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.view import View

__all__ = ["check", "forms"]


def forms(view: View) -> Iterator[Form]:
    """Yield the rest between shifts, and after the last shift before the period."""
    step, least, price = view.whole.step, view.contract.rest_minutes, view.price(RuleName.REST)
    if least:
        yield Rest(RuleName.REST, -(-least // step), price * step)
    ended = view.agent.history.last_shift_end
    if ended is None:
        return
    rested = ended + timedelta(minutes=least)
    since = (rested - view.whole.calendar.clocks[view.clock].start) / timedelta(minutes=step)
    short = np.maximum(0, math.ceil(since) - view.whole.patterns.start)
    if short.any():
        yield Prices(RuleName.REST, np.where(short > 0, short * step * price, 0.0))


def check(worker: Worker) -> Iterator[Match]:
    """Yield every rest that is too short."""
    least = timedelta(minutes=worker.contract.rest_minutes)
    price = worker.price(RuleName.REST)
    end = worker.agent.history.last_shift_end
    for duty in worker.duties:
        start = worker.clock.local(duty.shift.start).astimezone(UTC)
        if end is not None and start - end < least:
            missing = (least - (start - end)) / timedelta(minutes=1)
            detail = f"{missing:g} minutes of rest are missing before the shift on {duty.day}."
            yield Match(RuleName.REST, worker.agent.id, duty.day, missing, price * missing, detail)
        end = worker.clock.local(duty.shift.end).astimezone(UTC)
