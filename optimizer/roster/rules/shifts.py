"""Shifts: one a day, from a template of the contract, as the template has it. Never given up."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from optimizer.model import RuleName
from optimizer.roster.checks.worker import Duty, Worker
from optimizer.roster.rules.forms import Form, Prices
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.view import View

__all__ = ["check", "forms", "of_contract"]


def forms(view: View) -> Iterator[Form]:
    """Yield the templates of the contract; the patterns keep all else by themselves."""
    yield view.shared(
        (RuleName.SHIFTS, view.contract.templates),
        lambda: Prices(RuleName.SHIFTS, np.where(of_contract(view), 0.0, math.inf)),
    )


def of_contract(view: View) -> NDArray[np.bool_]:
    """Return which patterns are of a template that the contract has, [patterns]."""
    whole, names = view.whole, view.contract.templates
    return view.shared(
        ("templates", names),
        lambda: np.isin(whole.patterns.template, [whole.template_ids[name] for name in names]),
    )


def check(worker: Worker) -> Iterator[Match]:
    """Yield the days with several shifts, and the shifts that are not of a template."""
    name = worker.agent.id
    for day, number in Counter(duty.day for duty in worker.duties).items():
        if number > 1:
            detail = f"{number} shifts start on {day}."
            yield Match(RuleName.SHIFTS, name, day, number - 1, math.inf, detail)
    for duty in worker.duties:
        for detail in _faults(worker, duty):
            yield Match(RuleName.SHIFTS, name, duty.day, 1, math.inf, f"On {duty.day}: {detail}")


def _faults(worker: Worker, duty: Duty) -> Iterator[str]:
    template, shift, clock = duty.template, duty.shift, worker.clock
    if template.id not in worker.contract.templates:
        yield f"contract {worker.contract.id!r} does not allow template {template.id!r}."
    if duty.day.weekday() not in template.weekdays:
        yield f"template {template.id!r} is not worked on this weekday."
    if not 0 <= shift.start < clock.count:
        yield "the shift does not start in the period."
    local = clock.local(shift.start)
    minute = 60 * local.hour + local.minute
    # On a day whose clocks change, a start may stand at another time than the template's.
    if minute not in template.starts() and not any(
        clock.slot_of(duty.day, start) == shift.start for start in template.starts()
    ):
        yield f"template {template.id!r} has no start at {local:%H:%M}."
    length = (shift.end - shift.start) * clock.interval_minutes
    if length not in template.lengths:
        yield f"template {template.id!r} has no length of {length} min."
