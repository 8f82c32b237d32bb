"""Every failure of a request becomes one problem document (RFC 9457), whoever raised it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any, NoReturn

from flask import Flask, Response
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from api.logs import request_id
from api.problems import Problem, problem_of, problem_of_status
from api.v1.describe import PROBLEM
from optimizer.codec import issues_of
from optimizer.errors import InvalidInput

__all__ = ["MOST_ISSUES", "handle_failures", "problem_answer", "refuse_parameters"]

log = logging.getLogger(__name__)

MOST_ISSUES = 1000
"""Issues that are written out in one answer; the others are counted."""

_LONGEST_TEXT = 1_000
"""Characters of one text in an answer."""

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
    if isinstance(error, HTTPException):
        return _answer_http(error)
    problem = problem_of(error)
    if problem is None:
        log.error("An unexpected failure.", exc_info=error)
        detail = "The request could not be answered; the log has the cause under its id."
        problem = problem_of_status(500, detail)
    return problem_answer(problem, problem.headers)


def _answer_http(error: HTTPException) -> HTTPException | Response:
    """Answer what the framework raised, or a view on its behalf."""
    if error.code is None or error.code < 400:
        return error  # a redirect, or an answer that is ready
    detail = _DETAILS.get(error.code) or error.description or error.name
    headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    return problem_answer(problem_of_status(error.code, detail), headers)


def problem_answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer with a problem document (RFC 9457) about the current request."""
    document: dict[str, Any] = problem.as_dict()
    document["instance"] = f"urn:callboard:request:{request_id.get()}"
    document["detail"] = _cut(document["detail"])
    errors = document["errors"]
    if (more := len(errors) - MOST_ISSUES) > 0:
        rest = {
            "code": "more_issues",
            "severity": "information",
            "pointer": "",
            "detail": f"{more:,} more are not listed.",
        }
        errors = [*errors[:MOST_ISSUES], rest]
    document["errors"] = [{name: _cut(text) for name, text in row.items()} for row in errors]
    body = json.dumps(document, allow_nan=False)
    return Response(body, problem.status, headers, mimetype=PROBLEM)


def _cut(text: str) -> str:
    """Return a text that may repeat what was sent, but not all of it."""
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
