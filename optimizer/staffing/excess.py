"""How much of a handling time is left after so long, for each law of times.

For a time S with mean 1, the first excess ``E[(S - x)+]`` is the share of the work that is still
to do x after the start, and it is also how the remaining time of a contact is distributed that is
found in hand in a steady flow (the stationary excess law). The second, ``E[((S - x)+) ** 2] / 2``,
is its integral from x on. Both fall to 0, so differences of them lose no digits on the way.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Law, LawKind

__all__ = ["excess", "reach"]

Array = NDArray[np.float64]

_NEGLIGIBLE = 1e-12
_NORMAL_QUANTILE = 7.04
"""A normal variable exceeds this with a probability below `_NEGLIGIBLE`."""


def excess(law: Law, x: Array) -> tuple[Array, Array]:
    """Return the first and the second excess of a law with mean 1, at every `x` of 0 or more."""
    if law.kind is LawKind.EXPONENTIAL:
        kept = np.exp(-x)
        return kept, kept
    if law.kind is LawKind.LOGNORMAL and law.variation > 0.0:
        return _lognormal(law.variation, x)
    return _piecewise(_points(law), x)


def reach(law: Law) -> float:
    """Return after how many mean times at most 1e-12 of the work is left to do."""
    if law.kind is LawKind.EXPONENTIAL:
        return -math.log(_NEGLIGIBLE)
    if law.kind is LawKind.LOGNORMAL and law.variation > 0.0:
        # The work of times beyond x, E[S; S > x], is a normal tail and bounds what is left.
        variance = math.log1p(law.variation**2)
        return math.exp(_NORMAL_QUANTILE * math.sqrt(variance) + variance / 2)
    return float(_points(law)[-1])


def _points(law: Law) -> Array:
    """Return the points of an empirical law, scaled to mean 1; a fixed time is one point."""
    return law.scaled_points() if law.kind is LawKind.EMPIRICAL else np.ones(1)


def _lognormal(variation: float, x: Array) -> tuple[Array, Array]:
    """Partial moments of order 0, 1 and 2 above x are normal tails, each shifted by sigma."""
    # Slow to import, and needed only here.
    from scipy.special import ndtr

    variance = math.log1p(variation**2)
    sigma = math.sqrt(variance)
    with np.errstate(divide="ignore"):
        z = np.log(x) / sigma
    above, first, second = (ndtr(shift * sigma - z) for shift in (-0.5, 0.5, 1.5))
    second = second * math.exp(variance)
    return (
        np.maximum(first - x * above, 0.0),
        np.maximum(0.5 * second - x * first + 0.5 * x * x * above, 0.0),
    )


def _piecewise(points: Array, x: Array) -> tuple[Array, Array]:
    """Add up times that are spread evenly between neighbours, each pair equally likely."""
    low, high = (points, points) if points.size < 2 else (points[:-1], points[1:])
    first, second = np.zeros_like(x), np.zeros_like(x)
    for below, above in zip(low, high, strict=True):
        furthest, nearest = np.maximum(above - x, 0.0), np.maximum(below - x, 0.0)
        # The share of the pair's times that lie beyond x; a pair without width is one time.
        beyond = 1.0 if above == below else (furthest - nearest) / (above - below)
        first += beyond * (furthest + nearest) / 2
        second += beyond * (furthest**2 + furthest * nearest + nearest**2) / 6
    return first / low.size, second / low.size
