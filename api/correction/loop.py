"""The correction loop: build a roster, try it, and ask for more people only where it falls short.

A requirement per planning group knows neither who can help whom nor what shifts cover by the
way. Here the simulation says what customers would experience with the roster at hand; where a
goal is missed the requirement rises, where it is more than met it falls, and the next roster is
built. The best roster of all rounds is kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from api.correction.cover import delivered
from api.correction.rounds import Correction, Round, round_of
from api.correction.step import Steps, missing_agents
from api.correction.trials import Trials, Tried
from api.volumes import Volumes, requirement_for, volumes_of
from forecasts import Forecast
from optimizer.errors import NoSolution, raise_errors
from optimizer.model import Organisation, Requirement, RosterProblem, check_problem
from optimizer.progress import Event, Observer, silent
from optimizer.roster import solve
from optimizer.simulation import Settings
from optimizer.staffing import DeferredMethod
from optimizer.stop import Deadline

__all__ = ["correct", "corrections"]

_TRIALS = 4.0
"""Time kept for trials after a roster, in trials: its own, and two of the last check."""

_FIRST_TRIAL = 0.2
"""The same before the first trial, as a share of the time that is left."""


def correct(
    organisation: Organisation,
    forecast: Forecast,
    requirement: Requirement,
    *,
    settings: Settings,
    deadline: Deadline,
    rounds: int = 8,
    roster_seconds: float = 20.0,
    paths: int = 0,
    observer: Observer = silent,
) -> Correction:
    """Correct a requirement until nothing changes, or until time or rounds end.

    The arguments are those of `corrections`.
    """
    *_, last = corrections(
        organisation,
        forecast,
        requirement,
        settings=settings,
        deadline=deadline,
        rounds=rounds,
        roster_seconds=roster_seconds,
        paths=paths,
        observer=observer,
    )
    return last


def corrections(
    organisation: Organisation,
    forecast: Forecast,
    requirement: Requirement,
    *,
    settings: Settings,
    deadline: Deadline,
    rounds: int = 8,
    roster_seconds: float = 20.0,
    paths: int = 0,
    observer: Observer = silent,
) -> Iterator[Correction]:
    """Yield the best so far after every round.

    Parameters
    ----------
    requirement
        Agents to roster, shrinkage included: where to begin. Groups ask for nobody where neither
        this nor a staffing of the forecast does.
    settings
        How rosters are tried; all rounds meet the same customers.
    deadline
        Of everything; the first round is played in any case.
    rounds
        Greatest number of rosters that are built.
    roster_seconds
        Longest time for each roster.
    paths
        Sample paths of the forecast to play in turn; 0 plays what is expected.

    Raises
    ------
    InvalidInput, NoSolution
        If something of the input cannot be used, or no roster was found in the first round.
    """
    problem = RosterProblem(organisation, requirement)
    raise_errors("The correction cannot begin.", check_problem(problem))
    trials = Trials.of(organisation, requirement, forecast, settings, paths)
    course = _Course.of(organisation, requirement, volumes_of(organisation, forecast))
    asked = requirement
    told: list[Round] = []
    best: Correction | None = None
    trial_s = _FIRST_TRIAL * deadline.remaining() / _TRIALS
    while True:
        began = time.perf_counter()
        observer(Event(f"round {len(told)}", deadline.elapsed()))
        for_roster = max(deadline.remaining() - _TRIALS * trial_s, 0.0)
        try:
            built = solve(
                RosterProblem(organisation, asked),
                deadline=deadline.within(min(roster_seconds, for_roster)),
                observer=observer,
                seed=settings.seed,
            )
        except NoSolution:
            if best is None:
                raise
            return
        observer(Event(f"trial {len(told)}", deadline.elapsed()))
        solved = time.perf_counter()
        tried = trials.try_out(built.roster)
        trial_s = time.perf_counter() - solved
        missing = course.missing_hours(asked, tried)
        told.append(round_of(len(told), asked, built, tried, missing, course.price, began))
        if best is None:
            best = Correction((), 0, asked, built, tried, built, trials)
        elif told[-1].objective < told[best.best].objective:
            best = replace(best, best=len(told) - 1, requirement=asked, roster=built, tried=tried)
        yield replace(best, rounds=tuple(told))
        wanted = course.next(asked, delivered(organisation, asked, built.roster), tried)
        # A roster in much less time than the others would only look worse than it is.
        least = 0.5 * min(roster_seconds, built.report.seconds) + _TRIALS * trial_s
        same = np.array_equal(wanted.agents, asked.agents)
        if len(told) >= rounds or same or deadline.remaining() < least:
            return
        asked = wanted


@dataclass(slots=True, eq=False)
class _Course:
    """Where the next requirements come from, and what is missing costs, [groups]."""

    steps: Steps
    opened: NDArray[np.bool_]
    work: NDArray[np.float64]
    price: NDArray[np.float64]
    pooled: NDArray[np.float64] | None

    @classmethod
    def of(cls, organisation: Organisation, requirement: Requirement, volumes: Volumes) -> _Course:
        """Prepare the steps from a requirement."""
        groups = {group.id: group for group in organisation.groups}
        volumes = volumes.on(requirement.grid)
        plain = _rows(requirement, requirement_for(organisation, volumes))
        pooled = requirement_for(organisation, volumes, pooled=True, deferred=DeferredMethod.FILL)
        opened = (requirement.agents > 0.0) | (plain > 0.0)
        _, aht_s = volumes.for_all(organisation)
        places = [list(groups).index(name) for name in requirement.groups]
        work = aht_s[places] / (60.0 * requirement.grid.interval_minutes)
        return cls(
            Steps(organisation, requirement.groups, opened, work),
            opened,
            work,
            np.array([groups[name].shortage_cost for name in requirement.groups]),
            _rows(requirement, pooled),
        )

    def missing_hours(self, asked: Requirement, tried: Tried) -> NDArray[np.float64]:
        """Return the agent-hours that are missing for the goals, [groups]."""
        missing = missing_agents(tried.stretches, asked.agents, self.opened, self.work)
        hours: NDArray[np.float64] = missing.sum(axis=1) * asked.grid.hours_per_slot
        return hours

    def next(self, asked: Requirement, given: NDArray[np.float64], tried: Tried) -> Requirement:
        """Return the requirement to try next.

        The first step down goes to where skills counted once and idle time would lead, if that
        is lower.
        """
        wanted = self.steps.next(asked, given, tried.stretches)
        if self.pooled is None:
            return wanted
        lower = np.where(
            wanted.agents < asked.agents, np.minimum(wanted.agents, self.pooled), wanted.agents
        )
        self.pooled = None
        return Requirement(wanted.grid, wanted.groups, lower)


def _rows(requirement: Requirement, other: Requirement) -> NDArray[np.float64]:
    """Return the agents of another requirement in the rows of this one, 0 for its other groups."""
    row = dict(zip(other.groups, other.agents, strict=True))
    nobody = np.zeros(requirement.grid.count)
    return np.array([row.get(name, nobody) for name in requirement.groups])
