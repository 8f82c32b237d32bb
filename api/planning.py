"""The loop without a web server: forecast, requirement, roster and simulation, composed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from api.trying import attempt
from api.volumes import Volumes, requirement_for, volumes_of
from forecasts import Backtest, Forecast, History, backtest, forecast
from optimizer.model import Organisation, Requirement, RosterProblem
from optimizer.progress import Event, Observer, silent
from optimizer.roster import RosterResult, solve
from optimizer.simulation import Settings, SimulationResult, simulate
from optimizer.stop import Deadline

__all__ = ["Plan", "plan"]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One turn of the loop, from what happened to what would happen.

    Parameters
    ----------
    held_out
        How good such a forecast would have been for the last days of the history.
    requirement
        Agents to roster, shrinkage included.
    seconds
        Time spent on each phase, in order.
    """

    organisation: Organisation
    history: History
    held_out: Backtest
    forecast: Forecast
    volumes: Volumes
    requirement: Requirement
    roster: RosterResult
    simulation: SimulationResult
    seconds: dict[str, float]


def plan(
    organisation: Organisation,
    history: History,
    *,
    days: int = 7,
    closures: Iterable[date] = (),
    country: str | None = None,
    roster_seconds: float = 30.0,
    replications: int = 20,
    seed: int = 0,
    observer: Observer = silent,
) -> Plan:
    """Plan the days after a history: forecast, staff, roster, and try it all out.

    Parameters
    ----------
    closures
        Dates on which everything is closed.
    country
        Code whose public holidays are closures too, such as ``US`` or ``DE-BY``.
    roster_seconds
        Longest time for the roster.
    replications
        How often the days are simulated.
    observer
        Told at the start of every phase, and of the roster's progress.

    Raises
    ------
    InvalidInput, ForecastError
        If something of the input cannot be used; every problem is listed.
    """
    began = time.perf_counter()
    seconds: dict[str, float] = {}

    @contextmanager
    def phase(name: str) -> Iterator[None]:
        entered = time.perf_counter()
        observer(Event(name, entered - began))
        yield
        seconds[name] = time.perf_counter() - entered

    with phase("forecast"):
        expected = forecast(history, days, closures=closures, country=country)
        held_out = backtest(history, days, origins=1)
    with phase("requirement"):
        volumes = volumes_of(organisation, expected)
        requirement = requirement_for(organisation, volumes)
    with phase("roster"):
        built = solve(
            RosterProblem(organisation, requirement),
            deadline=Deadline.after(roster_seconds),
            observer=observer,
            seed=seed,
        )
    with phase("simulation"):
        settings = Settings(seed=seed, replications=replications)
        played = attempt(organisation, built.roster, expected, settings)
        tried = simulate(
            organisation,
            built.roster,
            played.offered,
            played.aht_s,
            settings=played.settings,
            observer=observer,
        )
    return Plan(
        organisation, history, held_out, expected, volumes, requirement, built, tried, seconds
    )
