"""Calls: the price of each shift on top of its hours."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.model import RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.forms import Form, Prices
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.view import View

__all__ = ["check", "forms"]


def forms(view: View) -> Iterator[Form]:
    """Yield the price of every shift."""
    price = view.contract.call_cost
    if price:
        yield view.shared(
            (RuleName.CALLS, price),
            lambda: Prices(RuleName.CALLS, np.full(len(view.whole.patterns), price)),
        )


def check(worker: Worker) -> Iterator[Match]:
    """Yield the price of every shift."""
    price = worker.contract.call_cost
    if price:
        for duty in worker.duties:
            detail = f"The shift on {duty.day} is called."
            yield Match(RuleName.CALLS, worker.agent.id, duty.day, 1, price, detail)
