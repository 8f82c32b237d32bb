"""What tables from outside share: times as instants, and refusals in the service's own words."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts.errors import ForecastError
from forecasts.errors import Issue as ForecastIssue
from forecasts.history.clocks import instants, local_times
from forecasts.history.columns import NO_OFFSET, read_stamps
from forecasts.history.log import IssueLog
from optimizer.errors import InvalidInput, Issue, Severity

__all__ = ["log_to_issues", "read_csv_body", "read_instants", "refusing"]

P = ParamSpec("P")
T = TypeVar("T")


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
    twice are reported, and all of them if there is no zone.
    """
    stamps, _ = read_stamps(raw, column, log, "stop", blank=blank)
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


def _ours(issue: ForecastIssue) -> Issue:
    return Issue(issue.code, issue.pointer, issue.detail, Severity(issue.severity))


def read_csv_body(body: bytes) -> pd.DataFrame:
    """Return the rows of CSV in UTF-8 with every cell as text.

    Raises
    ------
    InvalidInput
        If it is none, or a row has more cells than the header.
    """
    if b"\0" in body:
        # No text that is kept can hold it.
        detail = "There is a NUL character."
        raise InvalidInput("The CSV cannot be read.", [Issue("unreadable_file", "", detail)])
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
