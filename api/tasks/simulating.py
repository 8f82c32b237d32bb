"""Simulations as jobs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from api.jobs.records import Outcome
from api.tasks import results
from api.tasks.acceptance import Acceptance
from api.tasks.context import Context
from api.tasks.requests.simulations import SimulationRequest
from api.tasks.trials import (
    check_terms,
    place_of_trial,
    read_expected,
    refuse_large_trial,
    refuse_many_contacts,
    resolve_expected,
    resolve_rule,
    resolve_staged,
    uncertain,
)
from optimizer.errors import NoSolution
from optimizer.model import RoutingRule

if TYPE_CHECKING:
    from api.trying import Attempt
    from forecasts import Forecast
    from optimizer.simulation import Settings

__all__ = ["accept_simulation", "run_simulation"]

USUAL_SECONDS = 600.0


def accept_simulation(
    acceptance: Acceptance, request: SimulationRequest
) -> tuple[SimulationRequest, float]:
    """Check a request and complete it; see `Kind.accept`."""
    seconds = acceptance.common(request, USUAL_SECONDS)
    check_terms(acceptance, request)
    rule = resolve_rule(acceptance, "/rule", request.rule)
    staged = resolve_staged(acceptance, "", request.roster, request.organisation)
    complete, expected = resolve_expected(acceptance, "", request)
    if staged.organisation is None or staged.roster is None:
        return complete, seconds
    refuse_large_trial("", staged.organisation, staged.roster, request.replications, request.paths)
    complete = replace(
        complete,
        organisation=staged.organisation,
        roster=staged.roster,
        rule=RoutingRule() if rule is None else rule,
    )
    if expected is not None:
        _check(acceptance, complete, expected)
    return complete, seconds


def run_simulation(request: SimulationRequest, context: Context) -> Outcome:
    """Play a roster; see `Kind.run`."""
    from optimizer.simulation import summarise, try_out

    context.tell("forecast")
    played = _attempt(request, read_expected(request), request.paths)
    try:
        study = try_out(
            played.organisation,
            played.roster,
            played.offered,
            played.aht_s,
            slots=_slots(request, played),
            settings=played.settings,
            executor=context.executor,
            observer=context.observer,
            deadline=context.deadline,
        )
    except NoSolution:
        context.tell("first replication")
        raise
    figures = summarise(study, played.organisation, played.roster).as_dict()
    return Outcome((results.json_document(results.SIMULATION, figures),))


def _check(acceptance: Acceptance, request: SimulationRequest, expected: Forecast) -> None:
    """Check what a complete request plays, without drawing paths."""
    from optimizer.simulation import check_trial

    if request.paths > 0 and expected.uncertainty is None:
        acceptance.issues.append(uncertain("/forecast"))
    place = place_of_trial("")
    with acceptance.gathering(place):
        played = _attempt(request, expected, 0)
        slots = None
        with acceptance.gathering():
            slots = _slots(request, played)
        refuse_many_contacts("", played)
        plan = played.organisation, played.roster, played.offered, played.aht_s
        acceptance.add(check_trial(*plan, slots=slots, settings=played.settings), place)


def _attempt(request: SimulationRequest, expected: Forecast, paths: int) -> Attempt:
    """Return what a complete request plays."""
    from api.trying import attempt

    assert request.organisation is not None, "it was filled in"
    assert not isinstance(request.roster, str), "it was filled in"
    return attempt(
        request.organisation,
        request.roster,
        expected,
        _settings(request),
        paths=paths,
        business_hours=request.business_hours,
    )


def _settings(request: SimulationRequest) -> Settings:
    from optimizer.simulation import Settings

    assert isinstance(request.rule, RoutingRule), "it was filled in"
    return Settings(
        rule=request.rule,
        absence=request.absence,
        adherence_s=request.adherence_seconds,
        busyness=request.busyness,
        seed=request.seed,
        replications=request.replications,
        antithetic=request.antithetic,
    )


def _slots(request: SimulationRequest, played: Attempt) -> range | None:
    from optimizer.simulation import slots_of_day

    return None if request.day is None else slots_of_day(played.roster.grid, request.day)
