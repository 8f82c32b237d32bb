"""How long callers would wait, learnt from those who hung up and those who were answered before.

Whoever was answered had more patience than the wait, nobody knows how much more: the estimate of
Kaplan and Meier (1958) makes use of both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.simulation.system import Floats

__all__ = ["Patience"]


@dataclass(frozen=True, slots=True, eq=False)
class Patience:
    """Share of callers with more patience than each of some times.

    Parameters
    ----------
    times
        Seconds at which somebody hung up, ascending, the longest wait of all at the end: there
        the last ones give up, too (Efron 1967).
    beyond
        Share that waits longer than that, [times]; 0 at the end.
    """

    times: Floats
    beyond: Floats

    @classmethod
    def of(cls, waits: Floats, gave_up: NDArray[np.bool_]) -> Patience:
        """Estimate from waits and how they ended; nobody at all has endless patience."""
        if not len(waits):
            return cls(np.array([np.inf]), np.zeros(1))
        times, lost = np.unique(waits[gave_up], return_counts=True)
        still_there = len(waits) - np.searchsorted(np.sort(waits), times, side="left")
        beyond = np.cumprod(1.0 - lost / still_there)
        return cls(np.append(times, waits.max()), np.append(beyond, 0.0))

    @property
    def mean_s(self) -> float:
        """Return the mean."""
        waiting = np.concatenate([[1.0], self.beyond[:-1]])
        return float((np.diff(self.times, prepend=0.0) * waiting).sum())

    def draw(self, waited: Floats, random: np.random.Generator) -> Floats:
        """Draw the patience of callers who have waited for a time and not given up yet."""
        place = np.searchsorted(self.times, waited, side="right")
        left = np.concatenate([[1.0], self.beyond])[place]
        share = random.uniform(size=len(waited)) * left
        drawn = self.times[np.minimum(np.searchsorted(-self.beyond, -share), len(self.times) - 1)]
        patience: Floats = np.maximum(drawn, waited)
        return patience
