"""HiGHS, told to stop at once and heard while it works.

scipy carries HiGHS with its own bindings, which its public functions hide; neither those nor
OR-Tools pass on progress, or an interruption. HiGHS looks at its clock only now and then, and a
crossover or a search within a search can go on for seconds. So it runs in a thread of its own,
and the caller leaves with the best that was heard of as soon as the time is up; the thread ends
at the next occasion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from optimizer.stop import Deadline

if TYPE_CHECKING:
    from optimizer.roster.linear import LinearArrays

__all__ = ["Found", "Listener", "run"]

Floats = NDArray[np.float64]

Listener = Callable[[float, float], None]
"""Is told the best objective, infinite for none, and the bound."""

PATIENCE = 0.05
"""Seconds between two looks at whether the call was stopped."""

GRACE = 0.1
"""Seconds that HiGHS is given to end by itself."""

NEEDED = ("_Highs", "HighsLp", "HighsModelStatus", "HighsSolution", "HighsVarType", "cb")
"""What is used of the bindings, which tells other ones apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What is known about a model's optimum.

    Parameters
    ----------
    values, objective
        The best solution; None and infinite without one.
    bound
        Proven lower bound.
    infeasible
        Whether it is proven that there is no solution.
    finished
        Whether HiGHS came to an end by itself; not so after an error.
    """

    values: Floats | None = None
    objective: float = np.inf
    bound: float = -np.inf
    infeasible: bool = False
    finished: bool = False


def run(
    arrays: LinearArrays,
    options: Mapping[str, bool | int | float | str],
    deadline: Deadline,
    *,
    start: Floats | None = None,
    listener: Listener | None = None,
) -> Found:
    """Solve a model until it is solved or the deadline has passed.

    Parameters
    ----------
    options
        HiGHS's own, by name.
    start
        Values of a known solution.
    listener
        Is told every better solution and bound, in a thread of the solver's.

    Raises
    ------
    ImportError
        If the installed scipy has other bindings.
    """
    if deadline.passed():
        return Found()
    limited = {**options, "time_limit": deadline.remaining()}
    work = _Work(_bindings(), arrays, limited, start, listener)
    thread = ThreadPoolExecutor(1, thread_name_prefix="highs")
    solving = thread.submit(work.solve)
    thread.shutdown(wait=False)
    while not solving.done() and not deadline.passed():
        wait([solving], min(PATIENCE, deadline.remaining() + GRACE))
    work.halt.set()
    wait([solving], GRACE)
    if solving.done():
        solving.result()  # raises what went wrong in the thread
    return work.found


def _bindings() -> Any:
    """Return HiGHS as scipy carries it: a private module, which may change with any release."""
    try:
        # scipy-stubs leave out what is private.
        from scipy.optimize._highspy import _core  # type: ignore[import-not-found]

        missing = [name for name in NEEDED if not hasattr(_core, name)]
    except ImportError:
        missing = ["scipy.optimize._highspy._core"]
    if missing:
        raise ImportError(
            f"scipy {version('scipy')} has other bindings of HiGHS than rosters need (without "
            f"{', '.join(missing)}); those of scipy 1.17 are right."
        )
    return _core


@dataclass(slots=True, eq=False)
class _Work:
    """One solve, in its thread."""

    highs: Any
    arrays: LinearArrays
    options: Mapping[str, Any]
    start: Floats | None
    listener: Listener | None
    halt: Event = field(default_factory=Event)
    found: Found = field(default_factory=Found)

    def solve(self) -> None:
        highs = self.highs
        solver = highs._Highs()
        solver.setOptionValue("output_flag", False)
        for name, value in self.options.items():
            solver.setOptionValue(name, value)
        solver.passModel(_model(highs, self.arrays))
        if self.start is not None:
            known = highs.HighsSolution()
            known.col_value = self.start
            solver.setSolution(known)
        kinds = highs.cb.HighsCallbackType
        self._listen(solver, kinds)
        solver.run()
        if not self.halt.is_set():
            self._read(solver)

    def _listen(self, solver: Any, kinds: Any) -> None:
        better, searching = kinds.kCallbackMipImprovingSolution, kinds.kCallbackMipInterrupt
        waiting = kinds.kCallbackSimplexInterrupt, kinds.kCallbackIpmInterrupt

        def hear(kind: Any, _: str, out: Any, answer: Any, __: Any) -> None:
            if kind != better:
                answer.user_interrupt = self.halt.is_set()
            if self.halt.is_set() or kind not in (better, searching):
                return
            before, bound = self.found, max(self.found.bound, float(out.mip_dual_bound))
            # One assignment at a time: the other thread may look at any moment.
            if kind == better:
                values, objective = np.array(out.mip_solution), float(out.objective_function_value)
                self.found = replace(before, values=values, objective=objective, bound=bound)
            elif bound > before.bound:
                self.found = replace(before, bound=bound)
            if self.listener is not None and self.found is not before:
                self.listener(self.found.objective, self.found.bound)

        solver.setCallback(hear, None)
        for kind in (better, searching, *waiting):
            solver.startCallback(kind)

    def _read(self, solver: Any) -> None:
        """Take over the outcome of a run that was not left."""
        highs = self.highs
        statuses, status, info = highs.HighsModelStatus, solver.getModelStatus(), solver.getInfo()
        found, solved = self.found, status in (statuses.kOptimal, statuses.kModelEmpty)
        if status == statuses.kModelEmpty:
            found = Found(np.empty(0), 0.0, 0.0)
        elif info.primal_solution_status == highs.SolutionStatus.kSolutionStatusFeasible:
            values, objective = np.array(solver.getSolution().col_value), solver.getObjectiveValue()
            found = replace(found, values=values, objective=float(objective))
        if self.arrays.integer.any():
            found = replace(found, bound=max(found.bound, float(info.mip_dual_bound)))
        elif solved:
            found = replace(found, bound=found.objective)
        infeasible = status == statuses.kInfeasible
        ended = solved or infeasible or status in (statuses.kTimeLimit, statuses.kInterrupt)
        self.found = replace(found, infeasible=infeasible, finished=ended)


def _model(highs: Any, arrays: LinearArrays) -> Any:
    model = highs.HighsLp()
    rows, columns = len(arrays.row_lower), len(arrays.lower)
    model.num_col_, model.num_row_ = columns, rows
    model.col_cost_, model.col_lower_, model.col_upper_ = arrays.cost, arrays.lower, arrays.upper
    model.row_lower_, model.row_upper_ = arrays.row_lower, arrays.row_upper
    matrix = model.a_matrix_
    matrix.format_ = highs.MatrixFormat.kRowwise
    matrix.num_col_, matrix.num_row_ = columns, rows
    matrix.start_ = np.searchsorted(arrays.row, np.arange(rows + 1)).astype(np.int32)
    matrix.index_, matrix.value_ = arrays.column.astype(np.int32), arrays.value
    if arrays.integer.any():
        whole, any_ = highs.HighsVarType.kInteger, highs.HighsVarType.kContinuous
        model.integrality_ = [whole if integer else any_ for integer in arrays.integer.tolist()]
    return model
