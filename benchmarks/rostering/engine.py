"""One run of the roster engine: what the roster is worth, since when, and what it took."""

from __future__ import annotations

import math
import time
from typing import Any

from benchmarks.registry import peak_memory_mb
from optimizer.model import Roster, RosterProblem
from optimizer.progress import Event, Observer, silent
from optimizer.result import relative_gap
from optimizer.roster import RosterResult, solve, verify
from optimizer.stop import Deadline

__all__ = ["Curve", "measure"]

Point = tuple[float, float | None, float | None, float | None]


class Curve:
    """The observer that remembers when the best roster and the bound became better.

    Attributes
    ----------
    points
        Seconds, objective, bound and gap, in order of time; None while there is none.
    """

    def __init__(self, observer: Observer = silent) -> None:
        self._observer = observer
        self.points: list[Point] = []

    def __call__(self, event: Event) -> None:
        """Take an event, and pass it on."""
        self._observer(event)
        objective, bound = _finite(event.objective), _finite(event.bound)
        if objective is None and bound is None:
            return
        if self.points and self.points[-1][1:3] == (objective, bound):
            return
        gap = None if objective is None or bound is None else relative_gap(objective, bound)
        self.points.append((round(event.seconds, 3), objective, bound, gap))

    @property
    def first_roster_seconds(self) -> float | None:
        """Return when the first roster was there."""
        return next((point[0] for point in self.points if point[1] is not None), None)


def measure(
    problem: RosterProblem,
    seconds: float,
    observer: Observer = silent,
    *,
    seed: int = 0,
    start: Roster | None = None,
) -> tuple[RosterResult, dict[str, Any]]:
    """Solve a problem, and return the result with its figures.

    The roster is verified once more here, whatever the engine says of it. Memory is the peak of
    this process, imports included.

    Parameters
    ----------
    seconds
        Limit, which runs from the entry of the call.
    start
        As `optimizer.roster.solve` takes it.

    Raises
    ------
    NoSolution
        If there was no time for a first roster.
    """
    curve = Curve(observer)
    began = time.perf_counter()
    deadline = Deadline.after(seconds)
    built = solve(problem, deadline=deadline, observer=curve, seed=seed, start=start)
    took = time.perf_counter() - began
    memory = peak_memory_mb()
    report, judged = built.report, verify(problem, built.roster)
    wanted = {t.id: len(t.activities) for t in problem.organisation.templates}
    shifts = built.roster.shifts
    return built, {
        "limit": seconds,
        "objective": judged.objective,
        "bound": report.bound,
        "gap": None if report.bound is None else relative_gap(judged.objective, report.bound),
        "short_agent_intervals": judged.short_agent_intervals,
        "required_agent_intervals": float(problem.requirement.agents.sum()),
        "seconds": took,
        "verified": judged.sound,
        "termination": report.termination,
        "phases": report.phases,
        "shifts": len(shifts),
        "activities_placed": sum(len(shift.activities) for shift in shifts),
        "activities_asked": sum(wanted[shift.template] for shift in shifts),
        "elastic_share": judged.elastic_share,
        "requests_denied": judged.requests_denied,
        "peak_memory_mb": memory,
        "first_roster_seconds": curve.first_roster_seconds,
        "curve": curve.points,
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
