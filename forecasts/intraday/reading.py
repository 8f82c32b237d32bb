"""Today's intervals from a file of their own, which goes on where the history ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from forecasts.errors import InvalidHistory, Issue, pointer
from forecasts.history.files import read_csv
from forecasts.history.repairs import Repairs
from forecasts.history.series import History, history_from_frame

__all__ = ["read_until_today"]


def read_until_today(
    history: str | Path,
    today: str | Path,
    mapping: Mapping[str, str] | None = None,
    *,
    zone: str | None = None,
    repairs: Repairs | None = None,
    as_of: date | None = None,
) -> History:
    """Read a history and the file of today, with the same columns, as one.

    A single interval has no length of its own, so today's rows are read with the others. Where
    both have a row it is told as a duplicate. The options are those of `read_history`.

    Raises
    ------
    InvalidHistory
        If a file cannot be used. Rows of today are ``/today/rows/N``.
    """
    before, so_far = read_csv(history), read_csv(today)
    if so_far.empty:
        issue = Issue("empty_file", pointer("today"), "There are no rows of today.")
        raise InvalidHistory("Today's file cannot be used.", [issue])
    both = pd.concat([before, so_far], ignore_index=True)
    try:
        read = history_from_frame(both, mapping, zone=zone, repairs=repairs, as_of=as_of)
    except InvalidHistory as error:
        issues = [_located(issue, len(before)) for issue in error.issues]
        raise InvalidHistory(error.detail, issues) from None
    return replace(read, issues=tuple(_located(issue, len(before)) for issue in read.issues))


def _located(issue: Issue, rows_before: int) -> Issue:
    """Return the issue with a row of the second file numbered as it is there."""
    parts = issue.pointer.split("/")
    if parts[:2] != ["", "rows"] or len(parts) < 3 or int(parts[2]) < rows_before:
        return issue
    row = int(parts[2]) - rows_before
    return replace(issue, pointer=pointer("today", "rows", row) + "/" + "/".join(parts[3:]))
