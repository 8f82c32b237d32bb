"""``forecast.json``: what a program needs beside the long table, written and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from forecasts.adjustments import applied_as_json
from forecasts.backlog import OpenWork
from forecasts.choice import Choice
from forecasts.documents import encode
from forecasts.errors import Issue, pointer
from forecasts.intervals import GRID
from forecasts.result.forecast import Forecast
from forecasts.weekly import MINUTES_PER_DAY, FloatArray

__all__ = ["Document", "as_json", "document_issues"]


@dataclass(frozen=True, slots=True)
class _Group:
    group: str
    model: str | None = None
    backlog: float | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    first_day: date
    last_day: date
    file: str = ""


@dataclass(frozen=True, slots=True)
class _Errors:
    """How errors are distributed and go together; their size is in the table."""

    scores: tuple[tuple[float, ...], ...]
    week: tuple[float, ...]
    day: tuple[float, ...]
    across: float


@dataclass(frozen=True, slots=True)
class Document:
    """What is read from ``forecast.json``; the totals in it are for people."""

    first_day: date
    last_day: date
    interval_minutes: int
    groups: tuple[_Group, ...]
    history: _Span | None = None
    fingerprint: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    errors: _Errors | None = None
    due: tuple[OpenWork, ...] = ()
    issues: tuple[Issue, ...] = ()
    adjustments: tuple[Any, ...] = ()


def as_json(forecast: Forecast) -> dict[str, Any]:
    """Return what a program needs beside the long table: ``forecast.json``."""
    days = [str(day) for day in forecast.days]
    made_from = forecast.made_from
    document: dict[str, Any] = {}
    if made_from is not None:
        document["history"] = {
            "file": made_from.source,
            "first_day": str(made_from.first_day),
            "last_day": str(made_from.last_day),
        }
        document["fingerprint"] = made_from.fingerprint
        document["options"] = dict(made_from.options)
    document |= {
        "first_day": days[0],
        "last_day": days[-1],
        "interval_minutes": forecast.interval_minutes,
        "groups": [
            {
                "group": name,
                "model": forecast.models[index] if forecast.models else None,
                "offered": round(float(of_group.sum()), 3),
                "aht_s": None if aht is None else round(aht, 3),
                "backlog": _item(forecast.backlog, index),
                "days": dict(zip(days, of_group.round(3).tolist(), strict=True)),
            }
            for index, (name, of_group, aht) in enumerate(
                zip(forecast.groups, forecast.day_totals(), forecast.mean_aht_s(), strict=True)
            )
        ],
    }
    document["choices"] = [encode(choice) for choice in forecast.choices]
    if (known := forecast.uncertainty) is not None:
        document["errors"] = {
            "scores": known.scores.round(6).tolist(),
            "week": known.week.round(6).tolist(),
            "day": known.day.round(6).tolist(),
            "across": round(known.across, 6),
        }
    document["due"] = [encode(item) for item in forecast.due]
    document["adjustments"] = applied_as_json(forecast.adjustments)
    document["issues"] = [
        {
            "code": issue.code,
            "severity": issue.severity.value,
            "pointer": issue.pointer,
            "detail": issue.detail,
        }
        for issue in forecast.issues
    ]
    return document


def document_issues(document: Document) -> list[Issue]:
    """Return what makes no sense although it has the right types."""
    found = []
    names = [group.group for group in document.groups]
    if not names or len(set(names)) != len(names):
        found.append(Issue("bad_groups", pointer("groups"), "Groups need different names."))
    if document.last_day < document.first_day:
        detail = f"The last day {document.last_day} is before the first, {document.first_day}."
        found.append(Issue("days_reversed", pointer("last_day"), detail))
    length = document.interval_minutes
    if length < 1 or MINUTES_PER_DAY % length:
        detail = f"{length} minutes do not divide a day."
        found.append(Issue("odd_interval", pointer("interval_minutes"), detail))
    if (errors := document.errors) is not None and not _errors_fit(errors, len(names)):
        detail = f"The errors are not of {len(names)} groups."
        found.append(Issue("wrong_shape", pointer("errors"), detail))
    found += [
        Issue("unknown_group", pointer("due", place, "group"), f"There is no {item.group!r}.")
        for place, item in enumerate(document.due)
        if item.group not in names
    ]
    return found


def _errors_fit(errors: _Errors, groups: int) -> bool:
    return (
        len(errors.scores) == len(errors.week) == len(errors.day) == groups
        and all(len(scores) == len(GRID) for scores in errors.scores)
        and all(0 <= week <= day <= 1 for week, day in zip(errors.week, errors.day, strict=True))
        and 0 <= errors.across <= 1
    )


def _item(values: FloatArray | None, index: int) -> float | None:
    return None if values is None else round(float(values[index]), 6)
