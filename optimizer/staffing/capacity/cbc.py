"""CBC on a PuLP model: silent, never after the deadline, with the bound that it proves.

PuLP writes the model and reads the values. The process in between is ours, since PuLP's own
hands on neither the bound nor a way to end a CBC that overruns its limit, which large models do.
"""

from __future__ import annotations

import logging
import math
import re
import shutil
import subprocess
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

_SOFT_LIMIT = 0.9
"""Share of the time after which CBC is to stop by itself and tell what it has; the rest is for
it to notice, before it is ended and has told nothing."""

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


_NOTHING = Solved(found=False, optimal=False, bound=-math.inf)


def run(
    model: pulp.LpProblem, deadline: Deadline, *, relaxed: bool = False, gap: float = 0.0
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

    with TemporaryDirectory() as folder:
        question, answer = Path(folder) / "model.mps", Path(folder) / "model.sol"
        variables, names, rows, _ = model.writeMPS(str(question), rename=1)
        how = ["-initialSolve"] if relaxed else ["-allow", repr(gap), "-solve"]
        told = _call([str(question), "-timeMode", "elapsed"], how, answer, deadline)
        if told is None:
            return _NOTHING
        read = pulp.COIN_CMD(msg=False).readsol_MPS(str(answer), model, variables, names, rows)
    model.assignVarsVals(read[1])
    status = read[-1]
    optimal = status == pulp.LpSolutionOptimal
    # A linear programme that was stopped leaves values that need not hold its rows.
    found = optimal or (not relaxed and status == pulp.LpSolutionIntegerFeasible)
    bound = -math.inf
    if match := _BOUND.search(told):
        bound = float(match[1])
    elif optimal:
        bound = float(pulp.value(model.objective)) - gap
    log.debug("CBC: %s, bound %g", pulp.LpSolution[status], bound)
    return Solved(found, optimal, bound)


def _call(before: list[str], how: list[str], answer: Path, deadline: Deadline) -> str | None:
    """Return what CBC says on its way to the file `answer`, or None if the time ends first."""
    program = _find()
    left = deadline.remaining()
    if left < _SHORTEST:
        return None
    command = [program, *before, "-sec", f"{_SOFT_LIMIT * left:.3f}", *how]
    command += ["-printingOptions", "all", "-solution", str(answer)]
    try:
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", timeout=left, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    if ended.returncode or not answer.exists():
        issue = Issue("solver_failed", "", f"CBC ended with code {ended.returncode}, no answer.")
        raise NoSolution("The solver failed.", [issue])
    return ended.stdout


def _find() -> str:
    """Return the CBC that PuLP brings for this platform, or the one on the path."""
    import pulp

    for path in (pulp.PULP_CBC_CMD.pulp_cbc_path, "cbc"):
        if program := shutil.which(path):
            return program
    issue = Issue(
        "missing_solver",
        "",
        "The solver CBC is neither with PuLP for this platform nor on the path; install it "
        "(coinor-cbc, or cbc of conda-forge).",
    )
    raise InvalidInput("A capacity plan needs the solver CBC.", [issue])
