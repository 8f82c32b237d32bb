"""Points of score as the whole numbers of the incremental match."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.routing.live.network import LEVEL, LIMIT, STEPS

__all__ = ["SPREAD", "base_steps", "steps"]

SPREAD = 1
"""Steps by which each further contact of an agent is worth less, so that equals share work."""

_SERVED = 64
"""Steps for serving a ticket at all: of matches worth the same, that of most tickets is best."""

_MOST = LIMIT / 8
"""Scores beyond this many steps, 10^11 points, count as if they were no more."""


def steps(points: ArrayLike) -> NDArray[np.int64]:
    """Return points as whole steps."""
    clipped = np.clip(np.asarray(points, dtype=np.float64) * STEPS, -_MOST, _MOST)
    return np.rint(clipped).astype(np.int64)


def base_steps(points: ArrayLike, levels: ArrayLike) -> NDArray[np.int64]:
    """Return what it is worth to serve tickets, by their bases and levels."""
    worths: NDArray[np.int64] = steps(points) + _SERVED
    return worths + LEVEL * np.asarray(levels, dtype=np.int64)
