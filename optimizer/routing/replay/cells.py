"""The cells of a CSV file as typed values; what cannot be read is noted with its line."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from optimizer.errors import InvalidInput, Issue
from optimizer.model import HIGHEST_LEVEL
from optimizer.routing.replay.line_issues import LineIssues

__all__ = ["MOST", "Row", "Table", "find_columns", "open_table"]

E = TypeVar("E", bound=StrEnum)

MOST = 1e9
"""Greatest number in a cell: thirty years in seconds; more is a mistake."""


@dataclass(frozen=True, slots=True)
class Table:
    """A header, and the lines below it with their numbers in the file (the header is line 1)."""

    header: tuple[str, ...]
    lines: tuple[tuple[int, list[str]], ...]


def open_table(path: Path) -> Table:
    """Read a CSV file in UTF-8, separated by commas, or by semicolons if its header has no comma.

    Raises
    ------
    InvalidInput
        If the file cannot be read or has no header.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            separator = ";" if ";" in first and "," not in first else ","
            reader = csv.reader(file, delimiter=separator)
            lines = tuple((reader.line_num, cells) for cells in reader if cells)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unusable("unreadable_file", f"{path}: {error}") from None
    if not lines:
        raise _unusable("empty_file", f"{path} is empty.")
    return Table(tuple(cell.strip() for cell in lines[0][1]), lines[1:])


def find_columns(
    header: Collection[str],
    names: Mapping[str, bool],
    mapping: Mapping[str, str],
    found: LineIssues,
) -> dict[str, int]:
    """Return where each of our columns stands in the header.

    Parameters
    ----------
    names
        Our columns, and whether each is required.
    mapping
        Our name to the file's, for those that are called something else there.
    found
        Takes names that do not exist, columns that are missing, and those that stand twice.
    """
    titles = list(header)
    for name in mapping:
        if name not in names:
            known = ", ".join(names)
            found.column("unknown_column", name, f"There is no column {name!r}; known: {known}.")
    places: dict[str, int] = {}
    for name, required in names.items():
        title = mapping.get(name, name)
        if titles.count(title) > 1:
            found.column("duplicate_column", title, f"Column {title!r} stands in the header twice.")
        elif title in titles:
            places[name] = titles.index(title)
        elif required or name in mapping:
            found.column("missing_column", title, f"There is no column {title!r} ({name}).")
    return places


class Row:
    """One line of a table.

    Parameters
    ----------
    places
        From `find_columns`; cells of columns that are not there are empty.
    zone
        Of times without an offset from UTC; None refuses them.
    """

    __slots__ = ("_cells", "_found", "_places", "_zone", "line")

    def __init__(
        self,
        line: int,
        cells: list[str],
        places: Mapping[str, int],
        zone: tzinfo | None,
        found: LineIssues,
    ) -> None:
        self.line = line
        self._cells = cells
        self._places = places
        self._zone = zone
        self._found = found

    @classmethod
    def of_table(
        cls, table: Table, places: Mapping[str, int], zone: tzinfo | None, found: LineIssues
    ) -> Iterator[Row]:
        """Return the lines that have as many cells as the header; note those that have not."""
        width = len(table.header)
        for line, cells in table.lines:
            if len(cells) == width:
                yield cls(line, cells, places, zone, found)
            else:
                detail = f"there are {len(cells)} cells under {width} columns."
                found.error("wrong_width", line, "", detail)

    def error(self, code: str, name: str, detail: str) -> None:
        """Note a problem of one of our columns."""
        self._found.error(code, self.line, name, detail)

    def text(self, name: str) -> str:
        """Return a cell without the blanks around it."""
        place = self._places.get(name)
        return "" if place is None else self._cells[place].strip()

    def names(self, name: str) -> tuple[str, ...]:
        """Return a list that is separated by semicolons."""
        return tuple(part for part in map(str.strip, self.text(name).split(";")) if part)

    def needed(self, name: str) -> str:
        """Return a cell that must not be empty."""
        text = self.text(name)
        if not text:
            self.error("empty_cell", name, f"{name} is empty.")
        return text

    def number(self, name: str, most: float = MOST) -> float | None:
        """Return a number from 0 to `most`; None for an empty cell, and for one that is bad."""
        text = self.text(name)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if 0 <= value <= most:
            return value
        code = "wrong_type" if math.isnan(value) else "out_of_range"
        self.error(code, name, f"{name} is {text!r}, not a number from 0 to {most:g}.")
        return None

    def instant(self, name: str) -> datetime | None:
        """Return a time, in UTC; None, and a note, for anything else."""
        text = self.needed(name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.error("wrong_type", name, f"{name} is {text!r}, not a time such as "
                       "2026-03-02T10:00:00+01:00.")  # fmt: skip
            return None
        if moment.tzinfo is None:
            if self._zone is None:
                self.error("missing_offset", name, f"{text!r} has no offset from UTC, and no "
                           "zone is named.")  # fmt: skip
                return None
            moment = moment.replace(tzinfo=self._zone)
        # Times of one zone would be subtracted by their clocks, summer time forgotten.
        return moment.astimezone(UTC)

    def choice(self, name: str, default: E) -> E:
        """Return the member of an enumeration, `default` for an empty cell and for a bad one."""
        text = self.text(name)
        if not text:
            return default
        try:
            return type(default)(text)
        except ValueError:
            known = ", ".join(type(default))
            self.error("unknown_value", name, f"{name} is {text!r}, not one of {known}.")
            return default

    def skills(self, name: str) -> dict[str, int]:
        """Return skills with levels, as in ``billing:2;french``; without a level it is 1."""
        levels: dict[str, int] = {}
        for part in self.names(name):
            skill, separator, level = part.rpartition(":")
            if not separator:
                skill, level = part, "1"
            if not skill or level not in _LEVELS:
                self.error("wrong_type", name, f"{part!r} is not a skill with a level from 1 to "
                           f"{HIGHEST_LEVEL}, such as billing:2.")  # fmt: skip
            elif skill in levels:
                self.error("duplicate_skill", name, f"{skill!r} is asked for twice.")
            else:
                levels[skill] = int(level)
        return levels


_LEVELS = {str(level) for level in range(1, HIGHEST_LEVEL + 1)}


def _unusable(code: str, detail: str) -> InvalidInput:
    return InvalidInput("The file cannot be used.", [Issue(code, "", detail)])
