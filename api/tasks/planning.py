"""The whole loop as a job."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from api.calendars import Calendar
from api.jobs.records import Outcome
from api.tasks import results
from api.tasks.acceptance import Acceptance
from api.tasks.context import Context
from api.tasks.forecast_acceptance import (
    check_against,
    check_against_stored,
    ready_calendar,
    stored_history,
)
from api.tasks.forecasting import beside, calendar_events, forecast_documents
from api.tasks.histories import history_of, sound_history
from api.tasks.requests.plans import PlanRequest
from api.tasks.rostering import roster_documents, short_hours
from api.tasks.sizes import MOST_AGENT_DAYS, MOST_AGENTS, MOST_CELLS, Count, refuse_beyond
from optimizer.errors import Issue, NoSolution
from optimizer.model import Organisation, RosterProblem, check_organisation

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["accept_plan", "run_plan"]

LONGEST_DAYS = 92

MOST_ROUNDS = 100

MOST_REPLICATIONS = 1_000

USUAL_SECONDS, ROUND_FACTOR = 120.0, 2.0
"""Without a limit: for the forecast and the checks, and times the time of all rosters."""


def accept_plan(acceptance: Acceptance, request: PlanRequest) -> tuple[PlanRequest, float]:
    """Check a request and complete it; see `Kind.accept`."""
    rosters = max(0.0, request.rounds * min(request.roster_seconds, 1e6))
    seconds = acceptance.common(request, USUAL_SECONDS + ROUND_FACTOR * rosters)
    acceptance.within("/limits/gap", request.limits.gap, 0.0, 1.0)
    acceptance.within("/days", request.days, 1, LONGEST_DAYS)
    acceptance.within("/rounds", request.rounds, 1, MOST_ROUNDS)
    most = float(acceptance.settings.max_job_seconds)
    acceptance.within("/roster_seconds", request.roster_seconds, 1.0, most)
    acceptance.within("/replications", request.replications, 2, MOST_REPLICATIONS)
    organisation = acceptance.organisation(request.organisation)
    calendar = ready_calendar(acceptance, request.calendar)
    complete = replace(request, organisation=organisation, calendar=calendar)
    days = request.days if 1 <= request.days <= LONGEST_DAYS else 1
    if organisation is not None:
        agents = len(organisation.agents)
        refuse_beyond(
            Count("/organisation/agents", "agents", agents, MOST_AGENTS),
            Count("/organisation/agents", "agents times days", agents * days, MOST_AGENT_DAYS),
        )
        acceptance.add(check_organisation(organisation, "/organisation"))
        if not agents:
            acceptance.error("no_agents", "/organisation/agents", "There is nobody to schedule.")
    if request.history is None:
        _check_stored(acceptance, days, calendar, organisation)
    else:
        _check_history(acceptance, complete, days, organisation)
    return complete, seconds


def run_plan(request: PlanRequest, context: Context) -> Outcome:
    """Run the loop; see `Kind.run`."""
    from api.planning import plan
    from api.summary import summarise
    from forecasts.result import as_json
    from optimizer.roster import solve_parts

    assert request.history is not None, "it was filled in"
    assert request.organisation is not None, "it was filled in"
    calendar = request.calendar or Calendar()
    context.tell("history")
    try:
        made = plan(
            request.organisation,
            history_of(request.history),
            days=request.days,
            closures=calendar.closures,
            country=calendar.country,
            events=calendar_events(calendar),
            rounds=request.rounds,
            roster_seconds=request.roster_seconds,
            replications=request.replications,
            seed=request.seed,
            deadline=context.deadline,
            observer=context.observer,
            watch=context.steps(),
            beside=beside(context),
            build=partial(
                solve_parts,
                executor=context.executor,
                parallel=context.parallel,
                link=context.link,
                workers=context.threads,
                gap=request.limits.gap,
            ),
        )
    except NoSolution as error:
        if not context.deadline.stopped.is_set():
            raise
        stopped = Issue("stopped", "", "It was stopped before there was a plan.")
        raise NoSolution(stopped.detail, [stopped, *error.issues]) from None
    problem = RosterProblem(made.organisation, made.requirement)
    report = made.roster.report
    return Outcome(
        (
            *forecast_documents(made.forecast, as_json(made.forecast)),
            *roster_documents(problem, made.roster),
            results.json_document(results.SIMULATION, made.simulation.as_dict()),
            results.json_document(results.PLAN, summarise(made)),
        ),
        report.termination,
        report.objective,
        report.bound,
        short_hours(problem, made.roster),
    )


def _check_history(
    acceptance: Acceptance, request: PlanRequest, days: int, organisation: Organisation | None
) -> None:
    """Check a history that was sent with all that depends on it."""
    assert request.history is not None
    history = sound_history(acceptance, request.history)
    if history is None:
        return
    cells = len(history.groups) * days * history.slots_per_day
    refuse_beyond(Count("/days", "groups times intervals", cells, MOST_CELLS))
    if history.aht_s is None:
        acceptance.error("missing_field", "/history/aht_s", "Handling times are needed.")
    _check_groups(acceptance, history.groups, organisation)
    check_against(acceptance, history, days, request.calendar or Calendar())


def _check_stored(
    acceptance: Acceptance, days: int, calendar: Calendar, organisation: Organisation | None
) -> None:
    """Check what is asked of the stored history."""
    stored = stored_history(acceptance)
    if stored is None:
        return
    groups, extent = stored
    cells = len(groups) * days * extent.slots_per_day
    refuse_beyond(Count("/days", "groups times intervals", cells, MOST_CELLS))
    _check_groups(acceptance, groups, organisation)
    check_against_stored(acceptance, groups, extent, days, calendar)


def _check_groups(
    acceptance: Acceptance, groups: Collection[str], organisation: Organisation | None
) -> None:
    """Report groups of a history that the organisation does not have."""
    known = set() if organisation is None else {group.id for group in organisation.groups}
    for name in sorted(set(groups) - known) if organisation is not None else ():
        detail = f"The organisation has no group {name!r:.80}."
        acceptance.error("unknown_group", "/history/group", detail)
