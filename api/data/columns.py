"""The figures of an interval that are kept, and the packed form of a day of them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from optimizer.model.grid import MINUTES_PER_DAY

__all__ = ["COLUMNS", "PARTS", "pack", "unpack"]

COLUMNS: Mapping[str, str] = {
    "offered": "contacts that arrived in the interval",
    "aht_s": "mean handling seconds of a handled contact",
    "handled": "contacts behind `aht_s`; if it is not told `answered`, else `offered`",
    "answered": "contacts that arrived in the interval and were answered, whenever",
    "answered_in_goal": "of these, those answered within the goal's seconds",
    "abandoned": "contacts that arrived in the interval and gave up",
    "abandoned_in_goal": "of these, those that gave up within the goal's seconds",
    "waited_s": "seconds that the answered contacts waited, added up",
    "present": "mean number of agents who worked or were ready for the group",
    "busy_s": "seconds that these agents had a contact in hand, added up",
}
"""Meaning by name; further columns go to the end, as days that are kept number them."""

PARTS = (
    ("answered", "offered"),
    ("abandoned", "offered"),
    ("answered_in_goal", "answered"),
    ("abandoned_in_goal", "abandoned"),
)
"""Columns that are a part of another."""

FloatArray = NDArray[np.float64]

_HEAD = struct.Struct("<BI")


def pack(day: FloatArray) -> bytes:
    """Return a day as bytes: the columns that it has, compressed.

    Parameters
    ----------
    day
        NaN where not known, ``[columns, 2, slots]``; the second half of the middle axis is of
        the second time of an hour that comes twice.
    """
    folds = 2 if np.isfinite(day[:, 1]).any() else 1
    there = np.isfinite(day).any(axis=(1, 2))
    mask = sum(1 << int(place) for place in np.flatnonzero(there))
    body = np.ascontiguousarray(day[there, :folds], "<f8").tobytes()
    return _HEAD.pack(folds, mask) + zlib.compress(body, 1)


def unpack(packed: bytes, interval_minutes: int) -> FloatArray:
    """Return what `pack` was given."""
    folds, mask = _HEAD.unpack_from(packed)
    slots = MINUTES_PER_DAY // interval_minutes
    day = np.full((len(COLUMNS), 2, slots), np.nan)
    there = [place for place in range(len(COLUMNS)) if mask >> place & 1]
    kept = np.frombuffer(zlib.decompress(packed[_HEAD.size :]), "<f8")
    day[there, :folds] = kept.reshape(len(there), folds, slots)
    return day
