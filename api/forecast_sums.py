"""What the groups of a forecast add up to, as plain figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forecasts import Forecast, Hierarchy

__all__ = ["SUM_PATHS", "sums_of"]

SUM_PATHS = 400
"""Sample paths that the intervals of sums are taken from."""


def sums_of(result: Forecast, hierarchy: Hierarchy, seed: int) -> list[dict[str, Any]]:
    """Return each sum with its days and the 80 % interval of the whole horizon's total.

    Parameters
    ----------
    seed
        Of the sample paths.
    """
    import numpy as np

    days = [str(day) for day in result.days]
    of_groups = result.day_totals()
    drawn = result.sample_paths(SUM_PATHS, seed).sum(axis=2)
    rows = []
    for node in hierarchy.sums:
        members = list(node.members)
        totals = of_groups[members].sum(axis=0)
        low, high = np.quantile(drawn[:, members].sum(axis=1), [0.1, 0.9])
        rows.append(
            {
                "sum": node.name,
                "groups": [hierarchy.groups[member] for member in members],
                "offered": round(float(totals.sum()), 3),
                "lower80": round(float(low), 3),
                "upper80": round(float(high), 3),
                "days": dict(zip(days, totals.round(3).tolist(), strict=True)),
            }
        )
    return rows
