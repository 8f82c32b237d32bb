"""Vendors: how many shifts of a day, and how much paid time of a week, an outsourcer lends.

What its agents worked in the first week before the period counts and cannot be taken back.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np

from optimizer.model import RosterProblem, RuleName, Vendor
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.shared import Part, SharedRow
from optimizer.roster.rules.view import View, Whole

__all__ = ["check", "shared"]


def shared(whole: Whole, views: Sequence[View]) -> Iterator[SharedRow]:
    """Yield a row for every vendor and day, and one for every vendor and week."""
    for vendor in whole.problem.organisation.vendors:
        lent = [view for view in views if view.contract.vendor == vendor.id]
        if lent:
            yield from _days(whole, lent, vendor.max_shifts_per_day)
            yield from _weeks(whole, lent, vendor.max_minutes_per_week)


def _days(whole: Whole, lent: Sequence[View], most: int | None) -> Iterator[SharedRow]:
    if most is None:
        return
    agents = np.array([view.number for view in lent], dtype=np.int64)
    for day in np.unique(whole.patterns.day):
        here = np.flatnonzero(whole.patterns.day == day)
        yield _at_most(most, Part(agents, here, np.ones(len(here))))


def _weeks(whole: Whole, lent: Sequence[View], most: int | None) -> Iterator[SharedRow]:
    if most is None:
        return
    agents = np.array([view.number for view in lent], dtype=np.int64)
    calendar = whole.calendar
    week_of = np.array([calendar.week(day) for day in range(len(calendar.days))])
    before: Counter[int] = Counter()
    for view in lent:
        before[int(week_of[view.days.start])] += view.agent.history.minutes_this_week
    for week in np.unique(week_of):
        here = np.flatnonzero(week_of[whole.patterns.day] == week)
        minutes = whole.paid_minutes[here].astype(np.float64)
        yield _at_most(max(0, most - before[int(week)]), Part(agents, here, minutes))


def _at_most(most: int, part: Part) -> SharedRow:
    return SharedRow(RuleName.VENDOR_CAPS, (part,), -math.inf, most, 0.0, math.inf)


def check(problem: RosterProblem, staff: Sequence[Worker]) -> Iterator[Match]:
    """Yield the days and the weeks for which a vendor would have to lend more than it does."""
    for vendor in problem.organisation.vendors:
        lent = [worker for worker in staff if worker.contract.vendor == vendor.id]
        yield from _check_days(vendor, lent)
        yield from _check_weeks(vendor, lent)


def _check_days(vendor: Vendor, lent: Sequence[Worker]) -> Iterator[Match]:
    most = vendor.max_shifts_per_day
    if most is None:
        return
    shifts = Counter(duty.day for worker in lent for duty in worker.duties)
    for day, number in sorted(shifts.items()):
        if number > most:
            detail = f"{vendor.id} lends {number} shifts on {day}, at most {most} are possible."
            yield Match(RuleName.VENDOR_CAPS, None, day, number - most, math.inf, detail)


def _check_weeks(vendor: Vendor, lent: Sequence[Worker]) -> Iterator[Match]:
    most = vendor.max_minutes_per_week
    if most is None:
        return
    before: Counter[date] = Counter()
    minutes: Counter[date] = Counter()
    for worker in lent:
        before[_monday(worker.clock.days()[0])] += worker.agent.history.minutes_this_week
        for duty in worker.duties:
            minutes[_monday(duty.day)] += duty.paid
    for monday, mine in sorted(minutes.items()):
        over = min(mine, before[monday] + mine - most)
        if over > 0:
            detail = f"{vendor.id} lends {over} minutes too many in the week of {monday}."
            yield Match(RuleName.VENDOR_CAPS, None, monday, over, math.inf, detail)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
