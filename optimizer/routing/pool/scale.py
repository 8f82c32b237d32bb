"""Points of score as the whole numbers of the incremental match."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.routing.live.network import LEVEL, LIMIT, STEPS

__all__ = ["SPREAD", "Levels", "base_steps", "steps"]

SPREAD = 1
"""Steps by which each further contact of an agent is worth less, so that equals share work."""

_SERVED = 64
"""Steps for serving a ticket at all: of matches worth the same, that of most tickets is best."""

_LEVELS = 5
"""Levels go from 0, for work that waits for all other work, to 4, for P0 under strict priority."""

_MOST = LIMIT / 8
"""Scores beyond this many steps, 10^11 points, count as if they were no more."""


def steps(points: ArrayLike) -> NDArray[np.int64]:
    """Return points as whole steps."""
    clipped = np.clip(np.asarray(points, dtype=np.float64) * STEPS, -_MOST, _MOST)
    return np.rint(clipped).astype(np.int64)


class Levels:
    """How many tickets are of each level, and from which level the match counts.

    Tickets of the least level are served as far as points go, those above it wherever they can
    be, even at a loss. Where nobody is ever served at a loss the match counts from 0.

    Parameters
    ----------
    losses
        Whether a ticket may be worth less than nothing to an agent.

    Attributes
    ----------
    least
        The level that the match takes for the least.
    """

    def __init__(self, *, losses: bool) -> None:
        self._losses = losses
        self._tickets = np.zeros(_LEVELS, dtype=np.int64)
        self.least = 0

    def enter(self, level: int) -> None:
        """Count a ticket."""
        self._tickets[level] += 1

    def leave(self, level: int) -> None:
        """Count a ticket no more."""
        self._tickets[level] -= 1

    def count(self, levels: NDArray[np.int64]) -> None:
        """Count all tickets anew, and from their least level on."""
        self._tickets = np.bincount(levels, minlength=_LEVELS)
        if self._losses:
            self.least = self._now()

    def have_moved(self) -> bool:
        """Tell whether the match counts from a level that is not the least any more."""
        return self._losses and self.least != self._now()

    def above(self, levels: ArrayLike) -> NDArray[np.int64]:
        """Return how far levels are above the least."""
        return np.asarray(levels, dtype=np.int64) - self.least

    def _now(self) -> int:
        """Return the least level there is; that of before while there are no tickets."""
        return int(np.argmax(self._tickets > 0)) if self._tickets.any() else self.least


def base_steps(points: ArrayLike, levels: ArrayLike) -> NDArray[np.int64]:
    """Return what it is worth to serve tickets, by their bases and levels."""
    worths: NDArray[np.int64] = steps(points) + _SERVED
    return worths + LEVEL * np.asarray(levels, dtype=np.int64)
