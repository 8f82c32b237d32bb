"""Typed issues and the exception tree of the optimizer.

::

    OptimizerError
    ├── InvalidInput      the input cannot be used; every problem is listed
    └── NoSolution        the input is sound, but nothing satisfies it; the reasons are listed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["InvalidInput", "Issue", "NoSolution", "OptimizerError", "Severity", "raise_errors"]


class Severity(StrEnum):
    """How much an issue matters: only an error stops the work."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem with an input, addressed so that a program can find it.

    Parameters
    ----------
    code
        A stable, machine-readable name in snake_case, such as ``unknown_skill``.
    pointer
        A JSON pointer (RFC 6901) into the input, such as ``/agents/3/skills``.
    detail
        One sentence for a person, with the value that was found.
    severity
        Errors stop the work; warnings and information do not.
    """

    code: str
    pointer: str
    detail: str
    severity: Severity = Severity.ERROR


class OptimizerError(Exception):
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


class InvalidInput(OptimizerError):  # noqa: N818 - named for what the caller did, as in the docs
    """The input cannot be used; ``issues`` lists every problem found."""

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[str, tuple[Issue, ...]]]:
        return InvalidInput, (self.detail, self.issues)


class NoSolution(OptimizerError):  # noqa: N818
    """The input is sound but nothing satisfies it; ``issues`` lists the reasons."""

    def __reduce__(self) -> tuple[type[NoSolution], tuple[str, tuple[Issue, ...]]]:
        return NoSolution, (self.detail, self.issues)


def raise_errors(detail: str, issues: Sequence[Issue]) -> None:
    """Raise `InvalidInput` with all issues if any of them is an error.

    Raises
    ------
    InvalidInput
        If at least one issue has severity ``error``.
    """
    if any(issue.severity is Severity.ERROR for issue in issues):
        raise InvalidInput(detail, issues)
