"""Issues as they are found: of many rows with one problem the first are listed, all are counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from forecasts.errors import InvalidHistory, Issue, Severity, pointer
from forecasts.weekly import BoolArray

__all__ = ["ROWS_PER_ISSUE", "IssueLog"]

ROWS_PER_ISSUE = 20
"""How many rows are listed for one kind of problem; the others are counted."""


@dataclass(slots=True)
class _RowProblem:
    """One problem of one column, over all chunks of a table."""

    code: str
    column: str
    severity: Severity
    listed: list[Issue] = field(default_factory=list)
    count: int = 0

    def issues(self) -> list[Issue]:
        further = self.count - len(self.listed)
        if not further:
            return self.listed
        detail = (
            f"{further} further rows have this problem in column {self.column!r} "
            f"({self.count} in all)."
        )
        return [*self.listed, Issue(self.code, pointer("rows"), detail, self.severity)]


class IssueLog:
    """Collects the issues of a table that may come in chunks.

    Attributes
    ----------
    offset
        Number of the row in the table with which the present chunk begins.
    """

    def __init__(self) -> None:
        self.offset = 0
        self._entries: list[Issue | _RowProblem] = []

    @property
    def issues(self) -> list[Issue]:
        """Return all issues in the order in which their kinds were first found."""
        found: list[Issue] = []
        for entry in self._entries:
            found += [entry] if isinstance(entry, Issue) else entry.issues()
        return found

    def error(self, code: str, where: str, detail: str) -> None:
        """Add an error."""
        self._entries.append(Issue(code, where, detail))

    def note(self, code: str, where: str, detail: str, severity: Severity) -> None:
        """Add an issue that stops nothing."""
        self._entries.append(Issue(code, where, detail, severity))

    def rows(
        self,
        code: str,
        column: str,
        wrong: BoolArray,
        tell: Callable[[int], str],
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Report the rows of the chunk where `wrong` holds; `tell` writes one row's sentence."""
        found = np.flatnonzero(wrong)
        if not len(found):
            return
        problem = self._problem(code, column, severity)
        problem.count += len(found)
        for row in found[: ROWS_PER_ISSUE - len(problem.listed)].tolist():
            where = pointer("rows", self.offset + row, column)
            problem.listed.append(Issue(code, where, tell(row), severity))

    def stop_on_errors(self) -> None:
        """Raise `InvalidHistory` with all issues if any of them is an error."""
        issues = self.issues
        if any(issue.severity is Severity.ERROR for issue in issues):
            raise InvalidHistory("The table cannot be used.", issues)

    def _problem(self, code: str, column: str, severity: Severity) -> _RowProblem:
        for entry in self._entries:
            if (
                isinstance(entry, _RowProblem)
                and (entry.code, entry.column, entry.severity) == (code, column, severity)
            ):  # fmt: skip
                return entry
        problem = _RowProblem(code, column, severity)
        self._entries.append(problem)
        return problem
