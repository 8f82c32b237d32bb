"""What a total costs at the least, on average over several people: a convex envelope."""

from __future__ import annotations

from collections.abc import Sequence
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


def envelope_of(tally: Tally, days: Sequence[Day]) -> Envelope | None:
    """Return the envelope of a tally over given days; None if no total has a finite price.

    Totals come in whatever steps the patterns have: eight hours, sixteen and so on. Between two of
    them the envelope is the straight line, on which only an average over people can lie. By
    Jensen's inequality N people with a total of T cost at least N times the envelope at T / N.
    """
    totals = _reachable(days)
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


def _reachable(days: Sequence[Day]) -> NDArray[np.int64]:
    """Return every total that can be reached, in order; sets of totals are bits of integers."""
    fresh, counted, block = 1, 0, None  # totals without and with the present block counted
    for day in days:
        if day.block != block or day.block is None:
            fresh, counted, block = fresh | counted, 0, day.block
        adds = () if day.block == -1 else tuple(units for units in day.worked if units)
        nothing = bool(day.worked) and (day.block == -1 or 0 in day.worked)
        before, with_block = fresh, counted
        off = 0 if day.off is None else before << day.off
        fresh = off | (before if nothing else 0)
        counted = 0 if day.off is None else with_block << day.off
        counted |= with_block if day.worked else 0
        for units in adds:
            counted |= before << units
    total = fresh | counted
    packed = np.frombuffer(total.to_bytes(total.bit_length() // 8 + 1, "little"), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(packed, bitorder="little"))
