"""What is wrong with the lines of a file: every line is told, the first of each kind in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby

from optimizer.errors import Issue, raise_errors

__all__ = ["IN_WORDS", "LineIssues"]

IN_WORDS = 50
"""So many lines with the same problem in the same column are told one by one."""


@dataclass(slots=True)
class _Kind:
    """One problem of one column."""

    told: list[Issue] = field(default_factory=list)
    further: list[int] = field(default_factory=list)


class LineIssues:
    """Collects the problems of a file, which may be the same on forty thousand lines."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str], _Kind] = {}

    def error(self, code: str, line: int, column: str, detail: str) -> None:
        """Add a problem of a cell; with an empty column of the line as a whole."""
        kind = self._kinds.setdefault((code, column), _Kind())
        if len(kind.told) == IN_WORDS:
            kind.further.append(line)
            return
        pointer = f"/lines/{line}/{_escaped(column)}" if column else f"/lines/{line}"
        kind.told.append(Issue(code, pointer, f"Line {line}: {detail}"))

    def column(self, code: str, column: str, detail: str) -> None:
        """Add a problem of a column."""
        kind = self._kinds.setdefault((code, column), _Kind())
        kind.told.append(Issue(code, f"/columns/{_escaped(column)}", detail))

    def stop_on_errors(self) -> None:
        """Raise all that was found.

        Raises
        ------
        InvalidInput
            If there was anything.
        """
        issues: list[Issue] = []
        for (code, column), kind in self._kinds.items():
            issues += kind.told
            if kind.further:
                where = f" in column {column!r}" if column else ""
                detail = f"The same problem{where} on lines {_ranges(kind.further)}."
                issues.append(Issue(code, "/lines", detail))
        raise_errors("The file cannot be used.", issues)


def _ranges(lines: list[int]) -> str:
    """Return ascending numbers, runs of them as first-last."""
    runs = []
    for _, run in groupby(enumerate(lines), lambda item: item[1] - item[0]):
        numbers = [line for _, line in run]
        runs.append(f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}")
    return ", ".join(runs)


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
