"""Rows of a contact log from outside: checked, every bad row told, and turned into fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from api.data.contact_fields import FLAGS, NUMBERS, TEXTS, TIMES
from api.data.frames import read_instants, refusing
from forecasts.history.clocks import check_zone
from forecasts.history.columns import cell_texts, check_numbers
from forecasts.history.log import IssueLog
from forecasts.history.names import Field, find_columns

__all__ = ["read_contact_rows"]

LONGEST_TEXT = 200
_YES, _NO = ("true", "yes", "1", "y", "t"), ("false", "no", "0", "n", "f")
_REQUIRED = ("id", "group", "created")


@refusing
def read_contact_rows(
    frame: pd.DataFrame, zone: str | None
) -> dict[str, tuple[date, dict[str, Any]]]:
    """Check rows of contacts and return the local day and the fields of each, by id.

    Parameters
    ----------
    frame
        Columns ``id``, ``group``, ``created`` and any others of `api.data.contact_fields`; cells
        may be text. Fields of columns that the table lacks are left out, empty cells are None.
    zone
        Of times without an offset, and of the local day; None is UTC, and every time then needs
        its offset.

    Raises
    ------
    InvalidInput
        With every problem found, at most 20 rows listed per kind.
    """
    check_zone(zone)
    log = IssueLog()
    known = ("id", *TEXTS, *TIMES, *NUMBERS, *FLAGS)
    fields = [Field(name, required=name in _REQUIRED) for name in known]
    found = find_columns([str(name) for name in frame.columns], fields, {}, log)
    if not len(frame):
        log.error("empty_file", "", "There are no rows.")
    log.stop_on_errors()
    columns: dict[str, NDArray[Any]] = {}
    for name in known:
        if name in found:
            columns[name] = _column(frame[name], name, zone, log)
    ids = columns.pop("id")
    again = pd.Series(ids).duplicated().to_numpy()
    log.rows("duplicate_id", "id", again, lambda row: f"{ids[row]!r} stands here twice.")
    _compare(columns, log)
    log.stop_on_errors()
    days = _days(columns["created"], zone)
    names = list(columns)
    rows = zip(*(_values(column) for column in columns.values()), strict=True)
    return {
        id_: (day, dict(zip(names, row, strict=True)))
        for id_, day, row in zip(ids.tolist(), days, rows, strict=True)
    }


def _column(raw: pd.Series[Any], name: str, zone: str | None, log: IssueLog) -> NDArray[Any]:
    """Return a column's values; None, or NaN in a column of numbers, where a cell is empty."""
    if name in TIMES:
        return read_instants(raw, zone, name, log, blank=name not in _REQUIRED)
    if name in NUMBERS:
        return check_numbers(raw, name, True, log, "stop")[0]
    texts = np.array([text.strip() for text in cell_texts(raw)], object)
    if name in FLAGS:
        return _flags(texts, name, log)
    long = np.array([len(text) > LONGEST_TEXT for text in texts], bool)
    log.rows(
        "name_too_long", name, long, lambda row: f"It has more than {LONGEST_TEXT} characters."
    )
    empty = np.asarray(texts == "", bool)
    if name in _REQUIRED:
        log.rows("missing_value", name, empty, lambda row: "The cell is empty.")
    texts[empty] = None
    return texts


def _flags(texts: NDArray[Any], name: str, log: IssueLog) -> NDArray[Any]:
    said = [text.lower() for text in texts]
    wrong = np.array([text not in ("", *_YES, *_NO) for text in said], bool)
    log.rows("not_yes_or_no", name, wrong, lambda row: f"{texts[row]!r:.60} is neither yes nor no.")
    return np.array([None if text == "" else text in _YES for text in said], object)


def _compare(columns: Mapping[str, NDArray[Any]], log: IssueLog) -> None:
    """Report what cannot have happened in this order."""
    created = columns["created"]
    for name in ("first_response", "abandoned", "resolved"):
        if name in columns:
            log.rows(
                "before_arrival",
                name,
                columns[name] < created,
                lambda row, name=name: (  # type: ignore[misc]  # bound here
                    f"It is {created[row] - columns[name][row]:.0f} s before the contact was "
                    "created."
                ),
            )
    if "abandoned" in columns and "first_response" in columns:
        both = np.isfinite(columns["abandoned"]) & np.isfinite(columns["first_response"])
        detail = "The contact was answered, so it cannot have been abandoned."
        log.rows("answered_and_abandoned", "abandoned", both, lambda row: detail)


def _days(created: NDArray[np.float64], zone: str | None) -> list[date]:
    """Return the local day of each time."""
    index = pd.to_datetime(created, unit="s", utc=True)
    return list(index.tz_convert(ZoneInfo(zone) if zone else UTC).date)


def _values(column: NDArray[Any]) -> list[Any]:
    """Return values as plain ones, None where not known."""
    values: list[Any] = column.tolist()
    if column.dtype == object:
        return values
    return [None if np.isnan(value) else value for value in values]
