"""Handling times: the mean seconds per contact of a group, by weekday and slot of the day.

Every recorded interval is a mean over the contacts handled in it, so it counts by their number.
Single calls of hours (a forgotten headset) are clipped, zeros are not handling times. Cells with
few contacts are pulled to a wider mean by credibility (Buehlmann & Straub 1970):

    mean of cell = z own + (1 - z) wider,    z = n / (n + variance within / variance between)

first each slot of the day to the group's mean, then each weekday's slot to that. Both variances
are estimated from the data, so only rich cells that truly differ keep their own mean.
"""

from __future__ import annotations

import numpy as np

from forecasts.history.series import History
from forecasts.weekly import FloatArray, IntArray, weekday

__all__ = ["weekly_aht"]

CLIP = 10.0
"""Intervals further from the median than this many robust deviations are clipped.

Handling times are skewed and must keep their tails: one exponential call in 2,000 is clipped, and
lognormal ones with a deviation as large as their mean lose 1 % of it."""

LEAST_RECORDS = 4
"""A weekday's slot, or else a slot, has a median of its own from this many intervals on."""


def weekly_aht(history: History) -> FloatArray | None:
    """Return expected handling seconds by group, weekday (0 is Monday) and slot, ``[G, 7, S]``.

    Groups without any valid record get the mean of all groups. None if the history has no
    handling times at all.
    """
    if history.aht_s is None:
        return None
    handled = history.offered if history.handled is None else history.handled
    weights = np.where(np.isfinite(handled) & (history.aht_s > 0), handled, 0.0)
    seconds = np.where(weights > 0, history.aht_s, 0.0)
    if not weights.any():
        return None
    slots = history.slots_per_day
    cells = (weekday(history.days)[:, None] * slots + np.arange(slots)).ravel()
    overall = float((weights * seconds).sum() / weights.sum())
    tables = [
        _group_table(values, volume, cells, slots) if volume.any() else np.full((7, slots), overall)
        for values, volume in zip(seconds, weights, strict=True)
    ]
    return np.stack(tables)


def _group_table(
    seconds: FloatArray, weights: FloatArray, cells: IntArray, slots: int
) -> FloatArray:
    """Return one group's handling times by weekday and slot, ``[7, S]``."""
    known = weights > 0
    n, cell = weights[known], cells[known]
    x = _clipped(seconds[known], n, cell, slots)
    mean = float(n @ x / n.sum())
    by_slot = _credible(x, n, cell % slots, np.full(slots, mean))
    return _credible(x, n, cell, np.tile(by_slot, 7)).reshape(7, slots)


def _clipped(x: FloatArray, n: FloatArray, cell: IntArray, slots: int) -> FloatArray:
    """Clip means of `n` contacts that are too far from the median of their like."""
    centre = np.full(len(x), _medians(x, n, np.zeros(len(x), np.int64))[0])
    for like in (cell % slots, cell):
        medians = _medians(x, n, like)
        often = np.bincount(like)[like] >= LEAST_RECORDS
        centre = np.where(often, medians[like], centre)
    # A mean of n contacts deviates 1 / sqrt(n) times as much as one contact.
    off = np.abs(x - centre) * np.sqrt(n)
    deviation = 1.4826 * _medians(off, n, np.zeros(len(x), np.int64))[0]
    bound = CLIP * deviation / np.sqrt(n)
    return np.clip(x, centre - bound, centre + bound) if deviation > 0 else x


def _medians(x: FloatArray, n: FloatArray, cell: IntArray) -> FloatArray:
    """Return each cell's median of `x` weighted by `n`; zero in cells without a record."""
    order = np.lexsort((x, cell))
    reached = n[order].cumsum()
    volume = np.bincount(cell, n)
    before = volume.cumsum() - volume
    # The first record at which half of its cell's volume is reached.
    at = np.searchsorted(reached, before + volume / 2)
    return np.where(volume > 0, x[order][np.minimum(at, len(x) - 1)], 0.0)


def _credible(x: FloatArray, n: FloatArray, cell: IntArray, wider: FloatArray) -> FloatArray:
    """Return per cell the credibility mean of its own records and the `wider` mean."""
    volume = np.bincount(cell, n, len(wider))
    own = np.bincount(cell, n * x, len(wider)) / np.where(volume > 0, volume, 1.0)
    records = np.bincount(cell, minlength=len(wider))
    freedom = float(np.maximum(records - 1, 0).sum())
    filled = volume > 0
    if freedom == 0:
        return wider.copy()
    within = float(n @ (x - own[cell]) ** 2) / freedom
    apart = float(volume[filled] @ (own - wider)[filled] ** 2)
    between = max(0.0, (apart - filled.sum() * within) / float(volume.sum()))
    if between == 0:
        return wider.copy()
    trust = volume / (volume + within / between)
    return np.where(filled, trust * own + (1 - trust) * wider, wider)
