"""What tables from outside share: times as instants, and refusals in the service's own words."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from io import BytesIO, StringIO
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from api.errors import TooLarge
from forecasts.errors import ForecastError
from forecasts.errors import Issue as ForecastIssue
from forecasts.history.clocks import instants, local_times
from forecasts.history.columns import NO_OFFSET, read_stamps
from forecasts.history.log import IssueLog
from optimizer.errors import InvalidInput, Issue, Severity, raise_errors
from optimizer.model.findings import Findings

__all__ = [
    "FIRST_DAY",
    "LAST_DAY",
    "MOST_COLUMNS",
    "frame_of_columns",
    "frame_of_rows",
    "log_to_issues",
    "read_csv_body",
    "read_instants",
    "refuse_absurd",
    "refusing",
]

P = ParamSpec("P")
T = TypeVar("T")

MOST_COLUMNS = 200
"""Columns of a table; a table has as many cells as rows times columns, however few are sent."""

FIRST_DAY, LAST_DAY = np.datetime64("1990-01-01"), np.datetime64("2100-01-01")
"""Between which all times lie; what lies outside is a mistyped year."""

_LONGEST_HEADER = 100_000


def log_to_issues(log: IssueLog) -> tuple[Issue, ...]:
    """Return what reading a table found, as issues of the optimizer."""
    return tuple(map(_ours, log.issues))


def refusing(read: Callable[P, T]) -> Callable[P, T]:
    """Have a reader of tables raise `InvalidInput`, as all of the edge does."""

    @wraps(read)
    def reader(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(*args, **kwargs)
        except ForecastError as error:
            raise InvalidInput(error.detail, [_ours(issue) for issue in error.issues]) from None

    return reader


def read_instants(
    raw: pd.Series[Any], zone: str | None, column: str, log: IssueLog, *, blank: bool = True
) -> NDArray[np.float64]:
    """Return the times of a column as seconds since 1970 in UTC; NaN where there is none.

    Times without an offset are local times of `zone`; those that do not exist there or come
    twice are reported, all of them if there is no zone, and mistyped years.
    """
    stamps, _ = read_stamps(raw, column, log, "stop", blank=blank)
    refuse_absurd(stamps.wall, column, log)
    utc = instants(stamps)
    local = (stamps.offset == NO_OFFSET) & ~np.isnat(stamps.wall)
    if zone is None:
        log.rows(
            "missing_offset",
            column,
            local,
            lambda row: f"{stamps.wall[row]} has no offset from UTC, and no time zone is known.",
        )
    elif local.any():
        times = local_times(stamps, zone, column, IssueLog())
        log.rows(
            "skipped_hour",
            column,
            times.skipped & local,
            lambda row: f"{stamps.wall[row]} does not exist in {zone}.",
        )
        log.rows(
            "ambiguous_time",
            column,
            times.doubled & local,
            lambda row: f"{stamps.wall[row]} comes twice in {zone}; give it with its offset.",
        )
        found = pd.DatetimeIndex(stamps.wall[local]).tz_localize(
            zone, ambiguous="NaT", nonexistent="NaT"
        )
        utc = utc.copy()
        utc[local] = found.tz_convert("UTC").tz_localize(None).to_numpy().astype(utc.dtype)
    seconds = utc.astype("datetime64[us]").astype(np.int64) / 1e6
    return np.where(np.isnat(utc), np.nan, seconds)


def refuse_absurd(wall: NDArray[np.datetime64], column: str, log: IssueLog) -> None:
    """Report times before `FIRST_DAY` or from `LAST_DAY` on."""
    log.rows(
        "out_of_range",
        column,
        np.asarray((wall < FIRST_DAY) | (wall >= LAST_DAY), bool),
        lambda row: f"{wall[row]} is not between {FIRST_DAY} and {LAST_DAY}.",
    )


def _ours(issue: ForecastIssue) -> Issue:
    return Issue(issue.code, issue.pointer, issue.detail, Severity(issue.severity))


def frame_of_columns(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Return columns of one length as a table.

    Raises
    ------
    TooLarge
        If there are more than `MOST_COLUMNS`.
    InvalidInput
        If columns differ in length.
    """
    _refuse_wide(len(columns), "/columns")
    found = Findings()
    first = len(next(iter(columns.values()), ()))
    for name, cells in columns.items():
        if len(cells) != first:
            found.at("columns", name).error(
                "bad_shape", f"It has {len(cells)} cells, the first column {first}."
            )
    raise_errors("The batch cannot be read.", found.issues)
    return pd.DataFrame(columns)


def frame_of_rows(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a table; what a row does not have is None.

    Raises
    ------
    TooLarge
        If they have more than `MOST_COLUMNS` different names together.
    """
    names = dict.fromkeys(name for row in rows for name in row)
    _refuse_wide(len(names), "/rows")
    return pd.DataFrame({name: [row.get(name) for row in rows] for name in names})


def read_csv_body(body: bytes) -> pd.DataFrame:
    """Return the rows of CSV in UTF-8 with every cell as text.

    Raises
    ------
    TooLarge
        If there are more than `MOST_COLUMNS`.
    InvalidInput
        If it is none, or a row has more cells than the header.
    """
    if b"\0" in body:
        # No text that is kept can hold it.
        detail = "There is a NUL character."
        raise InvalidInput("The CSV cannot be read.", [Issue("unreadable_file", "", detail)])
    _refuse_wide(_width(body), "")
    try:
        with warnings.catch_warnings():
            # Rows longer than the header: pandas would cut them off with a warning.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame: pd.DataFrame = pd.read_csv(
                BytesIO(body),
                dtype=str,
                keep_default_na=False,
                encoding="utf-8-sig",
                index_col=False,
            )
    except pd.errors.EmptyDataError:
        issue = Issue("empty_file", "", "There are no rows.")
    except (pd.errors.ParserError, pd.errors.ParserWarning, UnicodeDecodeError) as error:
        issue = Issue("unreadable_file", "", f"Not CSV in UTF-8: {error}")
    else:
        return frame
    raise InvalidInput("The CSV cannot be read.", [issue])


def _width(body: bytes) -> int:
    """Return the number of columns that the header of CSV has, or more than are taken."""
    text = StringIO(body[:_LONGEST_HEADER].decode(errors="replace"), newline="")
    names = next(csv.reader(text), [])
    unread = len(body) > _LONGEST_HEADER and not text.read(1)
    return MOST_COLUMNS + 1 if unread else len(names)


def _refuse_wide(columns: int, pointer: str) -> None:
    if columns > MOST_COLUMNS:
        detail = f"There are more than {MOST_COLUMNS} columns."
        raise TooLarge("The table is too wide.", [Issue("too_many", pointer, detail)])
