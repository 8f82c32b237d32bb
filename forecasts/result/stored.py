"""A forecast in files: a long table for people and programs, and all the rest beside it.

A folder holds ``forecast.csv``, ``forecast.json`` and, if the forecast was adjusted,
``unadjusted.csv``. The table alone is a forecast, too, without its days at the end on which
every group is closed and without what led to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecasts.adjustments import applied_as_json, applied_from_json
from forecasts.backlog import OpenWork
from forecasts.choice import Choice
from forecasts.documents import decode, encode, load
from forecasts.errors import ForecastError, InvalidHistory, Issue, pointer
from forecasts.history.tables import Column, Table, read_csv, table_from_frame
from forecasts.intervals import LEVELS
from forecasts.provenance import Provenance
from forecasts.result.forecast import Forecast
from forecasts.weekly import MINUTES_PER_DAY, BoolArray, FloatArray

__all__ = ["as_json", "read_forecast", "write_forecast"]

TABLE = "forecast.csv"
DOCUMENT = "forecast.json"
UNADJUSTED = "unadjusted.csv"

_ENDS = tuple((f"lower{level}", f"upper{level}") for level in LEVELS)
_COLUMNS = (
    Column("offered", required=True),
    *(Column(name) for pair in _ENDS for name in pair),
    Column("aht_s"),
)
_GRID = "\0"
"""A group that no file has; its rows name every interval of a horizon that is known."""


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
class _Document:
    """What is read from ``forecast.json``; the totals in it are for people."""

    first_day: date
    last_day: date
    interval_minutes: int
    groups: tuple[_Group, ...]
    history: _Span | None = None
    fingerprint: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    due: tuple[OpenWork, ...] = ()
    issues: tuple[Issue, ...] = ()
    adjustments: tuple[Any, ...] = ()


def write_forecast(forecast: Forecast, folder: str | Path) -> tuple[Path, ...]:
    """Write a forecast to a folder, made if need be, and return its files.

    The same forecast gives the same bytes; there is no clock in them.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    forecast.write_csv(folder / TABLE)
    text = json.dumps(as_json(forecast), indent=2, allow_nan=False)
    (folder / DOCUMENT).write_text(text + "\n", encoding="utf-8")
    if forecast.unadjusted is None:
        # Another forecast's may lie here.
        (folder / UNADJUSTED).unlink(missing_ok=True)
        return folder / TABLE, folder / DOCUMENT
    forecast.unadjusted.write_csv(folder / UNADJUSTED)
    return folder / TABLE, folder / DOCUMENT, folder / UNADJUSTED


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


def read_forecast(path: str | Path) -> Forecast:
    """Read a forecast from its folder, from its JSON file, or from a table alone.

    The table may be anybody's: ``group, start, offered`` are enough. Ends of intervals and
    handling times that are not there stay unknown; ends come in pairs.

    Raises
    ------
    ForecastError
        If a file cannot be used or files do not belong together; every problem is listed.
    """
    path = Path(path)
    if path.is_dir():
        path /= DOCUMENT if (path / DOCUMENT).is_file() else TABLE
    if path.suffix.lower() != ".json":
        table = _table(read_csv(path))
        return _forecast(table, table.groups)
    found: list[Issue] = []
    document = decode(_Document, load(path), "", found)
    if document is not None:
        found += _document_issues(document)
    if document is None or found:
        raise ForecastError(f"{path.name} is not a stored forecast.", found)
    applied = applied_from_json(document.adjustments, found)
    if found:
        raise ForecastError(f"{path.name} holds adjustments that cannot be read.", found)
    forecast = _stored(path.with_suffix(".csv"), document)
    if not applied:
        return forecast
    return replace(
        forecast, adjustments=applied, unadjusted=_stored(path.with_name(UNADJUSTED), document)
    )


def _document_issues(document: _Document) -> list[Issue]:
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
    found += [
        Issue("unknown_group", pointer("due", place, "group"), f"There is no {item.group!r}.")
        for place, item in enumerate(document.due)
        if item.group not in names
    ]
    return found


