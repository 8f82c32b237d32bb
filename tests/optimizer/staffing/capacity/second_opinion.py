"""The same question as a dense programme for HiGHS in SciPy, written down a second way.

Nobody is carried from week to week here: everybody is counted from the week of the start.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, milp

from optimizer.staffing.capacity import CapacityProblem, Goals, StaffGroup
from optimizer.staffing.capacity.model import by_week


def least_cost(question: CapacityProblem, *, whole: bool) -> float:
    """Return the least cost of a priced problem."""
    assert question.goals is Goals.PRICED
    return _Dense(question).solve(whole=whole, shortage_only=False)


def least_shortage(question: CapacityProblem) -> float:
    """Return the least missing hours, each times its group's price."""
    return _Dense(question).solve(whole=True, shortage_only=True)


def there(group: StaffGroup, start: int, week: int, weeks: int) -> float:
    """Return the share of those who start in week `start` who are there in `week`."""
    share = 1.0
    for w in range(start, week):
        young = w - start < group.training_weeks + len(group.ramp)
        rates = group.early_attrition if young and group.early_attrition else group.attrition
        share *= 1.0 - by_week(rates, weeks)[w]
    return share


def productivity(group: StaffGroup, age: int) -> float:
    """Return what one person counts `age` weeks after the start."""
    if age < group.training_weeks:
        return 0.0
    return (*group.ramp, *[1.0] * 1000)[age - group.training_weeks]


