"""Make days whole: closures and outages blanked, gaps filled, days with too little dropped."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasts.calendars import Calendar
from forecasts.history.outages import find_outages
from forecasts.history.series import DaySeries
from forecasts.weekly import BoolArray, among, neighbour_mean

__all__ = ["WholeDays", "make_whole"]

LEAST_SHARE = 0.5
"""A day is kept if its recorded intervals usually carry this share of the day's contacts."""


@dataclass(frozen=True, slots=True, eq=False)
class WholeDays:
    """A series in which every day has all of its open intervals or none.

    Parameters
    ----------
    series
        What models learn from.
    actual
        Recorded intervals but for outages, ``[D, S]``: what forecasts are scored on.
    filled, dropped
        How many intervals were filled, beside those of outages and those that clocks skipped,
        and how many days were dropped.
    outages
        Intervals that were masked because impossibly few contacts came, ``[D, S]``.
    """

    series: DaySeries
    actual: BoolArray
    filled: int
    dropped: int
    outages: BoolArray


def make_whole(series: DaySeries, calendar: Calendar) -> WholeDays:
    """Blank closures and outages, fill missing intervals from the weeks around, drop thin days.

    An interval is missing if the day has records but not here, while most of the same weekdays
    around it do. It gets the mean of those weekdays, scaled by how the day's recorded
    intervals compare with theirs.
    """
    recorded = series.recorded & ~among(series.days, calendar.closures)[:, None]
    outages = np.zeros_like(recorded)
    if not series.outages_kept:
        outages = find_outages(np.where(recorded, series.offered, np.nan))
        recorded &= ~outages
    offered = np.where(recorded, series.offered, np.nan)
    usual = neighbour_mean(offered)
    missing = ~recorded & (neighbour_mean(recorded) > 0.5) & np.isfinite(usual)
    missing &= np.asarray(recorded.any(axis=1))[:, None]

    comparable = recorded & np.isfinite(usual)
    usual_recorded = np.where(comparable, usual, 0.0).sum(axis=1)
    usual_missing = np.where(missing, usual, 0.0).sum(axis=1)
    thin = usual_missing > (1 - LEAST_SHARE) * (usual_recorded + usual_missing)
    day_recorded = np.where(comparable, offered, 0.0).sum(axis=1)
    scale = np.divide(
        day_recorded, usual_recorded, out=np.ones(len(series)), where=usual_recorded > 0
    )
    whole = np.where(missing, scale[:, None] * usual, offered)
    whole[thin] = np.nan
    gaps = missing & ~outages
    if series.skipped is not None:
        gaps &= ~series.skipped
    return WholeDays(
        series=replace(series, offered=whole),
        actual=recorded,
        filled=int(gaps[~thin].sum()),
        dropped=int(thin.sum()),
        outages=outages,
    )
