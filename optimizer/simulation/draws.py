"""Random numbers by counting: every draw is a function of who it is for and what for.

A contact's times depend on the seed, the replication, its line and its number in the line alone,
not on what was drawn before. Whatever a plan changes, the other contacts stay as they are, and two
plans meet the same customers; and nothing has to be drawn ahead and kept. Mirrored draws take
``1 - u`` for every ``u``: a day of many long calls is followed by one of few short ones.

The bits are those of SplitMix64 (Steele, Lea and Flood 2014), the normal quantile is Acklam's
rational approximation (relative error below 1.2e-9).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from optimizer.simulation.records import number_at

__all__ = [
    "ARRIVAL",
    "BALKING",
    "CHILD",
    "DELAY",
    "EMPIRICAL",
    "EXPONENTIAL",
    "FIXED",
    "FLOWING",
    "HANDLING",
    "LOGNORMAL",
    "PATIENCE",
    "RETRYING",
    "contact_key",
    "mix",
    "quantile",
    "uniform",
]

ARRIVAL, PATIENCE, HANDLING, BALKING, FLOWING, DELAY, RETRYING, CHILD = range(8)
"""What is drawn for a contact."""

EXPONENTIAL, LOGNORMAL, EMPIRICAL, FIXED = range(4)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_A, _B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@njit(cache=True)
def mix(x: np.uint64) -> np.uint64:
    """Return 64 well-stirred bits."""
    x = (x ^ (x >> np.uint64(30))) * _A
    x = (x ^ (x >> np.uint64(27))) * _B
    return x ^ (x >> np.uint64(31))


@njit(cache=True)
def contact_key(key: np.uint64, number: int) -> np.uint64:
    """Return the key of contact `number` of whatever has the key `key`."""
    return mix(key + np.uint64(number + 1) * _GOLDEN)


@njit(cache=True)
def uniform(key: np.uint64, purpose: int, mirrored: bool) -> float:
    """Return a number between 0 and 1, both excluded."""
    # With a bit more, the greatest would round up to 1 and give an infinite time.
    bits = mix(key + np.uint64(purpose + 1) * _GOLDEN) >> np.uint64(12)
    u = (float(bits) + 0.5) * 2.0**-52
    return 1.0 - u if mirrored else u


@njit(cache=True)
def quantile(law: Any, points: int, u: float) -> float:
    """Return the `u`-quantile of a law with mean 1.

    Parameters
    ----------
    points
        Address of the points of empirical laws.
    """
    if law.kind == EXPONENTIAL:
        return -math.log1p(-u)
    if law.kind == LOGNORMAL:
        return math.exp(law.deviation * (_normal(u) - 0.5 * law.deviation))
    if law.kind == EMPIRICAL:
        place = u * (law.end - law.first - 1)
        below = int(place)
        low = number_at(points, law.first + below).value
        high = number_at(points, min(law.first + below + 1, law.end - 1)).value
        return float(low + (place - below) * (high - low))
    return 1.0


@njit(cache=True)
def _normal(u: float) -> float:
    """Return the `u`-quantile of the standard normal law."""
    if u < 0.02425 or u > 0.97575:
        q = math.sqrt(-2.0 * math.log(min(u, 1.0 - u)))
        top = -7.784894002430293e-03 * q - 3.223964580411365e-01
        top = ((top * q - 2.400758277161838) * q - 2.549732539343734) * q
        top = (top + 4.374664141464968) * q + 2.938163982698783
        low = 7.784695709041462e-03 * q + 3.224671290700398e-01
        low = ((low * q + 2.445134137142996) * q + 3.754408661907416) * q + 1.0
        return top / low if u < 0.5 else -top / low
    q = u - 0.5
    r = q * q
    top = -3.969683028665376e01 * r + 2.209460984245205e02
    top = ((top * r - 2.759285104469687e02) * r + 1.383577518672690e02) * r
    top = (top - 3.066479806614716e01) * r + 2.506628277459239
    low = -5.447609879822406e01 * r + 1.615858368580409e02
    low = ((low * r - 1.556989798598866e02) * r + 6.680131188771972e01) * r
    low = (low - 1.328068155288572e01) * r + 1.0
    return top * q / low
