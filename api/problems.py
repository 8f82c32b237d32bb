"""One table from exceptions to what a caller is told: title, HTTP status and exit code."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol

__all__ = ["Problem", "issue_rows", "problem_of", "problem_of_status"]

_RETRY_SECONDS = "5"


class _Issue(Protocol):
    """What the issues of both packages have in common."""

    @property
    def code(self) -> str: ...
    @property
    def pointer(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def severity(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Problem:
    """A failure as it is told to a caller.

    Parameters
    ----------
    name
        Stable name; the last part of the problem type in HTTP answers (RFC 9457).
    title, detail
        The kind of problem and this occurrence of it, one sentence each.
    status
        HTTP status code.
    exit_code
        Exit code of the command line.
    issues
        Every single cause: ``code, severity, pointer, detail``.
    headers
        Headers of the HTTP answer.
    """

    name: str
    title: str
    detail: str
    status: int
    exit_code: int
    issues: tuple[dict[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the members of a problem document (RFC 9457), with ``errors``."""
        return {
            "type": f"urn:callboard:problem:{self.name}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "errors": list(self.issues),
        }


def problem_of(error: BaseException) -> Problem | None:
    """Return what to tell about an exception, or None if it was not raised on purpose."""
    # Imported here: an error is rare, and neither package should pay for the other's import.
    from api.errors import Busy
    from optimizer.errors import InvalidInput, NoSolution

    if isinstance(error, Busy):
        status, name = (429, "too-many-requests") if error.yours else (503, "busy")
        headers = {"Retry-After": str(error.after_seconds)}
        rows = issue_rows(error.issues)
        return Problem(name, "Busy", error.detail, status, 1, rows, headers)
    if isinstance(error, InvalidInput):
        for kind, (name, title, status) in _edge().items():
            if isinstance(error, kind):
                headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
                rows = issue_rows(error.issues)
                return Problem(name, title, error.detail, status, 2, rows, headers)
        if any(issue.code == "invalid_json" for issue in error.issues):
            rows = issue_rows(error.issues)
            return Problem("malformed-json", "Malformed JSON", error.detail, 400, 2, rows)
        return Problem(
            "invalid-input", "Invalid input", error.detail, 422, 2, issue_rows(error.issues)
        )
    if isinstance(error, NoSolution):
        return Problem("no-solution", "No solution", error.detail, 409, 1, issue_rows(error.issues))

    if (told := _of_database(error)) is not None:
        return told

    from forecasts.errors import ForecastError

    if isinstance(error, ForecastError):
        return Problem(
            "invalid-input", "Invalid input", error.detail, 422, 2, issue_rows(error.issues)
        )
    return None


def _of_database(error: BaseException) -> Problem | None:
    """Return what to tell where the database could not do what it was asked."""
    if "sqlalchemy" not in sys.modules:
        return None  # only a database raises its errors
    from sqlalchemy.exc import DataError

    from api.store import UNREACHABLE

    if isinstance(error, UNREACHABLE):
        # Locked for too long, full, gone or restarting: its own words may hold what is private.
        # The connection may have broken between the change and its confirmation.
        detail = (
            "The database cannot be used at the moment. Ask again: with the same Idempotency-Key, "
            "or the same identifiers of events, nothing is done twice."
        )
        name, title = "storage-unavailable", "Storage unavailable"
        return Problem(name, title, detail, 503, 1, headers={"Retry-After": _RETRY_SECONDS})
    if isinstance(error, DataError):
        detail = "A text or a number cannot be stored, such as a text with the character U+0000."
        return Problem("invalid-input", "Invalid input", detail, 422, 2)
    return None


def _edge() -> dict[type[BaseException], tuple[str, str, int]]:
    from api import errors

    return {
        errors.TooLarge: ("too-large", "Too large", 413),
        errors.Unauthorised: ("unauthorised", "Unauthorised", 401),
        errors.Forbidden: ("forbidden", "Forbidden", 403),
        errors.NotFound: ("not-found", "Not found", 404),
        errors.Conflict: ("conflict", "Conflict", 409),
    }


def problem_of_status(status: int, detail: str) -> Problem:
    """Return what to tell about a failure that has no exception of ours, by its HTTP status.

    Raises
    ------
    ValueError
        If there is no such status.
    """
    phrase = HTTPStatus(status).phrase
    name = phrase.lower().replace(" ", "-").replace("'", "")
    return Problem(name, phrase.capitalize(), detail, status, 2 if status < 500 else 1)


def issue_rows(issues: Sequence[_Issue]) -> tuple[dict[str, str], ...]:
    """Return issues of either package as they stand in JSON."""
    return tuple(
        {
            "code": issue.code,
            "severity": str(issue.severity),
            "pointer": issue.pointer,
            "detail": issue.detail,
        }
        for issue in issues
    )
