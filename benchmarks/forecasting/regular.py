"""A group's usual opening as one regular series, for models that know seasons but no calendar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.forecasting.windows import GroupWindow
from forecasts.weekly import BoolArray, FloatArray, neighbour_mean, weekday

__all__ = ["Regular", "regular"]


@dataclass(frozen=True, slots=True, eq=False)
class Regular:
    """The usual opening of one group laid end to end, closures filled.

    Filling keeps the seasons in step: the same slot of the week is always `week` values back.

    Parameters
    ----------
    values
        Contacts before the origin, ``[N]``, whole weeks of days from the origin backwards or
        more; closures and missing intervals have the mean of the weeks around them.
    day, week
        Season lengths: usual slots of a day and of a week.
    ahead
        Which intervals of the window follow one another, ``[H, S]``.
    """

    values: FloatArray
    day: int
    week: int
    ahead: BoolArray

    @property
    def steps(self) -> int:
        """Return how many values are to be forecast."""
        return int(self.ahead.sum())

    def unfold(self, forecast: FloatArray) -> FloatArray:
        """Put forecast values in their intervals, ``[H, S]``, never below zero."""
        unfolded = np.zeros(self.ahead.shape)
        unfolded[self.ahead] = np.maximum(forecast, 0.0)
        return unfolded


def regular(group: GroupWindow) -> Regular:
    """Lay the usual opening of a group end to end; only the past is used to fill it."""
    usual = group.calendar.open_slots
    per_day = usual.sum(axis=1)
    offered = group.seen.offered
    filled = np.where(np.isfinite(offered), offered, neighbour_mean(offered))
    return Regular(
        values=np.nan_to_num(filled[usual[weekday(group.seen.days)]]),
        day=int(per_day.max()),
        week=int(per_day.sum()),
        ahead=usual[weekday(group.days)],
    )
