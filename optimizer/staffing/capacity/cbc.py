"""CBC through PuLP: silent, within a time, with the bound that PuLP does not hand on."""

from __future__ import annotations

import logging
import math
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from optimizer.errors import InvalidInput, Issue, NoSolution
from optimizer.stop import Deadline

if TYPE_CHECKING:
    import pulp

__all__ = ["Solved", "run"]

log = logging.getLogger(__name__)

_SHORTEST = 0.05
"""Seconds below which CBC is not started."""

_BOUND = re.compile(r"^Lower bound:\s+(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Solved:
    """How a run of CBC ended; the values are left in the model's variables.

    Parameters
    ----------
    found
        Whether there are values that hold all rows.
    optimal
        Whether CBC says that they are the best, within the gap that was asked for.
    bound
        Proven lower bound on the model's objective; minus infinity if there is none.
    """

    found: bool
    optimal: bool
    bound: float


def run(
    model: pulp.LpProblem,
    deadline: Deadline,
    *,
    relaxed: bool = False,
    gap: float = 0.0,
) -> Solved:
    """Minimise a model.

    Parameters
    ----------
    relaxed
        Whether whole numbers may be fractions.
    gap
        Absolute distance from the bound at which to stop.

    Raises
    ------
    InvalidInput
        If there is no CBC on this machine (code ``missing_solver``).
    NoSolution
        If CBC breaks down (code ``solver_failed``).
    """
    import pulp

    if deadline.remaining() < _SHORTEST:
        return Solved(False, False, -math.inf)
    with TemporaryDirectory() as folder:
        told = Path(folder) / "cbc.log"
        solver = pulp.COIN_CMD(
            path=_cbc(), mip=not relaxed, msg=False, logPath=str(told),
            timeLimit=deadline.remaining(), gapAbs=gap,
        )  # fmt: skip
        try:
            model.solve(solver)
        except pulp.PulpSolverError as error:
            issue = Issue("solver_failed", "", f"CBC ended without an answer: {error}.")
            raise NoSolution("The solver failed.", [issue]) from None
        text = told.read_text(errors="replace")
    optimal = model.sol_status == pulp.LpSolutionOptimal
    # A linear programme that was stopped leaves values that need not hold its rows.
    found = optimal or (not relaxed and model.sol_status == pulp.LpSolutionIntegerFeasible)
    bound = -math.inf
    if match := _BOUND.search(text):
        bound = float(match[1])
    elif optimal:
        bound = float(pulp.value(model.objective)) - gap
    log.debug("CBC: %s, bound %g", pulp.LpSolution[model.sol_status], bound)
    return Solved(found, optimal, bound)


def _cbc() -> str:
    """Return the CBC that PuLP brings for this platform, or the one on the path."""
    import pulp

    for path in (pulp.PULP_CBC_CMD.pulp_cbc_path, "cbc"):
        if pulp.COIN_CMD(path=path, msg=False).available():
            return str(path)
    issue = Issue(
        "missing_solver",
        "",
        "The solver CBC is neither with PuLP for this platform nor on the path; install it "
        "(coinor-cbc, or cbc of conda-forge).",
    )
    raise InvalidInput("A capacity plan needs the solver CBC.", [issue])
