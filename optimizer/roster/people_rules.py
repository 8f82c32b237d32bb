"""The rules of one person, for CP-SAT: one function per rule, exact where counts are relaxed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from ortools.sat.python import cp_model

from optimizer.model import Range
from optimizer.roster.patterns import Calendar, Patterns, rest_conflicts
from optimizer.roster.staff import AgentType, Week

__all__ = ["RULES", "Person"]


@dataclass(slots=True, eq=False)
class Person:
    """One agent inside a CP-SAT model: a literal per pattern that may be worked.

    Parameters
    ----------
    choices
        Indices of the patterns under consideration, sorted.
    """

    model: cp_model.CpModel
    type: AgentType
    patterns: Patterns
    calendar: Calendar
    step: int
    choices: list[int]
    works: dict[int, cp_model.IntVar] = field(init=False)
    """Pattern to the literal that it is worked."""
    by_day: dict[int, list[int]] = field(init=False)
    """Day to its patterns."""
    at_work: dict[int, cp_model.IntVar] = field(init=False)
    """Day to the literal that anything is worked, for the days with a pattern."""

    def __post_init__(self) -> None:
        """Create the literals; at most one pattern a day is built into them."""
        self.works = {pattern: self.model.new_bool_var("") for pattern in self.choices}
        self.by_day = defaultdict(list)
        for pattern in self.choices:
            self.by_day[int(self.patterns.day[pattern])].append(pattern)
        self.at_work = {}
        for day, patterns in self.by_day.items():
            self.at_work[day] = self.model.new_bool_var("")
            self.model.add_exactly_one(
                self.at_work[day].negated(), *(self.works[pattern] for pattern in patterns)
            )

    def days_at_work(self, days: Iterable[int]) -> list[cp_model.IntVar]:
        """Return the literals of those days on which something may be worked."""
        return [self.at_work[day] for day in days if day in self.at_work]

    def minutes(self, days: Iterable[int]) -> cp_model.LinearExpr:
        """Return the paid minutes of some days."""
        mine = [pattern for day in days for pattern in self.by_day.get(day, ())]
        paid = (self.patterns.paid[mine] * self.step).tolist()
        return cp_model.LinearExpr.weighted_sum([self.works[p] for p in mine], paid)

    def weeks_beyond_guarantee(self) -> list[Week]:
        """Return the weeks in which more can be paid than is guaranteed, if that costs anything."""
        contract = self.type.contract
        if not contract.guaranteed_minutes_per_week or not contract.hourly_cost:
            return []
        longest = max((int(self.patterns.paid[p]) * self.step for p in self.choices), default=0)
        return [
            week
            for week in self.type.weeks
            if self.type.longest_week(week, longest) > week.guaranteed
        ]

    def bounded(self, value: cp_model.LinearExprT, bounds: Range) -> None:
        """Keep a value within bounds."""
        if bounds.minimum > 0:
            self.model.add(value >= bounds.minimum)
        if bounds.maximum is not None:
            self.model.add(value <= bounds.maximum)


def shifts_per_week(person: Person) -> None:
    """Shifts in each week lie within the contract's bounds."""
    for week in person.type.weeks:
        days = person.days_at_work(range(week.first, week.last))
        person.bounded(cp_model.LinearExpr.sum(days), week.shifts)


def paid_minutes(person: Person) -> None:
    """Paid minutes of each week and of the period lie within the contract's bounds."""
    for week in person.type.weeks:
        person.bounded(person.minutes(range(week.first, week.last)), week.minutes)
    person.bounded(person.minutes(person.type.days), person.type.period)


def rest(person: Person) -> None:
    """Between two shifts lies the contract's rest."""
    least = -(-person.type.contract.rest_minutes // person.step)
    days = sorted(person.by_day)
    for index, day in enumerate(days):
        for later in days[index + 1 :]:
            conflicts = rest_conflicts(
                person.patterns,
                np.array(person.by_day[day]),
                np.array(person.by_day[later]),
                least,
            )
            if not conflicts:
                break
            for late, soon in conflicts:
                together = [*late.tolist(), *soon.tolist()]
                person.model.add_at_most_one(person.works[pattern] for pattern in together)


def consecutive_days(person: Person) -> None:
    """Nobody works more days in a row than allowed, days before the period included."""
    alike, most = person.type, person.type.contract.max_consecutive_days
    for day in alike.days:
        run = person.days_at_work(range(day, day + most + 1))
        if len(run) > most:
            person.model.add_bool_or(worked.negated() for worked in run)
    left = most - alike.run
    run = person.days_at_work(range(alike.first_day, alike.first_day + left + 1))
    if alike.run and len(run) > left:
        person.model.add_bool_or(worked.negated() for worked in run)


def days_off_in_a_row(person: Person) -> None:
    """Days off between two shifts come in runs that are long enough."""
    alike = person.type
    for off in range(1, alike.contract.min_consecutive_days_off):
        for day in alike.days:
            last = day + off + 1
            if day in person.at_work and last in person.at_work:
                between = person.days_at_work(range(day + 1, last))
                person.model.add_bool_or(
                    person.at_work[day].negated(), person.at_work[last].negated(), *between
                )
        last = alike.first_day + off
        if alike.run and last in person.at_work:
            between = person.days_at_work(range(alike.first_day, last))
            person.model.add_bool_or(person.at_work[last].negated(), *between)


def weekends(person: Person) -> None:
    """Only so many weekends have a shift."""
    most = person.type.contract.max_weekends
    if most is None:
        return
    worked: dict[int, cp_model.IntVar] = {}
    for day, at_work in person.at_work.items():
        if person.calendar.weekend(day):
            weekend = person.calendar.week(day)
            if weekend not in worked:
                worked[weekend] = person.model.new_bool_var("")
            person.model.add_implication(at_work, worked[weekend])
    person.model.add(cp_model.LinearExpr.sum(list(worked.values())) <= most)


RULES: tuple[Callable[[Person], None], ...] = (
    shifts_per_week,
    paid_minutes,
    rest,
    consecutive_days,
    days_off_in_a_row,
    weekends,
)
"""Every rule about one person."""
