"""Sample paths: whole horizons of all groups drawn together, as they might come.

An interval's error is its deviation times a score. The scores of one group have the distribution
that was rehearsed (`forecasts.intervals`), so 80 % of the paths lie in the 80 % interval. They are
not independent: a bad week is bad on most days, a bad day in most slots, and groups share bad days.
So normal draws are mixed,

    x(g, d, s) = sqrt(week_g) W_g(w) + sqrt(day_g - week_g) D_g(d) + sqrt(1 - day_g) E_g(d, s)

with one W for each week of the horizon, one D for each day and one E for each interval; the W of
all groups have a common correlation, and so have the D. Each x is then turned into the score of
the same rank (a Gaussian copula; Nelsen 2006, ch. 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forecasts.intervals import GRID
from forecasts.weekly import FloatArray

if TYPE_CHECKING:
    from forecasts.outlook import Outlook
    from forecasts.result import Forecast

__all__ = ["Uncertainty", "sample_paths", "uncertainty_of"]

CORRELATED_FROM = 20
"""Days that two groups must have in common before their correlation is counted fully."""

_FOLDED_TAIL = 3.5
"""Scores beyond the outermost kept quantiles are drawn out to this many normal deviations."""


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """What sample paths are drawn from.

    Parameters
    ----------
    deviation
        Standard deviation of each interval's error in contacts, ``[G, N]``.
    scores
        Quantiles of error / deviation of each group at `forecasts.intervals.GRID`, ``[G, K]``.
    week, day
        Correlation of scores within one week and within one day, ``[G]``.
    across
        Correlation of what groups have of a week or a day in common.
    """

    deviation: FloatArray
    scores: FloatArray
    week: FloatArray
    day: FloatArray
    across: float


def uncertainty_of(outlooks: Sequence[Outlook], kept: np.ndarray) -> Uncertainty:
    """Return what the rehearsals of all groups say about how errors go together.

    Parameters
    ----------
    kept
        Days of the outlooks that are part of the forecast.
    """
    spreads = [outlook.spread for outlook in outlooks]
    return Uncertainty(
        deviation=np.stack([outlook.deviation()[kept].ravel() for outlook in outlooks]),
        scores=np.stack([spread.scores for spread in spreads]),
        week=np.array([spread.week for spread in spreads]),
        day=np.array([spread.day for spread in spreads]),
        across=_common_correlation([outlook.day_errors() for outlook in outlooks]),
    )


def sample_paths(forecast: Forecast, count: int, seed: int = 0) -> FloatArray:
    """Draw what might come.

    Parameters
    ----------
    count
        How many paths.
    seed
        The same seed gives the same paths.

    Returns
    -------
    FloatArray
        Contacts, ``[count, G, N]``: zero or more, zero where closed, not rounded. What was adjusted
        in the forecast scales the paths alike.

    Raises
    ------
    ValueError
        If the forecast does not know how sure it is (one read from a bare table).
    """
    known = forecast.uncertainty
    if known is None:
        raise ValueError("this forecast has no record of its errors to draw from")
    base = forecast if forecast.unadjusted is None else forecast.unadjusted
    rng = np.random.default_rng(seed)
    groups, slots = len(base.groups), base.slots_per_day
    days = base.offered.shape[1] // slots
    weeks = np.arange(days) // 7
    week, day = known.week[:, None, None], known.day[:, None, None]

    of_week = _common(rng, (count, groups, int(weeks[-1]) + 1), known.across)[:, :, weeks, None]
    of_day = _common(rng, (count, groups, days), known.across)[..., None]
    normal = np.sqrt(1.0 - day) * rng.standard_normal((count, groups, days, slots))
    normal += np.sqrt(week) * of_week + np.sqrt(day - week) * of_day
    scores = _ranked(normal.reshape(count, groups, -1), known.scores)
    paths = np.maximum(base.offered + known.deviation * scores, 0.0)
    paths *= base.open
    if forecast is not base:
        change = np.ones_like(base.offered)
        np.divide(forecast.offered, base.offered, out=change, where=base.offered > 0)
        paths = np.where(base.offered > 0, paths * change, forecast.offered)
    return np.asarray(paths)


def _common(rng: np.random.Generator, shape: tuple[int, int, int], across: float) -> FloatArray:
    """Draw standard normals ``[count, G, n]`` whose groups have the correlation `across`."""
    count, _, n = shape
    shared = rng.standard_normal((count, 1, n))
    return np.asarray(np.sqrt(across) * shared + np.sqrt(1.0 - across) * rng.standard_normal(shape))


def _ranked(normal: FloatArray, scores: FloatArray) -> FloatArray:
    """Return each group's score of the same rank as its standard normals, ``[count, G, N]``."""
    from scipy.special import ndtri

    grid = np.concatenate([[-_FOLDED_TAIL], ndtri(GRID), [_FOLDED_TAIL]])
    ranked = np.empty_like(normal)
    for group, quantiles in enumerate(scores):
        # Beyond the kept quantiles the distribution goes on as it did between the last two.
        slopes = np.diff(quantiles)[[0, -1]] / np.diff(grid[1:-1])[[0, -1]]
        low = quantiles[0] - slopes[0] * (grid[1] - grid[0])
        high = quantiles[-1] + slopes[1] * (grid[-1] - grid[-2])
        ranked[:, group] = np.interp(normal[:, group], grid, [low, *quantiles, high])
    return ranked


def _common_correlation(errors: Sequence[FloatArray]) -> float:
    """Return the mean correlation of groups' errors of days, shrunk to 0 where days are few.

    Parameters
    ----------
    errors
        Rehearsed errors of totals of days by group; NaN where not scored.
    """
    longest = max((len(one) for one in errors), default=0)
    rows = np.stack([one for one in errors if len(one) == longest and longest > 0] or [np.empty(0)])
    if len(rows) < 2:
        return 0.0
    known = np.isfinite(rows)
    size = np.sqrt(np.where(known, rows**2, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))
    there = size > 0
    scaled = np.where(known, rows, 0.0)[there] / size[there, None]
    shared = known[there].astype(np.float64) @ known[there].T
    products = scaled @ scaled.T
    apart = ~np.eye(len(scaled), dtype=bool)
    pairs = float(shared[apart].sum())
    if pairs == 0:
        return 0.0
    mean = float(products[apart].sum()) / pairs
    trust = pairs / (pairs + CORRELATED_FROM * float(apart.sum()))
    return min(max(trust * mean, 0.0), 0.99)
