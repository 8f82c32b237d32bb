"""How many: the least-cost numbers of shifts per kind of agent, by linear and integer programming.

Variables ``n[group, pattern]`` count the people of a kind who work a pattern. The forms of single
people are written for the sum over a kind: "at most one shift a day" becomes "at most N". Every
roster satisfies these rows and costs at least as much, so the optimum is a lower bound for all
rosters; whether each solution can be dealt out to people is for others to find out.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.result import relative_gap
from optimizer.roster.counting.cells import Cells
from optimizer.roster.counting.kinds import Kind
from optimizer.roster.counting.neighbours import add_rest, add_succession
from optimizer.roster.counting.runs import add_run
from optimizer.roster.counting.spreads import add_spread
from optimizer.roster.counting.tallies import add_tally
from optimizer.roster.coupling import Begins, Coupling, add_coupling, begins_in, useful_pairs
from optimizer.roster.frame import Frame
from optimizer.roster.highs import Listener
from optimizer.roster.linear import LinearModel, LinearSolution
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
        Per kind, how many work each pattern.
    begins
        When their activities begin.
    objective
        What these numbers cost by the model; no roster of these numbers costs less.
    """

    shifts: tuple[Counter[int], ...]
    begins: Begins
    objective: float


class CountsModel:
    """The counts model of a frame, and what is known about its optimum.

    Parameters
    ----------
    deadline
        When not to begin with further kinds: their people are then held to single days only,
        and the bound is lower.

    Attributes
    ----------
    bound
        Proven lower bound on the objective of every roster.
    infeasible
        Whether it is proven that no roster keeps all rules.
    """

    def __init__(
        self, frame: Frame, kinds: Sequence[Kind], deadline: Deadline | None = None
    ) -> None:
        self._kinds = tuple(kinds)
        self._model = LinearModel()
        self._relaxed: NDArray[np.float64] | None = None
        self.bound = -np.inf
        self.infeasible = False
        self._numbers: list[NDArray[np.int64]] = []
        self._coupling = self._build(frame, deadline)
        log.info(
            "counts: %d kinds, %d variables, %d rows",
            len(self._kinds),
            self._model.variables,
            self._model.rows,
        )

    def relax(self, deadline: Deadline) -> None:
        """Solve the linear relaxation, which gives the bound."""
        solution = self._model.solve(deadline, relax=True)
        self._learn(solution)
        self._relaxed = solution.values

    def search(
        self,
        deadline: Deadline,
        *,
        gap: float,
        seed: int,
        listener: Listener = lambda objective, bound: None,
    ) -> Counts | None:
        """Return the best numbers found in time, or None.

        Parameters
        ----------
        gap
            The search ends at this proven relative gap.
        listener
            Is told every better objective and bound, in a thread of the solver's.

        Notes
        -----
        First only numbers next to those of the relaxation are allowed (relaxation enforced
        neighbourhood search, Berthold 2014): where the relaxation is as tight as it is for
        coverage, they nearly always contain an optimum. The whole model is searched, from there,
        only if time is left after the best of these is proven not to close the gap. Where no
        whole numbers are found, those of the relaxation are rounded down: not all the shifts
        that are worth having, but a good start.
        """
        relaxed, best = self._relaxed, LinearSolution(None, np.inf, -np.inf, infeasible=False)
        if relaxed is not None:
            columns = np.concatenate(self._numbers)
            value = relaxed[columns]
            best = self._model.solve(
                deadline,
                relative_gap=gap,
                seed=seed,
                within=(columns, np.floor(value + WHOLE), np.ceil(value - WHOLE)),
                # What is proven next to the relaxation is proven of nothing else.
                listener=lambda objective, _: listener(objective, self.bound),
            )
        closed = best.values is not None and relative_gap(best.objective, self.bound) <= gap
        if not closed and not deadline.passed():
            whole = self._model.solve(
                deadline,
                relative_gap=gap,
                seed=seed,
                start=best.values,
                listener=lambda objective, bound: listener(
                    min(objective, best.objective), max(bound, self.bound)
                ),
            )
            self._learn(whole)
            best = whole if whole.objective <= best.objective else best
        if best.values is not None:
            return self._counts(best.values, best.objective)
        return None if relaxed is None else self._counts(np.floor(relaxed + WHOLE), np.inf)

    def _learn(self, solution: LinearSolution) -> None:
        self.bound = max(self.bound, solution.bound)
        self.infeasible |= solution.infeasible

    def _counts(self, values: NDArray[np.float64], objective: float) -> Counts:
        shifts = []
        for kind, columns in zip(self._kinds, self._numbers, strict=True):
            counter = Counter[int]()
            numbers = np.rint(values[columns]).astype(int)
            for cell in np.flatnonzero(numbers).tolist():
                counter[int(kind.pattern[cell])] += int(numbers[cell])
            shifts.append(counter)
        return Counts(tuple(shifts), begins_in(self._coupling, values), objective)

    def _build(self, frame: Frame, deadline: Deadline | None) -> Coupling:
        model, size = self._model, len(frame.patterns)
        all_cells = [Cells(model, kind, frame.patterns) for kind in self._kinds]
        self._numbers = [cells.numbers for cells in all_cells]
        pairs = useful_pairs(frame)
        coupling = add_coupling(model, frame, pairs)
        keys = np.array([team * size + pattern for team, pattern in pairs], dtype=np.int64)
        links = model.add_rows(len(pairs), lower=0.0, upper=0.0)
        model.add_terms(links, coupling.shifts)
        for kind, cells in zip(self._kinds, all_cells, strict=True):
            wanted = kind.team * size + kind.pattern
            useful = np.isin(wanted, keys)
            at = np.searchsorted(keys, wanted)
            model.add_terms(links[at[useful]], cells.numbers[useful], -1.0)
        for cells in all_cells:
            if deadline is not None and deadline.passed():
                break
            _add_forms(cells)
        constant = sum(cells.constant for cells in all_cells)
        model.add_variables(1, lower=1.0, upper=1.0, cost=constant)
        return coupling


def _add_forms(cells: Cells) -> None:
    """Add every form of more than one day, each as rows that hold for the sum over a kind."""
    person = cells.kind.person
    for rest in person.rests:
        add_rest(cells, rest)
    for succession in person.successions:
        add_succession(cells, succession)
    for run in person.runs:
        add_run(cells, run)
    for tally in person.tallies:
        add_tally(cells, tally)
    for spread in person.spreads:
        add_spread(cells, spread)
