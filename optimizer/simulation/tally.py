"""What is counted while contacts are played: compiled, and of constant size.

Waits go into a histogram whose bins are less than one per cent wide; counts are described at
`optimizer.simulation.records.CELL`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.simulation.records import NOBODY, cell_at, number_at

__all__ = ["BINS", "bin_edges", "bin_of", "cell_of", "seconds_between", "spread"]

_PARTS = 128
"""Bins for each doubling of the wait."""

_LOWEST = -6
"""The shortest waits that are told apart are between 2 ** -7 and 2 ** -6 seconds."""

BINS = 1 + _PARTS * 36
"""Number of bins: 0, and up to 2 ** 29 seconds."""


@njit(cache=True)
def bin_of(wait: float) -> int:
    """Return the bin of a wait in seconds; all waits of 0 have bin 0."""
    if wait <= 0.0:
        return 0
    part, exponent = math.frexp(wait)
    number = (exponent - _LOWEST) * _PARTS + int((part - 0.5) * 2 * _PARTS) + 1
    return min(max(number, 1), BINS - 1)


def bin_edges() -> NDArray[np.float64]:
    """Return the least wait of every bin, in seconds, and the end of the last, [BINS + 1]."""
    place = np.arange(BINS)
    inner = np.ldexp(0.5 + place % _PARTS / (2 * _PARTS), place // _PARTS + _LOWEST)
    return np.concatenate([[0.0], inner])


@njit(cache=True)
def cell_of(line: int, moment: float, w: Any) -> Any:
    """Return the counts of a line for a moment; what comes at the very end is of the last slot."""
    return cell_at(w.cells, line * w.slots + min(int(moment / w.slot_s), w.slots - 1))


@njit(cache=True)
def spread(begin: float, end: float, pool: int, w: Any) -> None:
    """Add the time from `begin` to `end` to the busy seconds of a pool, slot by slot."""
    slot = min(int(begin / w.slot_s), w.slots - 1)
    while begin < end:
        edge = end if slot == w.slots - 1 else min(end, (slot + 1) * w.slot_s)
        number_at(w.busy, pool * w.slots + slot).value += edge - begin
        begin = edge
        slot += 1


@njit(cache=True)
def seconds_between(begin: float, end: float, calendar: int, w: Any) -> float:
    """Return the open seconds of a calendar between two moments, all of them if it is -1."""
    if calendar == NOBODY:
        return float(end - begin)
    return float(_open_before(end, calendar, w) - _open_before(begin, calendar, w))


@njit(cache=True)
def _open_before(moment: float, calendar: int, w: Any) -> float:
    """Return the open seconds before a moment; time after the last slot counts as open."""
    row = calendar * (w.slots + 1)
    slot = min(int(moment / w.slot_s), w.slots)
    before = number_at(w.opened, row + slot).value
    over = moment - slot * w.slot_s
    if slot == w.slots:
        return float(before + over)
    return float(before + over / w.slot_s * (number_at(w.opened, row + slot + 1).value - before))
