"""Fairness: the price of unequal shares of weekends, late shifts and wishes not granted.

Somebody who carries in ``c`` more than the colleague under the same contract who carries in the
least, and is given ``k`` more in the period, pays ``c k + k (k - 1) / 2`` times the price
(`optimizer.model.Fairness`). A shift on the Sunday on which a period begins adds no weekend if
the Saturday before was worked: that weekend has been carried in.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from optimizer.model import RuleName
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.forms import Form, Tally
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.requests import denials, denied
from optimizer.roster.rules.view import View

__all__ = ["check", "forms", "late_shifts", "worked_weekends"]

SUNDAY = 6


def forms(view: View) -> Iterator[Form]:
    """Yield a tally of each kind of share that has a price, over the period."""
    fairness, mine = view.whole.problem.organisation.fairness, view.agent.history
    least = view.shared(RuleName.FAIRNESS, lambda: _least(view))
    weekends, late, requests = least[view.agent.contract]
    if fairness.weekends:
        yield _weekends(view, fairness.weekends, mine.weekends - weekends)
    if fairness.late_shifts:
        yield _late_shifts(view, fairness.late_shifts, mine.late_shifts - late)
    if fairness.requests and view.agent.requests:
        yield _requests(view, fairness.requests, mine.requests_denied - requests)


def _least(view: View) -> dict[str, tuple[int, int, int]]:
    """Return the least of each share that somebody under each contract carries in."""
    found: dict[str, tuple[int, int, int]] = {}
    for agent in view.whole.problem.organisation.agents:
        past = agent.history
        a, b, c = past.weekends, past.late_shifts, past.requests_denied
        x, y, z = found.get(agent.contract, (a, b, c))
        found[agent.contract] = min(a, x), min(b, y), min(c, z)
    return found


def _rising(price: float, carried: int, most: int) -> NDArray[np.float64]:
    """Return what 0, 1, 2, ... further units cost."""
    units = np.arange(most + 1)
    return price * (carried * units + units * (units - 1) / 2)


def _weekends(view: View, price: float, carried: int) -> Tally:
    calendar, saturday = view.whole.calendar, view.agent.history.worked_saturday
    names, days = calendar.days, view.days

    def make() -> Tally:
        block = np.full(len(names), -1)
        for day in days:
            known = saturday and day == days.start and names[day].weekday() == SUNDAY
            if calendar.weekend(day) and not known:
                block[day] = calendar.week(day)
        most = len(np.unique(block[block >= 0]))
        each = view.shared("each shift", lambda: np.ones(len(view.whole.patterns), dtype=np.int64))
        cost = _rising(price, carried, most)
        return Tally(RuleName.FAIRNESS, days.start, days.stop, each, cost, block=block)

    return view.shared(("weekends", price, carried, saturday, days), make)


def _late_shifts(view: View, price: float, carried: int) -> Tally:
    whole, days = view.whole, view.days
    fairness = whole.problem.organisation.fairness

    def make() -> Tally:
        clock = whole.calendar.clocks[view.clock]
        # No shift ends within a slot.
        minute = -(-fairness.late_end_minute // whole.step) * whole.step
        late_from = np.array([clock.slot_of(day, minute) for day in whole.calendar.days])
        units = (whole.patterns.end >= late_from[whole.patterns.day]).astype(np.int64)
        cost = _rising(price, carried, len(days))
        return Tally(RuleName.FAIRNESS, days.start, days.stop, units, cost)

    return view.shared(("late shifts", price, carried, view.clock), make)


def _requests(view: View, price: float, carried: int) -> Tally:
    units = np.zeros(len(view.whole.patterns), dtype=np.int64)
    free = np.zeros(len(view.whole.calendar.days), dtype=np.int64)
    for denial in denials(view):
        units[denial.patterns] += 1
        free[denial.day] += denial.if_free
    cost = _rising(price, carried, len(view.agent.requests))
    return Tally(RuleName.FAIRNESS, view.days.start, view.days.stop, units, cost, free)


def check(worker: Worker) -> Iterator[Match]:
    """Yield what an agent's further share of each kind costs."""
    fairness, past, least = worker.problem.organisation.fairness, worker.agent.history, worker.least
    for what, price, carried, given in (
        ("weekends", fairness.weekends, past.weekends - least.weekends, worked_weekends),
        ("late shifts", fairness.late_shifts, past.late_shifts - least.late_shifts, late_shifts),
        ("wishes denied", fairness.requests, past.requests_denied - least.requests, _denied),
    ):
        if not price:
            continue
        number = given(worker)
        cost = sum(price * (carried + earlier) for earlier in range(number))
        if cost:
            detail = f"{number} {what}, {carried} more carried in than the least."
            yield Match(RuleName.FAIRNESS, worker.agent.id, None, number, cost, detail)


def worked_weekends(worker: Worker) -> int:
    """Return the weekends that the shifts add to what is carried in."""
    first = worker.clock.days()[0]
    known = worker.agent.history.worked_saturday and first.weekday() == SUNDAY
    return len(
        {
            duty.day - timedelta(days=duty.day.weekday())
            for duty in worker.duties
            if duty.weekend and not (known and duty.day == first)
        }
    )


def late_shifts(worker: Worker) -> int:
    """Return how many shifts are late."""
    minute = worker.problem.organisation.fairness.late_end_minute
    zone = ZoneInfo(worker.clock.zone)
    number = 0
    for duty in worker.duties:
        late = datetime.combine(duty.day, time()) + timedelta(minutes=minute)
        end = worker.clock.local(duty.shift.end).astimezone(UTC)
        number += end >= late.replace(tzinfo=zone).astimezone(UTC)
    return number


def _denied(worker: Worker) -> int:
    return len(denied(worker))
