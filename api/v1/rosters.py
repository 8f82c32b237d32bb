"""Rosters that were made, and questions about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.access.scopes import Scope
from api.jobs.queue import document, document_names, get_job
from api.jobs.records import Document
from api.publications import published_as
from api.publishing.answers import (
    clocks_of,
    difference_figures,
    judged_analysis,
    recommendation_figures,
    why_figures,
)
from api.publishing.calendars import calendar_of_agent, calendar_of_site
from api.schemas.jobs import JobPath
from api.schemas.roster_queries import (
    DifferencePath,
    RecommendationQuery,
    RosterQuery,
    WhyQuery,
)
from api.schemas.rosters import (
    AnalysisRequest,
    DifferenceFigures,
    RecommendationFigures,
    RosterAnalysis,
    RosterDocument,
    WhyFigures,
)
from api.tables import roster_table
from api.tasks import results
from api.tasks.acceptance import Acceptance, read_request
from api.tasks.examples import ROSTER
from api.tasks.requests.rosters import RosterRequest
from api.tasks.roster_acceptance import accept_roster, resolve_roster
from api.tasks.rostering import problem_of
from api.v1.bodies import json_answer, json_body
from api.v1.describe import BODY_FAILURES, TEXT, answers, operation_id, request_body
from api.v1.forms import CALENDAR, CSV, JSON, file_answer, wanted_form
from api.v1.here import caller, scope, settings, store
from api.v1.turns import turn
from optimizer.errors import InvalidInput, Issue, raise_errors
from optimizer.model import Roster, RosterProblem, check_roster

__all__ = ["routes"]

routes = APIBlueprint(
    "rosters",
    __name__,
    url_prefix="/v1/rosters",
    abp_tags=[Tag(name="Rosters", description="Rosters that were made, and questions about them.")],
    operation_id_callback=operation_id,
)

_LONG = " Questions of this kind are answered one after another in each process of the service."

_FAILURES = ("404", "409", "422")

assert ROSTER.requirement is not None
_EXAMPLE = AnalysisRequest(
    roster=Roster(ROSTER.requirement.grid, ()),
    requirement=ROSTER.requirement,
    organisation=ROSTER.organisation,
)
"""A roster in which nobody works."""


@routes.get(
    "/<id>",
    summary="Fetch a roster.",
    description=(
        "As a document that the command line reads; as a table for people (`text/csv`), with the "
        "local times of each agent's site; or as a calendar (`text/calendar`) of one agent or one "
        "site, in which shifts of the previous roster that are gone are cancelled; that is the one "
        "in force before, once the roster is published."
    ),
    responses=answers(
        RosterDocument, "The roster.", *_FAILURES, "503", others={CSV: TEXT, CALENDAR: TEXT}
    ),
)
@scope(Scope.READ)
def get_roster(path: JobPath, query: RosterQuery) -> Response:
    """Answer a roster in the form that is wanted."""
    form = wanted_form(query.format, JSON, CSV, CALENDAR)
    if form != CALENDAR and (query.agent or query.site):
        raise _refused("/format", "Only a calendar (ics) is of one agent or one site.")
    if form == JSON:
        return file_answer(_document(path.id, results.ROSTER).body, JSON, "")
    problem, roster = _made(path.id)
    with turn():
        if form == CSV:
            body: str | bytes = roster_table(problem.organisation, roster)
        else:
            body = _calendar(path.id, problem, roster, query)
    return file_answer(body, form, f"roster-{path.id}")


@routes.get(
    "/<id>/analysis",
    summary="Say what a roster costs and why.",
    description="Rule by rule and place by place, with shares of people and cover." + _LONG,
    responses=answers(RosterAnalysis, "The analysis.", *_FAILURES, "503"),
)
@scope(Scope.READ)
def analyse_roster(path: JobPath) -> Response:
    """Answer the analysis of a roster that was made."""
    return _analysis(*_made(path.id))


@routes.post(
    "/analysis",
    summary="Say what any roster costs and why.",
    description=(
        "One that was made elsewhere, for instance, or changed by hand: it may break rules, and "
        "the answer says where." + _LONG
    ),
    openapi_extensions=request_body(AnalysisRequest, _EXAMPLE),
    responses=answers(RosterAnalysis, "The analysis.", *BODY_FAILURES, "404", "409", "503"),
)
@scope(Scope.READ)
def analyse_any_roster() -> Response:
    """Answer the analysis of a roster that was sent."""
    asked = read_request(AnalysisRequest, json_body())
    acceptance = Acceptance(store(), caller().tenant, settings())
    complete, _ = accept_roster(
        acceptance,
        RosterRequest(
            organisation=asked.organisation,
            requirement=asked.requirement,
            directives=asked.directives,
            previous=asked.previous,
        ),
    )
    roster = resolve_roster(acceptance, "/roster", asked.roster)
    if roster is not None and complete.organisation is not None and acceptance.sound:
        acceptance.add(check_roster(roster, complete.organisation, "/roster"))
    acceptance.settle()
    assert roster is not None, "it would not have been settled"
    return _analysis(problem_of(complete), roster)


@routes.get(
    "/<id>/why",
    summary="Say why an agent's day is not otherwise.",
    description=(
        "Why somebody does not work a shift, or with `free` is not free: the rules that stop it, "
        "or what it would cost." + _LONG
    ),
    responses=answers(WhyFigures, "What stops it, or what it costs.", *_FAILURES, "503"),
)
@scope(Scope.READ)
def ask_why(path: JobPath, query: WhyQuery) -> Response:
    """Answer why a day is as it is."""
    from optimizer.roster.after import why

    if query.free and (query.template is not None or query.start is not None):
        raise _refused("/free", "A day off has neither a template nor a start.")
    problem, roster = _made(path.id)
    with turn(), _asked_as({"/start_minute": "/start"}):
        told = why(
            problem,
            roster,
            query.agent,
            query.day,
            template=query.template,
            start_minute=_minutes(query.start),
            free=query.free,
        )
    return json_answer(why_figures(told, clocks_of(problem.organisation, roster)))


@routes.get(
    "/<id>/recommendations",
    summary="Say who could best take a shift, come for somebody absent, or swap.",
    description="Proposals are ranked by cost; one below zero is a saving." + _LONG,
    responses=answers(RecommendationFigures, "The proposals.", *_FAILURES, "503"),
)
@scope(Scope.READ)
def recommend(path: JobPath, query: RecommendationQuery) -> Response:
    """Answer who could best do it."""
    from optimizer.roster.after import (
        recommend_for_absence,
        recommend_for_shift,
        recommend_swaps,
    )

    if [query.shift, query.absent, query.swap].count(None) != 2:
        raise _refused("", "One of shift, absent and swap is needed.")
    if query.start is not None and query.shift is None:
        raise _refused("/start", "A start goes with a shift.")
    problem, roster = _made(path.id)
    start, most = _minutes(query.start), query.most
    person = "/swap" if query.absent is None else "/absent"
    names = {"/start_minute": "/start", "/template": "/shift", "/agent": person}
    with turn(), _asked_as(names):
        if query.shift is not None:
            found = recommend_for_shift(problem, roster, query.day, query.shift, start, most=most)
        elif query.absent is not None:
            found = recommend_for_absence(problem, roster, query.absent, query.day, most=most)
        else:
            found = recommend_swaps(problem, roster, str(query.swap), query.day, most=most)
    return json_answer(recommendation_figures(found, clocks_of(problem.organisation, roster)))


@routes.get(
    "/<before>/diff/<after>",
    summary="Say what changed between two rosters.",
    description="Agent by agent and day by day, on the days that both are about.",
    responses=answers(DifferenceFigures, "The changes.", *_FAILURES),
)
@scope(Scope.READ)
def compare_rosters(path: DifferencePath) -> Response:
    """Answer how two rosters differ."""
    from optimizer.roster.after import diff

    problem, later = _made(path.after)
    earlier = results.read_roster(_document(path.before, results.ROSTER))
    people = problem.organisation
    raise_errors("The rosters cannot be compared.", check_roster(earlier, people, "/before"))
    return json_answer(difference_figures(diff(people, earlier, later), clocks_of(people, later)))


def _document(job: str, name: str) -> Document:
    return document(store(), caller().tenant, job, name)


def _made(job: str) -> tuple[RosterProblem, Roster]:
    """Return a roster that was made, and what it answers."""
    roster = results.read_roster(_document(job, results.ROSTER))
    previous = None
    if results.PREVIOUS in document_names(store(), caller().tenant, job):
        previous = _document(job, results.PREVIOUS)
    return results.read_problem(_document(job, results.PROBLEM), previous), roster


def _analysis(problem: RosterProblem, roster: Roster) -> Response:
    from optimizer.roster.after import analysis

    with turn():
        return json_answer(judged_analysis(analysis(problem, roster)))


def _calendar(job: str, problem: RosterProblem, roster: Roster, query: RosterQuery) -> bytes:
    """Return the calendar of the agent or the site that was asked for."""
    people = problem.organisation
    if query.agent is not None and query.site is None:
        if query.agent not in {agent.id for agent in people.agents}:
            raise _refused("/agent", f"There is no agent {query.agent!r:.80}.", "unknown_agent")
        return calendar_of_agent(query.agent, people, roster, *_edition(job, problem))
    if query.site is not None and query.agent is None:
        if query.site not in {site.id for site in people.sites}:
            raise _refused("/site", f"There is no site {query.site!r:.80}.", "unknown_site")
        return calendar_of_site(query.site, people, roster, *_edition(job, problem))
    raise _refused("", "A calendar is of one agent or of one site.")


def _edition(job: str, problem: RosterProblem) -> tuple[datetime, Roster | None, int | None]:
    """Return when a roster was made or put in force, what stood before, and its publication.

    What is in force takes the place of what was in force before, also where that was made later.
    """
    tenant = caller().tenant
    published = published_as(store(), tenant, job)
    if published is None:
        made = get_job(store(), tenant, job).finished
        assert made is not None, "there is a roster"
        return made, problem.previous, None
    this, before = published
    if before is None:
        return this.published, problem.previous, this.version
    earlier = results.read_roster(_document(before.job, results.ROSTER))
    known = {agent.id for agent in problem.organisation.agents}
    shifts = tuple(shift for shift in earlier.shifts if shift.agent in known)
    return this.published, replace(earlier, shifts=shifts), this.version


@contextmanager
def _asked_as(names: Mapping[str, str]) -> Iterator[None]:
    """Tell what is wrong with arguments at the parameters from which they come."""
    try:
        yield
    except InvalidInput as error:
        issues = [
            replace(issue, pointer=names.get(issue.pointer, issue.pointer))
            for issue in error.issues
        ]
        raise InvalidInput(error.detail, issues) from None


def _minutes(clock: str | None) -> int | None:
    """Return a time of the day such as 09:30 as minutes after midnight."""
    if clock is None:
        return None
    at = time.fromisoformat(clock)
    return at.hour * 60 + at.minute


def _refused(pointer: str, detail: str, code: str = "contradiction") -> InvalidInput:
    return InvalidInput("The parameters do not fit together.", [Issue(code, pointer, detail)])
