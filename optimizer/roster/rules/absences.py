"""Absences: no shift touches the time of leave or sickness. The unit is a minute of a shift.

Where several absences overlap, each of them counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta

import numpy as np

from optimizer.model import RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.bounds import priced
from optimizer.roster.rules.forms import Form, Prices
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.view import View

__all__ = ["check", "forms"]


def forms(view: View) -> Iterator[Form]:
    """Yield the price of the patterns that touch an absence."""
    if not view.agent.absences:
        return
    patterns, minute = view.whole.patterns, timedelta(minutes=1)
    # Times of one zone are subtracted as its clocks show them: only in UTC is that elapsed time.
    start = view.whole.calendar.clocks[view.clock].start.astimezone(UTC)
    begins, ends = patterns.start * view.whole.step, patterns.end * view.whole.step
    missed = np.zeros(len(patterns))
    for absence in view.agent.absences:
        gone = (absence.start.astimezone(UTC) - start) / minute
        back = (absence.end.astimezone(UTC) - start) / minute
        missed += np.maximum(0.0, np.minimum(ends, back) - np.maximum(begins, gone))
    if missed.any():
        yield Prices(RuleName.ABSENCE, priced(missed, view.price(RuleName.ABSENCE)))


def check(worker: Worker) -> Iterator[Match]:
    """Yield the shifts that touch an absence."""
    for duty in worker.duties:
        start = worker.clock.local(duty.shift.start).astimezone(UTC)
        end = worker.clock.local(duty.shift.end).astimezone(UTC)
        for absence in worker.agent.absences:
            gone, back = absence.start.astimezone(UTC), absence.end.astimezone(UTC)
            missed = min(end, back) - max(start, gone)
            if missed > timedelta(0):
                amount = missed / timedelta(minutes=1)
                cost = amount * worker.price(RuleName.ABSENCE)
                detail = f"{amount:g} minutes of the shift on {duty.day} fall into an absence."
                yield Match(RuleName.ABSENCE, worker.agent.id, duty.day, amount, cost, detail)
