"""The forecast as arrays and as a long table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecasts.backlog import OpenWork
from forecasts.choice import Choice
from forecasts.errors import Issue
from forecasts.paths import Uncertainty, sample_paths
from forecasts.provenance import Provenance
from forecasts.weekly import MINUTES_PER_DAY, BoolArray, DayArray, FloatArray

if TYPE_CHECKING:
    from forecasts.adjustments import Applied

__all__ = ["Forecast"]


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
        each ``[G, N]``; empty if they are not known.
    aht_s
        Expected mean handling seconds, ``[G, N]``, positive also where closed; None if none
        were recorded.
    models
        Name of the model behind each group, ``[G]``; empty if not known.
    issues
        What is worth knowing about the history and this forecast of it.
    choices
        Why each group is forecast the way it is; empty if not known.
    backlog
        Contacts open when the horizon begins, ``[G]``; None if not known.
    due
        The part of the backlog that has a due time.
    made_from
        History and options behind the forecast; None if not known.
    uncertainty
        What `sample_paths` draws from; None if not known.
    adjustments
        What was applied to it, in order, each with its effect.
    unadjusted
        The forecast before the first adjustment; None if there is none.
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
    choices: tuple[Choice, ...] = ()
    backlog: FloatArray | None = None
    due: tuple[OpenWork, ...] = ()
    made_from: Provenance | None = None
    uncertainty: Uncertainty | None = None
    adjustments: tuple[Applied, ...] = ()
    unadjusted: Forecast | None = None

    @property
    def slots_per_day(self) -> int:
        """Return how many intervals a day has."""
        return MINUTES_PER_DAY // self.interval_minutes

    @property
    def days(self) -> DayArray:
        """Return the dates of the horizon, ``[D]``."""
        return self.starts[:: self.slots_per_day].to_numpy().astype("datetime64[D]")

    @property
    def fingerprint(self) -> str | None:
        """Return the fingerprint of what the forecast was made from, if it is known."""
        return None if self.made_from is None else self.made_from.fingerprint

    def day_totals(self) -> FloatArray:
        """Return expected contacts per group and day, ``[G, D]``."""
        by_day = self.offered.reshape(len(self.groups), -1, self.slots_per_day)
        return np.asarray(by_day.sum(axis=2))

    def open_days(self) -> BoolArray:
        """Tell per group and day whether any interval is open, ``[G, D]``."""
        by_day = self.open.reshape(len(self.groups), -1, self.slots_per_day)
        return np.asarray(by_day.any(axis=2))

    def work_hours(self) -> FloatArray | None:
        """Return expected hours of handling per group, ``[G]``; None without handling times."""
        return None if self.aht_s is None else (self.offered * self.aht_s).sum(axis=1) / 3600.0

    def mean_aht_s(self) -> tuple[float | None, ...]:
        """Return each group's handling seconds weighted by volume; None where there is none."""
        hours = self.work_hours()
        contacts = self.offered.sum(axis=1)
        if hours is None:
            return (None,) * len(self.groups)
        return tuple(
            float(3600.0 * work / volume) if volume > 0 else None
            for work, volume in zip(hours, contacts, strict=True)
        )

    def sample_paths(self, count: int, seed: int = 0) -> FloatArray:
        """Draw whole horizons of all groups as they might come, ``[count, G, N]``.

        See `forecasts.paths`.
        """
        return sample_paths(self, count, seed)

    def paths_frame(self, count: int, seed: int = 0) -> pd.DataFrame:
        """Return sample paths as a long table ``path, group, start, offered`` of open intervals."""
        paths = self.sample_paths(count, seed)
        group, interval = np.nonzero(self.open)
        rows = len(group)
        return pd.DataFrame(
            {
                "path": np.repeat(np.arange(1, count + 1), rows),
                "group": np.tile(np.array(self.groups, dtype=object)[group], count),
                "start": np.tile(self.starts[interval], count),
                "offered": paths[:, group, interval].ravel(),
            }
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row per group and open interval, ordered by group and start.

        Columns: ``group, start, offered``, then ``lower80, upper80, lower95, upper95``, ``aht_s``
        and ``deviation`` (the standard deviation of the error before any adjustment) as far as
        they are known. Closed intervals have no row.
        """
        group, interval = np.nonzero(self.open)
        columns: dict[str, object] = {
            "group": np.array(self.groups, dtype=object)[group],
            "start": self.starts[interval],
            "offered": self.offered[self.open],
        }
        for level in self.lower:
            columns[f"lower{level}"] = self.lower[level][self.open]
            columns[f"upper{level}"] = self.upper[level][self.open]
        if self.aht_s is not None:
            columns["aht_s"] = self.aht_s[self.open]
        if self.uncertainty is not None:
            columns["deviation"] = self.uncertainty.deviation[self.open]
        return pd.DataFrame(columns)

    def write_csv(self, path: str | Path) -> None:
        """Write `to_frame` with six decimals; `read_forecast` reads it back."""
        self.to_frame().to_csv(
            path,
            index=False,
            float_format="%.6f",
            date_format="%Y-%m-%d %H:%M:%S",
            lineterminator="\n",
        )
