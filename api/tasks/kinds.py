"""The kinds of jobs: what each is asked with, how it is accepted, and what does the work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.jobs.records import Outcome
from api.tasks import examples
from api.tasks.acceptance import Acceptance
from api.tasks.context import Context
from api.tasks.forecasting import accept_forecast, run_forecast
from api.tasks.requests.forecasts import ForecastRequest
from api.tasks.requests.rosters import RosterRequest
from api.tasks.rostering import accept_roster, run_roster

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
    )
}
"""By name."""
