"""A forecast in files: a long table for people and programs, and all the rest beside it.

A folder holds ``forecast.csv``, ``forecast.json`` and, if the forecast was adjusted,
``unadjusted.csv``. The table alone is a forecast, too, without its days at the end on which
every group is closed and without what led to it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from forecasts.adjustments import applied_from_json
from forecasts.documents import decode, load
from forecasts.errors import ForecastError, InvalidHistory, Issue, pointer
from forecasts.history.files import read_csv
from forecasts.history.tables import Column, Table, table_from_frame
from forecasts.intervals import LEVELS
from forecasts.paths import Uncertainty
from forecasts.provenance import Provenance
from forecasts.result.document import Document, as_json, document_issues
from forecasts.result.forecast import Forecast
from forecasts.weekly import BoolArray, FloatArray

__all__ = ["forecast_from_frame", "read_forecast", "write_forecast"]

TABLE = "forecast.csv"
DOCUMENT = "forecast.json"
UNADJUSTED = "unadjusted.csv"

_ENDS = tuple((f"lower{level}", f"upper{level}") for level in LEVELS)
_COLUMNS = (
    Column("offered", required=True),
    *(Column(name) for pair in _ENDS for name in pair),
    Column("aht_s"),
    Column("deviation"),
)
_GRID = "\0"
"""A group that no file has; its rows name every interval of a horizon that is known."""


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
        return forecast_from_frame(read_csv(path))
    found: list[Issue] = []
    document = decode(Document, load(path), "", found)
    if document is not None:
        found += document_issues(document)
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


def forecast_from_frame(frame: pd.DataFrame) -> Forecast:
    """Return the forecast of a table alone; see `read_forecast`.

    Raises
    ------
    ForecastError
        If the table cannot be used; every problem is listed.
    """
    table = _table(frame)
    return _forecast(table, table.groups)


def _stored(path: Path, document: Document) -> Forecast:
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
    forecast = _forecast(table, names)
    errors, deviation = document.errors, table.values.get("deviation")
    return replace(
        forecast,
        uncertainty=None
        if errors is None or deviation is None
        else Uncertainty(
            _rows_of(names, table, deviation),
            np.array(errors.scores),
            np.array(errors.week),
            np.array(errors.day),
            errors.across,
        ),
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
    grids = {name: _rows_of(groups, table, grid, np.nan) for name, grid in table.values.items()}
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


def _rows_of(
    groups: Sequence[str], table: Table, grid: FloatArray, closed: float = 0.0
) -> FloatArray:
    """Return the rows of `groups`, with `closed` where there is none, ``[G, N]``."""
    row = {name: index for index, name in enumerate(table.groups)}
    empty = np.full(len(table.starts), closed)
    rows = [grid[row[group]] if group in row else empty for group in groups]
    return np.asarray(np.nan_to_num(np.stack(rows), nan=closed))


def _means(seconds: FloatArray, is_open: BoolArray) -> FloatArray:
    """Return each group's mean over its open intervals, or all groups' if it has none, ``[G, 1]``.

    One second if no group is ever open: a handling time is never zero.
    """
    count = is_open.sum(axis=1, keepdims=True)
    overall = seconds.sum() / count.sum() if count.any() else 1.0
    return np.where(count > 0, seconds.sum(axis=1, keepdims=True) / np.maximum(count, 1), overall)
