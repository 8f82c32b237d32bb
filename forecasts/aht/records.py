"""Recorded handling times that can be trusted: by contacts handled, outliers clipped.

Every recorded interval is a mean over the contacts handled in it, so it counts by their number.
Zeros are not handling times. Single calls of hours (a forgotten headset) are clipped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasts.history.series import History
from forecasts.weekly import DayArray, FloatArray, IntArray, weekday

__all__ = ["AhtRecords", "aht_records", "clipped"]

CLIP = 10.0
"""Intervals further from the median than this many robust deviations are clipped.

Handling times are skewed and must keep their tails: one exponential call in 2,000 is clipped, and
lognormal ones with a deviation as large as their mean lose 1 % of it."""

LEAST_RECORDS = 4
"""A weekday's slot, or else a slot, has a median of its own from this many intervals on."""


@dataclass(frozen=True, slots=True, eq=False)
class AhtRecords:
    """Handling times as groups x days x slots; zero where none is recorded.

    Parameters
    ----------
    days
        Consecutive dates, ``[D]``.
    seconds
        Mean seconds per contact, ``[G, D, S]``.
    handled
        Contacts behind each of them, ``[G, D, S]``.
    """

    days: DayArray
    seconds: FloatArray
    handled: FloatArray


def aht_records(history: History) -> AhtRecords | None:
    """Return what was recorded; None if no handling time is positive."""
    if history.aht_s is None:
        return None
    handled = history.offered if history.handled is None else history.handled
    contacts = np.where(np.isfinite(handled) & (history.aht_s > 0), handled, 0.0)
    if not contacts.any():
        return None
    seconds = np.where(contacts > 0, history.aht_s, 0.0)
    shape = len(history.groups), len(history.days), history.slots_per_day
    return AhtRecords(history.days, seconds.reshape(shape), contacts.reshape(shape))


def clipped(records: AhtRecords) -> FloatArray:
    """Return the seconds with those clipped that are too far from the median of their like."""
    slots = records.seconds.shape[2]
    cells = weekday(records.days)[:, None] * slots + np.arange(slots)
    out = records.seconds.copy()
    for seconds, handled in zip(out, records.handled, strict=True):
        known = handled > 0
        if known.any():
            seconds[known] = _clipped(seconds[known], handled[known], cells[known], slots)
    return out


def _clipped(x: FloatArray, n: FloatArray, cell: IntArray, slots: int) -> FloatArray:
    """Clip means of `n` contacts; `cell` is weekday x slots + slot."""
    ascending = np.argsort(x)
    x, n, cell = x[ascending], n[ascending], cell[ascending]
    centre = np.full(len(x), _medians(x, n, np.zeros_like(cell))[0])
    for like in (cell % slots, cell):
        medians = _medians(x, n, like)
        often = np.bincount(like)[like] >= LEAST_RECORDS
        centre = np.where(often, medians[like], centre)
    # A mean of n contacts deviates 1 / sqrt(n) times as much as one contact.
    off = np.abs(x - centre) * np.sqrt(n)
    nearest = np.argsort(off)
    deviation = 1.4826 * _medians(off[nearest], n[nearest], np.zeros_like(cell))[0]
    if deviation > 0:
        bound = CLIP * deviation / np.sqrt(n)
        x = np.clip(x, centre - bound, centre + bound)
    out = np.empty_like(x)
    out[ascending] = x
    return out


def _medians(x: FloatArray, n: FloatArray, cell: IntArray) -> FloatArray:
    """Return each cell's median of ascending `x` weighted by `n`; zero without a record."""
    # A week has at most 10,080 cells, and short integers are sorted in linear time.
    order = np.argsort(cell.astype(np.int16), kind="stable")
    reached = n[order].cumsum()
    volume = np.bincount(cell, n)
    before = volume.cumsum() - volume
    # The first record at which half of its cell's volume is reached.
    at = np.searchsorted(reached, before + volume / 2)
    return np.where(volume > 0, x[order][np.minimum(at, len(x) - 1)], 0.0)
