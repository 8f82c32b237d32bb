"""What happened: volumes and handling times per group on a regular grid of local wall times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from forecasts.errors import InvalidHistory, Issue, pointer
from forecasts.history.clocks import real_share
from forecasts.history.day_series import DaySeries
from forecasts.history.files import Source, open_csv, open_frame
from forecasts.history.repairs import Repairs
from forecasts.history.tables import Column, read_table
from forecasts.weekly import MINUTES_PER_DAY, DayArray, FloatArray

__all__ = ["DaySeries", "History", "history_from_frame", "read_history"]

_COLUMNS = (
    Column("offered", required=True),
    Column("aht_s", blank=True, mean_over=("handled", "offered")),
    Column("handled", blank=True),
)


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Volumes and handling times of planning groups; an absent interval was closed or is unknown.

    Parameters
    ----------
    groups
        Names of the planning groups, ``[G]``.
    starts
        Naive local wall times of every interval of whole days, ``[N]``.
    interval_minutes
        Length of an interval; divides a day.
    offered
        Contacts that arrived, ``[G, N]``, zero or more; NaN where there is no record.
    aht_s
        Mean seconds per handled contact, ``[G, N]``; NaN where unknown. None if never measured.
    handled
        Contacts behind each value of `aht_s`, ``[G, N]``; None to take `offered`.
    issues
        What reading the history found that is worth knowing but stops nothing.
    open_at_midnight
        Contacts that had arrived and were not closed at the end of each day, ``[G, D]``; None if
        it is not known when contacts were closed.
    zone
        Time zone of the wall times, ``America/New_York``; None if its clocks never change or
        it is not known.
    outages_kept
        Whether runs of impossibly low counts are to be taken as they are.

    Raises
    ------
    InvalidHistory
        If shapes do not agree, days are not whole, or a value is negative or infinite.
    """

    groups: tuple[str, ...]
    starts: pd.DatetimeIndex
    interval_minutes: int
    offered: FloatArray
    aht_s: FloatArray | None = None
    handled: FloatArray | None = None
    issues: tuple[Issue, ...] = ()
    open_at_midnight: FloatArray | None = None
    zone: str | None = None
    outages_kept: bool = False

    def __post_init__(self) -> None:
        found = list(self._grid_issues())
        intervals = ("intervals", len(self.starts))
        days = ("days", len(self.starts) * self.interval_minutes // MINUTES_PER_DAY)
        for name, (what, count) in {
            "offered": intervals, "aht_s": intervals, "handled": intervals, "open_at_midnight": days
        }.items():  # fmt: skip
            values: FloatArray | None = getattr(self, name)
            if values is None:
                continue
            if values.shape != (len(self.groups), count):
                found.append(
                    Issue(
                        "wrong_shape",
                        pointer(name),
                        f"Shape {values.shape} is not groups x {what} "
                        f"({len(self.groups)}, {count}).",
                    )
                )
            elif np.isinf(values).any() or (values < 0).any():
                found.append(
                    Issue("negative_value", pointer(name), "A value is negative or infinite.")
                )
        if found:
            raise InvalidHistory("The history cannot be used.", found)

    def _grid_issues(self) -> list[Issue]:
        found = []
        if not self.groups or len(set(self.groups)) != len(self.groups):
            found.append(Issue("bad_groups", pointer("groups"), "Groups need different names."))
        length = self.interval_minutes
        whole = length > 0 and MINUTES_PER_DAY % length == 0
        if not whole or not len(self.starts) or len(self.starts) % (MINUTES_PER_DAY // length):
            found.append(
                Issue(
                    "odd_interval",
                    pointer("interval_minutes"),
                    f"{len(self.starts)} intervals of {length} minutes are not whole days.",
                )
            )
        elif self.starts.tz is not None or not self.starts.equals(
            pd.date_range(self.starts[0].floor("D"), periods=len(self.starts), freq=f"{length}min")
        ):
            found.append(
                Issue(
                    "off_grid",
                    pointer("starts"),
                    "Starts are not one regular grid without a zone that begins at midnight.",
                )
            )
        return found

    @property
    def slots_per_day(self) -> int:
        """Return how many intervals a day has."""
        return MINUTES_PER_DAY // self.interval_minutes

    @property
    def days(self) -> DayArray:
        """Return the dates that the grid covers, ``[D]``."""
        return self.starts[:: self.slots_per_day].to_numpy().astype("datetime64[D]")

    @property
    def backlog(self) -> FloatArray | None:
        """Return the contacts open at the end of the history, ``[G]``; None if not known."""
        return None if self.open_at_midnight is None else self.open_at_midnight[:, -1]

    def series(self, group: int) -> DaySeries:
        """Return one group's volumes from its first recorded day to the end of the history.

        The series is empty if the group has no record.
        """
        offered = self.offered[group].reshape(-1, self.slots_per_day)
        recorded = np.flatnonzero(np.isfinite(offered).any(axis=1))
        first = recorded[0] if len(recorded) else len(offered)
        skipped = None
        if self.zone is not None:
            real = real_share(self.starts, self.interval_minutes, self.zone)
            skipped = (real == 0).reshape(offered.shape)[first:]
        return DaySeries(self.days[first:], offered[first:], skipped, self.outages_kept)

    def with_groups(self, groups: Sequence[str]) -> History:
        """Return a history of exactly these groups, in this order; new ones have no record."""
        if tuple(groups) == self.groups:
            return self
        row = {name: index for index, name in enumerate(self.groups)}

        def rows(values: FloatArray | None, absent: float) -> FloatArray | None:
            if values is None:
                return None
            none = np.full(values.shape[1], absent)
            return np.stack([values[row[name]] if name in row else none for name in groups])

        offered = rows(self.offered, np.nan)
        assert offered is not None, "a history has volumes"
        return replace(
            self,
            groups=tuple(groups),
            offered=offered,
            aht_s=rows(self.aht_s, np.nan),
            handled=rows(self.handled, np.nan),
            open_at_midnight=rows(self.open_at_midnight, 0.0),
        )

    def until(self, day: np.datetime64) -> History:
        """Return what was known on the morning of `day`: everything before it."""
        days = int((self.days < day).sum())
        end = days * self.slots_per_day
        unclosed = self.open_at_midnight
        return replace(
            self,
            starts=self.starts[:end],
            offered=self.offered[:, :end],
            aht_s=None if self.aht_s is None else self.aht_s[:, :end],
            handled=None if self.handled is None else self.handled[:, :end],
            open_at_midnight=None if unclosed is None else unclosed[:, :days],
        )


def read_history(
    path: str | Path,
    mapping: Mapping[str, str] | None = None,
    *,
    zone: str | None = None,
    repairs: Repairs | None = None,
    as_of: date | None = None,
) -> History:
    """Read a history from a CSV file; see `history_from_frame` for what it understands.

    Raises
    ------
    InvalidHistory
        If the file cannot be used; every problem is listed.
    """
    return _history(open_csv(path), mapping, zone, repairs, as_of)


def history_from_frame(
    frame: pd.DataFrame,
    mapping: Mapping[str, str] | None = None,
    *,
    zone: str | None = None,
    repairs: Repairs | None = None,
    as_of: date | None = None,
) -> History:
    """Put a long table on a regular grid.

    Parameters
    ----------
    frame
        One row per group and interval, in any order. Understood are our columns ``group, start,
        offered`` and optionally ``aht_s`` and ``handled``, and the long format ``unique_id, ds,
        y``. Without a group column all rows are one group. Starts are ISO 8601 local wall times.
        Closed intervals have no row; an open interval without a contact has a row with zero.
    mapping
        Our column name to the frame's, for any other names; ``group`` and ``start`` may be
        several columns, ``channel+skill``.
    zone
        Name of a time zone: times with an offset or Z are converted to its wall times, times
        without are taken as such. Where clocks are set forward an hour is missing, where they
        are set back an interval has two rows, whose mean is taken. If it is None, the zone that
        the stamps of the frame carry.
    repairs
        What is done about rows in doubt; by default the table is refused.
    as_of
        Date, or local time, at which the table was made: rows after it are in doubt.

    Raises
    ------
    InvalidHistory
        With every problem found: missing columns, unreadable or mixed-zone times, times off the
        grid, repeated intervals, cells that are empty, not numbers, negative or infinite.
    """
    return _history(open_frame(frame), mapping, zone, repairs, as_of)


def _history(
    source: Source,
    mapping: Mapping[str, str] | None,
    zone: str | None,
    repairs: Repairs | None,
    as_of: date | None,
) -> History:
    repairs = repairs or Repairs()
    table = read_table(source, _COLUMNS, mapping, zone=zone, repairs=repairs, as_of=as_of)
    return History(
        groups=table.groups,
        starts=table.starts,
        interval_minutes=table.interval_minutes,
        offered=table.values["offered"],
        aht_s=table.values.get("aht_s"),
        handled=table.values.get("handled"),
        issues=table.issues,
        zone=table.zone,
        outages_kept=repairs.outages == "keep",
    )
