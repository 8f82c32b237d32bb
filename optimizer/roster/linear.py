"""Linear and integer models as arrays, handed in bulk to HiGHS.

Term-by-term modelling costs more time than solving at the sizes of a roster; here every call
adds a whole block of variables, rows or coefficients.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.roster.highs import Listener, run
from optimizer.stop import Deadline

__all__ = ["LinearArrays", "LinearModel", "LinearSolution"]

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
                np.full(count, lower, dtype=np.float64),
                np.full(count, upper, dtype=np.float64),
                np.full(count, cost, dtype=np.float64),
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
                np.full(count, lower, dtype=np.float64),
                np.full(count, upper, dtype=np.float64),
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
        by_simplex: bool = False,
        most_nodes: int | None = None,
        listener: Listener | None = None,
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
        by_simplex
            Whether a search solves its relaxations by the simplex method: faster up to some
            thousand variables, where the interior point method is beyond.
        most_nodes
            Of a search for whole numbers; unlike the deadline, the same limit at every run.
        listener
            Is told every better objective and bound of a search for whole numbers.
        """
        arrays = self.arrays()
        if within is not None:
            columns, arrays.lower[columns], arrays.upper[columns] = within
        options: dict[str, bool | int | float | str] = {"random_seed": seed}
        if relax:
            arrays = replace(arrays, integer=np.zeros(self.variables, dtype=bool))
            options |= {"solver": "ipm"}
        else:
            options |= {
                "mip_rel_gap": relative_gap,
                "mip_abs_gap": absolute_gap,
                "mip_lp_solver": "simplex" if by_simplex else "ipm",
            }
        if most_nodes is not None:
            options["mip_max_nodes"] = most_nodes
        found = run(arrays, options, deadline, start=start, listener=listener)
        if relax and not found.finished and not deadline.passed():
            log.info("HiGHS ended without an answer; once more without a crossover")
            found = run(arrays, options | {"run_crossover": "off"}, deadline)
        return LinearSolution(found.values, found.objective, found.bound, found.infeasible)

    def arrays(self) -> LinearArrays:
        """Return the whole model as it stands now."""
        nothing = np.empty(0)
        columns = self._columns or [(nothing, nothing, nothing, nothing.astype(bool))]
        lower, upper, cost, integer = (np.concatenate(part) for part in zip(*columns, strict=True))
        rows = self._rows or [(nothing, nothing)]
        below, above = (np.concatenate(part) for part in zip(*rows, strict=True))
        row, column, value = self._matrix()
        return LinearArrays(lower, upper, cost, integer, below, above, row, column, value)

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
