"""The master problem of column generation: one roster for each agent, coupled by rows.

Its linear relaxation is solved again and again with a few columns more, from the basis of the
last time. GLOP does that in this process 7 to 14 times as fast as HiGHS, which begins anew
(56 days and 32 agents, 39 rounds: 0.6 s against 4.0 s), and PDLP needs seconds for each.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

import numpy as np
from numpy.typing import NDArray

# OR-Tools ships no type information for its linear solvers.
from ortools.linear_solver import pywraplp  # type: ignore[import-untyped]

from optimizer.roster.columns.pool import Column
from optimizer.roster.columns.rows import Rows
from optimizer.stop import Deadline

__all__ = ["Master", "Relaxed", "elastic_cost"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]

SHORTEST = 0.001
"""Seconds below which a solve is not begun."""

USED = 1e-9
"""Smaller shares are none."""

ROUNDING = 1e-6
"""By so much a row may be off."""

# Without presolve the basis of the last solve is of use for the next one.
PARAMETERS = "use_preprocessing: false"

WATCHED = 200
"""Rows, from which on a solve may take so long that a stop must be able to end it."""

PATIENCE = 0.05
"""Seconds between two looks at whether the call was stopped."""

PIVOT, TERM = 2e-6, 4e-6
"""Nominal seconds of an iteration for each row, and of putting in a coefficient."""


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """An optimum of the relaxation over the columns so far.

    Parameters
    ----------
    duals
        Of the coupling rows, [rows].
    agents
        Dual of each agent's own row: what a roster may cost at the duals to be of use.
    shares
        Number of each column to the share of it that is worked, above 0.
    """

    objective: float
    duals: Floats
    agents: dict[int, float]
    shares: dict[int, float]


class Master:
    """The relaxation for some agents, while the rosters of all others are given.

    Parameters
    ----------
    agents
        Who is to get a roster. Each needs a column before the first solve.
    load
        What everybody else adds to each coupling row, [rows].

    Attributes
    ----------
    effort
        Work done so far, in nominal seconds: the same whenever the same is done.
    """

    def __init__(self, rows: Rows, agents: Sequence[int], load: Floats) -> None:
        self._rows, self._agents, self._load = rows, tuple(agents), load.copy()
        self._fixed: dict[int, Column] = {}
        self.effort = 0.0
        self._build(())

    @property
    def columns(self) -> list[Column]:
        """Return the columns in the master."""
        return list(self._columns.values())

    @property
    def agents(self) -> list[int]:
        """Return the agents whose roster is still open."""
        return [agent for agent in self._own if agent not in self._fixed]

    @property
    def fixed(self) -> list[Column]:
        """Return the rosters given for good."""
        return list(self._fixed.values())

    def known(self, number: int) -> Column | None:
        """Return a column in the master by its number in the pool; None if it is not there."""
        return self._columns.get(number)

    def add(self, columns: Iterable[Column]) -> int:
        """Add columns that are not there yet, and return how many."""
        added = 0
        for column in columns:
            if column.number in self._columns:
                continue
            variable = self._variable(0.0, self._solver.infinity(), column.own)
            self._own[column.agent].SetCoefficient(variable, 1.0)
            for row, value in zip(column.rows.tolist(), column.values.tolist(), strict=True):
                self._coupling[row].SetCoefficient(variable, value)
            self._variables[column.number] = variable
            self._columns[column.number] = column
            self.effort += TERM * len(column.rows)
            added += 1
        return added

    def fix(self, column: Column) -> None:
        """Give an agent a roster for good; the agent's other columns are dropped."""
        self._variables[column.number].SetLb(1.0)
        self._fixed[column.agent] = column
        self.drop(
            other
            for other in self.columns
            if other.agent == column.agent and other.number != column.number
        )

    def drop(self, columns: Iterable[Column]) -> None:
        """Take columns out; the agents concerned must keep others."""
        for column in columns:
            # There is no way to remove a variable; without coefficients it costs no time.
            variable = self._variables.pop(column.number)
            variable.SetUb(0.0)
            self._own[column.agent].SetCoefficient(variable, 0.0)
            for row in column.rows.tolist():
                self._coupling[row].SetCoefficient(variable, 0.0)
            del self._columns[column.number]

    def solve(self, deadline: Deadline) -> Relaxed | None:
        """Return the optimum; None if the deadline comes first."""
        for attempt in range(2):
            if deadline.remaining() < SHORTEST:
                return None
            with self._watched(deadline):
                status = self._solver.Solve()
            self.effort += PIVOT * self._solver.iterations() * len(self._rows)
            if status == pywraplp.Solver.OPTIMAL:
                return self._read()
            if not deadline.passed():
                # Rounding errors add up from one basis to the next: begin anew.
                log.info("GLOP gave up with status %d, attempt %d", status, attempt)
                self._build(self.columns)
        return None

    @contextmanager
    def _watched(self, deadline: Deadline) -> Iterator[None]:
        """Let a solve end at the deadline, and when the call is stopped before that."""
        self._solver.SetTimeLimit(max(1, int(1000 * min(deadline.remaining(), 1e6))))
        if len(self._rows) + len(self._agents) < WATCHED:
            yield
            return
        solver, ended = self._solver, Event()

        def watch() -> None:
            while not ended.wait(PATIENCE):
                if deadline.stopped.is_set():
                    solver.InterruptSolve()

        watcher = Thread(target=watch, name="glop-watch", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()

    def _build(self, columns: Iterable[Column]) -> None:
        """Make the model with some columns."""
        rows = self._rows
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._solver.SetSolverSpecificParametersAsString(PARAMETERS)
        self._objective = self._solver.Objective()
        self._coupling = [
            self._solver.Constraint(lower, upper)
            for lower, upper in zip(
                (rows.lower - self._load).tolist(), (rows.upper - self._load).tolist(), strict=True
            )
        ]
        elastic = [
            self._variable(least, most, cost)
            for least, most, cost in zip(
                rows.least.tolist(), rows.most.tolist(), rows.cost.tolist(), strict=True
            )
        ]
        for row, place, value in zip(
            rows.row.tolist(), rows.elastic.tolist(), rows.value.tolist(), strict=True
        ):
            self._coupling[row].SetCoefficient(elastic[place], value)
        self._own = {agent: self._solver.Constraint(1.0, 1.0) for agent in self._agents}
        self._variables: dict[int, pywraplp.Variable] = {}
        self._columns: dict[int, Column] = {}
        self.add(columns)
        for column in self._fixed.values():
            self._variables[column.number].SetLb(1.0)

    def _variable(self, lower: float, upper: float, cost: float) -> pywraplp.Variable:
        variable = self._solver.NumVar(lower, upper, "")
        if cost:
            self._objective.SetCoefficient(variable, cost)
        return variable

    def _read(self) -> Relaxed:
        shares = {
            number: share
            for number, variable in self._variables.items()
            if (share := variable.solution_value()) > USED
        }
        return Relaxed(
            self._objective.Value(),
            np.array([row.dual_value() for row in self._coupling]),
            {agent: row.dual_value() for agent, row in self._own.items()},
            shares,
        )


def elastic_cost(rows: Rows, load: Floats) -> float:
    """Return what the coupling rows cost at least when all rosters are given.

    Parameters
    ----------
    load
        What the rosters add to each row, [rows].
    """
    alone = np.bincount(rows.elastic, minlength=len(rows.cost)).max(initial=0) <= 1
    if alone and not rows.least.any() and (rows.cost >= 0).all():
        return _cost_row_by_row(rows, load)
    # Without variables to begin with there is nothing that a deadline could save.
    solved = Master(rows, (), load).solve(Deadline.after(60.0))
    return np.inf if solved is None else solved.objective


def _cost_row_by_row(rows: Rows, load: Floats) -> float:
    """Return the cost where each elastic variable is in one row: the cheapest fill it first."""
    below = rows.lower - load
    # What each row is short of, or has too much of, as a number below zero.
    needed = np.where(below > 0, below, np.minimum(rows.upper - load, 0.0))
    useful = np.flatnonzero(rows.value * needed[rows.row] > 0)
    row, size = rows.row[useful], np.abs(rows.value[useful])
    price = rows.cost[rows.elastic[useful]] / size
    order = np.lexsort((price, row))
    row, price = row[order], price[order]
    room = (size * rows.most[rows.elastic[useful]])[order]
    total = np.cumsum(room) - room
    before = total - total[np.searchsorted(row, row)]
    taken = np.clip(np.abs(needed)[row] - before, 0.0, room)
    filled = np.bincount(row, taken, len(rows))
    if (filled < np.abs(needed) - ROUNDING).any():
        return np.inf
    return float(price @ taken)
