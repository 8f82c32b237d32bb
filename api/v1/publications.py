"""Which roster is in force: publish one, go back to an earlier one, look it up."""

from __future__ import annotations

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.access.scopes import Scope
from api.jobs.queue import document
from api.publications import (
    Publication,
    list_publications,
    publication_in_force,
    publish,
    roll_back,
)
from api.schemas.jobs import JobPath
from api.schemas.publications import (
    DayQuery,
    PublicationList,
    PublicationsQuery,
    PublishRequest,
    VersionPath,
)
from api.tasks.results import ROSTER, read_roster
from api.v1.bodies import json_answer, json_body
from api.v1.describe import BODY_FAILURES, LOCATION, answers, operation_id, request_body
from api.v1.here import caller, scope, store
from optimizer.codec import decode
from optimizer.errors import InvalidInput, Issue

__all__ = ["routes"]

routes = APIBlueprint(
    "publications",
    __name__,
    url_prefix="/v1",
    abp_tags=[Tag(name="Publications", description="Which roster is in force.")],
    operation_id_callback=operation_id,
)

_EXAMPLE = PublishRequest(expected_version=0, remark="first week")


@routes.post(
    "/rosters/<id>/publish",
    summary="Put a roster in force.",
    description=(
        "On all its days, in place of what was in force there, as a new version. A job whose "
        "roster was published cannot be deleted any more."
    ),
    openapi_extensions=request_body(PublishRequest, _EXAMPLE),
    responses=answers(
        Publication,
        "The new version.",
        *BODY_FAILURES,
        "404",
        "409",
        statuses=("201",),
        headers=LOCATION,
    ),
)
@scope(Scope.PLAN)
def publish_roster(path: JobPath) -> Response:
    """Publish a roster."""
    asked = _asked()
    grid = read_roster(document(store(), caller().tenant, path.id, ROSTER)).grid
    days = grid.days()
    return _made(
        publish(
            store(),
            caller(),
            path.id,
            (days[0], days[-1]),
            expected_version=asked.expected_version,
            remark=asked.remark,
        )
    )


@routes.post(
    "/publications/<version>/rollback",
    summary="Put an earlier version in force again.",
    description="As a new version, on the days that it is about.",
    openapi_extensions=request_body(PublishRequest, _EXAMPLE),
    responses=answers(
        Publication,
        "The new version.",
        *BODY_FAILURES,
        "404",
        "409",
        statuses=("201",),
        headers=LOCATION,
    ),
)
@scope(Scope.PLAN)
def roll_back_publication(path: VersionPath) -> Response:
    """Publish what an earlier version was."""
    asked = _asked()
    return _made(
        roll_back(
            store(),
            caller(),
            path.version,
            expected_version=asked.expected_version,
            remark=asked.remark,
        )
    )


@routes.get(
    "/publications",
    summary="List publications, the newest first.",
    responses=answers(PublicationList, "Publications, and where there are more.", "422"),
)
@scope(Scope.READ)
def list_all_publications(query: PublicationsQuery) -> Response:
    """Answer one page of publications."""
    found, before = list_publications(
        store(), caller().tenant, limit=query.limit, before=query.before
    )
    following = None
    if before is not None:
        following = f"{request.path}?limit={query.limit}&before={before}"
    return json_answer(PublicationList(tuple(found), following))


@routes.get(
    "/publications/current",
    summary="Say which roster is in force on a day.",
    responses=answers(Publication, "The version in force, and the job that made it.", "404", "422"),
)
@scope(Scope.READ)
def get_current_publication(query: DayQuery) -> Response:
    """Answer what is in force."""
    return json_answer(publication_in_force(store(), caller().tenant, query.day))


def _asked() -> PublishRequest:
    asked = decode(PublishRequest, json_body())
    if asked.remark is not None and not asked.remark.isprintable():
        issue = Issue("bad_text", "/remark", "A remark is one line of text that can be printed.")
        raise InvalidInput("The request cannot be used.", [issue])
    return asked


def _made(publication: Publication) -> Response:
    response = json_answer(publication)
    response.status_code = 201
    response.headers["Location"] = f"/v1/rosters/{publication.job}"
    return response
