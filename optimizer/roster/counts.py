"""How many: the least-cost numbers of shifts per type of agent, by linear and integer programming.

Variables ``n[type, pattern]`` count the agents of a type who work a pattern. Rules of single
people are written for the sum over a type: "at most one shift a day" becomes "at most N". Every
roster satisfies these rows, so the optimum is a lower bound for all rosters; whether each
solution can be dealt out to people is for `optimizer.roster.people` to find out.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.count_rules import RULES, TypeView, vendor_caps
from optimizer.roster.cover import Begins, CoverVariables, add_cover, begins_in
from optimizer.roster.linear import LinearModel, LinearSolution
from optimizer.roster.setting import Family, Setting
from optimizer.roster.staff import shift_cost
from optimizer.stop import Deadline

__all__ = ["Counts", "CountsModel"]

log = logging.getLogger(__name__)

WHOLE = 1e-6
"""A number in the solution of the relaxation this close to a whole one is taken for whole."""

NEAR_SHARE = 0.6
"""Share of the time left that the search near the relaxation may take."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Numbers of shifts and of activities.

    Parameters
    ----------
    shifts
        Per family, how many work each pattern.
    begins
        When their activities begin.
    objective
        Cost of these numbers, if all of them can be dealt out.
    """

    shifts: dict[Family, Counter[int]]
    begins: Begins
    objective: float


class CountsModel:
    """The counts model of a setting, and what is known about its optimum.

    Attributes
    ----------
    bound
        Proven lower bound on the objective of every roster.
    infeasible
        Whether it is proven that no roster keeps all rules.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._model = LinearModel()
        self._numbers: list[NDArray[np.int64]] = []
        self._relaxed: LinearSolution | None = None
        self.bound = 0.0
        self.infeasible = False
        self._cover = self._build()
        log.info(
            "counts: %d types, %d variables, %d rows",
            len(setting.types),
            self._model.variables,
            self._model.rows,
        )

    def relax(self, deadline: Deadline) -> None:
        """Solve the linear relaxation, which gives the bound."""
        self._relaxed = self._learn(self._model.solve(deadline, relax=True))

    def search(self, deadline: Deadline, *, relative_gap: float, seed: int) -> Counts | None:
        """Return the best whole numbers found in time, or None.

        First only numbers next to those of the relaxation are allowed (relaxation enforced
        neighbourhood search, Berthold 2014): where the relaxation is as tight as it is for
        coverage, they nearly always contain an optimum. Only if the gap stays open is the whole
        model searched.
        """
        best: LinearSolution | None = None
        if self._relaxed is not None and self._relaxed.values is not None:
            columns = np.concatenate(self._numbers)
            value = self._relaxed.values[columns]
            near = columns, np.floor(value + WHOLE), np.ceil(value - WHOLE)
            best = self._model.solve(
                deadline.within(NEAR_SHARE * deadline.remaining()),
                relative_gap=relative_gap,
                seed=seed,
                within=near,
            )
            if best.objective - self.bound <= relative_gap * abs(best.objective):
                return self._counts(best)
        whole = self._model.solve(deadline, relative_gap=relative_gap, seed=seed)
        self._learn(whole)
        if best is None or whole.objective < best.objective:
            best = whole
        return self._counts(best)

    def _learn(self, solution: LinearSolution) -> LinearSolution:
        self.bound = max(self.bound, solution.bound)
        self.infeasible |= solution.infeasible
        return solution

    def _counts(self, solution: LinearSolution) -> Counts | None:
        if solution.values is None:
            return None
        shifts = {family: Counter[int]() for family in self._setting.families()}
        for family, counts in shifts.items():
            for kind in family.types:
                values = np.rint(solution.values[self._numbers[kind]]).astype(int)
                patterns = self._setting.types[kind].patterns
                for place in np.flatnonzero(values):
                    counts[int(patterns[place])] += int(values[place])
        begins = begins_in(self._cover, solution.values)
        return Counts(shifts, begins, solution.objective)

    def _build(self) -> CoverVariables:
        setting, model = self._setting, self._model
        calendar, patterns, step = setting.calendar, setting.patterns, setting.step
        working: dict[tuple[int, int], list[int]] = defaultdict(list)
        for alike in setting.types:
            cost = [
                shift_cost(
                    alike.contract,
                    int(patterns.paid[pattern]) * step,
                    weekend=calendar.weekend(int(patterns.day[pattern])),
                )
                for pattern in alike.patterns
            ]
            number = model.add_variables(len(cost), alike.count, cost, integer=True)
            self._numbers.append(number)
            if alike.serves:
                for pattern, column in zip(alike.patterns.tolist(), number.tolist(), strict=True):
                    working[alike.serves, pattern].append(column)
        cover = add_cover(model, setting.demand, patterns, list(working))
        for pair, columns in working.items():
            signs = [1.0] + [-1.0] * len(columns)
            model.add_row([cover.shifts[pair], *columns], signs, lower=0.0, upper=0.0)
        for alike, number in zip(setting.types, self._numbers, strict=True):
            view = TypeView(model, alike, number, patterns, calendar, step)
            for rule in RULES:
                rule(view)
        vendor_caps(model, setting, self._numbers)
        return cover
