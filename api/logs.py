"""Structured logs: one JSON object a line on standard error, with the request or job it is about.

A line tells what the service did, never what it worked on: identifiers that the service made,
sizes, times and kinds, but no name, figure or text that a customer sent.
"""

from __future__ import annotations

import json
import logging
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

__all__ = ["JsonFormatter", "LineHandler", "about_job", "job_id", "logging_config", "request_id"]

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The request that is being answered, or that submitted the job; None where there is none."""

job_id: ContextVar[str | None] = ContextVar("job_id", default=None)
"""The job that is being worked on; None outside of one."""


@contextmanager
def about_job(job: str, request: str | None = None) -> Iterator[None]:
    """Write the ids of a job, and of the request that submitted it, in every line of the block."""
    of_job, of_request = job_id.set(job), request_id.set(request)
    try:
        yield
    finally:
        request_id.reset(of_request)
        job_id.reset(of_job)


class JsonFormatter(logging.Formatter):
    """Format a record as one line of JSON.

    Members: ``time`` (UTC), ``level``, ``logger``, ``message``, ``request_id`` within a request
    or a job that one submitted, ``job_id`` within a job, what the record carries as
    ``extra={"fields": {...}}``, and ``exception`` where there is one: its types and lines of code,
    but not its words, since those are often about what a customer sent.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON; line breaks within it are escaped."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (current := request_id.get()) is not None:
            line["request_id"] = current
        if (current := job_id.get()) is not None:
            line["job_id"] = current
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = _without_words(record.exc_info[1])
        return json.dumps(line, default=str)


def _without_words(error: BaseException) -> str:
    """Return the trace of an exception, and of those that led to it, without their messages."""
    told: list[str] = []
    current: BaseException | None = error
    seen: set[int] = set()
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        frames = "".join(traceback.format_tb(current.__traceback__))
        told.append(f"{frames}{type(current).__module__}.{type(current).__qualname__}")
        current = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )
    return "\nwhich led to\n".join(reversed(told))


class LineHandler(logging.Handler):
    """Write each line to standard error at once, without a lock.

    A line is one call of the system, which does not mix it with others; so requests that are
    answered at the same time need not wait for each other.
    """

    def createLock(self) -> None:  # noqa: N802 - the name is of the standard library
        """Make no lock."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        try:
            os.write(2, f"{self.format(record)}\n".encode())
        except Exception:
            self.handleError(record)


def logging_config(level: str) -> dict[str, Any]:
    """Return the configuration (`logging.config.dictConfig`) of a server process.

    Parameters
    ----------
    level
        Least level that is logged, in lower case.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "api.logs.JsonFormatter"}},
        "handlers": {
            "stderr": {"class": "api.logs.LineHandler", "formatter": "json"},
        },
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {"level": level.upper(), "propagate": True},
            # Several lines a second about what nobody has to do anything about.
            "alembic": {"level": "WARNING"},
            "apscheduler": {"level": "WARNING"},
        },
    }