def _stored(path: Path, document: _Document) -> Forecast:
    """Return the forecast of a table whose groups and days are known."""
    frame = read_csv(path)
    starts = pd.date_range(
        document.first_day,
        document.last_day + pd.Timedelta(days=1),
        freq=f"{document.interval_minutes}min",
        inclusive="left",
    )
    whole = pd.DataFrame("0", index=range(len(starts)), columns=frame.columns)
    whole["group"], whole["start"] = _GRID, starts.strftime("%Y-%m-%d %H:%M:%S")
    table = _table(pd.concat([frame, whole], ignore_index=True))
    names = tuple(group.group for group in document.groups)
    found = [
        Issue("unknown_group", pointer("groups", name), f"{path.name} has rows of {name!r}.")
        for name in table.groups
        if name not in (*names, _GRID)
    ]
    if not table.starts.equals(starts):
        detail = (
            f"The rows of {path.name} are not of {document.first_day} to {document.last_day} in "
            f"steps of {document.interval_minutes} minutes."
        )
        found.append(Issue("off_grid", pointer("rows"), detail))
    if found:
        raise ForecastError(f"{path.name} does not belong to {DOCUMENT}.", found)
    span, models = document.history, [group.model for group in document.groups]
    backlog = [group.backlog for group in document.groups]
    return replace(
        _forecast(table, names),
        models=tuple(filter(None, models)) if all(models) else (),
        issues=tuple(dict.fromkeys((*document.issues, *table.issues))),
        choices=document.choices,
        backlog=None if None in backlog else np.array(backlog, np.float64),
        due=document.due,
        made_from=None
        if span is None or document.fingerprint is None
        else Provenance(
            document.fingerprint, span.first_day, span.last_day, document.options, span.file
        ),
    )


def _table(frame: pd.DataFrame) -> Table:
    """Return the table on its grid, with both ends of an interval or none."""
    table = table_from_frame(frame, _COLUMNS)
    alone = [
        Issue(
            "missing_column",
            pointer("columns", other),
            f"There is {name!r} without {other!r}; both ends of an interval are needed.",
        )
        for pair in _ENDS
        for name, other in (pair, pair[::-1])
        if name in table.values and other not in table.values
    ]
    if alone:
        raise InvalidHistory("The table cannot be used.", alone)
    return table


def _forecast(table: Table, groups: Sequence[str]) -> Forecast:
    """Return the forecast of `groups`; those without a row are closed throughout."""
    row = {name: index for index, name in enumerate(table.groups)}
    empty = np.full(len(table.starts), np.nan)
    grids = {
        name: np.stack([grid[row[group]] if group in row else empty for group in groups])
        for name, grid in table.values.items()
    }
    is_open = np.isfinite(grids["offered"])
    values = {name: np.where(is_open, grid, 0.0) for name, grid in grids.items()}
    aht_s = values.get("aht_s")
    there = [level for level, (lower, _) in zip(LEVELS, _ENDS, strict=True) if lower in values]
    return Forecast(
        groups=tuple(groups),
        starts=table.starts,
        interval_minutes=table.interval_minutes,
        offered=values["offered"],
        open=is_open,
        lower={level: values[f"lower{level}"] for level in there},
        upper={level: values[f"upper{level}"] for level in there},
        aht_s=None if aht_s is None else np.where(is_open, aht_s, _means(aht_s, is_open)),
        issues=table.issues,
    )


def _means(seconds: FloatArray, is_open: BoolArray) -> FloatArray:
    """Return each group's mean over its open intervals, or all groups' if it has none, ``[G, 1]``.

    One second if no group is ever open: a handling time is never zero.
    """
    count = is_open.sum(axis=1, keepdims=True)
    overall = seconds.sum() / count.sum() if count.any() else 1.0
    return np.where(count > 0, seconds.sum(axis=1, keepdims=True) / np.maximum(count, 1), overall)


def _item(values: FloatArray | None, index: int) -> float | None:
    return None if values is None else round(float(values[index]), 6)
