"""What will happen: the forecast, as arrays and as a long table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecasts.errors import Issue
from forecasts.history.tables import Column, read_csv, table_from_frame
from forecasts.intervals import LEVELS
from forecasts.weekly import MINUTES_PER_DAY, BoolArray, DayArray, FloatArray

__all__ = ["Forecast", "read_forecast"]

_COLUMNS = (
    Column("offered", required=True),
    *(Column(f"{side}{level}", required=True) for level in LEVELS for side in ("lower", "upper")),
    Column("aht_s"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Expected contacts and handling times of planning groups over whole days.

    Parameters
    ----------
    groups
        Names of the planning groups, ``[G]``.
    starts
        Naive local wall times of every interval of the horizon, ``[N]``.
    interval_minutes
        Length of an interval.
    offered
        Expected contacts, ``[G, N]``; zero where closed.
    open
        Whether the group is open, ``[G, N]``.
    lower, upper
        Ends of the intervals that hold 80 and 95 % of the actuals, by level in percent,
        each ``[G, N]``.
    aht_s
        Expected mean handling seconds, ``[G, N]``, positive also where closed; None if none
        were recorded.
    models
        Name of the model behind each group, ``[G]``; empty if not known.
    issues
        What is worth knowing about the history and this forecast of it.
    """

    groups: tuple[str, ...]
    starts: pd.DatetimeIndex
    interval_minutes: int
    offered: FloatArray
    open: BoolArray
    lower: Mapping[int, FloatArray]
    upper: Mapping[int, FloatArray]
    aht_s: FloatArray | None = None
    models: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()

    @property
    def slots_per_day(self) -> int:
        """Return how many intervals a day has."""
        return MINUTES_PER_DAY // self.interval_minutes

    @property
    def days(self) -> DayArray:
        """Return the dates of the horizon, ``[D]``."""
        return self.starts[:: self.slots_per_day].to_numpy().astype("datetime64[D]")

    def day_totals(self) -> FloatArray:
        """Return expected contacts per group and day, ``[G, D]``."""
        by_day = self.offered.reshape(len(self.groups), -1, self.slots_per_day)
        return np.asarray(by_day.sum(axis=2))

    def open_days(self) -> BoolArray:
        """Tell per group and day whether any interval is open, ``[G, D]``."""
        by_day = self.open.reshape(len(self.groups), -1, self.slots_per_day)
        return np.asarray(by_day.any(axis=2))

    def to_frame(self) -> pd.DataFrame:
        """Return one row per group and open interval, ordered by group and start.

        Columns: ``group, start, offered, lower80, upper80, lower95, upper95`` and ``aht_s`` if
        handling times are known. Closed intervals have no row.
        """
        group, interval = np.nonzero(self.open)
        columns: dict[str, object] = {
            "group": np.array(self.groups, dtype=object)[group],
            "start": self.starts[interval],
            "offered": self.offered[self.open],
        }
        for level in LEVELS:
            columns[f"lower{level}"] = self.lower[level][self.open]
            columns[f"upper{level}"] = self.upper[level][self.open]
        if self.aht_s is not None:
            columns["aht_s"] = self.aht_s[self.open]
        return pd.DataFrame(columns)

    def write_csv(self, path: str | Path) -> None:
        """Write `to_frame` with three decimals; `read_forecast` reads it back."""
        self.to_frame().to_csv(path, index=False, float_format="%.3f", lineterminator="\n")


def read_forecast(path: str | Path) -> Forecast:
    """Read a forecast that `Forecast.write_csv` (or anybody else) wrote.

    Days at the end of the horizon on which every group is closed have no row and are not known.

    Raises
    ------
    InvalidHistory
        If the file cannot be used; every problem is listed.
    """
    table = table_from_frame(read_csv(path), _COLUMNS)
    is_open = np.isfinite(table.values["offered"])
    values = {name: np.where(is_open, grid, 0.0) for name, grid in table.values.items()}
    if "aht_s" in values:
        means = values["aht_s"].sum(axis=1, keepdims=True) / is_open.sum(axis=1, keepdims=True)
        values["aht_s"] = np.where(is_open, values["aht_s"], means)
    return Forecast(
        groups=table.groups,
        starts=table.starts,
        interval_minutes=table.interval_minutes,
        offered=values["offered"],
        open=is_open,
        lower={level: values[f"lower{level}"] for level in LEVELS},
        upper={level: values[f"upper{level}"] for level in LEVELS},
        aht_s=values.get("aht_s"),
        issues=table.issues,
    )
