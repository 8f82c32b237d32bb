"""Start spread: how far apart the starts of a week's shifts lie by the clock.

The unit is a minute. What was worked in the first week before the period counts, and a spread
that is too wide already cannot be taken back: only what makes it wider is a breach.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.model import History, Range, RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.bounds import totals_prices
from optimizer.roster.rules.forms import Form, Spread
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.shifts import of_contract
from optimizer.roster.rules.view import View, Week

__all__ = ["check", "forms"]


def forms(view: View) -> Iterator[Form]:
    """Yield the limit on the difference of starts of every week."""
    limit = view.contract.max_start_spread_minutes
    if limit is None:
        return
    for week in view.weeks():
        form = _spread(view, week, limit)
        if form is not None:
            yield form


def _spread(view: View, week: Week, limit: int) -> Spread | None:
    rule, price = RuleName.START_SPREAD, view.price(RuleName.START_SPREAD)
    carried = _carried(view.agent.history) if week.opening else ()

    def make() -> Spread | None:
        starts = view.whole.start_minute
        mine = of_contract(view) & (view.whole.patterns.clock == view.clock)
        known = np.concatenate([starts[mine], np.array(carried, dtype=np.int64)])
        if not len(known):
            return None
        least = int(known.min())
        unit = max(1, int(np.gcd.reduce(known - least)))
        allowed = Range(0, max(limit, carried[1] - carried[0]) if carried else limit)
        differences = unit * np.arange((int(known.max()) - least) // unit + 1)
        cost = totals_prices(allowed, differences, price)
        if cost is None:
            return None
        low, high = ((key - least) // unit for key in carried) if carried else (None, None)
        keys = np.maximum(0, starts - least) // unit
        return Spread(rule, week.first, week.last, keys, cost, low, high)

    templates = view.contract.templates
    key = (rule, limit, price, templates, view.clock, week.first, week.last, carried)
    return view.shared(key, make)


def _carried(history: History) -> tuple[int, ...]:
    """Return the earliest and the latest start before the period, or nothing."""
    starts = (history.earliest_start_this_week, history.latest_start_this_week)
    known = [start for start in starts if start is not None]
    return (min(known), max(known)) if known else ()


def check(worker: Worker) -> Iterator[Match]:
    """Yield the weeks whose starts lie too far apart."""
    limit = worker.contract.max_start_spread_minutes
    if limit is None:
        return
    for week in worker.weeks():
        before = []
        if week.first == worker.clock.days()[0]:
            history = worker.agent.history
            known = (history.earliest_start_this_week, history.latest_start_this_week)
            before = [start for start in known if start is not None]
        locals_ = [worker.clock.local(d.shift.start) for d in worker.duties if d.day in week]
        starts = [60 * local.hour + local.minute for local in locals_]
        if not starts:
            continue
        spread = max(starts + before) - min(starts + before)
        allowed = max(limit, max(before) - min(before)) if before else limit
        if (amount := spread - allowed) > 0:
            cost = amount * worker.price(RuleName.START_SPREAD)
            detail = f"The starts of the week of {week.first} lie {spread} minutes apart."
            name = worker.agent.id
            yield Match(RuleName.START_SPREAD, name, week.first, amount, cost, detail)
