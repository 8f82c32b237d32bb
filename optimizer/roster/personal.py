"""The best that one person can do towards the contract's least values, by CP-SAT.

Days off, rest and limits from above can leave no way to work what a contract demands. Then the
demand is lowered to what can be reached, with a warning, so that the rest of the roster is not
lost over it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from optimizer.model import Range
from optimizer.roster import people_rules
from optimizer.roster.people_rules import Person
from optimizer.roster.setting import Setting
from optimizer.roster.staff import AgentType
from optimizer.stop import Deadline

__all__ = ["Personal", "best_personal_roster"]

SHIFT_WEIGHT = 100_000
"""A missing shift counts more than any missing time: more than the minutes of two months."""


@dataclass(frozen=True, slots=True, eq=False)
class Personal:
    """A roster for anybody of a type.

    Parameters
    ----------
    type
        The type with least values that can be reached together.
    worked
        Patterns that reach them.
    lowered
        In words, each least value that had to be lowered.
    """

    type: AgentType
    worked: tuple[int, ...]
    lowered: tuple[str, ...]


def best_personal_roster(
    setting: Setting, alike: AgentType, deadline: Deadline, seed: int = 0
) -> Personal | None:
    """Return a roster that comes as close to all least values as possible; None without time."""
    model = cp_model.CpModel()
    free = replace(
        alike,
        weeks=tuple(
            replace(week, shifts=_from_zero(week.shifts), minutes=_from_zero(week.minutes))
            for week in alike.weeks
        ),
        period=_from_zero(alike.period),
    )
    patterns, calendar = setting.patterns, setting.calendar
    person = Person(model, free, patterns, calendar, setting.step, alike.patterns.tolist())
    for rule in people_rules.RULES:
        rule(person)

    def missing(value: cp_model.LinearExpr, least: int) -> cp_model.IntVar:
        short = model.new_int_var(0, least, "")
        model.add(value + short >= least)
        return short

    spans = [range(week.first, week.last) for week in alike.weeks]
    shifts = [
        missing(cp_model.LinearExpr.sum(person.days_at_work(span)), week.shifts.minimum)
        for span, week in zip(spans, alike.weeks, strict=True)
    ]
    minutes = [
        missing(person.minutes(span), week.minutes.minimum)
        for span, week in zip(spans, alike.weeks, strict=True)
    ]
    total = missing(person.minutes(alike.days), alike.period.minimum)
    model.minimize(
        SHIFT_WEIGHT * cp_model.LinearExpr.sum(shifts) + cp_model.LinearExpr.sum([*minutes, total])
    )
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.catch_sigint_signal = False  # the caller's to handle
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = deadline.remaining()
    if solver.solve(model) != cp_model.OPTIMAL:
        return None
    lowered = []
    weeks = []
    for week, short, few in zip(alike.weeks, shifts, minutes, strict=True):
        reached = replace(
            week,
            shifts=_less(week.shifts, solver.value(short)),
            minutes=_less(week.minutes, solver.value(few)),
        )
        weeks.append(reached)
        name = f"the week of {calendar.days[week.first]}"
        if solver.value(short):
            lowered.append(f"{reached.shifts.minimum} of {week.shifts.minimum} shifts in {name}")
        if solver.value(few):
            lowered.append(f"{reached.minutes.minimum} of {week.minutes.minimum} minutes in {name}")
    period = _less(alike.period, solver.value(total))
    if solver.value(total):
        lowered.append(f"{period.minimum} of {alike.period.minimum} minutes in the period")
    worked = tuple(p for p, literal in person.works.items() if solver.boolean_value(literal))
    return Personal(replace(alike, weeks=tuple(weeks), period=period), worked, tuple(lowered))


def _from_zero(bounds: Range) -> Range:
    return Range(0, bounds.maximum)


def _less(bounds: Range, short: int) -> Range:
    return Range(bounds.minimum - short, bounds.maximum)
