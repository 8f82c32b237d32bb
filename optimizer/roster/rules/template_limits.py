"""Limits per template: how many shifts of it are worked in the period. The unit is a shift."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from optimizer.model import Range, RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.bounds import priced, totals_prices
from optimizer.roster.rules.forms import Form, Prices, Tally
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.view import View

__all__ = ["check", "forms"]


def forms(view: View) -> Iterator[Form]:
    """Yield the bounds on the number of shifts of each template that has any."""
    for template, bounds in view.contract.template_limits.items():
        form = _limit(view, template, bounds)
        if form is not None:
            yield form


def _limit(view: View, template: str, bounds: Range) -> Form | None:
    rule, days = RuleName.TEMPLATE_LIMITS, view.days
    price, patterns = view.price(rule), view.whole.patterns
    shifts = view.shared(
        ("shifts", template),
        lambda: (patterns.template == view.whole.template_ids[template]).astype(np.int64),
    )

    def make() -> Form | None:
        # Where none is wanted, every shift has a price of its own and nothing need be counted.
        if bounds == Range(0, 0):
            return Prices(rule, priced(shifts, price))
        possible = patterns.day[(shifts > 0) & (patterns.clock == view.clock)]
        cost = totals_prices(bounds, np.arange(len(np.unique(possible)) + 1), price)
        return None if cost is None else Tally(rule, days.start, days.stop, shifts, cost)

    return view.shared((rule, template, bounds, price, view.clock), make)


def check(worker: Worker) -> Iterator[Match]:
    """Yield the templates of which too many or too few shifts are worked."""
    worked = Counter(duty.template.id for duty in worker.duties)
    for template, bounds in worker.contract.template_limits.items():
        if amount := abs(bounds.excess(worked[template])):
            cost = amount * worker.price(RuleName.TEMPLATE_LIMITS)
            detail = f"{worked[template]} shifts of template {template!r} in the period."
            yield Match(RuleName.TEMPLATE_LIMITS, worker.agent.id, None, amount, cost, detail)
