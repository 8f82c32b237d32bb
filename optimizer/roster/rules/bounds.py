"""What lies outside of bounds, and what it costs: shared by the forms of all rules that count."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Range

__all__ = ["beyond_carried", "outside", "priced", "totals_prices"]


def outside(bounds: Range, values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how far values lie outside of bounds, 0 inside, in like shape."""
    below = np.maximum(0, bounds.minimum - values)
    if bounds.maximum is None:
        return below
    return np.maximum(below, values - bounds.maximum)


def priced(amounts: NDArray[np.int64] | NDArray[np.float64], price: float) -> NDArray[np.float64]:
    """Return what amounts of breach cost: nothing where there is none, though it be forbidden."""
    cost = np.zeros(len(amounts))
    broken = amounts > 0
    cost[broken] = amounts[broken] * price
    return cost


def totals_prices(
    bounds: Range, totals: NDArray[np.int64], price: float
) -> NDArray[np.float64] | None:
    """Return what each total costs, without the equal prices at the end; None if nothing does.

    Solvers keep totals apart only as far as the prices go, so that a short array saves states.
    """
    cost = priced(outside(bounds, totals), price)
    if not cost.any():
        return None
    changes = np.flatnonzero(cost[1:] != cost[:-1])
    return cost[: changes[-1] + 2] if len(changes) else cost[:1]


def beyond_carried(bounds: Range, carried: int) -> Range:
    """Return bounds that what was carried into the period does not break by itself.

    It cannot be taken back, so that only what is added to it counts.
    """
    if bounds.maximum is None or carried <= bounds.maximum:
        return bounds
    return Range(min(bounds.minimum, carried), carried)
