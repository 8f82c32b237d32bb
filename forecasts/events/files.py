"""Events from files: JSON with one object per event, or CSV with one row per occurrence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from forecasts.documents import decode, load
from forecasts.errors import ForecastError, Issue, pointer
from forecasts.events.event import Event, refuse
from forecasts.history.files import read_csv

__all__ = ["read_events"]


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of a CSV file: one occurrence of an event."""

    name: str
    first_day: date
    last_day: date | None = None
    before_days: int = 0
    after_days: int = 0
    groups: tuple[str, ...] = ()
    uplift: float | None = None
    like: str | None = None
    family: str | None = None

    @property
    def length_days(self) -> int:
        return ((self.last_day or self.first_day) - self.first_day).days + 1


COLUMNS = tuple(field.name for field in fields(_Row))

SHARED = ("length_days", "before_days", "after_days", "groups", "uplift", "like", "family")
"""What all occurrences of one event have in common."""


def read_events(path: str | Path) -> tuple[Event, ...]:
    """Read events from a JSON or CSV file, told apart by its name.

    A JSON file is a list of events with the fields of `Event`, or an object with such a list under
    ``events``. A CSV file has one row per occurrence and the columns ``name, first_day`` and
    optionally ``last_day, before_days, after_days, groups, uplift, like, family``; groups are
    separated by semicolons. Dates are ISO 8601 (``2026-11-27``).

    What files cannot know, whether groups exist and whether events make sense together, is checked
    by `check_events`.

    Raises
    ------
    ForecastError
        With every problem of the file.
    """
    path = Path(path)
    return _from_csv(path) if path.suffix.lower() == ".csv" else _from_json(path)


def _from_json(path: Path) -> tuple[Event, ...]:
    document = load(path)
    where = ""
    if isinstance(document, dict) and set(document) == {"events"}:
        document, where = document["events"], "/events"
    if not isinstance(document, list):
        detail = "A list of events is expected, or an object with one under 'events'."
        raise ForecastError("The events cannot be read.", [Issue("wrong_type", where, detail)])
    found: list[Issue] = []
    events = [
        decode(Event, item, where + pointer(place), found) for place, item in enumerate(document)
    ]
    refuse(found)
    return tuple(event for event in events if event is not None)


def _from_csv(path: Path) -> tuple[Event, ...]:
    frame = read_csv(path)
    names = [str(name).strip() for name in frame.columns]
    refuse(
        [
            Issue(
                "unknown_column",
                pointer("columns", name),
                f"{name!r} is none of the columns {', '.join(COLUMNS)}.",
            )
            for name in names
            if name not in COLUMNS
        ]
        + [
            Issue("duplicate_column", pointer("columns", name), f"{name!r} is there twice.")
            for name in sorted({name for name in names if names.count(name) > 1})
        ]
    )
    found: list[Issue] = []
    by_name: dict[str, list[tuple[int, _Row]]] = {}
    for place, cells in enumerate(frame.fillna("").to_numpy().tolist()):
        given = {
            name: _value(name, cell.strip())
            for name, cell in zip(names, cells, strict=True)
            if cell.strip()
        }
        row = decode(_Row, given, pointer("rows", place), found)
        if row is not None:
            by_name.setdefault(row.name, []).append((place, row))
    for rows in by_name.values():
        found += _disagreements(rows)
    refuse(found)
    return tuple(
        Event(
            name=name,
            days=tuple(row.first_day for _, row in rows),
            **{field: getattr(rows[0][1], field) for field in SHARED},
        )
        for name, rows in by_name.items()
    )


def _value(column: str, cell: str) -> Any:
    """Return the JSON value of a cell; text that should be a number stays and is told later."""
    if column == "groups":
        return [name.strip() for name in cell.split(";")]
    if column in ("before_days", "after_days", "uplift"):
        try:
            return json.loads(cell, parse_constant=str)
        except ValueError:
            return cell
    return cell


def _disagreements(rows: Sequence[tuple[int, _Row]]) -> list[Issue]:
    """Return what is wrong with the rows of one event together."""
    found = []
    first_place, first = rows[0]
    for place, row in rows:
        if row.length_days < 1:
            detail = f"The last day {row.last_day} is before the first, {row.first_day}."
            found.append(Issue("bad_length", pointer("rows", place, "last_day"), detail))
            continue
        for field in SHARED:
            if getattr(row, field) != getattr(first, field):
                column = "last_day" if field == "length_days" else field
                found.append(
                    Issue(
                        "uneven_event",
                        pointer("rows", place, column),
                        f"{field} of {row.name!r} is {getattr(row, field)!r} here and "
                        f"{getattr(first, field)!r} in row {first_place}; give unlike occurrences "
                        "names of their own.",
                    )
                )
    return found
