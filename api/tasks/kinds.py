"""The kinds of jobs: what each is asked with, how it is accepted, and what does the work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.jobs.records import Outcome
from api.tasks import examples
from api.tasks.acceptance import Acceptance
from api.tasks.comparing import accept_comparison, run_comparison
from api.tasks.context import Context
from api.tasks.forecast_acceptance import accept_forecast
from api.tasks.forecasting import run_forecast
from api.tasks.planning import accept_plan, run_plan
from api.tasks.requests.comparisons import ComparisonRequest
from api.tasks.requests.forecasts import ForecastRequest
from api.tasks.requests.plans import PlanRequest
from api.tasks.requests.rosters import RosterRequest
from api.tasks.requests.simulations import SimulationRequest
from api.tasks.roster_acceptance import accept_roster
from api.tasks.rostering import run_roster
from api.tasks.simulating import accept_simulation, run_simulation

__all__ = ["KINDS", "Kind"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of job.

    Parameters
    ----------
    name
        As it stands in paths: ``/v1/rosters``.
    request
        Type of the request.
    example
        A small request that can be posted as it is.
    accept
        Takes a request of that type, and returns the complete one with its longest time in
        seconds; what is wrong stays with the acceptance.
    run
        Does the work of a complete request.
    history
        Whether a history that is left out is filled in from the stored one.
    """

    name: str
    request: type
    example: Any = field(repr=False)
    accept: Callable[[Acceptance, Any], tuple[Any, float]]
    run: Callable[[Any, Context], Outcome]
    history: bool = False


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "forecasts",
            ForecastRequest,
            examples.FORECAST,
            accept_forecast,
            run_forecast,
            history=True,
        ),
        Kind("rosters", RosterRequest, examples.ROSTER, accept_roster, run_roster),
        Kind(
            "simulations",
            SimulationRequest,
            examples.SIMULATION,
            accept_simulation,
            run_simulation,
        ),
        Kind(
            "comparisons",
            ComparisonRequest,
            examples.COMPARISON,
            accept_comparison,
            run_comparison,
        ),
        Kind("plans", PlanRequest, examples.PLAN, accept_plan, run_plan, history=True),
    )
}
"""By name."""
