"""A figure over independent replications, with its 95 % interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from optimizer.simulation.system import Floats

__all__ = ["Estimate", "ratio_deviations"]

_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over replications, and where the true one lies with 95 % confidence.

    Parameters
    ----------
    mean
        None if nothing was there to be measured.
    low, high
        None with fewer than two replications.
    """

    mean: float | None
    low: float | None = None
    high: float | None = None

    @classmethod
    def of_mean(cls, values: Floats) -> Estimate:
        """Estimate the mean of one value per replication, leaving out those that are NaN."""
        values = values[~np.isnan(values)]
        if not len(values):
            return cls(None)
        return cls.around(float(values.mean()), values - values.mean())

    @classmethod
    def of_ratio(cls, part: Floats, whole: Floats | None) -> Estimate:
        """Estimate a ratio of totals, such as a share of all contacts; a mean without a whole.

        The interval is that of the linearised ratio (delta method): the residuals
        ``part - ratio * whole`` take the place of deviations.

        Parameters
        ----------
        part, whole
            One value per replication.
        """
        ratio, deviations = ratio_deviations(part, whole)
        return cls(None) if ratio is None else cls.around(ratio, deviations)

    @classmethod
    def of_difference(
        cls, here: tuple[Floats, Floats | None], there: tuple[Floats, Floats | None]
    ) -> Estimate:
        """Estimate by how much one ratio is greater than another, replication by replication.

        If both were played with the same draws, what is chance in both cancels out.

        Parameters
        ----------
        here, there
            Part and whole of each, as in `of_ratio`.
        """
        mine, deviations = ratio_deviations(*here)
        theirs, others = ratio_deviations(*there)
        if mine is None or theirs is None:
            return cls(None)
        return cls.around(mine - theirs, deviations - others)

    @classmethod
    def around(cls, mean: float, deviations: Floats) -> Estimate:
        """Return the interval around a mean from the deviation of each replication."""
        count = len(deviations)
        if count < 2:
            return cls(mean)
        error = math.sqrt(float(deviations @ deviations) / (count - 1) / count)
        half = float(stdtrit(count - 1, (1 + _CONFIDENCE) / 2)) * error  # quantile of Student's t
        return cls(mean, mean - half, mean + half)

    @property
    def sure(self) -> bool:
        """Tell whether 0 is outside the interval: of a difference, whether there is one."""
        return self.low is not None and self.high is not None and not self.low <= 0.0 <= self.high


def ratio_deviations(part: Floats, whole: Floats | None) -> tuple[float | None, Floats]:
    """Return a ratio of totals, None if nothing is counted, and what each replication adds to it.

    Parameters
    ----------
    part, whole
        One value per replication; without a whole, the ratio is the mean of the part.
    """
    if whole is None:
        mean = float(part.mean())
        return mean, part - mean
    total = float(whole.sum())
    if total <= 0.0:
        return None, np.zeros_like(part)
    ratio = float(part.sum()) / total
    return ratio, (part - ratio * whole) / whole.mean()
