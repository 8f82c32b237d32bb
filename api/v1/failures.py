"""Every failure of a request becomes one problem document (RFC 9457), whoever raised it."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from typing import Any, NoReturn

from flask import Flask, Response
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, InternalServerError

from api.logs import request_id
from api.problems import Problem, problem_of, problem_of_status
from api.schemas.codec import issues_of
from api.v1.describe import PROBLEM
from optimizer.errors import InvalidInput, Issue, Severity

__all__ = ["MOST_ISSUES", "handle_failures", "refuse_parameters"]

log = logging.getLogger(__name__)

MOST_ISSUES = 1000
"""Issues that are written out in one answer; the others are counted."""

_DETAILS = {
    404: "There is nothing at this path.",
    405: "This path does not take this method; the header Allow lists those it takes.",
}
"""What to say where the framework's own words are about browsers."""


def handle_failures(app: Flask) -> None:
    """Answer everything that is raised while a request is handled with a problem document."""
    app.register_error_handler(Exception, _answer)


def refuse_parameters(error: ValidationError) -> NoReturn:
    """Raise what the framework's own validation found as our exception.

    Raises
    ------
    InvalidInput
        Always.
    """
    raise InvalidInput("The parameters do not have the expected shape.", issues_of(error))


def _answer(error: Exception) -> HTTPException | Response:
    headers: dict[str, str] = {}
    problem = problem_of(error)
    if problem is None:
        if not isinstance(error, HTTPException):
            log.error("An unexpected failure.", exc_info=error)
            error = InternalServerError(
                "The request could not be answered. The log has the cause, under the request's id."
            )
        if error.code is None or error.code < 400:
            return error  # a redirect is an answer
        problem = problem_of_status(error.code, _detail(error, error.code))
        headers = {k: v for k, v in error.get_headers() if k != "Content-Type"}
    return Response(_document(problem), problem.status, headers, mimetype=PROBLEM)


def _detail(error: HTTPException, status: int) -> str:
    return _DETAILS.get(status) or error.description or error.name


def _document(problem: Problem) -> str:
    document: dict[str, Any] = problem.as_dict()
    document["instance"] = f"urn:callboard:request:{request_id.get()}"
    errors = document["errors"]
    if (more := len(errors) - MOST_ISSUES) > 0:
        rest = Issue("more_issues", "", f"{more:,} more are not listed.", Severity.INFORMATION)
        document["errors"] = [*errors[:MOST_ISSUES], asdict(rest)]
    return json.dumps(document, allow_nan=False)
