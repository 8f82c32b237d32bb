"""What callers hand in, as arrays of whole numbers that have been checked."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.routing.live.network import LIMIT

__all__ = ["agent_points", "arc_lists", "check_rooms", "check_same_length", "whole", "worths"]

Ints = NDArray[np.int64]


def whole(values: ArrayLike) -> Ints:
    """Return whole numbers as a new array, in the one layout that kernels are compiled for."""
    array = np.array(values)
    if array.size and array.dtype.kind not in "iu":
        raise ValueError("not whole numbers")
    return array.astype(np.int64, order="C", copy=False)


def worths(values: ArrayLike) -> Ints:
    """Return worths as an array, all within LIMIT."""
    array = whole(values)
    if ((array > LIMIT) | (array < -LIMIT)).any():
        raise ValueError("a worth is beyond LIMIT")
    return array


def arc_lists(others: ArrayLike, fits: ArrayLike) -> tuple[Ints, Ints]:
    """Return the other ends of some arcs, all different, and the fits."""
    ends, values = whole(others), worths(fits)
    check_same_length(ends, values)
    if len(np.unique(ends)) != len(ends):
        raise ValueError("an arc is listed twice")
    return ends, values


def agent_points(points: ArrayLike, bonuses: ArrayLike) -> tuple[Ints, Ints]:
    """Return what each contact, and the first one besides, is worth for being an agent's."""
    each, first = worths(points), worths(bonuses)
    check_same_length(each, first)
    if (first < 0).any():
        raise ValueError("a bonus is 0 or more")
    worths(each + first)
    return each, first


def check_same_length(one: Ints, other: Ints) -> None:
    """Refuse lists that do not belong together."""
    if len(one) != len(other):
        raise ValueError("lists of unequal length")


def check_rooms(*rooms: int) -> None:
    """Refuse rooms below 0 or beyond LIMIT."""
    if min(rooms) < 0 or max(rooms) > LIMIT:
        raise ValueError("a room is from 0 to LIMIT")
