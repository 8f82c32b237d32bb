"""Ratios of what came to what was usual, believed as far as the counts behind them allow.

A ratio is thought to be drawn from a gamma distribution with mean 1 and variance t^2, and what came
from counts whose information is that of Y Poisson contacts where M were usual, so that (Buehlmann &
Gisler 2005, chapter 2)

    ratio = (1 / t^2 + Y) / (1 / t^2 + M),    relative variance = 1 / (1 / t^2 + Y)

First the groups together, then each group around the ratio of all. Both t^2 are estimated from how
far the ratios are from 1 beyond chance, over all positions of an event: an event that does nothing
is told from one that does, and groups that differ from those that do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasts.weekly import FloatArray

__all__ = ["Ratios", "credible_ratios"]

LEAST_SPREAD = 0.02
"""Ratios are never believed to be closer than this to the mean of their like."""

SPREAD_STEPS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Ratios:
    """Ratios of groups at positions.

    Parameters
    ----------
    ratio
        What came over what was usual, ``[G, P]``, above 0; 1 where nothing is known.
    variance
        Relative variance of the ratio, ``[G, P]``; infinite where no group has a record.
    """

    ratio: FloatArray
    variance: FloatArray


def credible_ratios(came: FloatArray, usual: FloatArray, noise: FloatArray) -> Ratios:
    """Estimate ratios by two steps of credibility.

    Parameters
    ----------
    came, usual
        Contacts, ``[G, N, P]``: groups, occurrences, positions; both zero where unknown.
    noise
        Relative variance of a count beyond Poisson, ``[G]``.
    """
    weight = _weights(came, usual, noise)
    y, m = (weight * came).sum(axis=1), (weight * usual).sum(axis=1)
    together, of_all = _shrink(y.sum(axis=0), m.sum(axis=0))
    if (m.sum(axis=1) > 0).sum() <= 1:
        shape = m.shape
        return Ratios(np.broadcast_to(together, shape), np.broadcast_to(of_all, shape))
    own, of_own = _shrink(y, m * together)
    # What a group believes of the ratio of all it inherits with that ratio's error.
    return Ratios(together * own, of_own + (1 - y * of_own) ** 2 * of_all)


def _weights(came: FloatArray, usual: FloatArray, noise: FloatArray) -> FloatArray:
    """Return the Poisson contacts that tell as much as one contact, ``[G, N, P]``.

    A count with mean m and variance m + r m^2 tells as much as m / (1 + r m) Poisson contacts. Its
    mean is what was usual times the ratio of all groups.
    """
    total = usual.sum(axis=(0, 1))
    ratio = np.divide(came.sum(axis=(0, 1)), total, out=np.ones_like(total), where=total > 0)
    return np.asarray(1.0 / (1.0 + noise[:, None, None] * usual * ratio))


def _shrink(y: FloatArray, m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return ratios pulled to 1 and their relative variances, in the shape of `y`."""
    known = m > 0
    if not known.any():
        return np.ones_like(y), np.full_like(y, np.inf)
    prior = 1.0 / _spread(y[known], m[known])
    return (prior + y) / (prior + m), np.where(known, 1.0 / (prior + y), 1.0 / prior)


def _spread(y: FloatArray, m: FloatArray) -> float:
    """Return the variance t^2 of true ratios around 1.

    E (y / m - 1)^2 = t^2 + ratio / m in every cell, and cells count by how sure they are of t^2
    given t^2 itself, so the equation is solved by iteration.
    """
    ratio = y / m
    excess = (ratio - 1) ** 2 - ratio / m
    spread = LEAST_SPREAD**2
    for _ in range(SPREAD_STEPS):
        weights = (m / (1.0 + m * spread)) ** 2
        spread = max(float(weights @ excess / weights.sum()), LEAST_SPREAD**2)
    return spread
