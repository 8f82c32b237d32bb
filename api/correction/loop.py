"""The correction loop: build a roster, try it, and ask for more people only where it falls short.

A requirement per planning group knows neither who can help whom nor what shifts cover by the
way. Here the simulation says what customers would experience with the roster at hand; where a
goal is missed the requirement rises, where it is more than met it falls, and the next roster is
built. The best roster of all rounds is kept.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from api.correction.cover import delivered
from api.correction.rounds import Correction, Round, round_of
from api.correction.step import Steps
from api.correction.trials import Trials, Tried
from api.volumes import Volumes, requirement_for, volumes_of
from forecasts import Forecast
from optimizer.errors import NoSolution, raise_errors
from optimizer.model import Organisation, Requirement, RosterProblem, check_problem
from optimizer.progress import Event, Observer, silent
from optimizer.roster import RosterResult, solve
from optimizer.simulation import Settings
from optimizer.stop import Deadline

__all__ = ["Build", "correct", "corrections"]

Build = Callable[..., RosterResult]
"""Takes a problem, and ``deadline``, ``observer``, ``seed`` and ``start`` like `solve`."""

_TRIALS = 4.0
"""Time kept for trials after a roster, in trials: its own, and two of the last check."""

_FIRST_TRIAL = 0.2
"""The same before the first trial, as a share of the time that is left."""

_MOST_TURNS = 6
"""Turns without a better round, or without a step that changes anything, before the loop ends."""


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
    build: Build = solve,
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
        build=build,
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
    build: Build = solve,
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
    build
        What builds each roster.

    Raises
    ------
    InvalidInput, NoSolution
        If something of the input cannot be used, or no roster was found in the first round.
    """
    problem = RosterProblem(organisation, requirement)
    raise_errors("The correction cannot begin.", check_problem(problem))
    trials = Trials.of(organisation, requirement, forecast, settings, paths)
    course = _Course(organisation, requirement, volumes_of(organisation, forecast))
    asked = requirement
    told: list[Round] = []
    best: Correction | None = None
    base: _Base | None = None
    trial_s = _FIRST_TRIAL * deadline.remaining() / _TRIALS
    while True:
        began = time.perf_counter()
        observer(Event(f"round {len(told)}", deadline.elapsed()))
        for_roster = max(deadline.remaining() - _TRIALS * trial_s, 0.0)
        try:
            built = build(
                RosterProblem(organisation, asked),
                deadline=deadline.within(min(roster_seconds, for_roster)),
                observer=observer,
                seed=settings.seed,
                start=None if best is None else best.roster.roster,
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
        told.append(round_of(len(told), asked, built, tried, missing, began))
        improved = best is None or told[-1].objective < told[best.best].objective
        if best is None:
            best = Correction((), 0, asked, built, tried, built, trials)
        elif improved:
            best = replace(best, best=len(told) - 1, requirement=asked, roster=built, tried=tried)
        if base is None or improved:
            base = _Base(asked, delivered(organisation, asked, built.roster), tried)
        yield replace(best, rounds=tuple(told))
        wanted = course.next(base, improved=improved)
        # A roster in much less time than the others would only look worse than it is.
        least = 0.5 * min(roster_seconds, built.report.seconds) + _TRIALS * trial_s
        if wanted is None or len(told) >= rounds or deadline.remaining() < least:
            return
        asked = wanted


@dataclass(frozen=True, slots=True, eq=False)
class _Base:
    """The best round so far, from which steps are taken."""

    asked: Requirement
    given: NDArray[np.float64]
    tried: Tried


class _Course:
    """Steps from the best round: up and down, or only up once a step down was none to the good.

    Hours within a guarantee cost nothing more, so that below them fewer people only serve worse;
    and a roster that ended early can be bad by chance. Whatever was no better is taken back, and
    tried the other way; when neither way was better, steps are halved.
    """

    def __init__(
        self, organisation: Organisation, requirement: Requirement, volumes: Volumes
    ) -> None:
        places = {group.id: place for place, group in enumerate(organisation.groups)}
        rows = [places[name] for name in requirement.groups]
        volumes = volumes.on(requirement.grid)
        plain = requirement_for(organisation, volumes)
        staffed = dict(zip(plain.groups, plain.agents > 0.0, strict=True))
        closed = np.zeros(requirement.grid.count, dtype=np.bool_)
        opened = np.array([staffed.get(name, closed) for name in requirement.groups])
        _, aht_s = volumes.for_all(organisation)
        work = aht_s[rows] / (60.0 * requirement.grid.interval_minutes)
        opened |= requirement.agents > 0.0
        self._steps = Steps(organisation, requirement.groups, opened, work)
        self._price = np.array([organisation.groups[row].shortage_cost for row in rows])
        self._only_more, self._turns = False, 0

    def missing_hours(self, asked: Requirement, tried: Tried) -> tuple[float, float]:
        """Return the agent-hours that are missing for the goals, and their price."""
        missing = self._steps.missing(tried.stretches, asked.agents).sum(axis=1)
        hours = missing * asked.grid.hours_per_slot
        return float(hours.sum()), float(self._price @ hours)

    def next(self, base: _Base, *, improved: bool) -> Requirement | None:
        """Return the requirement to try next, None if there is none other.

        Parameters
        ----------
        improved
            Whether the base is the last round, or one before it that was better.
        """
        if improved:
            self._turns = 0
        else:
            self._turn()
        while self._turns < _MOST_TURNS:
            wanted = self._steps.next(
                base.asked, base.given, base.tried.stretches, only_more=self._only_more
            )
            if not np.array_equal(wanted.agents, base.asked.agents):
                return wanted
            self._turn()
        return None

    def _turn(self) -> None:
        self._turns += 1
        self._only_more = not self._only_more
        if self._turns % 2 == 0:
            self._steps.shorten()
