"""What simulations and comparisons share: rosters and forecasts resolved, read, and sized."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from api.tasks import results
from api.tasks.acceptance import Acceptance
from api.tasks.histories import check_columns, frame_of, place_in_columns
from api.tasks.requests.comparisons import PlanScenario
from api.tasks.requests.simulations import SimulationRequest
from api.tasks.requests.trials import ForecastColumns
from api.tasks.sizes import (
    MOST_AGENTS,
    MOST_CELLS,
    MOST_CONTACTS,
    MOST_PATH_CELLS,
    MOST_SHIFTS,
    Count,
    refuse_beyond,
)
from optimizer.errors import Issue
from optimizer.model import Organisation, Roster, RoutingRule

if TYPE_CHECKING:
    from api.trying import Attempt
    from forecasts import Forecast

__all__ = [
    "Staged",
    "check_terms",
    "place_of_trial",
    "read_expected",
    "refuse_large_trial",
    "refuse_many_contacts",
    "resolve_expected",
    "resolve_rule",
    "resolve_staged",
    "uncertain",
]

T = TypeVar("T", SimulationRequest, PlanScenario)

MOST_REPLICATIONS = 100_000


@dataclass(frozen=True, slots=True)
class Staged:
    """A roster with the organisation that it is of; None where it could not be had."""

    organisation: Organisation | None
    roster: Roster | None


def check_terms(acceptance: Acceptance, request: Any) -> None:
    """Check the numbers of how something is played."""
    acceptance.within("/replications", request.replications, 1, MOST_REPLICATIONS)
    acceptance.within("/paths", request.paths, 0, MOST_REPLICATIONS // 10)


def resolve_staged(
    acceptance: Acceptance, base: str, roster: Roster | str, organisation: Organisation | None
) -> Staged:
    """Return a roster that was sent or named, and its organisation.

    Without an organisation that was sent it is the one that the named roster was built for, or
    else the stored one.

    Parameters
    ----------
    base
        Where both stand in the request.
    """
    if not isinstance(roster, str):
        return Staged(acceptance.organisation(organisation, f"{base}/organisation"), roster)
    document = acceptance.document(f"{base}/roster", roster, results.ROSTER)
    if document is None:
        return Staged(organisation, None)
    if organisation is None:
        problem = acceptance.document(f"{base}/roster", roster, results.PROBLEM)
        if problem is not None:
            organisation = results.read_problem(problem).organisation
    return Staged(organisation, results.read_roster(document))


def resolve_expected(acceptance: Acceptance, base: str, request: T) -> tuple[T, Forecast | None]:
    """Return what a simulation or a scenario expects, and it with that filled in.

    None where it cannot be used; what is wrong is noted.

    Parameters
    ----------
    base
        Where the request, or the scenario, stands.

    Raises
    ------
    TooLarge
        If its grid is more than one job may have.
    """
    pointer = f"{base}/forecast"
    if request.forecast_files is not None:
        # Anybody could make them up, and nothing would have looked at their size.
        detail = "Name the forecast by its identifier, or send its columns."
        acceptance.error("unexpected_field", f"{base}/forecast_files", detail)
        return request, None
    if isinstance(request.forecast, str):
        document = acceptance.document(pointer, request.forecast, results.FORECAST_FILES)
        if document is None:
            return request, None
        request = replace(request, forecast_files=results.unpacked_forecast(document))
    with acceptance.gathering():
        if isinstance(request.forecast, ForecastColumns):
            check_columns(request.forecast, MOST_CELLS, pointer)
        with acceptance.gathering(place_in_columns(pointer)):
            return request, read_expected(request)
    return request, None


def read_expected(request: SimulationRequest | PlanScenario) -> Forecast:
    """Return the forecast of a complete request."""
    if request.forecast_files is not None:
        return results.forecast_of(request.forecast_files)
    from forecasts.result import forecast_from_frame

    return forecast_from_frame(frame_of(request.forecast))


def resolve_rule(
    acceptance: Acceptance, pointer: str, given: RoutingRule | str | None
) -> RoutingRule | None:
    """Return a rule that was sent or named; None if there is no such rule."""
    if not isinstance(given, str):
        return given
    from optimizer.simulation import RULES

    if given not in RULES:
        detail = f"{given!r:.60} is no rule; there are {', '.join(RULES)}."
        acceptance.error("unknown_rule", pointer, detail)
    return RULES.get(given)


def refuse_large_trial(
    base: str, organisation: Organisation, roster: Roster, replications: int, paths: int
) -> None:
    """Refuse what nobody could wait for.

    Raises
    ------
    TooLarge
        If anything is above its limit.
    """
    cells = len(organisation.groups) * roster.grid.count
    drawn = min(paths, replications) * cells
    refuse_beyond(
        Count(f"{base}/organisation/agents", "agents", len(organisation.agents), MOST_AGENTS),
        Count(f"{base}/roster/shifts", "shifts", len(roster.shifts), MOST_SHIFTS),
        Count(f"{base}/roster/grid/count", "groups times intervals", cells, MOST_CELLS),
        Count("/paths", "numbers in all paths", drawn, MOST_PATH_CELLS),
    )


def refuse_many_contacts(base: str, played: Attempt) -> None:
    """Refuse a replication that would hold more contacts than there is room for.

    Raises
    ------
    TooLarge
        If more are expected.
    """
    expected = float(played.offered.sum())
    refuse_beyond(Count(f"{base}/forecast", "contacts in a replication", expected, MOST_CONTACTS))


def place_of_trial(base: str) -> Callable[[str], str]:
    """Return what turns the pointer of an issue of a trial into one of the request.

    Parameters
    ----------
    base
        Where the organisation, the roster, the forecast and the terms stand in the request.
    """
    names = {
        "adherence_s": f"{base}/adherence_seconds",
        "slots": "/day",
        "seed": "/seed",
        "replications": "/replications",
        "offered": f"{base}/forecast",
        "aht_s": f"{base}/forecast",
        "groups": f"{base}/forecast",
        "forecast": f"{base}/forecast",
        "open_slots": f"{base}/business_hours",
        "shares": f"{base}/site_shares",
    }

    def place(pointer: str) -> str:
        pointer = pointer.removeprefix("/scenario")
        first = pointer.split("/")[1] if "/" in pointer else ""
        if first == "shares":
            return names[first] + pointer.removeprefix("/shares")
        return names.get(first, f"{base}{pointer}")

    return place


def uncertain(pointer: str) -> Issue:
    """Return the issue of a forecast that paths are asked of although it knows none."""
    detail = "Sample paths need a forecast that was made here: name it by its identifier."
    return Issue("no_uncertainty", pointer, detail)
