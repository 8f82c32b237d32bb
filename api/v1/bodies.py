"""JSON bodies in and out, with everything that can be wrong before their meaning is looked at."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from api.counts import Count, refuse_counts
from api.v1.characters import refuse_null_in_json
from api.v1.compression import compress, inflate
from api.v1.depth import depth_of
from api.v1.here import settings
from optimizer.codec import encode

__all__ = ["Count", "json_answer", "json_body", "refuse_beyond", "whole_body"]


def json_body(*, long: bool = False) -> bytes:
    """Return the body of the request, which is declared as JSON and within the limits.

    Parameters
    ----------
    long
        Whether it is the body of a job or of data, and not of what is answered at once.

    Raises
    ------
    UnsupportedMediaType
        If the body is declared as anything else, or compressed in an unknown way.
    BadRequest
        If it cannot be inflated.
    TooLarge
        If it has more bytes, values or levels than the settings allow, compressed or not.
    InvalidInput
        If it holds a null character.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("The body must be declared as application/json.")
    limits = settings()
    body = whole_body(limits.max_job_bytes if long else limits.max_body_bytes)
    # Every wrong value becomes an issue, so a few megabytes of them would be millions. Commas
    # bound the values without parsing; those within strings only make the limit stricter.
    values = Count(
        "",
        "values",
        body.count(b",") + 1,
        limits.max_job_values if long else limits.max_values,
    )
    refuse_beyond(
        values,
        Count("", "levels", depth_of(body, limits.max_depth), limits.max_depth),
    )
    refuse_null_in_json(body)
    return body


def whole_body(limit: int) -> bytes:
    """Return the body of the request, inflated, of at most so many bytes.

    Raises
    ------
    UnsupportedMediaType
        If it is compressed in an unknown way.
    BadRequest
        If it cannot be inflated.
    TooLarge
        If it has more bytes, compressed or not.
    """
    # A body without a declared length is cut off here rather than refused, so one more byte is
    # let in to tell that there was too much.
    request.max_content_length = limit + 1
    refuse_beyond(Count("", "bytes", request.content_length or 0, limit))
    body = request.get_data(cache=False)
    refuse_beyond(Count("", "bytes", len(body), limit))
    body = inflate(body, request.content_encoding or "", limit)
    refuse_beyond(Count("", "bytes", len(body), limit))
    return body


def refuse_beyond(*counts: Count) -> None:
    """Refuse a body that has too many of something.

    Raises
    ------
    TooLarge
        If any count is above its limit; all that are, are listed.
    """
    refuse_counts("The body is too large.", counts)


def json_answer(value: Any) -> Response:
    """Return an answer with a value as JSON, compressed if it is long and the caller takes that."""
    response = Response(encode(value), mimetype="application/json")
    return compress(response, settings().compress_from_bytes)