class _Dense:
    def __init__(self, question: CapacityProblem) -> None:
        self.question = question
        self.weeks = question.weeks
        self.numbers: dict[tuple[object, ...], int] = {}
        counter = count()
        for key in self._keys():
            self.numbers[key] = next(counter)

    def _keys(self) -> Iterator[tuple[object, ...]]:
        for week in range(self.weeks):
            for g in range(len(self.question.groups)):
                for kind in ("class", "overtime", "off", "short"):
                    yield kind, g, week
                for p, pool in enumerate(self.question.pools):
                    if self.question.groups[g].id in pool.groups:
                        yield "elastic", p, g, week
            for p in range(len(self.question.pools)):
                yield "called", p, week
            for c in range(len(self.question.cross_use)):
                yield "cross", c, week

    def solve(self, *, whole: bool, shortage_only: bool) -> float:
        size = len(self.numbers)
        cost, lower, upper = np.zeros(size), np.zeros(size), np.full(size, np.inf)
        self.rows: list[NDArray[np.float64]] = []
        self.limits: list[float] = []
        fixed = 0.0
        for g, group in enumerate(self.question.groups):
            fixed += self._group(g, group, cost, upper, shortage_only=shortage_only)
        self._pools(cost, lower, upper, shortage_only=shortage_only)
        self._goals()
        kinds = np.array([whole and key[0] == "class" for key in self.numbers], dtype=int)
        answer = milp(
            cost,
            integrality=kinds,
            bounds=(lower, upper),
            constraints=LinearConstraint(np.array(self.rows), -np.inf, np.array(self.limits)),
            options={"mip_rel_gap": 0.0},
        )
        assert answer.success
        return float(answer.fun) + fixed

    def _row(self, limit: float) -> NDArray[np.float64]:
        row = np.zeros(len(self.numbers))
        self.rows.append(row)
        self.limits.append(limit)
        return row

    def _people(self, group: StaffGroup, week: int) -> Iterator[tuple[int, float, int]]:
        """Yield start week, share still there and age of everybody who may start by `week`."""
        for start in range(week + 1):
            yield start, there(group, start, week, self.weeks), week - start

    def _sure(self, group: StaffGroup, week: int) -> Iterator[tuple[float, int]]:
        """Yield heads and age of those at the start and those who are hired already."""
        left = float(np.prod(1.0 - by_week(group.attrition, self.weeks)[:week]))
        yield group.heads * left, 10_000
        for start, share, age in self._people(group, week):
            if start < len(group.joining):
                yield group.joining[start] * share, age

    def _group(
        self,
        g: int,
        group: StaffGroup,
        cost: NDArray[np.float64],
        upper: NDArray[np.float64],
        *,
        shortage_only: bool,
    ) -> float:
        wage = group.hours_per_week * group.hourly_cost
        full = group.training_weeks + len(group.ramp)
        fixed = 0.0
        for week in range(self.weeks):
            at = {
                kind: self.numbers[kind, g, week] for kind in ("class", "overtime", "off", "short")
            }
            hiring = group.hiring
            size = hiring.class_size if hiring else 1
            upper[at["class"]] = 0.0
            if hiring and week >= hiring.lead_weeks:
                upper[at["class"]] = by_week(hiring.max_starts, self.weeks)[week] // size
            cost[at["short"]] = group.shortage_cost
            if not shortage_only:
                cost[at["overtime"]] = group.hourly_cost * (1 + group.overtime_premium)
                cost[at["off"]] = -group.hourly_cost * (1 - group.time_off_paid)
                cost[at["class"]] += size * (hiring.cost if hiring else 0.0)
                fixed += wage * sum(heads for heads, _ in self._sure(group, week))
                for start, share, _ in self._people(group, week):
                    cost[self.numbers["class", g, start]] += size * wage * share
            trained = sum(heads for heads, age in self._sure(group, week) if age >= full)
            for kind, most in (("overtime", group.max_overtime), ("off", group.max_time_off)):
                row = self._row(most * group.hours_per_week * trained)
                row[at[kind]] = 1.0
                for start, share, age in self._people(group, week):
                    if age >= full:
                        number = self.numbers["class", g, start]
                        row[number] -= most * group.hours_per_week * size * share
        return fixed

    def _own(self, g: int, week: int) -> tuple[NDArray[np.float64], float]:
        """Return the coefficients of a group's hours on contacts, and what is sure of them."""
        group = self.question.groups[g]
        available = 1.0 - by_week(group.shrinkage, self.weeks)[week]
        size = group.hiring.class_size if group.hiring else 1
        row = np.zeros(len(self.numbers))
        row[self.numbers["overtime", g, week]] = available
        row[self.numbers["off", g, week]] = -available
        for start, share, age in self._people(group, week):
            people = size * share * productivity(group, age)
            row[self.numbers["class", g, start]] += available * group.hours_per_week * people
        sure = sum(
            heads * (1.0 if age == 10_000 else productivity(group, age))
            for heads, age in self._sure(group, week)
        )
        return row, available * group.hours_per_week * sure

    def _pools(
        self,
        cost: NDArray[np.float64],
        lower: NDArray[np.float64],
        upper: NDArray[np.float64],
        *,
        shortage_only: bool,
    ) -> None:
        for p, pool in enumerate(self.question.pools):
            committed = by_week(pool.committed_hours, self.weeks)
            most = by_week(pool.max_hours, self.weeks)
            for week in range(self.weeks):
                called = self.numbers["called", p, week]
                cost[called] = 0.0 if shortage_only else pool.price
                lower[called] = committed[week]
                upper[called] = committed[week] if week < pool.notice_weeks else most[week]
                if pool.max_increase is not None:
                    before = committed[week - 1] if week else 0.0
                    row = self._row(pool.max_increase + committed[week] - before)
                    row[called] = 1.0
                    if week:
                        row[self.numbers["called", p, week - 1]] = -1.0
                used = self._row(0.0)
                used[called] = -1.0
                for g in range(len(self.question.groups)):
                    if ("elastic", p, g, week) in self.numbers:
                        used[self.numbers["elastic", p, g, week]] = 1.0

    def _goals(self) -> None:
        required = self.question.required()
        names = [group.id for group in self.question.groups]
        for week in range(self.weeks):
            for g, group in enumerate(self.question.groups):
                own, sure = self._own(g, week)
                goal = self._row(sure - required[g, week])
                goal -= own
                goal[self.numbers["short", g, week]] -= 1.0
                share = self._row(group.max_elastic_share * required[g, week])
                for p, pool in enumerate(self.question.pools):
                    if ("elastic", p, g, week) in self.numbers:
                        number = self.numbers["elastic", p, g, week]
                        goal[number] -= pool.productivity
                        share[number] = pool.productivity
                for c, use in enumerate(self.question.cross_use):
                    if use.source == group.id:
                        goal[self.numbers["cross", c, week]] += 1.0
                    if use.target == group.id:
                        goal[self.numbers["cross", c, week]] -= use.productivity
            for c, use in enumerate(self.question.cross_use):
                own, sure = self._own(names.index(use.source), week)
                most = self._row(use.max_share * sure)
                most -= use.max_share * own
                most[self.numbers["cross", c, week]] += 1.0
