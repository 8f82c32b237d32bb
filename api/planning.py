"""The loop without a web server: forecast, requirement, roster and simulation, composed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from api.correction import Build, Correction, Tried, correct
from api.volumes import Volumes, requirement_for, volumes_of
from api.warm import compile_kernels
from forecasts import Backtest, Beside, Forecast, History, backtest, forecast
from forecasts import Event as CalendarEvent
from optimizer.model import Organisation, Requirement
from optimizer.progress import Event, Observer, silent
from optimizer.roster import RosterResult, solve
from optimizer.simulation import Settings, SimulationResult
from optimizer.stop import Deadline

__all__ = ["Plan", "plan"]

_LONGEST = 1e9
"""Seconds; longer than anybody waits."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One turn of the loop, from what happened to what would happen.

    Parameters
    ----------
    held_out
        How good such a forecast would have been for the last days of the history.
    correction
        From the requirement by the forecast alone to the one that is kept.
    checked
        The first roster and the kept one, tried with customers that chose neither.
    seconds
        Time spent on each phase, in order.
    """

    organisation: Organisation
    history: History
    held_out: Backtest
    forecast: Forecast
    volumes: Volumes
    correction: Correction
    checked: tuple[Tried, Tried]
    seconds: dict[str, float]

    @property
    def requirement(self) -> Requirement:
        """Return the agents to roster, shrinkage included."""
        return self.correction.requirement

    @property
    def roster(self) -> RosterResult:
        """Return the roster that is kept."""
        return self.correction.roster

    @property
    def simulation(self) -> SimulationResult:
        """Return what customers would experience with it."""
        return self.checked[1].simulation


def plan(
    organisation: Organisation,
    history: History,
    *,
    days: int = 7,
    closures: Iterable[date] = (),
    country: str | None = None,
    events: Sequence[CalendarEvent] = (),
    rounds: int = 1,
    roster_seconds: float = 30.0,
    replications: int = 20,
    seed: int = 0,
    deadline: Deadline | None = None,
    observer: Observer = silent,
    watch: Callable[[str], object] = str,
    build: Build = solve,
    beside: Beside | None = None,
) -> Plan:
    """Plan the days after a history: forecast, staff, roster, try it all out, and correct.

    Parameters
    ----------
    closures
        Dates on which everything is closed.
    country
        Code whose public holidays are closures too, such as ``US`` or ``DE-BY``.
    events
        Promotions and other named events, past and to come.
    rounds
        Greatest number of rosters: 1 keeps the requirement as the forecast has it, more correct
        it by what customers would experience.
    roster_seconds
        Longest time for each roster.
    replications
        How often the days are simulated.
    deadline
        When the best roster so far is to be kept; its `stop` does the same. None for as long as
        it takes.
    observer
        Told at the start of every phase, and of the roster's progress.
    watch
        Told of the steps of the forecast, as by `forecasts.forecast`.
    build
        What builds each roster, like `optimizer.roster.solve`.
    beside
        Where parts of the forecast are worked out beside each other; None for here.

    Raises
    ------
    InvalidInput, ForecastError
        If something of the input cannot be used; every problem is listed.
    NoSolution
        If no roster was found.
    """
    began = time.perf_counter()
    seconds: dict[str, float] = {}

    @contextmanager
    def phase(name: str) -> Iterator[None]:
        entered = time.perf_counter()
        observer(Event(name, entered - began))
        yield
        seconds[name] = time.perf_counter() - entered

    closed = tuple(closures)
    longest = Deadline.after(_LONGEST) if deadline is None else deadline
    with phase("forecast"):
        expected = forecast(
            history,
            days,
            closures=closed,
            country=country,
            events=events,
            seed=seed,
            watch=watch,
            beside=beside,
        )
        watch("held-out days")
        held_out = backtest(
            history, days, origins=1, closures=closed, country=country, events=events, seed=seed
        )
    with phase("requirement"):
        volumes = volumes_of(organisation, expected)
        requirement = requirement_for(organisation, volumes)
    with phase("compilation"):
        compile_kernels()
    with phase("rosters"):
        correction = correct(
            organisation,
            expected,
            requirement,
            settings=Settings(seed=seed, replications=replications),
            # Trials take less time than rosters.
            deadline=longest.within(2.0 * rounds * roster_seconds),
            rounds=rounds,
            roster_seconds=roster_seconds,
            observer=observer,
            build=build,
        )
    with phase("simulation"):
        checked = correction.check()
    return Plan(organisation, history, held_out, expected, volumes, correction, checked, seconds)
