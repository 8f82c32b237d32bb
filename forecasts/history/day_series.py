"""One group's history as days x slots: what models learn from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasts.weekly import BoolArray, DayArray, FloatArray

__all__ = ["DaySeries"]


@dataclass(frozen=True, slots=True, eq=False)
class DaySeries:
    """One group's volumes as days x slots of the day.

    Parameters
    ----------
    days
        Consecutive dates, shape ``[D]``.
    offered
        Contacts, shape ``[D, S]``; NaN where closed or unknown.
    skipped
        Intervals that never were, as clocks were set forward, shape ``[D, S]``; None if none.
    outages_kept
        Whether runs of impossibly low counts are to be taken as they are.
    """

    days: DayArray
    offered: FloatArray
    skipped: BoolArray | None = None
    outages_kept: bool = False

    def __len__(self) -> int:
        return len(self.days)

    @property
    def recorded(self) -> BoolArray:
        """Tell which intervals have a record, shape ``[D, S]``."""
        return np.isfinite(self.offered)

    @property
    def day_recorded(self) -> BoolArray:
        """Tell which days have any record, shape ``[D]``."""
        return np.asarray(self.recorded.any(axis=1))

    def first(self, count: int) -> DaySeries:
        """Return the first `count` days: what was known on the morning after them."""
        skipped = None if self.skipped is None else self.skipped[:count]
        return replace(self, days=self.days[:count], offered=self.offered[:count], skipped=skipped)
