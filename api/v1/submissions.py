"""Long work is asked for: looked at entirely, written down, and answered with the job it became."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.access.scopes import Scope
from api.errors import Conflict
from api.jobs.queue import Submission, submit, submitted_before
from api.jobs.records import Job
from api.logs import request_id
from api.schemas.jobs import SubmissionHeaders, SubmissionQuery, Validation
from api.tasks import KINDS, accept
from api.v1.bodies import json_answer, json_body
from api.v1.describe import BODY_FAILURES, ETAG, LOCATION, answers, operation_id, request_body
from api.v1.here import caller, scope, settings, store
from api.v1.jobs import job_answer
from optimizer.errors import InvalidInput, Issue

__all__ = ["routes"]

routes = APIBlueprint(
    "submissions",
    __name__,
    url_prefix="/v1",
    abp_tags=[Tag(name="Planning", description="Long work, done as jobs.")],
    operation_id_callback=operation_id,
)


def _asked_for(kind: str, summary: str, description: str) -> dict[str, Any]:
    """Return how a route that takes requests of a kind is described."""
    taken = KINDS[kind]
    checked = answers(Validation, "With `validate_only`: the request would be taken.")
    return {
        "summary": summary,
        "description": description,
        "openapi_extensions": request_body(taken.request, taken.example),
        "responses": checked
        | answers(
            Job,
            "The job.",
            *BODY_FAILURES,
            "404",
            "409",
            "429",
            statuses=("202",),
            headers=LOCATION | ETAG,
        ),
    }


@routes.post(
    "/forecasts",
    **_asked_for(
        "forecasts",
        "Forecast contacts and handling times.",
        "By planning group and interval, with how sure it is, from a history.",
    ),
)
@scope(Scope.PLAN)
def create_forecast(header: SubmissionHeaders, query: SubmissionQuery) -> Response:
    """Take a request for a forecast."""
    return _answer("forecasts", header, query)


@routes.post(
    "/rosters",
    **_asked_for(
        "rosters",
        "Build a roster.",
        "Who works when, so that what is needed is covered at the least cost under all rules.",
    ),
)
@scope(Scope.PLAN)
def create_roster(header: SubmissionHeaders, query: SubmissionQuery) -> Response:
    """Take a request for a roster."""
    return _answer("rosters", header, query)


@routes.post(
    "/simulations",
    **_asked_for(
        "simulations",
        "Simulate days with a roster.",
        "Contacts arrive, wait, give up and are answered, many times over: what service there is.",
    ),
)
@scope(Scope.PLAN)
def create_simulation(header: SubmissionHeaders, query: SubmissionQuery) -> Response:
    """Take a request for a simulation."""
    return _answer("simulations", header, query)


@routes.post(
    "/comparisons",
    **_asked_for(
        "comparisons",
        "Compare scenarios.",
        "The same days simulated under each, so that differences are those of the scenarios.",
    ),
)
@scope(Scope.PLAN)
def create_comparison(header: SubmissionHeaders, query: SubmissionQuery) -> Response:
    """Take a request for a comparison."""
    return _answer("comparisons", header, query)


@routes.post(
    "/plans",
    **_asked_for(
        "plans",
        "Plan a period from a history to a roster.",
        "Forecast, staffing, roster and simulation, corrected until goals are met.",
    ),
)
@scope(Scope.PLAN)
def create_plan(header: SubmissionHeaders, query: SubmissionQuery) -> Response:
    """Take a request for a plan."""
    return _answer("plans", header, query)


def _answer(kind: str, header: SubmissionHeaders, query: SubmissionQuery) -> Response:
    body, limits, tenant = json_body(long=True), settings(), caller().tenant
    if query.validate_only:
        found = accept(store(), tenant, kind, body, limits)
        return json_answer(Validation(found.seconds, found.issues))
    fingerprint = sha256(kind.encode() + b" " + body).hexdigest()
    # What was taken once is not looked at again: what it refers to may be gone by now.
    key = _unquoted(header.idempotency_key)
    job = None if key is None else _known(tenant, key, fingerprint)
    if job is None:
        found = accept(store(), tenant, kind, body, limits)
        asked = Submission(
            tenant,
            kind,
            found.body,
            found.seconds,
            label=found.label,
            idempotency_key=key,
            fingerprint=fingerprint,
            key_id=caller().key_id,
            request_id=request_id.get(),
        )
        try:
            job, _ = submit(store(), asked, max_queued=limits.max_queued)
        except Conflict as error:
            raise _reused(error) from None
    response = job_answer(job, 202)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return response


def _known(tenant: str, key: str, fingerprint: str) -> Job | None:
    try:
        return submitted_before(store(), tenant, key, fingerprint)
    except Conflict as error:
        raise _reused(error) from None


def _reused(error: Conflict) -> InvalidInput:
    """Return the failure that the draft of the header asks for: 422 for another request."""
    issues = [Issue(issue.code, "/Idempotency-Key", issue.detail) for issue in error.issues]
    return InvalidInput(error.detail, issues)


def _unquoted(key: str | None) -> str | None:
    """Return a key without the quotation marks that the draft of the header has around it."""
    if key is not None and len(key) > 2 and key[0] == key[-1] == '"':
        return key[1:-1]
    return key
