"""Requests: wishes to work or not to work on a day, and what it costs not to grant them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Request, RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.forms import Form, Prices
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.view import View

__all__ = ["Denial", "check", "denials", "denied", "forms"]


class Denial(NamedTuple):
    """When a wish is not granted.

    Parameters
    ----------
    day
        Index of the calendar.
    patterns
        Working any of these denies it.
    if_free
        Whether a day off denies it.
    """

    request: Request
    day: int
    patterns: NDArray[np.int64]
    if_free: bool


def forms(view: View) -> Iterator[Form]:
    """Yield the price of every wish that is not granted."""
    working = free = None
    for denial in denials(view):
        if working is None or free is None:
            working = np.zeros(len(view.whole.patterns))
            free = np.zeros(len(view.whole.calendar.days))
        working[denial.patterns] += denial.request.price
        free[denial.day] += denial.request.price * denial.if_free
    if working is not None:
        yield Prices(RuleName.REQUESTS, working, free)


def denials(view: View) -> Iterator[Denial]:
    """Yield an agent's wishes for days of the period, as the solvers see them."""
    whole = view.whole
    for request in view.agent.requests:
        day = (request.day - whole.calendar.days[0]).days
        if day not in view.days:
            continue
        # Patterns are sorted by day.
        first, last = np.searchsorted(whole.patterns.day, (day, day + 1))
        start = whole.start_minute[first:last]
        meant = (request.earliest_start <= start) & (start <= request.latest_start)
        if request.template is not None:
            template = whole.template_ids[request.template]
            meant &= whole.patterns.template[first:last] == template
        wanted = request.kind.wanted
        yield Denial(request, day, first + np.flatnonzero(meant != wanted), wanted)


def check(worker: Worker) -> Iterator[Match]:
    """Yield every wish that is not granted."""
    for request in denied(worker):
        detail = f"The wish {request.kind.value!r} for {request.day} is not granted."
        yield Match(RuleName.REQUESTS, worker.agent.id, request.day, 1, request.price, detail)


def denied(worker: Worker) -> list[Request]:
    """Return an agent's wishes for days of the period that the shifts do not grant."""
    if not worker.agent.requests:
        return []
    days = worker.clock.days()
    return [
        request
        for request in worker.agent.requests
        if days[0] <= request.day <= days[-1] and _met(worker, request) != request.kind.wanted
    ]


def _met(worker: Worker, request: Request) -> bool:
    """Tell whether some shift is one that the wish speaks of."""
    for duty in worker.duties:
        if duty.day == request.day and request.template in (None, duty.template.id):
            start = worker.clock.local(duty.shift.start)
            minute = 60 * start.hour + start.minute
            if request.earliest_start <= minute <= request.latest_start:
                return True
    return False
