"""Pins: decisions for one agent and day that have to be kept.

A pin that keeps something of the previous roster says nothing where there is none. What it keeps
of a free day is that it is free. `Keep.ACTIVITIES` asks of the forms what `Keep.SHIFT` asks; where
the activities go is fixed by `optimizer.roster.rules.standing.fixed_activities`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Keep, Pin, RuleName, Shift
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.forms import Form, Prices
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.standing import standing
from optimizer.roster.rules.view import View

__all__ = ["check", "forms"]


def forms(view: View) -> Iterator[Form]:
    """Yield the price of every pattern and day off that a pin is against."""
    whole, price = view.whole, view.price(RuleName.PINS)
    pins = _by_agent(view).get(view.agent.id)
    if pins is None:
        return
    working, free = np.zeros(len(whole.patterns)), np.zeros(len(whole.calendar.days))
    for pin in pins:
        day = (pin.day - whole.calendar.days[0]).days
        if day not in view.days:
            continue
        first, last = np.searchsorted(whole.patterns.day, (day, day + 1))
        kept, may_be_free = _kept(view, pin, day, slice(first, last))
        working[first:last][~kept] += price
        free[day] += 0.0 if may_be_free else price
    yield Prices(RuleName.PINS, working, free)


def _by_agent(view: View) -> dict[str, list[Pin]]:
    def make() -> dict[str, list[Pin]]:
        found = defaultdict(list)
        for pin in view.whole.problem.directives.pins:
            found[pin.agent].append(pin)
        return dict(found)

    return view.shared(RuleName.PINS, make)


def _kept(view: View, pin: Pin, day: int, here: slice) -> tuple[NDArray[np.bool_], bool]:
    """Return which patterns of a day keep a pin, and whether a day off does."""
    whole, patterns = view.whole, view.whole.patterns
    kept = np.full(here.stop - here.start, pin.works is not False)
    may_be_free = pin.works is not True
    if pin.template is not None:
        kept &= patterns.template[here] == whole.template_ids[pin.template]
        may_be_free = False
    if pin.start_minute is not None:
        clock = whole.calendar.clocks[view.clock]
        kept &= patterns.start[here] == clock.slot_of(pin.day, pin.start_minute)
        may_be_free = False
    if pin.keep is None or whole.problem.previous is None:
        return kept, may_be_free
    old = standing(whole)[view.number].get(day)
    if old is None:
        return np.zeros_like(kept), may_be_free
    if pin.keep is Keep.PAID:
        kept &= patterns.paid[here] == old.paid_slots()
    elif pin.keep is not Keep.DAY:
        kept &= patterns.start[here] == old.start
    if pin.keep in (Keep.SHIFT, Keep.ACTIVITIES):
        template = whole.template_ids.get(old.template, -1)
        kept &= (patterns.end[here] == old.end) & (patterns.template[here] == template)
    return kept, False


def check(worker: Worker) -> Iterator[Match]:
    """Yield every pin that is not kept."""
    pins = worker.pins
    if not pins:
        return
    shifts = {duty.day: duty.shift for duty in worker.duties}
    days = worker.clock.days()
    for pin in pins:
        shift = shifts.get(pin.day)
        if days[0] <= pin.day <= days[-1] and not (
            _says(worker, pin, shift) and _keeps(worker, pin, shift)
        ):
            detail = f"The pin for {pin.day} is not kept."
            price = worker.price(RuleName.PINS)
            yield Match(RuleName.PINS, worker.agent.id, pin.day, 1, price, detail)


def _says(worker: Worker, pin: Pin, shift: Shift | None) -> bool:
    """Tell whether a day is as the pin itself says."""
    if shift is None:
        return not pin.works and pin.template is None and pin.start_minute is None
    minute = pin.start_minute
    return (
        pin.works is not False
        and pin.template in (None, shift.template)
        and (minute is None or shift.start == worker.clock.slot_of(pin.day, minute))
    )


def _keeps(worker: Worker, pin: Pin, shift: Shift | None) -> bool:
    """Tell whether a day is what the pin keeps of the previous roster."""
    if pin.keep is None or worker.problem.previous is None:
        return True
    old = worker.before.get(pin.day)
    if shift is None or old is None:
        return shift is old
    match pin.keep:
        case Keep.DAY:
            return True
        case Keep.PAID:
            return shift.paid_slots() == old.paid_slots()
        case Keep.START:
            return shift.start == old.start
        case Keep.SHIFT:
            as_it_was = (old.template, old.start, old.end)
            return (shift.template, shift.start, shift.end) == as_it_was
        case Keep.ACTIVITIES:
            return shift == old
