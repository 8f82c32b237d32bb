"""Histories as columns in JSON, and on the grid that forecasts learn from."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from api.tasks.requests.forecasts import HistoryColumns, OpenContacts
from api.tasks.sizes import MOST_HISTORY_CELLS, Size, refuse_beyond
from optimizer.errors import InvalidInput, Issue

if TYPE_CHECKING:
    from forecasts import History

__all__ = ["check_columns", "columns_of", "history_of", "open_contacts", "place_in_history"]

_MINUTES = 24 * 60

_LISTED = 20
"""So many times that cannot be read are listed; the others are counted."""

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}")

_COLUMNS = ("start", "offered", "group", "aht_s", "handled")


def history_of(columns: HistoryColumns) -> History:
    """Put columns on a regular grid.

    Raises
    ------
    InvalidHistory
        If they are no history; every problem is listed, with pointers that `place_in_history`
        turns into those of the columns.
    """
    import numpy as np
    import pandas as pd

    from forecasts import history_from_frame

    table: dict[str, Any] = {"start": np.array(columns.start, dtype=object)}
    if columns.group is not None:
        table["group"] = np.array(columns.group, dtype=object)
    for name in ("offered", "aht_s", "handled"):
        values = getattr(columns, name)
        if values is not None:
            table[name] = np.array(values, dtype=np.float64)
    return history_from_frame(pd.DataFrame(table), zone=columns.zone)


def check_columns(columns: HistoryColumns) -> None:
    """Check that columns are of one length, and that their grid has a size that can be had.

    Raises
    ------
    InvalidInput
        If columns differ in length, or there are no rows.
    TooLarge
        If planning groups times intervals are more than one job may have.
    """
    rows = len(columns.start)
    issues = [
        Issue("bad_shape", f"/history/{name}", f"It has {len(values)} entries; start has {rows}.")
        for name in _COLUMNS[1:]
        if (values := getattr(columns, name)) is not None and len(values) != rows
    ]
    if not rows:
        issues.append(Issue("too_short", "/history/start", "There is nothing in it."))
    issues += _unreadable(columns)
    if issues:
        raise InvalidInput("The history cannot be used.", issues)
    cells = _cells(columns)
    refuse_beyond(Size("/history", "groups times intervals", cells, MOST_HISTORY_CELLS))


def place_in_history(pointer: str) -> str:
    """Return where an issue of a history stands in the columns that it was made from."""
    parts = pointer.split("/")[1:]
    if parts[:1] == ["rows"] and len(parts) == 3:
        return f"/history/{parts[2]}/{parts[1]}"
    if parts[:1] == ["columns"]:
        return "/history" + "".join(f"/{part}" for part in parts[1:2] if part in _COLUMNS)
    return "/history/zone" if parts == ["zone"] else "/history"


def columns_of(history: History) -> HistoryColumns:
    """Return a history as columns; `history_of` makes the same one of them again."""
    import numpy as np

    group, interval = np.nonzero(np.isfinite(history.offered))
    starts = np.datetime_as_string(history.starts.to_numpy(), unit="m")

    def column(values: Any) -> tuple[float | None, ...] | None:
        if values is None:
            return None
        return tuple(
            None if value != value else value for value in values[group, interval].tolist()
        )

    return HistoryColumns(
        start=tuple(starts[interval].tolist()),
        offered=tuple(history.offered[group, interval].tolist()),
        group=tuple(np.array(history.groups, dtype=object)[group].tolist()),
        aht_s=column(history.aht_s),
        handled=column(history.handled),
        zone=history.zone,
    )


def open_contacts(history: History) -> tuple[OpenContacts, ...] | None:
    """Return what is open at the end of a history; None if it does not know."""
    if history.backlog is None:
        return None
    return tuple(
        OpenContacts(name, count)
        for name, count in zip(history.groups, history.backlog.tolist(), strict=True)
        if count > 0
    )


def _unreadable(columns: HistoryColumns) -> list[Issue]:
    """Return an issue for each of the first texts that do not begin like a time of ISO 8601."""
    wrong = [row for row, text in enumerate(columns.start) if not _TIME.match(text)]
    issues = [
        Issue(
            "unreadable_time",
            f"/history/start/{row}",
            f"{columns.start[row]!r:.60} is not a local time such as 2026-11-23T09:30.",
        )
        for row in wrong[:_LISTED]
    ]
    if len(wrong) > _LISTED:
        detail = f"{len(wrong) - _LISTED} further times cannot be read."
        issues.append(Issue("unreadable_time", "/history/start", detail))
    return issues


def _cells(columns: HistoryColumns) -> int:
    """Return a bound on planning groups times intervals, from the texts alone."""
    groups = 1 if columns.group is None else len(set(columns.group))
    days = {text[:10] for text in columns.start}
    clock = sorted({60 * int(text[11:13]) + int(text[14:16]) for text in columns.start})
    # The shortest way from one time of day to the next, over midnight as well.
    steps = [later - now for now, later in pairwise([*clock, clock[0] + _MINUTES])]
    try:
        span = date.fromisoformat(max(days)) - date.fromisoformat(min(days))
    except ValueError:
        return 0  # such a day does not exist, which the reader of the history tells
    return groups * (span.days + 1) * (_MINUTES // max(1, min(steps)))
