"""Training and meetings: each agent at most once, in groups, at a price where it is not had.

A session is what the people of one site attend together: one training, one start. Its window lies
on the site's own clock. Sessions are placed when the shifts stand (`optimizer.roster.training`),
so that no row speaks of them; that they lie inside a shift, apart from its other activities, is
checked with the activities of the shift.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta

from optimizer.model import PlannedActivity, RosterProblem, RuleName, TimeGrid, Training
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.shared import SharedRow, Watch
from optimizer.roster.rules.view import View, Whole

__all__ = ["check", "shared"]

Session = tuple[str, str, int]
"""Training, site and first slot."""


def shared(_: Whole, __: Sequence[View]) -> Iterator[SharedRow | Watch]:
    """Yield nothing: who is trained does not depend on which patterns are worked alone."""
    return iter(())


def check(problem: RosterProblem, staff: Sequence[Worker]) -> Iterator[Match]:
    """Yield who is not trained, and every session that is not as the training has it."""
    trainings = {training.id: training for training in problem.directives.trainings}
    attended: defaultdict[Session, list[str]] = defaultdict(list)
    had: defaultdict[str, list[str]] = defaultdict(list)
    for worker in staff:
        for duty in worker.duties:
            for planned in duty.shift.activities:
                if planned.training is None:
                    continue
                name = worker.agent.id
                had[planned.training].append(name)
                attended[planned.training, worker.agent.site, planned.start].append(name)
                for detail in _faults(worker, planned, trainings.get(planned.training)):
                    yield Match(RuleName.TRAINING, name, duty.day, 1, math.inf, detail)
    stood = _stood(staff)
    for session, names in sorted(attended.items()):
        known = trainings.get(session[0])
        if known is not None:
            yield from _group(known, len(names), stood=session in stood)
    for training in trainings.values():
        yield from _attendance(training, had[training.id])


def _faults(worker: Worker, planned: PlannedActivity, training: Training | None) -> Iterator[str]:
    name = planned.training
    if training is None:
        yield f"There is no training {name!r}."
        return
    if worker.agent.id not in training.agents:
        yield f"Training {name!r} is not for this agent."
    minutes = (planned.end - planned.start) * worker.clock.interval_minutes
    wanted = training.kind, training.paid, training.minutes
    if (planned.kind, planned.paid, minutes) != wanted:
        yield f"A {planned.kind} of {minutes} min is not what training {name!r} asks for."
    if not _within(training, worker.clock, planned):
        yield f"Training {name!r} lies outside its days or hours."


def _within(training: Training, clock: TimeGrid, planned: PlannedActivity) -> bool:
    """Tell whether a session lies in the window of some day of the training."""
    days = clock.days()
    first, last = training.first_day or days[0], training.last_day or days[-1]
    today = clock.local(planned.start).date()
    # A window that runs past midnight may have begun on the day before.
    return any(
        max(first, days[0]) <= day <= min(last, days[-1])
        and clock.slot_of(day, training.earliest_minute) <= planned.start
        and planned.end <= clock.slot_of(day, training.latest_end_minute)
        for day in (today - timedelta(days=1), today)
    )


def _stood(staff: Sequence[Worker]) -> set[Session]:
    """Return the sessions of the previous roster: they may have become too small."""
    return {
        (planned.training, worker.agent.site, planned.start)
        for worker in staff
        for shift in worker.before.values()
        for planned in shift.activities
        if planned.training is not None
    }


def _group(training: Training, number: int, *, stood: bool) -> Iterator[Match]:
    low = 0 if stood else training.group_min
    if not low <= number <= training.group_max:
        outside = max(low - number, number - training.group_max)
        detail = f"{number} people in one session of {training.id!r}."
        yield Match(RuleName.TRAINING, None, None, outside, math.inf, detail)


def _attendance(training: Training, names: Sequence[str]) -> Iterator[Match]:
    for name in sorted(set(names)):
        if (times := names.count(name)) > 1:
            detail = f"Training {training.id!r} is had {times} times."
            yield Match(RuleName.TRAINING, name, None, times - 1, math.inf, detail)
    for name in sorted(set(training.agents) - set(names)):
        detail = f"Training {training.id!r} is not had."
        yield Match(RuleName.TRAINING, name, None, 1, training.cost, detail)
