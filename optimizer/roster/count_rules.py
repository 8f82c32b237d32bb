"""The rules of the counts model: one function per rule, each a relaxation of the rule itself.

Each adds rows over the sum of a type's people that every roster of these people satisfies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.model import Range
from optimizer.roster.linear import LinearModel
from optimizer.roster.patterns import Calendar, Patterns, rest_conflicts
from optimizer.roster.setting import Setting
from optimizer.roster.staff import AgentType

__all__ = ["RULES", "TypeView", "vendor_caps"]

Integers = NDArray[np.int64]


@dataclass(slots=True, eq=False)
class TypeView:
    """What a rule sees of one type: its variables by day, and where to add rows.

    Parameters
    ----------
    number
        The variable of each pattern of the type.
    """

    model: LinearModel
    type: AgentType
    number: Integers
    patterns: Patterns
    calendar: Calendar
    step: int
    paid: Integers = field(init=False)
    """Paid minutes of each pattern of the type."""
    by_day: dict[int, Integers] = field(init=False)
    """Day to positions in the type's patterns."""

    def __post_init__(self) -> None:
        """Split the patterns by day."""
        mine = self.type.patterns
        self.paid = self.patterns.paid[mine] * self.step
        self.by_day = {
            day: np.flatnonzero(self.patterns.day[mine] == day) for day in self.type.days
        }

    def places(self, days: Iterable[int]) -> Integers:
        """Return the positions of the patterns of some days."""
        return np.concatenate([self.by_day[day] for day in days])

    def at_work(self, days: Iterable[int]) -> Integers:
        """Return the variables of all patterns of some days."""
        return self.number.take(self.places(days))

    def bounded(self, places: Integers, coefficients: ArrayLike, bounds: Range) -> None:
        """Keep a sum within so much a head, where the bounds say anything."""
        heads = self.type.count
        if bounds.minimum > 0 or bounds.maximum is not None:
            most = np.inf if bounds.maximum is None else heads * bounds.maximum
            least = heads * bounds.minimum
            self.model.add_row(self.number[places], coefficients, lower=least, upper=most)


def one_shift_a_day(view: TypeView) -> None:
    """Nobody works two shifts that start on the same day."""
    for day in view.type.days:
        view.model.add_row(view.at_work([day]), upper=view.type.count)


def shifts_per_week(view: TypeView) -> None:
    """Shifts in each week lie within the contract's bounds."""
    for week in view.type.weeks:
        view.bounded(view.places(range(week.first, week.last)), 1.0, week.shifts)


def paid_minutes(view: TypeView) -> None:
    """Paid minutes of each week and of the period lie within the contract's bounds."""
    for week in view.type.weeks:
        places = view.places(range(week.first, week.last))
        view.bounded(places, view.paid[places], week.minutes)
    view.bounded(np.arange(len(view.number)), view.paid, view.type.period)


def time_beyond_guarantee(view: TypeView) -> None:
    """Paid time of a week beyond what is guaranteed costs its hours."""
    contract = view.type.contract
    if not contract.guaranteed_minutes_per_week or not contract.hourly_cost:
        return
    longest = int(view.paid.max(initial=0))
    for week in view.type.weeks:
        places = view.places(range(week.first, week.last))
        if not len(places) or view.type.longest_week(week, longest) <= week.guaranteed:
            continue
        beyond = view.model.add_variables(1, cost=contract.hourly_cost / 60)
        # Paid time comes in multiples of a unit. Between the last multiple within the guarantee
        # and the first beyond it, the cost of one person lies on or above the line through both.
        unit = int(np.gcd.reduce(view.paid[places]))
        within = week.guaranteed // unit * unit
        slopes = {within: (within + unit - week.guaranteed) / unit, week.guaranteed: 1.0}
        for free, slope in slopes.items():
            view.model.add_row(
                np.append(view.number[places], beyond),
                np.append(slope * view.paid[places], -1.0),
                upper=view.type.count * slope * free,
            )


