"""Linear and integer models as arrays, handed in bulk to HiGHS inside OR-Tools.

Term-by-term modelling costs more time than solving at the sizes of a roster; here every call
adds a whole block of variables, rows or coefficients.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

# MathOpt ships no type information.
from ortools.math_opt import model_pb2  # type: ignore[import-untyped]
from ortools.math_opt.python import mathopt  # type: ignore[import-untyped]

from optimizer.stop import Deadline

__all__ = ["LinearArrays", "LinearModel", "LinearSolution"]

SHORTEST = 0.01
"""Seconds below which a solve is not begun."""

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class LinearArrays:
    """A model as arrays, for solvers that keep their own state from one solve to the next.

    Parameters
    ----------
    lower, upper, cost, integer
        Of each variable.
    row_lower, row_upper
        Bounds of each row.
    row, column, value
        The terms, sorted by row and column, one for each place.
    """

    lower: Floats
    upper: Floats
    cost: Floats
    integer: NDArray[np.bool_]
    row_lower: Floats
    row_upper: Floats
    row: Integers
    column: Integers
    value: Floats


@dataclass(frozen=True, slots=True, eq=False)
class LinearSolution:
    """What HiGHS found.

    Parameters
    ----------
    values
        One per variable; None if no solution was found.
    objective
        Of `values`; infinite without them.
    bound
        Proven lower bound; minus infinity if there is none.
    infeasible
        Whether it is proven that there is no solution.
    """

    values: Floats | None
    objective: float
    bound: float
    infeasible: bool


class LinearModel:
    """Minimise cost over variables and rows that are added in blocks."""

    def __init__(self) -> None:
        self._columns: list[tuple[Floats, Floats, Floats, NDArray[np.bool_]]] = []
        self._rows: list[tuple[Floats, Floats]] = []
        self._entries: list[tuple[Integers, Integers, Floats]] = []
        self.variables = 0
        self.rows = 0

    def add_variables(
        self,
        count: int,
        upper: ArrayLike = np.inf,
        cost: ArrayLike = 0.0,
        *,
        lower: ArrayLike = 0.0,
        integer: bool = False,
    ) -> Integers:
        """Add `count` variables and return their numbers; bounds and costs broadcast."""
        self._columns.append(
            (
                np.broadcast_to(np.asarray(lower, float), count),
                np.broadcast_to(np.asarray(upper, float), count),
                np.broadcast_to(np.asarray(cost, float), count),
                np.full(count, integer),
            )
        )
        first, self.variables = self.variables, self.variables + count
        return np.arange(first, self.variables)

    def add_rows(
        self, count: int, *, lower: ArrayLike = -np.inf, upper: ArrayLike = np.inf
    ) -> Integers:
        """Add `count` rows without terms and return their numbers; bounds broadcast."""
        self._rows.append(
            (
                np.broadcast_to(np.asarray(lower, float), count),
                np.broadcast_to(np.asarray(upper, float), count),
            )
        )
        first, self.rows = self.rows, self.rows + count
        return np.arange(first, self.rows)

    def add_terms(self, rows: ArrayLike, columns: ArrayLike, coefficients: ArrayLike = 1.0) -> None:
        """Add coefficients to rows; the three broadcast, and repeated places add up."""
        row, column, value = np.broadcast_arrays(
            np.asarray(rows, np.int64),
            np.asarray(columns, np.int64),
            np.asarray(coefficients, float),
        )
        self._entries.append((row.ravel(), column.ravel(), value.ravel()))

    def add_row(
        self,
        columns: ArrayLike,
        coefficients: ArrayLike = 1.0,
        *,
        lower: float = -np.inf,
        upper: float = np.inf,
    ) -> None:
        """Add one row with its terms."""
        self.add_terms(self.add_rows(1, lower=lower, upper=upper), columns, coefficients)

    def solve(
        self,
        deadline: Deadline,
        *,
        relax: bool = False,
        relative_gap: float = 0.0,
        absolute_gap: float = 0.0,
        seed: int = 0,
        within: tuple[Integers, Floats, Floats] | None = None,
        start: Floats | None = None,
    ) -> LinearSolution:
        """Minimise with HiGHS until the gap is reached or the deadline passes.

        Parameters
        ----------
        relax
            Whether to solve the linear relaxation, by an interior point method with crossover
            to a vertex (much faster than the simplex method on coverage models).
        relative_gap, absolute_gap
            Stop as soon as the proven gap is at most one of these. The default of the solver,
            0.01 %, is never used: a large shortage cost can hide real differences behind it.
        within
            Variables with the lower and upper bounds that hold for this solve.
        start
            Values of a known solution to improve on.
        """
        parameters = mathopt.SolveParameters(random_seed=seed)
        if relax:
            parameters.lp_algorithm = mathopt.LPAlgorithm.BARRIER
        else:
            parameters.relative_gap_tolerance = relative_gap
            parameters.absolute_gap_tolerance = absolute_gap
            parameters.highs.string_options["mip_lp_solver"] = "ipm"
        model = mathopt.Model.from_model_proto(self._proto(relax, within))
        hints = mathopt.ModelSolveParameters()
        if start is not None:
            known = dict(zip(model.variables(), start.tolist(), strict=True))
            hints.solution_hints.append(mathopt.SolutionHint(variable_values=known))
        result = _run(model, parameters, hints, deadline)
        if result is None and relax:
            # The interior point method ends well where the crossover after it can fail.
            parameters.highs.string_options["run_crossover"] = "off"
            result = _run(model, parameters, hints, deadline)
        if result is None:
            return LinearSolution(None, np.inf, -np.inf, infeasible=False)
        bound = result.termination.objective_bounds.dual_bound
        if not result.has_primal_feasible_solution():
            infeasible = result.termination.reason is mathopt.TerminationReason.INFEASIBLE
            return LinearSolution(None, np.inf, bound, infeasible)
        found = result.variable_values()
        values = np.fromiter((found[v] for v in model.variables()), float, self.variables)
        return LinearSolution(values, result.objective_value(), bound, infeasible=False)

    def arrays(self) -> LinearArrays:
        """Return the whole model as it stands now."""
        nothing = np.empty(0)
        columns = self._columns or [(nothing, nothing, nothing, nothing.astype(bool))]
        lower, upper, cost, integer = (np.concatenate(part) for part in zip(*columns, strict=True))
        rows = self._rows or [(nothing, nothing)]
        below, above = (np.concatenate(part) for part in zip(*rows, strict=True))
        row, column, value = self._matrix()
        return LinearArrays(lower, upper, cost, integer, below, above, row, column, value)

    def _proto(
        self, relax: bool, within: tuple[Integers, Floats, Floats] | None
    ) -> model_pb2.ModelProto:
        proto = model_pb2.ModelProto()
        arrays = self.arrays()
        lower, upper = arrays.lower, arrays.upper
        if within is not None:
            columns, lower[columns], upper[columns] = within
        proto.variables.ids.extend(range(self.variables))
        proto.variables.lower_bounds.extend(lower.tolist())
        proto.variables.upper_bounds.extend(upper.tolist())
        proto.variables.integers.extend((arrays.integer & (not relax)).tolist())
        priced = np.flatnonzero(arrays.cost)
        proto.objective.linear_coefficients.ids.extend(priced.tolist())
        proto.objective.linear_coefficients.values.extend(arrays.cost[priced].tolist())
        if not self.rows:
            return proto
        proto.linear_constraints.ids.extend(range(self.rows))
        proto.linear_constraints.lower_bounds.extend(arrays.row_lower.tolist())
        proto.linear_constraints.upper_bounds.extend(arrays.row_upper.tolist())
        proto.linear_constraint_matrix.row_ids.extend(arrays.row.tolist())
        proto.linear_constraint_matrix.column_ids.extend(arrays.column.tolist())
        proto.linear_constraint_matrix.coefficients.extend(arrays.value.tolist())
        return proto

    def _matrix(self) -> tuple[Integers, Integers, Floats]:
        """Return the terms sorted by row and column, those at one place added up."""
        if not self._entries:
            nothing = np.empty(0, dtype=np.int64)
            return nothing, nothing, np.empty(0)
        row, column, value = (np.concatenate(parts) for parts in zip(*self._entries, strict=True))
        place, inverse = np.unique(row * self.variables + column, return_inverse=True)
        total = np.bincount(inverse, weights=value, minlength=len(place))
        kept = total != 0
        return place[kept] // self.variables, place[kept] % self.variables, total[kept]


def _run(
    model: mathopt.Model,
    parameters: mathopt.SolveParameters,
    hints: mathopt.ModelSolveParameters,
    deadline: Deadline,
) -> mathopt.SolveResult | None:
    """Solve, or return None where no time is left or HiGHS gives up with an error."""
    if deadline.remaining() < SHORTEST:
        return None  # a time limit of zero would be taken for none
    parameters.time_limit = timedelta(seconds=deadline.remaining())
    try:
        return mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters, model_params=hints)
    except (RuntimeError, AttributeError) as error:
        # OR-Tools 9.15 fails to translate the status of a solver's error and raises
        # AttributeError ("no attribute 'canonical_code'") in its place.
        log.info("HiGHS gave up: %s", error.__context__ or error)
        return None
