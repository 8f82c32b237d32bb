"""Histories and other tables of intervals: as columns in JSON, and on the grids they stand for."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from api.tasks.acceptance import Acceptance
from api.tasks.requests.forecasts import HistoryColumns
from api.tasks.sizes import MOST_HISTORY_CELLS, Count, refuse_beyond
from optimizer.errors import InvalidInput, Issue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from forecasts import History

__all__ = [
    "check_columns",
    "columns_of",
    "frame_of",
    "history_of",
    "place_in_columns",
    "sound_history",
]

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
        If they are no history; every problem is listed, with pointers that `place_in_columns`
        turns into those of the columns.
    """
    from forecasts import history_from_frame

    return history_from_frame(frame_of(columns), zone=columns.zone)


def sound_history(acceptance: Acceptance, columns: HistoryColumns) -> History | None:
    """Return a history that was sent, None if it cannot be used; what is wrong is noted.

    Raises
    ------
    TooLarge
        If it is more than one job may have.
    """
    with acceptance.gathering():
        check_columns(columns, MOST_HISTORY_CELLS, "/history")
        place = place_in_columns("/history")
        with acceptance.gathering(place):
            history = history_of(columns)
            acceptance.add(history.issues, place)
            return history
    return None


def check_columns(columns: Any, most_cells: int, pointer: str) -> None:
    """Check that columns are of one length, and that their grid has a size that can be had.

    Parameters
    ----------
    columns
        A record with the fields ``start`` and ``group``, and others that are lists.
    most_cells
        Greatest number of planning groups times intervals.
    pointer
        Where the columns stand in the request.

    Raises
    ------
    InvalidInput
        If columns differ in length, there are no rows, or a time cannot be read.
    TooLarge
        If the grid is larger.
    """
    rows = len(columns.start)
    issues = [
        Issue("bad_shape", f"{pointer}/{name}", f"It has {len(values)} entries; start has {rows}.")
        for name in columns.__slots__
        if isinstance(values := getattr(columns, name), tuple) and len(values) != rows
    ]
    if not rows:
        issues.append(Issue("too_short", f"{pointer}/start", "There is nothing in it."))
    issues += _unreadable(columns.start, f"{pointer}/start")
    if issues:
        raise InvalidInput("The columns cannot be used.", issues)
    cells = _cells(columns)
    refuse_beyond(Count(pointer, "groups times intervals", cells, most_cells))


def place_in_columns(base: str) -> Callable[[str], str]:
    """Return what turns the pointer of an issue of a long table into one of its columns.

    Parameters
    ----------
    base
        Where the columns stand in the request.
    """

    def place(pointer: str) -> str:
        first, *rest = pointer.split("/")[1:] or [""]
        if first == "rows" and len(rest) == 2:
            return f"{base}/{rest[1]}/{rest[0]}"
        if first == "columns":
            return base + "".join(f"/{name}" for name in rest[:1] if name in _COLUMNS)
        return f"{base}/zone" if first == "zone" else base

    return place


def frame_of(columns: Any) -> pd.DataFrame:
    """Return columns as a long table; what is null is unknown."""
    import numpy as np
    import pandas as pd

    given = {name: getattr(columns, name) for name in _COLUMNS if hasattr(columns, name)}
    kinds: dict[str, Any] = {"start": object, "group": object}
    return pd.DataFrame(
        {
            name: np.array(values, dtype=kinds.get(name, np.float64))
            for name, values in given.items()
            if values is not None
        }
    )


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


def _unreadable(starts: Sequence[str], pointer: str) -> list[Issue]:
    """Return an issue for each of the first texts that do not begin like a time of ISO 8601."""
    wrong = [row for row, text in enumerate(starts) if not _TIME.match(text)]
    issues = [
        Issue(
            "unreadable_time",
            f"{pointer}/{row}",
            f"{starts[row]!r:.60} is not a local time such as 2026-11-23T09:30.",
        )
        for row in wrong[:_LISTED]
    ]
    if len(wrong) > _LISTED:
        detail = f"{len(wrong) - _LISTED} further times cannot be read."
        issues.append(Issue("unreadable_time", pointer, detail))
    return issues


def _cells(columns: Any) -> int:
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
