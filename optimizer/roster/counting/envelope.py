"""What a total costs at the least, on average over several people: a convex envelope."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.rules.forms import Tally

__all__ = ["Day", "Envelope", "envelope_of"]


@dataclass(frozen=True, slots=True)
class Day:
    """What one day may add to a total.

    Parameters
    ----------
    worked
        Distinct units of the patterns of the day.
    off
        Units of a day off; None if the day must be worked.
    block
        Block of the day, -1 if nothing worked on it counts; None if every pattern counts.
    """

    worked: tuple[int, ...]
    off: int | None
    block: int | None


@dataclass(frozen=True, slots=True)
class Envelope:
    """Convex lower envelope of the price of the totals that one person can reach.

    Parameters
    ----------
    reach
        Least and greatest total that can be reached at all.
    bounds
        Least and greatest of these whose price is finite.
    lines
        Slope and intercept of each piece, from left to right; the envelope is their maximum.
    """

    reach: tuple[int, int]
    bounds: tuple[int, int]
    lines: tuple[tuple[float, float], ...]


def envelope_of(tally: Tally, days: Sequence[Day], shifts: Collection[int]) -> Envelope | None:
    """Return the envelope of a tally over given days; None if no total has a finite price.

    Parameters
    ----------
    shifts
        Numbers of days that may be worked.

    Notes
    -----
    Totals come in whatever steps the patterns have: eight hours, sixteen and so on. Between two of
    them the envelope is the straight line, on which only an average over people can lie. By
    Jensen's inequality N people with a total of T cost at least N times the envelope at T / N.
    """
    totals = _reachable(days, shifts)
    price = tally.price[np.minimum(totals, len(tally.price) - 1)]
    possible = np.isfinite(price)
    if not possible.any():
        return None
    points = list(zip(totals[possible].tolist(), price[possible].tolist(), strict=True))
    hull: list[tuple[int, float]] = []
    for point in points:
        while len(hull) > 1 and _above(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    lines = [((b - a) / (y - x), a - (b - a) / (y - x) * x) for (x, a), (y, b) in pairwise(hull)]
    return Envelope(
        (int(totals[0]), int(totals[-1])),
        (hull[0][0], hull[-1][0]),
        tuple(lines or [(0.0, hull[0][1])]),
    )


def _above(first: tuple[int, float], middle: tuple[int, float], last: tuple[int, float]) -> bool:
    """Tell whether the middle point lies on or above the line through the others."""
    left = (middle[1] - first[1]) * (last[0] - first[0])
    return left >= (last[1] - first[1]) * (middle[0] - first[0])


def _reachable(days: Sequence[Day], shifts: Collection[int]) -> NDArray[np.int64]:
    """Return every total that can be reached, in order; sets of totals are bits of integers.

    Dynamic program over days and shifts worked: len(days) x max(shifts) x distinct units steps.
    """
    most = max(shifts, default=0)
    # By shifts worked, totals without and with the present block counted.
    fresh, counted = [1] + [0] * most, [0] * (most + 1)
    block: int | None = None
    for day in days:
        if day.block is None or day.block != block:
            fresh = [a | b for a, b in zip(fresh, counted, strict=True)]
            counted, block = [0] * (most + 1), day.block
        adds = () if day.block == -1 else tuple(units for units in day.worked if units)
        nothing = bool(day.worked) and (day.block == -1 or 0 in day.worked)
        fresher, counting = [0] * (most + 1), [0] * (most + 1)
        for worked in range(most + 1):
            if day.off is not None:
                fresher[worked] |= fresh[worked] << day.off
                counting[worked] |= counted[worked] << day.off
            if worked < most and day.worked:
                fresher[worked + 1] |= fresh[worked] if nothing else 0
                counting[worked + 1] |= counted[worked]
                for units in adds:
                    counting[worked + 1] |= fresh[worked] << units
        fresh, counted = fresher, counting
    total = 0
    for worked in shifts:
        total |= fresh[worked] | counted[worked]
    packed = np.frombuffer(total.to_bytes(total.bit_length() // 8 + 1, "little"), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(packed, bitorder="little"))
