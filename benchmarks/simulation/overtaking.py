"""Who is taken before whom: the rule of a queue, seen from its log alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.simulation.system import Floats, Ints

__all__ = ["overtaking"]

_CLOSE_S = 2.0
"""Whoever leaves the line so soon after another one was taken may have been taken before."""


def overtaking(
    arrival: Floats, wait: Floats, answered: NDArray[np.bool_], kind: Ints, kinds: int
) -> list[list[float | None]]:
    """Return how often one kind of caller is taken although one of another kind came before.

    Entry [a][b] is a share of the answers to callers of kind a, who had waited, at which somebody
    of kind b was in line; None where there was no such answer. O(calls x callers in line).

    Parameters
    ----------
    arrival, wait, answered, kind
        Of each call, in order of arrival.
    kinds
        Number of kinds.
    """
    waited = wait > 0
    arrival, wait, answered, kind = arrival[waited], wait[waited], answered[waited], kind[waited]
    leaves = arrival + wait
    oldest = np.searchsorted(arrival, leaves - wait.max(initial=0.0), side="left")
    newest = np.searchsorted(arrival, leaves, side="left")
    present, passed = np.zeros((kinds, kinds)), np.zeros((kinds, kinds))
    for call in np.flatnonzero(answered):
        others = slice(oldest[call], newest[call])
        there = leaves[others] > leaves[call] + _CLOSE_S
        before = there & (arrival[others] < arrival[call])
        present[kind[call]] += np.bincount(kind[others][there], minlength=kinds) > 0
        passed[kind[call]] += np.bincount(kind[others][before], minlength=kinds) > 0
    return [
        [float(p / n) if n else None for p, n in zip(*rows, strict=True)]
        for rows in zip(passed, present, strict=True)
    ]
