"""The least number with which something holds, for many intervals at once.

A search evaluates all its intervals together: one call per round instead of one per interval,
so that the models behind it stay plain functions of arrays.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["least_real", "least_whole"]

Array = NDArray[np.float64]
Holds = Callable[[Array, NDArray[np.intp]], NDArray[np.bool_]]
"""Tells with which numbers the goals of which intervals (their indices) hold."""

_HALVINGS = 40
"""Halvings of one agent: the fraction is then known better than figures are computed."""


def least_whole(holds: Holds, start: Array) -> Array:
    """Return the least whole numbers with which `holds` is true.

    There must be one number per interval below which it is false and from which it is true. It
    is bracketed by doubling steps away from `start`, down or up, and then bisected, in about
    ``2 log2(distance)`` rounds; every round evaluates only the intervals still searched.

    Parameters
    ----------
    holds
        False with 0 agents, which is not asked.
    start
        Whole numbers, at least 1, [intervals].
    """
    high = start.copy()
    low = np.zeros_like(high)
    every = np.arange(high.size)
    met = holds(high, every)
    _step_down(holds, low, high, every[met])
    _step_up(holds, low, high, every[~met])
    while (rest := np.flatnonzero(high - low > 1.0)).size:
        middle = np.floor(0.5 * (low[rest] + high[rest]))
        met = holds(middle, rest)
        high[rest[met]] = middle[met]
        low[rest[~met]] = middle[~met]
    return high


def _step_down(holds: Holds, low: Array, high: Array, rest: NDArray[np.intp]) -> None:
    """Lower `high`, with which `holds` is true, until a number fails or none is left."""
    step = 1.0
    while (rest := rest[high[rest] > step]).size:
        trial = high[rest] - step
        met = holds(trial, rest)
        high[rest[met]] = trial[met]
        low[rest[~met]] = trial[~met]
        rest = rest[met]
        step *= 2.0


def _step_up(holds: Holds, low: Array, high: Array, rest: NDArray[np.intp]) -> None:
    """Raise `high`, with which `holds` is false, until it is true."""
    step = 1.0
    while rest.size:
        low[rest] = high[rest]
        high[rest] += step
        rest = rest[~holds(high[rest], rest)]
        step *= 2.0


def least_real(holds: Holds, whole: Array) -> Array:
    """Return the least real numbers with which `holds` is true, from above and within 1e-12.

    Parameters
    ----------
    whole
        The least whole numbers, as `least_whole` returns them: the result is at most one less,
        and rounded up it is these.
    """
    every = np.arange(whole.size)
    high = whole.copy()
    low = whole - 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        met = holds(middle, every)
        high = np.where(met, middle, high)
        low = np.where(met, low, middle)
    return high
