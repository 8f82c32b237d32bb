"""Forbidden successions: templates that may not follow each other on consecutive days.

The shift on the day before the period counts. The unit is a succession.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import numpy as np

from optimizer.model import Forbidden, RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.bounds import priced
from optimizer.roster.rules.forms import Form, Prices, Succession
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.view import View

__all__ = ["check", "forms"]


def forms(view: View) -> Iterator[Form]:
    """Yield what may not follow on each template, and on the last one before the period."""
    forbidden, price = view.contract.forbidden, view.price(RuleName.FORBIDDEN)
    yield from view.shared(
        (RuleName.FORBIDDEN, forbidden, price), lambda: _successions(view, price)
    )
    last = view.agent.history.last_template
    after = [view.whole.template_ids[pair.after] for pair in forbidden if pair.before == last]
    if after:
        patterns = view.whole.patterns
        follows = np.isin(patterns.template, after) & (patterns.day == view.days.start)
        yield Prices(RuleName.FORBIDDEN, priced(follows.astype(np.int64), price))


def _successions(view: View, price: float) -> tuple[Succession, ...]:
    """Return one succession for all templates that forbid the same ones after them."""
    template, ids = view.whole.patterns.template, view.whole.template_ids
    followers: dict[str, set[str]] = defaultdict(set)
    for pair in view.contract.forbidden:
        followers[pair.before].add(pair.after)
    alike: dict[frozenset[str], list[str]] = defaultdict(list)
    for before, after in followers.items():
        alike[frozenset(after)].append(before)
    return tuple(
        Succession(
            RuleName.FORBIDDEN,
            np.isin(template, [ids[name] for name in before]),
            np.isin(template, [ids[name] for name in after]),
            price,
        )
        for after, before in alike.items()
    )


def check(worker: Worker) -> Iterator[Match]:
    """Yield the shifts whose template may not follow on that of the day before."""
    first = worker.clock.days()[0]
    last = worker.agent.history.last_template
    worked = [(first.toordinal() - 1, last)] if last is not None else []
    worked += [(duty.day.toordinal(), duty.template.id) for duty in worker.duties]
    for (before, one), (day, other) in pairwise(worked):
        if (
            day == before + 1
            and one is not None
            and Forbidden(one, other) in worker.contract.forbidden
        ):
            price = worker.price(RuleName.FORBIDDEN)
            date_ = date.fromordinal(day)
            detail = f"A shift of template {other!r} on {date_}, the day after one of {one!r}."
            yield Match(RuleName.FORBIDDEN, worker.agent.id, date_, 1, price, detail)
