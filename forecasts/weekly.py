"""Days of the week: the one seasonality that every contact centre shares."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "MINUTES_PER_DAY",
    "BoolArray",
    "DayArray",
    "FloatArray",
    "IntArray",
    "among",
    "neighbour_mean",
    "weekday",
]

MINUTES_PER_DAY = 24 * 60

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
DayArray = NDArray[np.datetime64]
"""Dates as ``datetime64[D]``."""


def weekday(days: DayArray) -> IntArray:
    """Return the day of the week of each date, 0 for Monday to 6 for Sunday."""
    # 1970-01-01, day 0 of datetime64, was a Thursday.
    return (days.astype("datetime64[D]").astype(np.int64) + 3) % 7


def among(days: DayArray, dates: DayArray) -> BoolArray:
    """Tell which of `days` are one of `dates`."""
    if not len(dates):
        return np.zeros(days.shape, bool)
    ordered = np.sort(dates)
    at = np.minimum(np.searchsorted(ordered, days), len(ordered) - 1)
    return np.asarray(ordered[at] == days)


def neighbour_mean(values: NDArray[Any], weeks: int = 4) -> FloatArray:
    """Return the mean of the same weekday in the weeks around each day, the day left out.

    Parameters
    ----------
    values
        One row per consecutive day, any further axes; NaN is left out of the mean.
    weeks
        How many weeks to look back and ahead.

    Returns
    -------
    FloatArray
        Same shape; NaN where no neighbour has a value.
    """
    values = values.astype(np.float64)
    known = np.isfinite(values)
    known_values = np.where(known, values, 0.0)
    total = np.zeros_like(values)
    count = np.zeros_like(values)
    for shift in range(7, 7 * weeks + 1, 7):
        later, earlier = slice(shift, None), slice(None, -shift)
        total[later] += known_values[earlier]
        count[later] += known[earlier]
        total[earlier] += known_values[later]
        count[earlier] += known[later]
    mean = np.full_like(values, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean
