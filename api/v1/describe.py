"""Parts of the API's description that every route shares."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from api.schemas.components import reference
from api.schemas.examples import as_json
from api.schemas.problem import ProblemDocument

__all__ = [
    "BODY_FAILURES",
    "ETAG",
    "LOCATION",
    "PROBLEM",
    "TEXT",
    "answers",
    "each_event",
    "failure",
    "operation_id",
    "request_body",
]

PROBLEM = "application/problem+json"

BODY_FAILURES = ("400", "413", "415", "422")
"""The failures of every route that takes a body."""

TEXT = {"type": "string"}
"""The schema of an answer that is not JSON."""

ETAG = {"ETag": {"description": "Names this state.", "required": True, "schema": TEXT}}
LOCATION = {"Location": {"description": "Where it is.", "required": True, "schema": TEXT}}
"""Headers of good answers."""

_LATER = {
    "description": "Seconds after which to ask again.",
    "required": True,
    "schema": {"type": "integer", "minimum": 0},
}
_HEADERS = {
    "401": {
        "WWW-Authenticate": {"description": "How to send a key.", "required": True, "schema": TEXT}
    },
    "429": {"Retry-After": _LATER},
    "503": {"Retry-After": _LATER},
}
"""Headers of failures, by status."""

_MEANING = {
    "400": "The body is not JSON, or not compressed the way it says.",
    "404": "There is no such thing, or it belongs to somebody else.",
    "409": "It cannot be as things stand now.",
    "412": "It is no longer as the caller saw it.",
    "413": "The body is larger than this service takes at once.",
    "415": "The body is not declared as application/json, or compressed in an unknown way.",
    "422": "What was sent cannot be used; every problem is listed.",
    "429": "Too much is asked for; the header Retry-After says when to ask again.",
    "503": "Not now; the header Retry-After says when to ask again.",
    "default": "Any other failure.",
}


def operation_id(*, name: str, path: str, method: str) -> str:
    """Return the name of a view in camelCase, the way generated clients call it."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def request_body(kind: type, example: Any) -> dict[str, Any]:
    """Return the description of a JSON body of type `kind`."""
    content = {"schema": reference(kind, "validation"), "example": as_json(example)}
    body = {
        "description": "It may be compressed (Content-Encoding: gzip or deflate).",
        "required": True,
        "content": {"application/json": content},
    }
    return {"requestBody": body}


def answers(
    kind: type,
    description: str,
    *failures: str,
    statuses: tuple[str, ...] = ("200",),
    others: Mapping[str, dict[str, Any]] | None = None,
    headers: Mapping[str, dict[str, Any]] | None = None,
) -> dict[str | int | HTTPStatus, Any]:
    """Return the description of what a route answers, by status.

    Parameters
    ----------
    kind, description
        Type and meaning of a good answer.
    failures
        The statuses of failures to expect; any other is described by ``default``.
    statuses
        Those of a good answer.
    others
        Schemas of the forms that the answer can have beside JSON, by media type.
    headers
        Those of a good answer, by name.
    """
    forms = {"application/json": reference(kind), **(others or {})}
    good: dict[str, Any] = {"description": description}
    good["content"] = {media: {"schema": schema} for media, schema in forms.items()}
    if headers:
        good["headers"] = dict(headers)
    return {
        **{status: dict(good) for status in statuses},
        **{status: failure(status, _MEANING[status]) for status in (*failures, "default")},
    }


def each_event(kind: type) -> dict[str, Any]:
    """Return the schema of each server-sent event of a stream whose data are of a type."""
    data = {"contentMediaType": "application/json", "contentSchema": reference(kind)}
    return {
        "type": "object",
        "description": "One event of the stream, by the names of its lines.",
        "properties": {"id": TEXT, "event": TEXT, "data": TEXT | data},
        "required": ["id", "event", "data"],
    }


def failure(status: str, meaning: str) -> dict[str, Any]:
    """Return the description of an answer that is a problem document."""
    described: dict[str, Any] = {"description": meaning}
    if status in _HEADERS:
        described["headers"] = _HEADERS[status]
    described["content"] = {PROBLEM: {"schema": reference(ProblemDocument)}}
    return described
