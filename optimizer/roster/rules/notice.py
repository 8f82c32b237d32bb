"""Notice: a shift is called some hours before it starts, unless it stood in the roster before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta

import numpy as np

from optimizer.model import RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.forms import Form, Prices
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.standing import pattern_of, standing
from optimizer.roster.rules.view import View

__all__ = ["check", "forms"]


def forms(view: View) -> Iterator[Form]:
    """Yield the price of shifts that start too soon to be called; a unit of breach is a shift."""
    whole, price = view.whole, view.price(RuleName.NOTICE)
    problem, hours = whole.problem, view.contract.notice_hours
    now = problem.directives.now
    if now is None or not hours:
        return
    ahead = now + timedelta(hours=hours) - problem.requirement.grid.start
    soon = whole.patterns.start < ahead / timedelta(minutes=whole.step)
    for shift in standing(whole)[view.number].values():
        pattern = pattern_of(view, shift)
        if pattern is not None:
            soon[pattern] = False
    if soon.any():
        yield Prices(RuleName.NOTICE, np.where(soon, price, 0.0))


def check(worker: Worker) -> Iterator[Match]:
    """Yield every shift that is called too late."""
    now, hours = worker.problem.directives.now, worker.contract.notice_hours
    if now is None or not hours:
        return
    for duty in worker.duties:
        start = worker.clock.local(duty.shift.start).astimezone(UTC)
        old = worker.before.get(duty.day)
        stood = old is not None and (old.template, old.start, old.end) == (
            duty.template.id,
            duty.shift.start,
            duty.shift.end,
        )
        if start < now + timedelta(hours=hours) and not stood:
            detail = f"The shift on {duty.day} is called with less than {hours} hours of notice."
            price = worker.price(RuleName.NOTICE)
            yield Match(RuleName.NOTICE, worker.agent.id, duty.day, 1, price, detail)
