"""How single times scatter around their mean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from optimizer.model.record import Record

__all__ = ["Law", "LawKind"]


class LawKind(StrEnum):
    """The shape of a distribution of positive times."""

    EXPONENTIAL = "exponential"
    LOGNORMAL = "lognormal"
    EMPIRICAL = "empirical"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Law(Record):
    """A distribution with mean 1; whoever uses it multiplies by the mean.

    Parameters
    ----------
    variation
        Standard deviation over mean of the log-normal law, 0 or more; the others do not use it.
    points
        Of the empirical law: equally likely times, 0 or more and ascending, in any unit, with
        straight lines between them. They are scaled to mean 1.
    """

    kind: LawKind = LawKind.EXPONENTIAL
    variation: float = 1.0
    points: tuple[float, ...] = ()

    def scaled_points(self) -> NDArray[np.float64]:
        """Return the points of an empirical law, which has one at least, scaled to mean 1."""
        points = np.array(self.points)
        # Between two neighbours times are spread evenly; a single point is every time.
        middles = points if points.size == 1 else (points[1:] + points[:-1]) / 2
        scaled: NDArray[np.float64] = points / middles.mean()
        return scaled
