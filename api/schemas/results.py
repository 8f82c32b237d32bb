"""What jobs make beside rosters, as it stands in JSON: forecasts, comparisons and plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from optimizer.errors import Issue
from optimizer.model.record import Record
from optimizer.simulation import Estimate, SimulationResult

__all__ = [
    "ComparisonFigures",
    "ForecastFigures",
    "ForecastQuery",
    "PlanFigures",
]


class ForecastQuery(BaseModel):
    """In which form a forecast is wanted."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["json", "csv", "zip"] | None = Field(
        None, description="The form; by default as the header Accept says."
    )
    paths: bool = Field(
        False, description="The horizons that were drawn (`paths` of the request), as a table."
    )


@dataclass(frozen=True, slots=True)
class ForecastGroup(Record):
    """What is expected of a group.

    Parameters
    ----------
    model
        Which models were combined.
    offered
        Contacts of the whole horizon.
    aht_s
        Mean handling time in seconds; null if it is not known.
    backlog
        Contacts that are open at the start.
    days
        Contacts of each day.
    """

    group: str
    model: str | None
    offered: float
    aht_s: float | None
    backlog: float | None
    days: dict[date, float]


@dataclass(frozen=True, slots=True)
class ForecastSum(Record):
    """What some groups add up to.

    Parameters
    ----------
    offered, lower80, upper80
        Contacts of the whole horizon, and the interval that holds them in four of five cases.
    days
        Contacts of each day.
    """

    sum: str
    groups: tuple[str, ...]
    offered: float
    lower80: float
    upper80: float
    days: dict[date, float]


@dataclass(frozen=True, slots=True)
class ForecastFigures(Record):
    """A forecast without its intervals, which stand in the table.

    Parameters
    ----------
    history, fingerprint, options
        What it was made from, and how.
    choices
        Of each group, the models that were tried on held-out days, with their errors, and the
        weights of those that were taken.
    errors
        How errors are distributed and go together.
    due
        Contacts that are open at the start, and when they are due.
    adjustments
        What was changed by hand, and why.
    issues
        What was odd about the history, though nothing in it was wrong.
    sums
        What was asked to be summed up.
    """

    first_day: date
    last_day: date
    interval_minutes: int
    groups: tuple[ForecastGroup, ...]
    choices: tuple[dict[str, Any], ...]
    due: tuple[dict[str, Any], ...]
    adjustments: tuple[dict[str, Any], ...]
    issues: tuple[Issue, ...]
    history: dict[str, str] | None = None
    fingerprint: str | None = None
    options: dict[str, Any] | None = None
    errors: dict[str, Any] | None = None
    sums: tuple[ForecastSum, ...] | None = None


@dataclass(frozen=True, slots=True)
class ScenarioDifference(Record):
    """A figure of some contacts beside that of the baseline.

    Parameters
    ----------
    kind, name
        Which contacts: those of a group, a channel, a tier, ...
    value, change
        The figure, and its difference from the baseline with the 95 % interval.
    sure
        Whether the interval leaves out zero.
    better
        Whether the change is for the better; null where neither is.
    """

    kind: str
    name: str
    figure: str
    value: Estimate
    change: Estimate
    unit: str
    sure: bool
    better: bool | None


@dataclass(frozen=True, slots=True)
class ScenarioFigures(Record):
    """A scenario beside the baseline.

    Parameters
    ----------
    cost_change, paid_hours_change
        Of the roster, which is not left to chance.
    differences
        None for the baseline itself.
    """

    name: str
    cost_change: float
    paid_hours_change: float
    occupancy_change: Estimate
    result: SimulationResult
    differences: tuple[ScenarioDifference, ...]


@dataclass(frozen=True, slots=True)
class ComparisonFigures(Record):
    """Scenarios that lived through the same days.

    Parameters
    ----------
    baseline
        Name of the scenario that the others are compared with, the first one.
    left_out
        Names of those for which there was no time.
    """

    baseline: str
    scenarios: tuple[ScenarioFigures, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanFigures(Record):
    """What a plan comes to; forecast, roster and simulation stand under the same identifier.

    Parameters
    ----------
    horizon
        Which days, how many groups and how many contacts.
    forecast
        Errors of the forecast and of each model on held-out days.
    roster
        What the roster that was kept comes to.
    correction
        The rounds of requirement, roster and simulation, and which was kept.
    simulation
        What service there is with it.
    seconds
        Of each step.
    """

    horizon: dict[str, Any]
    forecast: dict[str, dict[str, float | None]]
    roster: dict[str, Any]
    correction: dict[str, Any]
    simulation: dict[str, Any]
    seconds: dict[str, float]
