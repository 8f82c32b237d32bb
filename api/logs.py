"""Structured logs: one JSON object a line on standard error, with the request it belongs to."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

__all__ = ["JsonFormatter", "logging_config", "request_id"]

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
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "stream": "ext://sys.stderr",
            }
        },
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        # The server's own loggers: its access log is left out, ours has a line per request.
        "loggers": {"gunicorn.error": {"level": level.upper(), "propagate": True}},
    }
