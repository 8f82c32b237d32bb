"""The master problem of column generation: one roster for each agent, coupled by rows.

Its linear relaxation is solved again and again with a few columns more, from the basis of the
last time. GLOP does that in this process 7 to 14 times as fast as HiGHS, which begins anew
(56 days and 32 agents, 39 rounds: 0.6 s against 4.0 s), and PDLP needs seconds for each.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

# MathOpt ships no type information.
from ortools.math_opt import model_pb2  # type: ignore[import-untyped]
from ortools.math_opt.python import mathopt  # type: ignore[import-untyped]

from optimizer.roster.columns.pool import Column
from optimizer.roster.columns.rows import Rows
from optimizer.stop import Deadline

__all__ = ["Master", "Relaxed", "elastic_cost"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]

SHORTEST = 0.001
"""Seconds below which a solve is not begun."""


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
    """

    def __init__(self, rows: Rows, agents: Sequence[int], load: Floats) -> None:
        self._model = mathopt.Model.from_model_proto(_elastic_part(rows, load))
        self._coupling = list(self._model.linear_constraints())
        self._own = {
            agent: self._model.add_linear_constraint(lb=1.0, ub=1.0, name="") for agent in agents
        }
        self._variables: dict[int, mathopt.Variable] = {}
        self._columns: dict[int, Column] = {}
        self._fixed: set[int] = set()
        self._restart()

    @property
    def columns(self) -> list[Column]:
        """Return the columns in the master."""
        return list(self._columns.values())

    @property
    def agents(self) -> list[int]:
        """Return the agents whose roster is still open."""
        return [agent for agent in self._own if agent not in self._fixed]

    def column(self, number: int) -> Column:
        """Return a column in the master by its number in the pool."""
        return self._columns[number]

    def add(self, columns: Iterable[Column]) -> int:
        """Add columns that are not there yet, and return how many."""
        added = 0
        for column in columns:
            if column.number in self._columns:
                continue
            variable = self._model.add_variable(lb=0.0)
            self._model.objective.set_linear_coefficient(variable, column.own)
            self._own[column.agent].set_coefficient(variable, 1.0)
            for row, value in zip(column.rows.tolist(), column.values.tolist(), strict=True):
                self._coupling[row].set_coefficient(variable, value)
            self._variables[column.number] = variable
            self._columns[column.number] = column
            added += 1
        return added

    def fix(self, column: Column) -> None:
        """Give an agent a roster for good."""
        self._variables[column.number].lower_bound = 1.0
        self._fixed.add(column.agent)

    def drop(self, columns: Iterable[Column]) -> None:
        """Take columns out; the agents concerned must keep others."""
        for column in columns:
            self._model.delete_variable(self._variables.pop(column.number))
            del self._columns[column.number]

    def solve(self, deadline: Deadline) -> Relaxed | None:
        """Return the optimum; None if the deadline comes first."""
        for attempt in range(2):
            if deadline.remaining() < SHORTEST:
                return None
            self._parameters.time_limit = timedelta(seconds=deadline.remaining())
            result = self._solver.solve(params=self._parameters)
            if result.termination.reason is mathopt.TerminationReason.OPTIMAL:
                return self._read(result)
            if not deadline.passed():
                log.info("GLOP gave up (%s), attempt %d", result.termination.detail, attempt)
                self._restart()
        return None

    def _read(self, result: mathopt.SolveResult) -> Relaxed:
        duals, values = result.dual_values(), result.variable_values()
        shares = {number: values[variable] for number, variable in self._variables.items()}
        return Relaxed(
            result.objective_value(),
            np.fromiter((duals[row] for row in self._coupling), float, len(self._coupling)),
            {agent: duals[row] for agent, row in self._own.items()},
            {number: share for number, share in shares.items() if share > 1e-9},
        )

    def _restart(self) -> None:
        self._solver = mathopt.IncrementalSolver(self._model, mathopt.SolverType.GLOP)
        # Without presolve the basis of the last solve is of use for the next one.
        self._parameters = mathopt.SolveParameters(presolve=mathopt.Emphasis.OFF)


def _elastic_part(rows: Rows, load: Floats) -> model_pb2.ModelProto:
    """Return the coupling rows without any roster."""
    proto = model_pb2.ModelProto()
    proto.variables.ids.extend(range(len(rows.cost)))
    proto.variables.lower_bounds.extend(rows.least.tolist())
    proto.variables.upper_bounds.extend(rows.most.tolist())
    proto.variables.integers.extend([False] * len(rows.cost))
    priced = np.flatnonzero(rows.cost)
    proto.objective.linear_coefficients.ids.extend(priced.tolist())
    proto.objective.linear_coefficients.values.extend(rows.cost[priced].tolist())
    proto.linear_constraints.ids.extend(range(len(rows)))
    proto.linear_constraints.lower_bounds.extend((rows.lower - load).tolist())
    proto.linear_constraints.upper_bounds.extend((rows.upper - load).tolist())
    proto.linear_constraint_matrix.row_ids.extend(rows.row.tolist())
    proto.linear_constraint_matrix.column_ids.extend(rows.elastic.tolist())
    proto.linear_constraint_matrix.coefficients.extend(rows.value.tolist())
    return proto


def elastic_cost(rows: Rows, load: Floats) -> float:
    """Return what the coupling rows cost at least when all rosters are given.

    Parameters
    ----------
    load
        What the rosters add to each row, [rows].
    """
    # Without variables to begin with there is nothing that a deadline could save.
    solved = Master(rows, (), load).solve(Deadline.after(60.0))
    return np.inf if solved is None else solved.objective
