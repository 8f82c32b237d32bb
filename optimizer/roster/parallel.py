"""Solve the independent parts of a problem apart, side by side if there is where, and join them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import replace
from functools import partial
from typing import Protocol

from optimizer.errors import Severity, raise_errors
from optimizer.link import LISTEN_SECONDS, Link, following
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
    link: Link | None = None,
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
        As in `solve`. Its `stop` ends the parts under way at once if they are solved here, or if
        there is a link; others end by their own time.
    executor
        Where parts are solved; tasks can be pickled. None solves them here, one after another. A
        problem that has no parts is solved here in any case.
    parallel
        How many parts the executor solves at the same time.
    link
        How parts in the executor hear of a stop, and are heard.
    observer
        Is told what every part tells, with the sums of all objectives and of all bounds as soon
        as every part has one.
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
    if len(parts) == 1:
        return solve(
            problem,
            deadline=deadline,
            observer=observer,
            seed=seed,
            workers=workers,
            gap=gap,
            start=start,
        )
    size = len(problem.organisation.agents) * len(problem.requirement.grid.days())
    working = deadline.within(deadline.remaining() - CLOSING_SECONDS_PER_DAY * size)
    task = partial(_solve, seed=seed, workers=workers, gap=gap, start=start)
    told = _Told(len(parts), deadline, observer)
    if executor is None:
        results = _here(parts, working, told, task)
    else:
        linked = partial(task, link=link)
        results = _elsewhere(parts, working, told, linked, executor, parallel, link)
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


class _Told:
    """What every part told last, and the observer of the whole."""

    def __init__(self, parts: int, deadline: Deadline, observer: Observer) -> None:
        self._last: list[Event | None] = [None] * parts
        self._deadline, self._observer = deadline, observer

    def hear(self, part: int, event: Event) -> None:
        """Tell the observer what a part told, with the sums over all parts."""
        self._last[part] = event
        phase = f"part {part + 1} of {len(self._last)}: {event.phase}"
        objective = _sum([None if e is None else e.objective for e in self._last])
        bound = _sum([None if e is None else e.bound for e in self._last])
        self._observer(Event(phase, self._deadline.elapsed(), objective, bound))

    def done(self, part: int, result: RosterResult) -> None:
        """Tell the observer that a part is done."""
        report = result.report
        self.hear(part, Event("done", report.seconds, report.objective, report.bound))


class _Task(Protocol):
    def __call__(
        self,
        problem: RosterProblem,
        part: int,
        seconds: float,
        within: Deadline | None = None,
        observer: Observer = silent,
    ) -> RosterResult: ...


def _solve(
    problem: RosterProblem,
    part: int,
    seconds: float,
    within: Deadline | None = None,
    observer: Observer = silent,
    *,
    seed: int,
    workers: int,
    gap: float,
    start: Roster | None,
    link: Link | None = None,
) -> RosterResult:
    """Solve a part in so many seconds from now.

    Parameters
    ----------
    within, observer
        Carry a stop to the part, and what it tells away from it, in one process.
    link
        Does so between processes.
    """
    deadline = Deadline.after(max(LEAST_SECONDS, seconds))
    if within is not None and not within.stopped.is_set():
        deadline = replace(deadline, stopped=within.stopped)
    if link is not None:
        observer = partial(link.tell, part)
        # A part that begins after the stop has its least time, or it would have no roster at all.
        link = None if link.stopped() else link
    with following(link, deadline):
        return solve(
            problem,
            deadline=deadline,
            observer=observer,
            seed=seed,
            workers=workers,
            gap=gap,
            start=_mine(problem, start),
        )


def _mine(problem: RosterProblem, roster: Roster | None) -> Roster | None:
    """Return the shifts of a part's agents."""
    if roster is None:
        return None
    names = {agent.id for agent in problem.organisation.agents}
    shifts = tuple(shift for shift in roster.shifts if shift.agent in names)
    return Roster(roster.grid, shifts)


def _here(
    parts: Sequence[RosterProblem], deadline: Deadline, told: _Told, task: _Task
) -> list[RosterResult]:
    """Solve one part after another."""
    results: list[RosterResult] = []
    for number, part in enumerate(parts):
        seconds = _share(parts, number, 1) * deadline.remaining()
        results.append(task(part, number, seconds, deadline, partial(told.hear, number)))
        told.done(number, results[-1])
    return results


def _elsewhere(
    parts: Sequence[RosterProblem],
    deadline: Deadline,
    told: _Told,
    task: _Task,
    executor: Executor,
    parallel: int,
    link: Link | None,
) -> list[RosterResult]:
    """Keep so many parts under way at a time, the largest first; results in the order of parts."""
    under_way: dict[Future[RosterResult], int] = {}
    results: dict[int, RosterResult] = {}
    begun, stopped = 0, False
    try:
        while len(results) < len(parts):
            while begun < len(parts) and len(under_way) < max(1, parallel):
                # Only now is it known how much time the parts before have left.
                seconds = _share(parts, begun, parallel) * deadline.remaining()
                under_way[executor.submit(task, parts[begun], begun, seconds)] = begun
                begun += 1
            ended = wait(under_way, LISTEN_SECONDS, FIRST_COMPLETED).done
            if link is not None:
                if deadline.stopped.is_set() and not stopped:
                    link.stop()
                    stopped = True
                for part, event in link.heard():
                    if part not in results:
                        told.hear(part, event)
            for future in ended:
                part = under_way.pop(future)
                results[part] = future.result()
                told.done(part, results[part])
    finally:
        for future in under_way:
            future.cancel()
        if under_way and link is not None:
            # Something went wrong: nobody waits for the others any more.
            link.stop()
    return [results[part] for part in range(len(parts))]


def _share(parts: Sequence[RosterProblem], number: int, parallel: int) -> float:
    """Return the share of the time left for a part, by agents among those not yet begun."""
    sizes = [len(part.organisation.agents) for part in parts[number:]]
    return min(1.0, parallel * sizes[0] / sum(sizes))


def _sum(values: Sequence[float | None]) -> float | None:
    """Return the sum of all values; None if one is not known."""
    known = [value for value in values if value is not None]
    return math.fsum(known) if len(known) == len(values) else None


def _joined(problem: RosterProblem, results: Sequence[RosterResult]) -> Roster:
    shifts = [shift for result in results for shift in result.roster.shifts]
    shifts.sort(key=lambda shift: (shift.agent, shift.start))
    relaxed = [relaxation for result in results for relaxation in result.roster.relaxed]
    return Roster(problem.requirement.grid, tuple(shifts), tuple(relaxed))
