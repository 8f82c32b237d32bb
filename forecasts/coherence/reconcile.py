"""Making it add up: forecasts of groups and of their sums, reconciled into one.

Every node of a hierarchy is forecast on its own; sums are smoother and see what single groups
cannot, groups know their own shape. The groups' totals b that agree best with all of them are

    minimise (base - S b)' W^-1 (base - S b)    subject to b >= 0

with S the summing matrix and W the covariance of the base forecasts' errors: minimum trace
reconciliation (Wickramasuriya, Athanasopoulos & Hyndman, JASA 2019), without negative values
(Wickramasuriya, Turlach & Hyndman, Stat. Comput. 2020). With W right no other linear unbiased way
to make forecasts add up has smaller errors. W is learnt from past errors by
`forecasts.coherence.covariance`.

Totals of days are reconciled; a day's slots keep their shape.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from forecasts.coherence.covariance import ErrorCovariance, learn_covariance
from forecasts.coherence.hierarchy import Hierarchy
from forecasts.weekly import BoolArray, FloatArray

__all__ = ["Method", "day_factors", "reconcile_days"]

Method = Literal["mint", "structural", "ols", "bottom_up"]
"""What W is: ``mint`` learns it from errors, ``structural`` takes the number of groups in each node
as its variance, ``ols`` one variance for all; ``bottom_up`` does not listen to sums."""

_TOLERANCE = 1e-10
_PATIENCE = 3


def reconcile_days(
    base: FloatArray, hierarchy: Hierarchy, errors: FloatArray, method: Method = "mint"
) -> FloatArray:
    """Return coherent totals of days of the groups, ``[G, D]``; sums are `summing` times them.

    A group with base 0 (closed, or never anything) stays 0. Multiplying base and errors by a
    constant multiplies the result by it.

    Parameters
    ----------
    base
        Expected contacts per node and day, ``[N, D]``, zero or more. NaN or 0 for a sum that has
        no say about a day; groups always have one.
    errors
        Errors (forecast minus actual or the reverse) of totals of days of all nodes on past days,
        ``[samples, N]``; NaN where a node was not scored. Only for ``mint``, which without any
        takes variances proportional to volumes.

    Raises
    ------
    ValueError
        If shapes do not agree, a value is negative or infinite, or a group has NaN.
    """
    G, N = len(hierarchy.groups), len(hierarchy.nodes)
    if base.ndim != 2 or len(base) != N or errors.ndim != 2 or errors.shape[1] != N:
        raise ValueError(f"base {base.shape} and errors {errors.shape} are not of {N} nodes")
    if (base < 0).any() or np.isinf(base).any() or np.isnan(base[-G:]).any():
        raise ValueError("a base forecast is negative, infinite or, for a group, missing")
    heard = base > 0
    if method == "bottom_up":
        heard[:-G] = False
    S = hierarchy.summing
    volume = np.where(heard, base, 0.0).sum(axis=1) / np.maximum(heard.sum(axis=1), 1)
    learnt = learn_covariance(errors, volume) if method == "mint" else None
    totals = np.zeros((G, base.shape[1]))
    for day in range(base.shape[1]):
        groups = heard[-G:, day]
        # A sum of groups that are all closed has nothing to say, whatever it expects.
        nodes = heard[:, day] & (S @ groups > 0)
        if not nodes[:-G].any():
            totals[:, day] = base[-G:, day]
        else:
            summing = S[np.ix_(nodes, groups)]
            deviations, correlation = _weights(learnt, base[:, day], nodes, summing, method)
            totals[groups, day] = _combine(base[nodes, day], summing, deviations, correlation)
    return totals


def day_factors(totals: FloatArray, expected: FloatArray) -> FloatArray:
    """Return by what to multiply each day so that it sums to its total, ``[G, D]``.

    Ends of intervals and sample paths are multiplied alike. 1 where nothing is expected.

    Parameters
    ----------
    totals
        Contacts per group and day, ``[G, D]``.
    expected
        Contacts per group, day and slot, ``[G, D, S]``.
    """
    sums = expected.sum(axis=2)
    factors = np.ones(sums.shape)
    np.divide(totals, sums, out=factors, where=sums > 0)
    return factors


def _weights(
    learnt: ErrorCovariance | None,
    base: FloatArray,
    nodes: BoolArray,
    summing: FloatArray,
    method: Method,
) -> tuple[FloatArray, FloatArray]:
    """Return deviations ``[n]`` and correlations ``[n, n]`` of the errors of the nodes heard."""
    if learnt is not None:
        return learnt.deviations(base)[nodes], learnt.correlation[np.ix_(nodes, nodes)]
    size = summing.sum(axis=1)
    return np.sqrt(size) if method == "structural" else np.ones(len(size)), np.eye(len(size))


def _combine(
    base: FloatArray, summing: FloatArray, deviations: FloatArray, correlation: FloatArray
) -> FloatArray:
    """Return the groups' totals of one day by generalised least squares, none negative."""
    # In units of each node's deviation only the correlations are left to invert.
    design = summing / deviations[:, None]
    weighted = np.linalg.solve(correlation, np.column_stack([design, base / deviations]))
    return _non_negative(design.T @ weighted[:, :-1], design.T @ weighted[:, -1])


def _non_negative(H: FloatArray, c: FloatArray) -> FloatArray:
    """Return the x >= 0 that minimises x'Hx / 2 - c'x for a positive definite H.

    Block principal pivoting (Judice & Pires 1994): variables and multipliers of the wrong sign
    change sides all at once while their number falls, else one at a time by Murty's rule, which
    always ends. One solve if no value is negative, a handful if some are.
    """
    # With a unit diagonal, variables and multipliers have one scale.
    scale = 1.0 / np.sqrt(np.diag(H))
    H, c = H * np.outer(scale, scale), c * scale
    tolerance = _TOLERANCE * float(np.abs(c).max())
    free = np.ones(len(c), bool)
    fewest, patience = len(c) + 1, _PATIENCE
    while True:
        x = np.zeros(len(c))
        x[free] = np.linalg.solve(H[np.ix_(free, free)], c[free])
        wrong = np.where(free, x, H @ x - c) < -tolerance
        count = int(wrong.sum())
        if count == 0:
            return np.asarray(np.maximum(x, 0.0) * scale)
        if count < fewest:
            fewest, patience = count, _PATIENCE
        elif patience:
            patience -= 1
        else:
            wrong[: np.flatnonzero(wrong)[-1]] = False
        free ^= wrong
