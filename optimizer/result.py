"""What every solve reports, whatever it solved."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["SolveReport", "Termination", "relative_gap"]


class Termination(StrEnum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    STOPPED = "stopped"
    INFEASIBLE = "infeasible"
    NO_SOLUTION = "no_solution"


@dataclass(frozen=True, slots=True)
class SolveReport:
    """Quality and cost of one solve (minimisation).

    Parameters
    ----------
    objective
        Value of the returned solution.
    bound
        Proven lower bound on any solution; None if none was proven.
    seconds
        From the call's entry to its answer, model building included.
    phases
        Seconds spent per named phase, in order.
    """

    termination: Termination
    objective: float
    bound: float | None
    seconds: float
    phases: dict[str, float]

    @property
    def gap(self) -> float | None:
        """Return (objective - bound) / |objective| as a fraction, or None without a bound."""
        return None if self.bound is None else relative_gap(self.objective, self.bound)


def relative_gap(objective: float, bound: float) -> float:
    """Return the proven relative gap of a minimisation, 0 where both are equal.

    The denominator is the objective; where that is zero and the bound is not, the gap is 1.
    """
    difference = max(0.0, objective - bound)
    if difference <= 1e-9 * max(1.0, abs(objective)):
        return 0.0
    return difference / abs(objective) if objective else 1.0
