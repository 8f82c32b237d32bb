"""Availability: a whole shift lies within one of the agent's windows, by the clock of the site.

The unit is a minute of the shift outside of the window that holds most of it. Windows belong to
the day on which the shift starts, and may end on the day after. No windows means always.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from optimizer.model import MINUTES_PER_DAY, Availability, RuleName
from optimizer.roster.checks.worker import Duty, Worker
from optimizer.roster.rules.bounds import priced
from optimizer.roster.rules.forms import Form, Prices
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.view import View

__all__ = ["check", "forms"]

Integers = NDArray[np.int64]


def forms(view: View) -> Iterator[Form]:
    """Yield the price of each pattern that no window holds."""
    if view.agent.availability:
        outside = np.minimum.reduce([_outside(view, window) for window in view.agent.availability])
        price = view.price(RuleName.AVAILABILITY)
        yield Prices(RuleName.AVAILABILITY, priced(outside, price))


def _outside(view: View, window: Availability) -> Integers:
    """Return the minutes of each pattern that lie outside of a window, [patterns]."""

    def make() -> Integers:
        calendar, patterns, step = view.whole.calendar, view.whole.patterns, view.whole.step
        open_ = np.array([day.weekday() in window.weekdays for day in calendar.days])
        begin = np.maximum(
            patterns.start * step, _on_clock(view, window.start_minute)[patterns.day]
        )
        end = np.minimum(patterns.end * step, _on_clock(view, window.end_minute)[patterns.day])
        inside = np.where(open_[patterns.day], np.maximum(0, end - begin), 0)
        outside: Integers = (patterns.end - patterns.start) * step - inside
        return outside

    return view.shared((RuleName.AVAILABILITY, view.clock, window), make)


def _on_clock(view: View, minute: int) -> Integers:
    """Return when the clock of each day shows a minute, in minutes of the grid, [days]."""
    clock = view.whole.calendar.clocks[view.clock]
    start, zone = clock.start.astimezone(UTC), ZoneInfo(clock.zone)

    def elapsed(day: date) -> int:
        later, rest = divmod(minute, MINUTES_PER_DAY)
        shown = datetime.combine(day + timedelta(days=later), time(*divmod(rest, 60)), zone)
        return (shown.astimezone(UTC) - start) // timedelta(minutes=1)

    return view.shared(
        ("minute of the days", view.clock, minute),
        lambda: np.array([elapsed(day) for day in view.whole.calendar.days]),
    )


def check(worker: Worker) -> Iterator[Match]:
    """Yield the shifts that no window holds."""
    for duty in worker.duties:
        if worker.agent.availability and (amount := _minutes_outside(worker, duty)):
            cost = amount * worker.price(RuleName.AVAILABILITY)
            detail = f"{amount} minutes of the shift on {duty.day} lie outside of availability."
            yield Match(RuleName.AVAILABILITY, worker.agent.id, duty.day, amount, cost, detail)


def _minutes_outside(worker: Worker, duty: Duty) -> int:
    start, end = (
        worker.clock.local(slot).astimezone(UTC) for slot in (duty.shift.start, duty.shift.end)
    )
    inside = [timedelta(0)]
    for window in worker.agent.availability:
        if duty.day.weekday() in window.weekdays:
            opens = _instant(worker.clock.zone, duty.day, window.start_minute)
            closes = _instant(worker.clock.zone, duty.day, window.end_minute)
            inside.append(min(end, closes) - max(start, opens))
    return (end - start - max(inside)) // timedelta(minutes=1)


@lru_cache(maxsize=4096)
def _instant(zone: str, day: date, minute: int) -> datetime:
    """Return when the clocks of a zone show a minute of a day; minutes past 24 h run on."""
    midnight = datetime.combine(day + timedelta(days=minute // MINUTES_PER_DAY), time())
    shown = midnight + timedelta(minutes=minute % MINUTES_PER_DAY)
    return shown.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
