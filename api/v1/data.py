"""The organisation, its parts and its calendar: put with versions, read back as they were put."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from werkzeug.exceptions import PreconditionFailed

from api.access import note
from api.access.scopes import Scope
from api.calendars import Calendar
from api.data import StaleVersion, check_calendar, load_document, load_organisation, put_document
from api.data.documents import StoredDocument, Version, versions
from api.data.organisations import CALENDAR, ORGANISATION
from api.data.parts import Agents, Contracts, Goals, Part, put_organisation, put_part
from api.errors import NotFound
from api.schemas import data_examples as examples
from api.schemas.components import reference
from api.schemas.data import (
    OrganisationDocument,
    PutHeaders,
    StoredVersion,
    VersionQuery,
    Versions,
    VersionsQuery,
    Written,
)
from api.v1.bodies import json_answer, json_body
from api.v1.describe import BODY_FAILURES, ETAG, answers, operation_id, request_body
from api.v1.here import caller, scope, store
from optimizer.codec import decode, encode
from optimizer.errors import Issue, raise_errors
from optimizer.model import Organisation

__all__ = ["routes"]

routes = APIBlueprint(
    "data",
    __name__,
    url_prefix="/v1",
    abp_tags=[Tag(name="Data", description="What an organisation sends once and refers to later.")],
    operation_id_callback=operation_id,
)

_PUT = ("412", *BODY_FAILURES)


def _shown(kind: type, what: str) -> dict[str | int | HTTPStatus, Any]:
    """Return the description of an answer that can be put back as it is."""
    described = answers(Written, what, "404", "422", headers=ETAG)
    described["200"]["content"] = {"application/json": {"schema": reference(kind, "validation")}}
    return described


@routes.put(
    "/organisation",
    summary="Put the organisation.",
    description="All of it, in place of what is there; each change makes a new version.",
    openapi_extensions=request_body(OrganisationDocument, examples.ORGANISATION),
    responses=answers(Written, "The version that holds it.", *_PUT, headers=ETAG),
)
@scope(Scope.PLAN)
def put_whole_organisation(header: PutHeaders) -> Response:
    """Keep an organisation."""
    sent = decode(OrganisationDocument, json_body(long=True))
    with _refusing_stale():
        version, new, issues = put_organisation(
            store(),
            caller().tenant,
            sent.organisation,
            key_id=caller().key_id,
            expected=_expected(header),
            pointer="/organisation",
        )
    return _written("/v1/organisation", version, new, issues)


@routes.get(
    "/organisation",
    summary="Read the organisation.",
    responses=_shown(OrganisationDocument, "The organisation, the way it can be put."),
)
@scope(Scope.READ)
def get_organisation(query: VersionQuery) -> Response:
    """Answer the organisation."""
    found = _document(ORGANISATION, query.version)
    organisation = decode(Organisation, found.body)
    return _tagged(OrganisationDocument(organisation), found.version)


@routes.get(
    "/organisation/versions",
    summary="List the versions of the organisation, the latest first.",
    responses=answers(Versions, "The versions.", "422"),
)
@scope(Scope.READ)
def list_organisation_versions(query: VersionsQuery) -> Response:
    """Answer one page of versions."""
    found = versions(
        store(), caller().tenant, ORGANISATION, limit=query.limit + 1, before=query.before
    )
    page = tuple(StoredVersion(one.version, one.at, one.key_id) for one in found[: query.limit])
    return json_answer(Versions(page, page[-1].version if len(found) > query.limit else None))


def _part(kind: type[Part], path: str, what: str, example: Part) -> None:
    """Make the two routes of a part of the organisation."""
    name = path.strip("/")

    def put(header: PutHeaders) -> Response:
        part = decode(kind, json_body(long=True))
        with _refusing_stale():
            version, new, issues = put_part(
                store(),
                caller().tenant,
                part,
                key_id=caller().key_id,
                expected=_expected(header),
            )
        return _written(f"/v1{path}", version, new, issues)

    def get(query: VersionQuery) -> Response:
        found = _document(ORGANISATION, query.version)
        return _tagged(_taken(kind, decode(Organisation, found.body)), found.version)

    put.__name__, put.__doc__ = f"put_{name}", f"Keep {what}."
    get.__name__, get.__doc__ = f"get_{name}", f"Answer {what}."
    routes.put(
        path,
        summary=f"Put {what}.",
        description=(
            "In place of what is there. It makes a new version of the organisation, and is "
            "refused if that would be inconsistent."
        ),
        openapi_extensions=request_body(kind, example),
        responses=answers(Written, "The version that holds it.", "409", *_PUT, headers=ETAG),
    )(scope(Scope.PLAN)(put))
    routes.get(
        path,
        summary=f"Read {what}.",
        responses=_shown(kind, "The way it can be put; ETag is the organisation's."),
    )(scope(Scope.READ)(get))


_part(Agents, "/agents", "the agents", examples.AGENTS)
_part(Contracts, "/contracts", "the contracts", examples.CONTRACTS)
_part(Goals, "/goals", "the service goals of the planning groups", examples.GOALS)


@routes.put(
    "/calendar",
    summary="Put the calendar.",
    description="Closures, public holidays, events and business hours, in place of what is there.",
    openapi_extensions=request_body(Calendar, examples.CALENDAR),
    responses=answers(Written, "The version that holds it.", *_PUT, headers=ETAG),
)
@scope(Scope.PLAN)
def put_calendar(header: PutHeaders) -> Response:
    """Keep a calendar."""
    calendar = decode(Calendar, json_body(long=True))
    tenant = caller().tenant
    organisation = load_organisation(store(), tenant)
    known = None if organisation is None else [group.id for group in organisation.groups]
    issues = check_calendar(calendar, known)
    raise_errors("The calendar has problems.", issues)
    with _refusing_stale():
        version, new = put_document(
            store(),
            tenant,
            CALENDAR,
            encode(calendar),
            key_id=caller().key_id,
            expected=_expected(header),
        )
    return _written("/v1/calendar", version, new, issues)


@routes.get(
    "/calendar",
    summary="Read the calendar.",
    responses=_shown(Calendar, "The calendar, the way it can be put."),
)
@scope(Scope.READ)
def get_calendar(query: VersionQuery) -> Response:
    """Answer the calendar."""
    found = _document(CALENDAR, query.version)
    return _tagged(decode(Calendar, found.body), found.version)


@contextmanager
def _refusing_stale() -> Iterator[None]:
    """Answer 412 if somebody else wrote meanwhile."""
    try:
        yield
    except StaleVersion as error:
        raise PreconditionFailed(error.detail) from None


def _expected(header: PutHeaders) -> int | None:
    """Return the version that must be the latest; -1, which none is, if it cannot be one."""
    if header.if_none_match is not None:
        return 0
    if header.if_match is None:
        return None
    tag = header.if_match.removeprefix("W/").strip('"')
    return int(tag) if tag.isascii() and tag.isdigit() and len(tag) < 10 else -1


def _document(name: str, version: int | None) -> StoredDocument:
    found = load_document(store(), caller().tenant, name, version)
    if found is None:
        detail = f"No {name} was put." if version is None else f"There is no version {version}."
        raise NotFound(detail, [Issue("not_found", "", detail)])
    return found


def _taken(kind: type[Part], organisation: Organisation) -> Part:
    """Return a part of an organisation as it is."""
    if kind is Agents:
        return Agents(organisation.agents)
    if kind is Contracts:
        return Contracts(organisation.contracts)
    return Goals({group.id: group.goal for group in organisation.groups})


def _written(target: str, version: Version, new: bool, issues: Sequence[Issue]) -> Response:
    if new:
        note(store(), caller(), "put data", target, {"version": version.version})
    return _tagged(Written(version.version, new, tuple(issues)), version)


def _tagged(value: Any, version: Version) -> Response:
    answer = json_answer(value)
    answer.set_etag(str(version.version))
    if request.method == "GET":
        answer.make_conditional(request)
    return answer
