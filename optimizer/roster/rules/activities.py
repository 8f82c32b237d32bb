"""Activities of a shift: those of its template, in their windows, and work in between.

What is checked here is decided after the shifts are, when activities are placed, so that no form
speaks of it. Stretches of contact work end where any activity begins, training included, and are
bounded wherever there are any: two activities may follow each other at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from optimizer.model import RuleName
from optimizer.roster.checks.worker import Duty, Worker
from optimizer.roster.rules.forms import Form
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.view import View

__all__ = ["check", "forms"]


def forms(_: View) -> Iterator[Form]:
    """Yield nothing: which patterns are worked says nothing of what is done within them."""
    return iter(())


def check(worker: Worker) -> Iterator[Match]:
    """Yield the shifts whose activities are not what their template asks for."""
    for duty in worker.duties:
        for detail in (*_kinds(worker, duty), *_order(duty), *_stretches(worker, duty)):
            detail = f"On {duty.day}: {detail}"
            yield Match(RuleName.SHIFTS, worker.agent.id, duty.day, 1, math.inf, detail)


def _kinds(worker: Worker, duty: Duty) -> Iterator[str]:
    """Compare the activities with those of the template, one by one in order."""
    shift, step, wanted = duty.shift, worker.clock.interval_minutes, duty.template.activities
    # Sessions of training come on top of what the template contains.
    own = [activity for activity in shift.activities if activity.training is None]
    if len(own) != len(wanted):
        yield f"{len(own)} activities, but the template has {len(wanted)}."
        return
    for planned, template in zip(own, wanted, strict=True):
        begin = (planned.start - shift.start) * step
        length = (planned.end - planned.start) * step
        if (planned.kind, planned.paid, length) != (template.kind, template.paid, template.minutes):
            yield f"a {planned.kind} of {length} min is not what the template asks for."
            return
        within = template.earliest_minute <= begin <= template.latest_minute
        if not within or (begin - template.earliest_minute) % template.step_minutes:
            yield f"the {planned.kind} begins {begin} min after the start, outside its window."


def _order(duty: Duty) -> Iterator[str]:
    free = duty.shift.start
    for planned in duty.shift.activities:
        if planned.start < free or planned.end > duty.shift.end:
            yield f"the {planned.kind} overlaps another activity or leaves the shift."
        free = planned.end


def _stretches(worker: Worker, duty: Duty) -> Iterator[str]:
    shift, template = duty.shift, duty.template
    begins = [shift.start, *(activity.end for activity in shift.activities)]
    ends = [*(activity.start for activity in shift.activities), shift.end]
    for begin, end in zip(begins, ends, strict=True):
        minutes = (end - begin) * worker.clock.interval_minutes
        if 0 < minutes < template.min_stretch_minutes:
            yield f"only {minutes} min of work without interruption."
        if template.max_stretch_minutes is not None and minutes > template.max_stretch_minutes:
            yield f"{minutes} min of work without interruption."
