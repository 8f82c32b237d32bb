"""Around every request: its id, one line in the log, and the headers that keep browsers safe."""

from __future__ import annotations

import logging
import re
import time
from uuid import uuid4

from flask import Flask, Response, g, request

from api.logs import request_id

__all__ = ["ID_HEADER", "watch_requests"]

log = logging.getLogger(__name__)

ID_HEADER = "X-Request-ID"

_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
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
    """Log method, path, status and time, but nothing that a customer sent."""
    response.headers[ID_HEADER] = request_id.get() or ""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    fields = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "ms": round(1000.0 * (time.perf_counter() - g.started), 3),
    }
    log.info("request", extra={"fields": fields})
    return response


def _forget(_: BaseException | None) -> None:
    request_id.reset(g.request_id)
