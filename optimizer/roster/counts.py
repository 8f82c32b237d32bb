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

from optimizer.result import relative_gap
from optimizer.roster.count_rules import RULES, TypeView, vendor_caps
from optimizer.roster.cover import Begins, CoverVariables, add_cover, begins_in
from optimizer.roster.linear import LinearModel, LinearSolution
from optimizer.roster.setting import Setting
from optimizer.roster.staff import shift_cost
from optimizer.stop import Deadline

__all__ = ["Counts", "CountsModel"]

log = logging.getLogger(__name__)

WHOLE = 1e-6
"""A number in the solution of the relaxation this close to a whole one is taken for whole."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Numbers of shifts and of activities.

    Parameters
    ----------
    shifts
        Per type, how many work each pattern.
    begins
        When their activities begin.
    """

    shifts: tuple[Counter[int], ...]
    begins: Begins


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
        self._relaxed: NDArray[np.float64] | None = None
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
        solution = self._model.solve(deadline, relax=True)
        self._learn(solution)
        self._relaxed = solution.values

    def search(self, deadline: Deadline, *, gap: float, seed: int) -> Counts | None:
        """Return the best numbers found in time, or None.

        First only numbers next to those of the relaxation are allowed (relaxation enforced
        neighbourhood search, Berthold 2014): where the relaxation is as tight as it is for
        coverage, they nearly always contain an optimum. The whole model is searched, from there,
        only if time is left after the best of these is proven not to close the gap. Where no
        whole numbers are found, those of the relaxation are rounded down: not all the shifts
        that are worth having, but a good start.
        """
        best, relaxed = None, self._relaxed
        if relaxed is not None:
            columns = np.concatenate(self._numbers)
            value = relaxed[columns]
            near = self._model.solve(
                deadline,
                relative_gap=gap,
                seed=seed,
                within=(columns, np.floor(value + WHOLE), np.ceil(value - WHOLE)),
            )
            best = near.values
            if best is not None and relative_gap(near.objective, self.bound) <= gap:
                return self._counts(best)
        if not deadline.passed():
            whole = self._model.solve(deadline, relative_gap=gap, seed=seed, start=best)
            self._learn(whole)
            best = best if whole.values is None else whole.values
        if best is None and relaxed is not None:
            best = np.floor(relaxed + WHOLE)
        return None if best is None else self._counts(best)

    def _learn(self, solution: LinearSolution) -> None:
        self.bound = max(self.bound, solution.bound)
        self.infeasible |= solution.infeasible

    def _counts(self, values: NDArray[np.float64]) -> Counts:
        shifts = []
        for alike, columns in zip(self._setting.types, self._numbers, strict=True):
            numbers = np.rint(values[columns]).astype(int)
            used = np.flatnonzero(numbers)
            patterns = alike.patterns[used].tolist()
            shifts.append(Counter(dict(zip(patterns, numbers[used].tolist(), strict=True))))
        return Counts(tuple(shifts), begins_in(self._cover, values))

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
