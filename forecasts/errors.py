"""Typed issues and the exception tree of the forecasts.

::

    ForecastError
    └── InvalidHistory    the history cannot be used; every problem is listed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["ForecastError", "InvalidHistory", "Issue", "Severity", "pointer"]


class Severity(StrEnum):
    """How much an issue matters: only an error stops the work."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem with a history, addressed so that a program can find it.

    Parameters
    ----------
    code
        A stable, machine-readable name in snake_case, such as ``negative_value``.
    pointer
        A JSON pointer into the input: ``/rows/17/y`` is column ``y`` of data row 17 (from 0).
    detail
        One sentence for a person, with the value that was found.
    severity
        Errors stop the work; warnings and information do not.
    """

    code: str
    pointer: str
    detail: str
    severity: Severity = Severity.ERROR


def pointer(*parts: object) -> str:
    """Return the JSON pointer (RFC 6901) made of `parts`, escaped."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


class ForecastError(Exception):
    """Base of everything this package raises on purpose.

    Parameters
    ----------
    detail
        One sentence that says what failed.
    issues
        Every single cause that is known.
    """

    def __init__(self, detail: str, issues: Sequence[Issue] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.issues = tuple(issues)

    def __reduce__(self) -> tuple[type[ForecastError], tuple[str, tuple[Issue, ...]]]:
        return type(self), (self.detail, self.issues)


class InvalidHistory(ForecastError):  # noqa: N818 - named for what was given
    """The history cannot be used; ``issues`` lists every problem found."""
