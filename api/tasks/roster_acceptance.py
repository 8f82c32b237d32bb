"""Requests for rosters, checked and completed."""

from __future__ import annotations

from dataclasses import replace

from api.tasks import results
from api.tasks.acceptance import Acceptance
from api.tasks.requests.rosters import RosterRequest
from api.tasks.rostering import needed, requirement_of
from api.tasks.sizes import (
    MOST_AGENT_DAYS,
    MOST_AGENTS,
    MOST_CELLS,
    MOST_SHIFTS,
    Count,
    refuse_beyond,
)
from optimizer.model import (
    ChangePrices,
    Directives,
    Organisation,
    Requirement,
    Roster,
    RosterProblem,
    Shift,
    check_problem,
    check_roster,
)

__all__ = ["accept_roster", "refuse_large_plan", "resolve_roster"]

USUAL_SECONDS = 60.0

_LONG_DAY = 25 * 60
"""Minutes of the longest day; more slots than so many days have are too many days."""


def accept_roster(acceptance: Acceptance, request: RosterRequest) -> tuple[RosterRequest, float]:
    """Check a request and complete it; see `Kind.accept`."""
    seconds = acceptance.common(request, USUAL_SECONDS)
    acceptance.within("/limits/gap", request.limits.gap, 0.0, 1.0)
    organisation = acceptance.organisation(request.organisation)
    requirement = _requirement(acceptance, request, organisation)
    directives = _directives(acceptance, request)
    previous = resolve_roster(acceptance, "/previous", request.previous)
    start = resolve_roster(acceptance, "/warm_start", request.warm_start)
    complete = request
    if organisation is not None and requirement is not None:
        refuse_large_plan(organisation, requirement, {"/previous": previous, "/warm_start": start})
        problem = RosterProblem(organisation, requirement, directives, previous)
        acceptance.add(check_problem(problem), _Place(request))
        if start is not None:
            start = _fitting(acceptance, start, problem, named=isinstance(request.warm_start, str))
        complete = replace(
            request,
            organisation=organisation,
            requirement=needed(requirement),
            forecast=None,
            directives=directives,
            pins=(),
            change_cost=None,
            previous=previous,
            warm_start=start,
        )
    return complete, seconds


def resolve_roster(
    acceptance: Acceptance, pointer: str, given: Roster | str | None
) -> Roster | None:
    """Return a roster that was sent, or that of the job that was named."""
    if not isinstance(given, str):
        return given
    document = acceptance.document(pointer, given, results.ROSTER)
    return None if document is None else results.read_roster(document)


def refuse_large_plan(
    organisation: Organisation, requirement: Requirement, rosters: dict[str, Roster | None]
) -> None:
    """Refuse what no solver here could hold.

    Parameters
    ----------
    rosters
        By pointer, those that were sent with it.

    Raises
    ------
    TooLarge
        If anything is above its limit.
    """
    agents, grid = len(organisation.agents), requirement.grid
    days = -(-grid.count * grid.interval_minutes // _LONG_DAY)
    refuse_beyond(
        Count("/organisation/agents", "agents", agents, MOST_AGENTS),
        Count("/organisation/agents", "agents times days", agents * days, MOST_AGENT_DAYS),
        Count(
            "/requirement/agents",
            "groups times intervals",
            len(requirement.groups) * grid.count,
            MOST_CELLS,
        ),
        *(
            Count(f"{pointer}/shifts", "shifts", len(roster.shifts), MOST_SHIFTS)
            for pointer, roster in rosters.items()
            if roster is not None
        ),
    )


def _requirement(
    acceptance: Acceptance, request: RosterRequest, organisation: Organisation | None
) -> Requirement | None:
    """Return the requirement that was sent, or that of the forecast that was named."""
    if (request.requirement is None) == (request.forecast is None):
        both = request.requirement is not None
        detail = "A requirement or the identifier of a forecast is needed, and not both."
        acceptance.error("ambiguous" if both else "missing_field", "/requirement", detail)
        return None
    if request.requirement is not None:
        with acceptance.gathering():
            return requirement_of(request.requirement)
        return None
    assert request.forecast is not None
    document = acceptance.document("/forecast", request.forecast, results.FORECAST_FILES)
    if document is None or organisation is None:
        return None
    from api.volumes import requirement_for, volumes_of

    with acceptance.gathering(lambda pointer: "/forecast"):
        volumes = volumes_of(organisation, results.read_forecast_files(document))
        return requirement_for(organisation, volumes)
    return None


def _directives(acceptance: Acceptance, request: RosterRequest) -> Directives:
    """Return what is said of the period, with the pins and prices that stand beside it."""
    said = request.directives or Directives()
    prices = request.change_cost
    if prices is None:
        return replace(said, pins=(*said.pins, *request.pins))
    if said.changes != ChangePrices():
        detail = "Prices of changes are given here and in the directives; one place is enough."
        acceptance.error("ambiguous", "/change_cost", detail)
    return replace(said, pins=(*said.pins, *request.pins), changes=prices)


class _Place:
    """Turns pointers into the whole problem into those of the request as it was sent."""

    def __init__(self, request: RosterRequest) -> None:
        own = request.directives
        self._pins = 0 if own is None else len(own.pins)
        self._prices = request.change_cost is not None
        self._computed = request.forecast is not None
        self._named = isinstance(request.previous, str)

    def __call__(self, pointer: str) -> str:
        if self._prices and pointer.startswith("/directives/changes"):
            return "/change_cost" + pointer.removeprefix("/directives/changes")
        if pointer.startswith("/directives/pins/"):
            number, *rest = pointer.removeprefix("/directives/pins/").split("/")
            if int(number) >= self._pins:
                return "/".join(["/pins", str(int(number) - self._pins), *rest])
        if self._computed and pointer.startswith("/requirement"):
            return "/forecast"
        if self._named and pointer.startswith("/previous/"):
            return "/previous"
        return pointer


def _fitting(
    acceptance: Acceptance, start: Roster, problem: RosterProblem, *, named: bool
) -> Roster:
    """Return a roster to begin from; what an earlier one has too much is left out of it."""
    if start.grid.interval_minutes != problem.requirement.grid.interval_minutes:
        detail = (
            f"The roster has intervals of {start.grid.interval_minutes} minutes; those to plan "
            f"have {problem.requirement.grid.interval_minutes}."
        )
        acceptance.error("interval_mismatch", "/warm_start", detail)
    organisation = problem.organisation
    if named:
        start = replace(start, shifts=_known(start, organisation), relaxed=())
    acceptance.add(
        check_roster(start, organisation, "/warm_start"),
        lambda pointer: "/warm_start" if named else pointer,
    )
    return start


def _known(roster: Roster, organisation: Organisation) -> tuple[Shift, ...]:
    """Return the shifts whose agents and templates are still there."""
    agents = {agent.id for agent in organisation.agents}
    templates = {template.id for template in organisation.templates}
    return tuple(
        shift for shift in roster.shifts if shift.agent in agents and shift.template in templates
    )
