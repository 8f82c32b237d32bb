"""Single columns of a long table: from cells to arrays, every wrong cell told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from forecasts.errors import InvalidHistory, Issue, Severity, pointer
from forecasts.weekly import MINUTES_PER_DAY, BoolArray, FloatArray, IntArray

__all__ = [
    "ROWS_PER_ISSUE",
    "IssueLog",
    "interval_minutes",
    "read_groups",
    "read_numbers",
    "read_starts",
    "report_duplicates",
]

ROWS_PER_ISSUE = 20
"""How many rows are listed for one kind of problem; the others are counted."""

ONLY_GROUP = "all"
"""The group of a table without a group column."""

_ZONE_END = r"(?:Z|[+-]\d{2}:?\d{2})$"
_ZONE = rf"\d:\d{{2}}\S*?({_ZONE_END})"


class IssueLog:
    """Collects issues; of many rows with one problem it lists the first and counts the rest."""

    def __init__(self) -> None:
        self.issues: list[Issue] = []

    def error(self, code: str, where: str, detail: str) -> None:
        """Add an error."""
        self.issues.append(Issue(code, where, detail))

    def note(self, code: str, where: str, detail: str, severity: Severity) -> None:
        """Add an issue that stops nothing."""
        self.issues.append(Issue(code, where, detail, severity))

    def rows(self, code: str, column: str, wrong: BoolArray, tell: Callable[[int], str]) -> None:
        """Report the rows where `wrong` holds; `tell` writes the sentence of one row."""
        found = np.flatnonzero(wrong)
        for row in found[:ROWS_PER_ISSUE].tolist():
            self.error(code, pointer("rows", row, column), tell(row))
        if len(found) > ROWS_PER_ISSUE:
            self.error(
                code,
                pointer("rows"),
                f"{len(found) - ROWS_PER_ISSUE} further rows have this problem in column "
                f"{column!r} ({len(found)} in all).",
            )

    def stop_on_errors(self) -> None:
        """Raise `InvalidHistory` with all issues if any of them is an error."""
        if any(issue.severity is Severity.ERROR for issue in self.issues):
            raise InvalidHistory("The table cannot be used.", self.issues)


def read_groups(
    frame: pd.DataFrame, column: str | None, log: IssueLog
) -> tuple[IntArray, tuple[str, ...]]:
    """Return each row's group as a number, and the names in alphabetical order."""
    if column is None:
        return np.zeros(len(frame), np.int64), (ONLY_GROUP,)
    # A long table repeats its names: everything is done once per distinct one.
    row_text, distinct = pd.factorize(_text(frame[column]))
    text_group, groups = pd.factorize(pd.Series(distinct).str.strip(), sort=True)
    codes = text_group[row_text].astype(np.int64)
    log.rows(
        "empty_group",
        column,
        np.asarray(groups == "")[codes],
        lambda row: "The row names no group.",
    )
    return codes, tuple(map(str, groups))


def read_starts(raw: pd.Series[Any], column: str, log: IssueLog) -> pd.DatetimeIndex:
    """Return local wall times; NaT where there is none (which is an issue by then)."""
    if pd.api.types.is_datetime64_any_dtype(raw.dtype):
        wall = pd.DatetimeIndex(raw).tz_localize(None)
    else:
        row_text, distinct = pd.factorize(_text(raw))
        text = pd.Series(distinct).str.strip()
        zones = text.str.extract(_ZONE)[0].fillna("")
        row_zone = zones.to_numpy()[row_text]
        usual = str(pd.Series(row_zone).mode().iloc[0])
        log.rows(
            "mixed_time_zones",
            column,
            row_zone != usual,
            lambda row: (
                f"{raw.iloc[row]!r} has {_zone_name(row_zone[row])}, most rows have "
                f"{_zone_name(usual)}; give local wall times of one place."
            ),
        )
        if usual:
            log.note(
                "zone_dropped",
                pointer("columns", column),
                f"Times carry the zone {usual}; they are read as wall times of that zone.",
                Severity.INFORMATION,
            )
        bare = text.where(zones == "", text.str.replace(_ZONE_END, "", regex=True))
        parsed = pd.to_datetime(bare, format="ISO8601", errors="coerce")
        wall = pd.DatetimeIndex(parsed)[row_text]
    log.rows(
        "unreadable_time",
        column,
        np.asarray(wall.isna()),
        lambda row: f"{raw.iloc[row]!r} is not an ISO 8601 date and time.",
    )
    return wall


