"""Outages: runs of intervals with impossibly few contacts within a day that is otherwise normal.

A broken line or recorder leaves zeros, or next to nothing, for some hours. Learnt from, they
would pull the forecast down for weeks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasts.weekly import BoolArray, FloatArray, IntArray, neighbour_mean

__all__ = ["find_outages"]

LOW_SHARE = 0.25
"""Each interval of an outage is below this share of its usual contacts."""

LEAST_PROBABILITY = 1e-6
"""Poisson arrivals of the quietest week around leave as few contacts less often than this."""

NORMAL_SHARE = 0.5
"""The rest of the day has at least this share of its usual contacts."""

NEIGHBOUR_WEEKS = 4
LEAST_WEEKS = 3


def find_outages(offered: FloatArray) -> BoolArray:
    """Return the intervals of outages, ``[D, S]``.

    A run of intervals each below a quarter of the mean of the same weekdays around is one if

    - its total is below a quarter even of the least that a week around had in these intervals,
      and Poisson arrivals at that rate would leave as few less than once in a million times. A
      mean would be raised by a single surge; the least knows groups that are idle at times and
      hours that changed for good,
    - at least three weeks around have these intervals: fewer cannot tell what is usual,
    - the rest of the day has at least half of its usual contacts: otherwise the whole day was
      slow or short.

    A surge is never an outage. Linear in the intervals.

    Parameters
    ----------
    offered
        Contacts of consecutive days, ``[D, S]``; NaN where there is no record.
    """
    usual = neighbour_mean(offered, NEIGHBOUR_WEEKS)
    compared = np.isfinite(offered) & np.isfinite(usual)
    low = compared & (offered < LOW_SHARE * usual)
    found = np.zeros(offered.shape, bool)
    if not low.any():
        return found
    rest_usual = np.where(compared & ~low, usual, 0.0).sum(axis=1)
    rest_came = np.where(compared & ~low, offered, 0.0).sum(axis=1)
    normal = (rest_usual > 0) & (rest_came >= NORMAL_SHARE * rest_usual)
    days, begins, ends = _runs(low & normal[:, None])
    so_far = _so_far(np.nan_to_num(offered))
    came = so_far[days, ends] - so_far[days, begins]
    least = _least_around(so_far, _so_far(np.isnan(offered)), days, begins, ends)
    # No count is impossible where not even none at all is: most runs are quiet intervals.
    telling = (came < LOW_SHARE * least) & (np.exp(-least) < LEAST_PROBABILITY)
    days, begins, ends = days[telling], begins[telling], ends[telling]
    if not len(days):
        return found

    # Imported here: few histories come as far.
    from scipy.special import pdtr

    outage = pdtr(np.floor(came[telling]), least[telling]) < LEAST_PROBABILITY
    for day, begin, end in zip(days[outage], begins[outage], ends[outage], strict=True):
        found[day, begin:end] = True
    return found


def _runs(low: BoolArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return day, first slot and slot after the last of each run within a day."""
    padded = np.zeros((len(low), low.shape[1] + 2), np.int8)
    padded[:, 1:-1] = low
    step = np.diff(padded, axis=1)
    days, begins = np.nonzero(step == 1)
    return days, begins, np.nonzero(step == -1)[1]


def _so_far(values: NDArray[Any]) -> FloatArray:
    """Return what came on each day before each slot, ``[D, S + 1]``."""
    total = np.zeros((len(values), values.shape[1] + 1))
    np.cumsum(values, axis=1, out=total[:, 1:])
    return total


def _least_around(
    came: FloatArray, unknown: FloatArray, days: IntArray, begins: IntArray, ends: IntArray
) -> FloatArray:
    """Return the least that the weeks around had in each run; 0 with fewer than three of them.

    `came` and `unknown` are contacts and intervals without a record so far, ``[D, S + 1]``.
    """
    least, weeks = np.full(len(days), np.inf), np.zeros(len(days))
    for shift in range(-7 * NEIGHBOUR_WEEKS, 7 * NEIGHBOUR_WEEKS + 1, 7):
        there = days + shift
        known = (shift != 0) & (there >= 0) & (there < len(came))
        place = np.where(known, there, 0)
        known &= unknown[place, ends] == unknown[place, begins]
        least = np.where(known, np.minimum(least, came[place, ends] - came[place, begins]), least)
        weeks += known
    return np.where(weeks >= LEAST_WEEKS, least, 0.0)
