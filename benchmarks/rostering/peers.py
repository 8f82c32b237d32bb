"""Other ways to make the same roster, at equal time, judged by the same verifier."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.registry import peak_memory_mb
from benchmarks.rostering.apart import apart
from benchmarks.rostering.textbook import textbook_roster
from optimizer.model import RosterProblem
from optimizer.result import relative_gap
from optimizer.roster import verify
from optimizer.stop import Deadline

__all__ = ["beside_textbook", "textbook_figures"]


def beside_textbook(problem: RosterProblem, seconds: float, seed: int) -> dict[str, Any]:
    """Return the figures of the textbook model, measured in a process of its own.

    Parameters
    ----------
    seconds
        Limit, the building of the model included.
    """
    return apart(textbook_figures, problem, seconds, seed)


def textbook_figures(problem: RosterProblem, seconds: float, seed: int) -> dict[str, Any]:
    """Solve with one Boolean per agent, day and shift; the figures are None without a roster."""
    began = time.perf_counter()
    made = textbook_roster(problem, Deadline.after(seconds), seed=seed)
    figures: dict[str, Any] = {
        "limit": seconds,
        "variables": made.variables,
        "build_seconds": made.build_seconds,
        "seconds": time.perf_counter() - began,
        "peak_memory_mb": peak_memory_mb(),
        "bound": made.bound,
        **dict.fromkeys(("objective", "gap", "short_agent_intervals", "verified")),
    }
    if made.roster is not None:
        judged = verify(problem, made.roster)
        figures |= {
            "objective": judged.objective,
            "gap": relative_gap(judged.objective, made.bound),
            "short_agent_intervals": judged.short_agent_intervals,
            "verified": judged.sound,
        }
    return figures
