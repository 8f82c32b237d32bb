"""Read the text format of the shift scheduling instances of Curtois and Qu (2014).

T. Curtois and R. Qu, "Computational results on new staff scheduling benchmark instances",
2014, http://www.schedulingbenchmarks.org. Lines of sections, fields apart by commas, ``#`` before
remarks; day 0 is a Monday.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from optimizer.errors import raise_errors
from optimizer.model.findings import Findings

__all__ = ["Cover", "Employee", "Instance", "ShiftType", "Wish", "parse_instance"]

SECTIONS = {
    "SECTION_HORIZON": 1,
    "SECTION_SHIFTS": 3,
    "SECTION_STAFF": 8,
    "SECTION_DAYS_OFF": None,
    "SECTION_SHIFT_ON_REQUESTS": 4,
    "SECTION_SHIFT_OFF_REQUESTS": 4,
    "SECTION_COVER": 5,
}
"""Every section and the number of fields of its lines; None if it varies."""

NEEDED = ("SECTION_HORIZON", "SECTION_SHIFTS", "SECTION_STAFF")
"""Sections that must have a line."""

GREATEST, MOST_DAYS = 1_000_000_000, 10_000
"""Greater numbers, and longer horizons, are taken for a mistake."""


@dataclass(frozen=True, slots=True)
class ShiftType:
    """A type of shift.

    Parameters
    ----------
    minutes
        Its length.
    not_before
        Types that may not be worked on the day after this one.
    """

    id: str
    minutes: int
    not_before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Employee:
    """A person's limits.

    Parameters
    ----------
    most
        Greatest number of shifts of each type.
    max_minutes, min_minutes
        Of the whole horizon.
    max_shifts, min_shifts, min_days_off
        Days in a row at work, at least and at most, and off at least.
    max_weekends
        Weekends with a shift on Saturday or Sunday.
    """

    id: str
    most: dict[str, int]
    max_minutes: int
    min_minutes: int
    max_shifts: int
    min_shifts: int
    min_days_off: int
    max_weekends: int


@dataclass(frozen=True, slots=True)
class Wish:
    """To work, or not to work, a shift on a day, and what it costs if not granted."""

    employee: str
    day: int
    shift: str
    weight: int


@dataclass(frozen=True, slots=True)
class Cover:
    """Employees wanted in a shift of a day, and the price of each one missing or too many."""

    day: int
    shift: str
    wanted: int
    missing: int
    extra: int


@dataclass(frozen=True, slots=True)
class Instance:
    """A whole instance.

    Parameters
    ----------
    days
        Length of the horizon.
    days_off
        Per employee, the days on which he or she must be free.
    on, off
        Wishes for shifts and against them.
    """

    days: int
    shifts: tuple[ShiftType, ...]
    staff: tuple[Employee, ...]
    days_off: dict[str, tuple[int, ...]]
    on: tuple[Wish, ...]
    off: tuple[Wish, ...]
    cover: tuple[Cover, ...]


def parse_instance(text: str) -> Instance:
    """Return the instance that a file's text describes.

    Raises
    ------
    InvalidInput
        If it cannot be read, with every problem. Pointers name the section and the number of
        the line within it, from 0.
    """
    found = Findings()
    instance = _Reader(found, _rows(text, found)).instance()
    raise_errors("The instance cannot be read.", found.issues)
    return instance


def _rows(text: str, found: Findings) -> dict[str, list[list[str]]]:
    """Return the fields of every line of every section; report what has no place."""
    rows: dict[str, list[list[str]]] = {}
    section = ""
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("SECTION_"):
            section = line
            if line not in SECTIONS:
                found.at(line).error("unknown_section", f"Line {number}: there is no {line}.")
            elif line in rows:
                found.at(line).error("duplicate_section", f"Line {number}: {line} comes twice.")
            rows.setdefault(line, [])
        elif not section:
            found.error("outside_sections", f"Line {number} stands before the first section.")
        else:
            here = found.at(section, len(rows[section]))
            rows[section].append(_fields(line, here, section, number))
    for name in SECTIONS:
        if name not in rows:
            found.at(name).error("missing_section", f"There is no {name}.")
        elif name in NEEDED and not rows[name]:
            found.at(name).error("empty_section", f"{name} has no line.")
    if len(rows.get("SECTION_HORIZON", ())) > 1:
        found.at("SECTION_HORIZON", 1).error("second_horizon", "There is more than one horizon.")
    return rows


def _fields(line: str, here: Findings, section: str, number: int) -> list[str]:
    fields = [field.strip() for field in line.split(",")]
    wanted = SECTIONS.get(section)
    if wanted is not None and len(fields) != wanted:
        here.error("bad_fields", f"Line {number} has {len(fields)} fields, not {wanted}.")
    return fields


class _Reader:
    """Fields into numbers and names, every doubt reported."""

    def __init__(self, found: Findings, rows: dict[str, list[list[str]]]) -> None:
        self._found, self._rows = found, rows
        self._days = GREATEST
        self._shifts: set[str] = set()
        self._staff: set[str] = set()

    def instance(self) -> Instance:
        """Return the instance; it is of use only if nothing was reported."""
        for here, (days,) in self._lines("SECTION_HORIZON"):
            self._days = self._number(here, days, least=1, most=MOST_DAYS)
        self._shifts = self._names("SECTION_SHIFTS")
        self._staff = self._names("SECTION_STAFF")
        return Instance(
            self._days,
            tuple(self._shift(*line) for line in self._lines("SECTION_SHIFTS")),
            tuple(self._employee(*line) for line in self._lines("SECTION_STAFF")),
            self._days_off(),
            tuple(self._wish(*line) for line in self._lines("SECTION_SHIFT_ON_REQUESTS")),
            tuple(self._wish(*line) for line in self._lines("SECTION_SHIFT_OFF_REQUESTS")),
            self._cover(),
        )

    def _lines(self, section: str) -> Iterator[tuple[Findings, list[str]]]:
        """Yield the lines that have as many fields as they should."""
        for number, fields in enumerate(self._rows.get(section, ())):
            if SECTIONS[section] in (None, len(fields)):
                yield self._found.at(section, number), fields

    def _names(self, section: str) -> set[str]:
        return self._found.unique(section, (fields[0] for fields in self._rows.get(section, ())))

    def _number(self, here: Findings, field: str, least: int = 0, most: int = GREATEST) -> int:
        try:
            value = int(field)
        except ValueError:
            here.error("not_a_number", f"{field!r} is not a whole number.")
            return least
        if not least <= value <= most:
            here.error("out_of_range", f"{field} must be in [{least}, {most}].")
            return least
        return value

    def _day(self, here: Findings, field: str) -> int:
        return self._number(here, field, most=self._days - 1)

    def _shift(self, here: Findings, fields: list[str]) -> ShiftType:
        name, minutes, after = fields
        apart = tuple(other for other in after.split("|") if other)
        for other in apart:
            self._known(here, "shift", other, self._shifts)
        return ShiftType(name, self._number(here, minutes, least=1, most=24 * 60), apart)

    def _known(self, here: Findings, what: str, name: str, names: set[str]) -> None:
        if name not in names:
            here.error(f"unknown_{what}", f"There is no {what} {name!r}.")

    def _employee(self, here: Findings, fields: list[str]) -> Employee:
        most: dict[str, int] = {}
        for part in fields[1].split("|"):
            name, sign, limit = part.partition("=")
            if not sign:
                here.error("bad_limit", f"{part!r} does not say how many shifts of what type.")
                continue
            self._known(here, "shift", name, self._shifts)
            if name in most:
                here.error("duplicate_limit", f"There are two limits for shift {name!r}.")
            most[name] = self._number(here, limit)
        for name in sorted(self._shifts - set(most)):
            here.error("missing_limit", f"There is no limit for shift {name!r}.")
        max_minutes, min_minutes = (self._number(here, field) for field in fields[2:4])
        max_shifts, min_shifts, min_off = (self._number(here, f, least=1) for f in fields[4:7])
        here.ordered("minutes", min_minutes, max_minutes)
        here.ordered("consecutive shifts", min_shifts, max_shifts)
        weekends = self._number(here, fields[7])
        return Employee(
            fields[0], most, max_minutes, min_minutes, max_shifts, min_shifts, min_off, weekends
        )

    def _days_off(self) -> dict[str, tuple[int, ...]]:
        days: dict[str, set[int]] = {}
        for here, (name, *fields) in self._lines("SECTION_DAYS_OFF"):
            self._known(here, "employee", name, self._staff)
            days.setdefault(name, set()).update(self._day(here, field) for field in fields)
        return {name: tuple(sorted(mine)) for name, mine in days.items()}

    def _wish(self, here: Findings, fields: list[str]) -> Wish:
        name, day, shift, weight = fields
        self._known(here, "employee", name, self._staff)
        self._known(here, "shift", shift, self._shifts)
        return Wish(name, self._day(here, day), shift, self._number(here, weight))

    def _cover(self) -> tuple[Cover, ...]:
        covers: dict[tuple[int, str], Cover] = {}
        for here, (day, shift, *numbers) in self._lines("SECTION_COVER"):
            self._known(here, "shift", shift, self._shifts)
            cover = Cover(self._day(here, day), shift, *(self._number(here, n) for n in numbers))
            if (cover.day, shift) in covers:
                here.error("duplicate_cover", f"Shift {shift!r} of day {day} stands here twice.")
            covers[cover.day, shift] = cover
        return tuple(covers.values())
