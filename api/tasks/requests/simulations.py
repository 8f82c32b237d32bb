"""What a simulation plays, as it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from api.tasks.requests.limits import TimeLimit
from api.tasks.requests.references import RosterOrId, RuleOrName
from api.tasks.requests.trials import ForecastFiles, ForecastOrId
from optimizer.model import Organisation
from optimizer.model.record import Record

__all__ = ["SimulationRequest"]


@dataclass(frozen=True, slots=True)
class SimulationRequest(Record):
    """A roster, tried against the contacts of a forecast.

    Parameters
    ----------
    roster
        The roster, or the identifier of one.
    forecast
        What is expected, or the identifier of a forecast.
    organisation
        Groups, people and their contracts. If it is left out, that of the roster where one is
        named, else the stored one.
    rule
        What freed agents go by: the name of a rule (best, fifo, priority, greedy, round_robin,
        bullseye, c_mu, c_mu_theta, queue_ratio), or a rule.
    day
        Local day to play; the whole roster if it is left out.
    replications
        Independent repetitions, 1 to 100,000.
    antithetic
        Whether each replication is a pair of mirrored runs, for narrower intervals.
    paths
        Sample paths of the forecast to play in turn, 0 to 10,000; 0 plays what is expected.
    absence
        Share of shifts that nobody turns up for, in [0, 1); the shrinkage of the groups if it is
        left out.
    adherence_seconds
        By how much people typically begin and end work too early or late.
    busyness
        Deviation over mean of a factor on all volumes of a day, in [0, 10].
    business_hours
        Whether clocks of tickets run only while voice or chat is open.
    seed
        Of all that is drawn, 0 or more.
    label
        A name for people.
    limits
        Longest time for the work; 600 s if it is left out. What was played by then counts.
    forecast_files
        Not to be sent: the service puts here what a forecast that is named holds.
    """

    roster: RosterOrId
    forecast: ForecastOrId
    organisation: Organisation | None = None
    rule: RuleOrName = "best"
    day: date | None = None
    replications: int = 10
    antithetic: bool = False
    paths: int = 0
    absence: float | None = None
    adherence_seconds: float = 0.0
    busyness: float = 0.0
    business_hours: bool = False
    seed: int = 0
    label: str | None = None
    limits: TimeLimit = field(default_factory=TimeLimit)
    forecast_files: ForecastFiles | None = None
