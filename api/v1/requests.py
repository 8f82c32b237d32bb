"""Around every request: its id, a line in the log, figures, and headers that keep browsers safe."""

from __future__ import annotations

import logging
import re
import time
from functools import cache
from typing import Any
from uuid import uuid4

from flask import Flask, Response, g, request

from api.logs import request_id
from api.metrics.requests import UNMATCHED, count_request, known_method

__all__ = ["ID_HEADER", "template", "watch_requests"]

log = logging.getLogger(__name__)

ID_HEADER = "X-Request-ID"

_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_JOB_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""An identifier that the service made."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def watch_requests(app: Flask) -> None:
    """Give each request an id, log it when it is answered, and harden the answer."""
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(_forget)


def _begin() -> None:
    """Take over the caller's request id if it can be written down safely, or make one up."""
    given = request.headers.get(ID_HEADER, "")
    g.started = time.perf_counter()
    g.request_id = request_id.set(given if _USABLE_ID.fullmatch(given) else uuid4().hex)


def _finish(response: Response) -> Response:
    """Log and count who asked for what kind of thing, but nothing that a customer sent.

    The path is not logged: identifiers that customers choose stand in it. Its template is.
    """
    response.headers[ID_HEADER] = request_id.get() or ""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        # Only where it came by TLS: a browser that remembers this asks no other way for a year.
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    seconds = time.perf_counter() - g.started
    route = UNMATCHED if request.url_rule is None else template(request.url_rule.rule)
    method = known_method(request.method)
    count_request(route, method, response.status_code, seconds)
    fields: dict[str, Any] = {
        "method": method,
        "route": route,
        "status": response.status_code,
        "ms": round(1000.0 * seconds, 3),
    }
    caller = g.get("caller")
    if caller is not None:
        fields |= {"tenant": caller.tenant, "key_id": caller.key_id}
    for value in (request.view_args or {}).values():
        if _JOB_ID.fullmatch(str(value)):
            fields["job_id"] = value
    log.info("request", extra={"fields": fields})
    return response


@cache
def template(rule: str) -> str:
    """Return a route as the API's description writes it: with names in braces."""
    return re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule)


def _forget(_: BaseException | None) -> None:
    request_id.reset(g.request_id)