def read_numbers(raw: pd.Series[Any], column: str, blank: bool, log: IssueLog) -> FloatArray:
    """Return a column's numbers, every one finite and not negative, or NaN where it is blank."""
    numbers = pd.to_numeric(raw, errors="coerce").to_numpy(np.float64)
    suspect = np.flatnonzero(~np.isfinite(numbers))
    text = _text(raw.iloc[suspect]).str.strip().str.lower()
    empty = np.zeros(len(numbers), bool)
    empty[suspect] = text == ""
    infinite = np.isinf(numbers)
    infinite[suspect] |= text.isin(["nan", "inf", "-inf", "infinity", "-infinity"]).to_numpy()
    if not blank:
        log.rows(
            "missing_value",
            column,
            empty,
            lambda row: "The cell is empty; leave the row out if the interval was closed.",
        )
    log.rows("not_finite", column, infinite, lambda row: f"{raw.iloc[row]} is not a finite number.")
    log.rows(
        "not_a_number",
        column,
        np.isnan(numbers) & ~empty & ~infinite,
        lambda row: f"{raw.iloc[row]!r} is not a number.",
    )
    log.rows(
        "negative_value",
        column,
        (numbers < 0) & ~infinite,
        lambda row: f"{raw.iloc[row]} is negative.",
    )
    return numbers


def interval_minutes(starts: pd.DatetimeIndex, column: str, log: IssueLog) -> int:
    """Return the most common distance between starts in minutes, and report what is off it."""
    known = starts.dropna().to_numpy().astype("datetime64[s]").astype(np.int64)
    steps = np.diff(np.unique(known))
    if not len(steps):
        if len(known):
            log.error(
                "history_too_short",
                pointer("rows"),
                "All rows are of one interval; at least a week is needed.",
            )
        return MINUTES_PER_DAY
    lengths, counts = np.unique(steps, return_counts=True)
    seconds = int(lengths[counts.argmax()])
    if (MINUTES_PER_DAY * 60) % seconds or seconds % 60:
        log.error(
            "odd_interval",
            pointer("columns", column),
            f"Most intervals are {seconds} seconds apart; whole minutes that divide a day are "
            "needed.",
        )
        return MINUTES_PER_DAY
    off = np.zeros(len(starts), bool)
    off[starts.notna()] = known % seconds != 0
    # Fractions of a second were cut off above.
    off |= np.asarray((starts != starts.floor("s")) & starts.notna())
    log.rows(
        "off_grid",
        column,
        off,
        lambda row: f"{starts[row]} is not a multiple of {seconds // 60} minutes after midnight.",
    )
    return seconds // 60


def report_duplicates(
    row_group: IntArray, groups: Sequence[str], starts: pd.DatetimeIndex, column: str, log: IssueLog
) -> None:
    """Report every row that repeats the group and interval of an earlier one."""
    repeated = pd.DataFrame({"group": row_group, "start": starts}).duplicated().to_numpy()
    log.rows(
        "duplicate_interval",
        column,
        repeated & ~np.asarray(starts.isna()),
        lambda row: f"Group {groups[row_group[row]]!r} has another row for {starts[row]}.",
    )


def _zone_name(zone: str) -> str:
    return f"the zone {zone}" if zone else "no zone"


def _text(raw: pd.Series[Any]) -> pd.Series[str]:
    """Return cells as text, empty where there is nothing."""
    return raw.astype(object).where(raw.notna(), "").astype(str)
