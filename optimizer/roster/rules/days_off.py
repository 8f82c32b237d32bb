"""Days off: no shift starts on a day that the agent has off. The unit is a day worked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.model import RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.bounds import priced
from optimizer.roster.rules.forms import Form, Prices
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.view import View

__all__ = ["check", "forms"]


def forms(view: View) -> Iterator[Form]:
    """Yield the price of working on days off."""
    if not view.agent.days_off:
        return
    off = np.array([day in view.agent.days_off for day in view.whole.calendar.days], dtype=float)
    price = priced(off, view.price(RuleName.DAYS_OFF))
    yield Prices(RuleName.DAYS_OFF, price[view.whole.patterns.day])


def check(worker: Worker) -> Iterator[Match]:
    """Yield the shifts on days off."""
    for duty in worker.duties:
        if duty.day in worker.agent.days_off:
            price = worker.price(RuleName.DAYS_OFF)
            detail = f"A shift on {duty.day}, a day off."
            yield Match(RuleName.DAYS_OFF, worker.agent.id, duty.day, 1, price, detail)
