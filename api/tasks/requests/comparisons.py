"""Plans side by side, as they are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from api.scenarios import ScenarioStaff, Sites
from api.tasks.requests.limits import TimeLimit
from api.tasks.requests.references import RosterOrId, RuleOrName
from api.tasks.requests.trials import ForecastFiles, ForecastOrId
from optimizer.model import Organisation
from optimizer.model.record import Record

__all__ = ["ComparisonRequest", "PlanScenario"]


@dataclass(frozen=True, slots=True)
class PlanScenario(Record):
    """A plan; what it leaves out is as in the first one of the comparison.

    Parameters
    ----------
    name
        Unlike that of any other scenario.
    organisation
        Groups, people and their contracts. Where the first scenario leaves it out: that of its
        roster if one is named, else the stored one.
    roster
        The roster, or the identifier of one.
    forecast
        What is expected, or the identifier of a forecast.
    adjustments
        What-ifs to apply to the forecast, as in a forecast request. A scenario with a forecast
        of its own does not take those of the first one.
    pilot_site
        The adjustments hold for this site alone; sites are separate then.
    rule
        Name of a routing rule, or a rule.
    staff
        ``core`` leaves out the shifts of elastic staff.
    sites, site_shares
        ``separate`` gives every site its share of the contacts, by default by its agents.
    absence
        Share of shifts that nobody turns up for, in [0, 1).
    adherence_seconds
        By how much people typically begin and end work too early or late.
    busyness
        Deviation over mean of a factor on all volumes of a day, in [0, 10].
    flow_factors
        Multiplies the share of flows: ``source>target`` to factor, 0 or more.
    business_hours
        Whether clocks of tickets run only while voice or chat is open.
    forecast_files
        Not to be sent: the service puts here what a forecast that is named holds.
    """

    name: str
    organisation: Organisation | None = None
    roster: RosterOrId | None = None
    forecast: ForecastOrId | None = None
    adjustments: tuple[dict[str, Any], ...] | None = None
    pilot_site: str | None = None
    rule: RuleOrName | None = None
    staff: ScenarioStaff | None = None
    sites: Sites | None = None
    site_shares: dict[str, float] | None = None
    absence: float | None = None
    adherence_seconds: float | None = None
    busyness: float | None = None
    flow_factors: dict[str, float] | None = None
    business_hours: bool | None = None
    forecast_files: ForecastFiles | None = None


@dataclass(frozen=True, slots=True)
class ComparisonRequest(Record):
    """Plans tried side by side on the same customers; the first is the baseline.

    Parameters
    ----------
    scenarios
        One or more, up to 50.
    replications
        Independent repetitions, 1 to 100,000; intervals need 2.
    antithetic
        Whether each replication is a pair of mirrored runs, for narrower intervals.
    paths
        Sample paths of the forecasts to play in turn, 0 to 10,000; 0 plays what is expected.
    seed
        Of all that is drawn, 0 or more.
    label
        A name for people.
    limits
        Longest time for the work; 900 s if it is left out.
    """

    scenarios: tuple[PlanScenario, ...]
    replications: int = 10
    antithetic: bool = False
    paths: int = 0
    seed: int = 0
    label: str | None = None
    limits: TimeLimit = field(default_factory=TimeLimit)
