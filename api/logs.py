"""Structured logs: one JSON object a line on standard error, with the request it belongs to."""

from __future__ import annotations

import json
import logging
import os
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

__all__ = ["JsonFormatter", "LineHandler", "logging_config", "request_id"]

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The request that is being answered; None outside of one."""


class JsonFormatter(logging.Formatter):
    """Format a record as one line of JSON.

    Members: ``time`` (UTC), ``level``, ``logger``, ``message``, ``request_id`` within a request,
    ``exception`` where there is one, and what the record carries as ``extra={"fields": {...}}``.
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
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


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
        "loggers": {"gunicorn.error": {"level": level.upper(), "propagate": True}},
    }
