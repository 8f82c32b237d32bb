"""Attributes of groups from a CSV file: what the hierarchy is made of, every problem told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecasts.coherence.hierarchy import Hierarchy
from forecasts.errors import ForecastError, pointer
from forecasts.history.columns import read_numbers
from forecasts.history.files import read_csv
from forecasts.history.log import IssueLog

__all__ = ["read_hierarchy"]


def read_hierarchy(
    path: str | Path, groups: Sequence[str], *, crossings: bool = False
) -> Hierarchy:
    """Read the attributes of groups from a CSV file.

    Column ``group`` names the group, the optional column ``share`` is what a group without
    history is expected to get (see `Hierarchy`), every other column is an attribute. A group
    that has no history is taken in if it has a share.

    Parameters
    ----------
    groups
        The groups that have a history; each needs a row.

    Returns
    -------
    Hierarchy
        Of `groups` in their order, then of the new ones in the order of the file.

    Raises
    ------
    ForecastError
        With every problem found: no column ``group`` or two of one name; groups that are unknown,
        missing or repeated; empty cells; shares that are not numbers above 0.
    """
    frame = read_csv(path)
    names = [str(name).strip() for name in frame.columns]
    log = IssueLog()
    if "group" not in names:
        log.error(
            "missing_column",
            pointer("columns", "group"),
            f"There is no column 'group'; the columns are {', '.join(names)}.",
        )
    for name in sorted({name for name in names if names.count(name) > 1}):
        detail = f"More than one column is named {name!r}."
        log.error("duplicate_column", pointer("columns", name), detail)
    _stop_on_errors(log)

    cells = {name: frame.iloc[:, place].str.strip() for place, name in enumerate(names)}
    column = cells.pop("group")
    share_cells = cells.pop("share", pd.Series("", index=frame.index))
    shares = read_numbers(share_cells, "share", True, log)
    log.rows("not_positive", "share", shares == 0, lambda _: "A share must be above 0.")
    _check_groups(column, share_cells, groups, log)
    for name, values in cells.items():
        log.rows("missing_value", name, np.asarray(values == ""), lambda _: "The cell is empty.")
    _stop_on_errors(log)

    rows = [str(name) for name in column]
    known = set(groups)
    return Hierarchy.of(
        [*groups, *(name for name in rows if name not in known)],
        {name: dict(zip(rows, map(str, values), strict=True)) for name, values in cells.items()},
        crossings=crossings,
        shares={
            name: float(share)
            for name, share in zip(rows, shares, strict=True)
            if np.isfinite(share)
        },
    )


def _check_groups(
    column: pd.Series[Any], share_cells: pd.Series[Any], groups: Sequence[str], log: IssueLog
) -> None:
    """Report rows without a group or with a repeated or unknown one, and groups without a row."""
    empty = np.asarray(column == "")
    # A share that cannot be read is told by itself: its group is not unknown as well.
    unknown = np.asarray(~column.isin(groups) & (share_cells == ""))
    repeated = np.asarray(column.duplicated())
    log.rows("missing_value", "group", empty, lambda _: "The row names no group.")
    log.rows(
        "repeated_group",
        "group",
        repeated & ~empty,
        lambda row: f"Group {column.iloc[row]!r} has another row.",
    )
    log.rows(
        "unknown_group",
        "group",
        unknown & ~empty,
        lambda row: f"Group {column.iloc[row]!r} has neither a history nor a share.",
    )
    there = set(column)
    for name in groups:
        if name not in there:
            log.error("missing_group", pointer("groups", name), f"Group {name!r} has no row.")


def _stop_on_errors(log: IssueLog) -> None:
    if log.issues:
        raise ForecastError("The hierarchy cannot be used.", log.issues)
