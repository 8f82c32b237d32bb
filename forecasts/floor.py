"""The Poisson floor: the error that is left when the rate of arrivals is known exactly.

Contacts that arrive independently are Poisson around their rate, so even a forecast that hits
the rate errs by the mean absolute deviation (Johnson, Kemp & Kotz 2005, ch. 4)

    E|X - m| = 2 e^-m m^(floor(m) + 1) / floor(m)!

on average. Its limit in large volumes gives Koole's best WAPE, sqrt(2 / (pi m)).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasts.weekly import BoolArray, FloatArray

__all__ = ["poisson_deviation", "poisson_floor", "smoothed_level"]

NEIGHBOURS = 2
"""Intervals on either side that a level is averaged over, at least."""

CONTACTS = 10.0
"""Fewer contacts than this do not make a level."""


def poisson_deviation(mean: FloatArray) -> FloatArray:
    """Return the mean absolute deviation of Poisson counts about their `mean`, same shape."""
    # Imported here: importing the package must stay fast.
    from scipy.special import gammaln, xlogy

    whole = np.floor(mean)
    return np.asarray(2.0 * np.exp(xlogy(whole + 1.0, mean) - mean - gammaln(whole + 1.0)))


def smoothed_level(actual: FloatArray) -> FloatArray:
    """Return the level that one group's actuals were probably drawn from, ``[D, S]``.

    Each interval is averaged with its neighbours within the day, as far as they have an actual:
    two on either side, or as many as usually bring `CONTACTS` to a quiet group. NaN where the
    interval itself has no actual. The level comes from the actuals alone: a forecast must not
    be able to choose what it is measured by. Linear in the intervals.
    """
    known = np.isfinite(actual)
    values = np.where(known, actual, 0.0)
    slots = actual.shape[1]
    usual = values.sum() / max(int(known.sum()), 1)
    reach = NEIGHBOURS
    if usual * (2 * NEIGHBOURS + 1) < CONTACTS:
        reach = min(slots, int(np.ceil(CONTACTS / (2.0 * max(usual, CONTACTS / (2.0 * slots))))))
    slot = np.arange(slots)
    begin, end = np.maximum(slot - reach, 0), np.minimum(slot + reach + 1, slots)

    def around(cells: NDArray[Any]) -> FloatArray:
        so_far = np.zeros((len(cells), slots + 1))
        np.cumsum(cells, axis=1, out=so_far[:, 1:])
        return so_far[:, end] - so_far[:, begin]

    return np.where(known, around(values) / np.maximum(around(known), 1.0), np.nan)


def poisson_floor(level: FloatArray, scored: BoolArray) -> float:
    """Return the WAPE of a forecast that knows the rate `level`; NaN if nothing is expected."""
    rates = level[scored]
    total = float(rates.sum())
    return float(poisson_deviation(rates).sum()) / total if total > 0 else np.nan
