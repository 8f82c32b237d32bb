"""Solve the independent parts of a problem apart, side by side if there is where, and join them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import replace
from functools import partial
from typing import Protocol

from optimizer.errors import Severity, raise_errors
from optimizer.model import Roster, RosterProblem, check_problem
from optimizer.progress import Event, Observer, silent
from optimizer.roster.components import components
from optimizer.roster.outcome import RosterResult, outcome
from optimizer.roster.solve import solve
from optimizer.roster.verify import verify
from optimizer.stop import Deadline

__all__ = ["solve_parts"]

LEAST_SECONDS = 1.0
"""A part gets at least this, or it would have no roster at all."""

CLOSING_SECONDS_PER_DAY = 1e-4
"""Time kept for verifying the whole, per agent and day."""


def solve_parts(
    problem: RosterProblem,
    *,
    deadline: Deadline,
    executor: Executor | None = None,
    parallel: int = 1,
    observer: Observer = silent,
    seed: int = 0,
    workers: int = 2,
    gap: float = 1e-4,
    start: Roster | None = None,
) -> RosterResult:
    """Return the best roster found before the deadline, each independent part solved by itself.

    Sites, teams and vendors that share nothing are such parts (`components`); their rosters,
    objectives and bounds add up to those of the whole, exactly. Each part needs the memory of a
    part, and has its share of the time by the number of its agents.

    Parameters
    ----------
    deadline
        As in `solve`. Its `stop` ends the parts under way at once if they are solved here; those
        in an executor, which may be another process, end by their own time.
    executor
        Where parts are solved; tasks can be pickled. None solves them here, one after another.
    parallel
        How many parts the executor solves at the same time.
    observer
        Is told whenever a part is done, with the objective of those done so far.
    workers
        Threads of each part.
    gap, start
        As in `solve`.

    Raises
    ------
    InvalidInput
        If the problem is not sound, with every issue.
    NoSolution
        If a part has no roster that keeps all rules that are never given up.
    """
    issues = check_problem(problem)
    raise_errors("The roster problem cannot be used.", issues)
    parts = components(problem)
    size = len(problem.organisation.agents) * len(problem.requirement.grid.days())
    working = deadline.within(deadline.remaining() - CLOSING_SECONDS_PER_DAY * size)
    task = partial(_solve, seed=seed, workers=workers, gap=gap, start=start)
    if executor is None:
        results = _here(parts, working, observer, task)
    else:
        results = _elsewhere(parts, working, observer, task, executor, parallel)
    roster = _joined(problem, results)
    bounds = [result.report.bound for result in results]
    phases: dict[str, float] = {}
    for result in results:
        for phase, seconds in result.report.phases.items():
            phases[phase] = phases.get(phase, 0.0) + seconds
    return outcome(
        problem,
        roster,
        verify(problem, roster),
        bound=math.fsum(-math.inf if bound is None else bound for bound in bounds),
        deadline=deadline,
        phases=phases,
        warnings=[issue for issue in issues if issue.severity is Severity.WARNING],
    )


class _Task(Protocol):
    def __call__(
        self, problem: RosterProblem, seconds: float, within: Deadline | None = None
    ) -> RosterResult: ...


def _solve(
    problem: RosterProblem,
    seconds: float,
    within: Deadline | None = None,
    *,
    seed: int,
    workers: int,
    gap: float,
    start: Roster | None,
) -> RosterResult:
    """Solve a part in so many seconds from now; `within` carries a stop where it can reach."""
    deadline = Deadline.after(max(LEAST_SECONDS, seconds))
    if within is not None and not within.stopped.is_set():
        deadline = replace(deadline, stopped=within.stopped)
    return solve(
        problem, deadline=deadline, seed=seed, workers=workers, gap=gap, start=_mine(problem, start)
    )


def _mine(problem: RosterProblem, roster: Roster | None) -> Roster | None:
    """Return the shifts of a part's agents."""
    if roster is None:
        return None
    names = {agent.id for agent in problem.organisation.agents}
    shifts = tuple(shift for shift in roster.shifts if shift.agent in names)
    return Roster(roster.grid, shifts)


def _here(
    parts: Sequence[RosterProblem], deadline: Deadline, observer: Observer, task: _Task
) -> list[RosterResult]:
    """Solve one part after another."""
    results: list[RosterResult] = []
    for part in parts:
        share = _share(parts, len(results), 1)
        results.append(task(part, share * deadline.remaining(), deadline))
        _tell(observer, deadline, results, len(parts))
    return results


def _elsewhere(
    parts: Sequence[RosterProblem],
    deadline: Deadline,
    observer: Observer,
    task: _Task,
    executor: Executor,
    parallel: int,
) -> list[RosterResult]:
    """Keep so many parts under way at a time, the largest first; results in the order of parts."""
    under_way: dict[Future[RosterResult], int] = {}
    done: dict[int, RosterResult] = {}
    begun = 0
    try:
        while len(done) < len(parts):
            while begun < len(parts) and len(under_way) < max(1, parallel):
                # Only now is it known how much time the parts before have left.
                seconds = _share(parts, begun, parallel) * deadline.remaining()
                under_way[executor.submit(task, parts[begun], seconds)] = begun
                begun += 1
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                done[under_way.pop(future)] = future.result()
                _tell(observer, deadline, list(done.values()), len(parts))
    finally:
        for future in under_way:
            future.cancel()
    return [done[part] for part in range(len(parts))]


def _share(parts: Sequence[RosterProblem], number: int, parallel: int) -> float:
    """Return the share of the time left for a part, by agents among those not yet begun."""
    sizes = [len(part.organisation.agents) for part in parts[number:]]
    return min(1.0, parallel * sizes[0] / sum(sizes))


def _tell(
    observer: Observer, deadline: Deadline, results: Sequence[RosterResult], parts: int
) -> None:
    objective = math.fsum(result.report.objective for result in results)
    observer(Event(f"part {len(results)} of {parts}", deadline.elapsed(), objective))


def _joined(problem: RosterProblem, results: Sequence[RosterResult]) -> Roster:
    shifts = [shift for result in results for shift in result.roster.shifts]
    shifts.sort(key=lambda shift: (shift.agent, shift.start))
    relaxed = [relaxation for result in results for relaxation in result.roster.relaxed]
    return Roster(problem.requirement.grid, tuple(shifts), tuple(relaxed))