def rest(view: TypeView) -> None:
    """Between two shifts lies the contract's rest."""
    mine = view.type.patterns
    least = -(-view.type.contract.rest_minutes // view.step)
    for day in view.type.days:
        for later in range(day + 1, view.type.last_day):
            conflicts = rest_conflicts(
                view.patterns, mine[view.by_day[day]], mine[view.by_day[later]], least
            )
            if len(view.by_day[later]) and not conflicts:
                break
            for late, soon in conflicts:
                places = np.searchsorted(mine, np.concatenate([late, soon]))
                view.model.add_row(view.number[places], upper=view.type.count)


def consecutive_days(view: TypeView) -> None:
    """Nobody works more days in a row than allowed, days before the period included."""
    most, heads, first = (
        view.type.contract.max_consecutive_days,
        view.type.count,
        view.type.first_day,
    )
    for day in view.type.days:
        if day + most < view.type.last_day:
            view.model.add_row(view.at_work(range(day, day + most + 1)), upper=heads * most)
    left = most - view.type.run
    if view.type.run and first + left < view.type.last_day:
        view.model.add_row(view.at_work(range(first, first + left + 1)), upper=heads * left)


def days_off_in_a_row(view: TypeView) -> None:
    """Days off between two shifts come in runs that are long enough."""
    least, heads = view.type.contract.min_consecutive_days_off, view.type.count
    for off in range(1, least):
        for day in view.type.days:
            if day + off + 1 >= view.type.last_day:
                break
            outer = view.at_work([day, day + off + 1])
            inner = view.at_work(range(day + 1, day + off + 1))
            _more_than(view, outer, inner, heads)
        if view.type.run and view.type.first_day + off < view.type.last_day:
            first = view.type.first_day
            _more_than(
                view, view.at_work([first + off]), view.at_work(range(first, first + off)), 0
            )


def weekends(view: TypeView) -> None:
    """Only so many weekends have a shift."""
    most, heads = view.type.contract.max_weekends, view.type.count
    days: dict[int, list[int]] = defaultdict(list)
    for day in view.type.days:
        if view.calendar.weekend(day):
            days[view.calendar.week(day)].append(day)
    if most is None or len(days) <= most:
        return
    worked = view.model.add_variables(len(days), upper=heads)
    for column, weekend in zip(worked.tolist(), days.values(), strict=True):
        for day in weekend:
            columns = view.at_work([day])
            view.model.add_row(
                np.append(columns, column), np.append(np.ones(len(columns)), -1.0), upper=0.0
            )
    view.model.add_row(worked, upper=heads * most)


RULES: tuple[Callable[[TypeView], None], ...] = (
    one_shift_a_day,
    shifts_per_week,
    paid_minutes,
    time_beyond_guarantee,
    rest,
    consecutive_days,
    days_off_in_a_row,
    weekends,
)
"""Every rule about one person, as rows over the sum of a type."""


def vendor_caps(model: LinearModel, setting: Setting, numbers: Sequence[Integers]) -> None:
    """No vendor lends more shifts on a day than its cap."""
    types, patterns = setting.types, setting.patterns
    for vendor in setting.problem.organisation.vendors:
        if vendor.max_shifts_per_day is None:
            continue
        lent = [i for i, alike in enumerate(types) if alike.contract.vendor == vendor.id]
        for day in range(len(setting.calendar.days)):
            columns = [numbers[i][patterns.day[types[i].patterns] == day] for i in lent]
            if columns:
                model.add_row(np.concatenate(columns), upper=vendor.max_shifts_per_day)


def _more_than(view: TypeView, plus: Integers, minus: Integers, most: float) -> None:
    coefficients = np.concatenate([np.ones(len(plus)), -np.ones(len(minus))])
    view.model.add_row(np.concatenate([plus, minus]), coefficients, upper=most)
