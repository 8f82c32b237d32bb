"""Sample paths: whole horizons of all groups drawn together, as they might come.

An interval's error is its deviation times a score. The scores of one group have the distribution
that was rehearsed (`forecasts.intervals`), so 80 % of the paths lie in the 80 % interval. They are
not independent: a bad week is bad on most days, a bad day in most slots, and groups share bad days.
So normal draws are mixed,

    x(g, d, s) = sqrt(week_g) W_g(w) + sqrt(day_g - week_g) D_g(d) + sqrt(1 - day_g) E_g(d, s)

with one W for each week of the horizon, one D for each day and one E for each interval. What was
missed in one week is partly missed in the next, so the W of weeks are a first-order autoregression;
the W of all groups have a common correlation, and so have the D. Each x is then turned into the
score of the same rank (a Gaussian copula; Nelsen 2006, ch. 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forecasts.intervals import GRID, Spread
from forecasts.weekly import BoolArray, FloatArray

if TYPE_CHECKING:
    from forecasts.outlook import Outlook
    from forecasts.result import Forecast

__all__ = ["Uncertainty", "sample_paths", "uncertainty_of"]

CORRELATED_FROM = 20
"""Days that two groups must have in common before their correlation counts by half."""

LASTING = 0.6
"""Correlation of the W of weeks next to each other.

In rehearsals of bank calls up to July 2003 it was 0.5, 0.3 and 0.2 one, two and three weeks apart.
"""

_RANKS = 200
"""Equally probable scores that a mean is taken over."""

_FOLDED_TAIL = 3.5
"""Scores beyond the outermost kept quantiles are drawn out to this many normal deviations."""


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """What sample paths are drawn from.

    Parameters
    ----------
    deviation
        Standard deviation s of each interval's error in contacts, ``[G, N]``.
    scores
        Quantiles of error / deviation of each group at `forecasts.intervals.GRID`, ``[G, K]``.
    week, day
        Correlation of scores within one week and within one day, ``[G]``.
    across
        Correlation of the W and of the D of any two groups.
    """

    deviation: FloatArray
    scores: FloatArray
    week: FloatArray
    day: FloatArray
    across: float


def uncertainty_of(outlooks: Sequence[Outlook], kept: BoolArray) -> Uncertainty:
    """Return what the rehearsals of all groups say about how errors go together.

    Parameters
    ----------
    outlooks
        Of each group, one or more.
    kept
        Days of the outlooks that are part of the forecast.
    """
    spreads = [outlook.spread for outlook in outlooks]
    deviations = [outlook.deviation() for outlook in outlooks]
    return Uncertainty(
        deviation=np.stack([deviation[kept].ravel() for deviation in deviations]),
        scores=np.stack([spread.scores for spread in spreads]),
        week=np.array([spread.week for spread in spreads]),
        day=np.array([spread.day for spread in spreads]),
        across=_common_correlation(
            [outlook.day_errors() for outlook in outlooks],
            np.stack(
                [
                    _loadings(spread, deviation)
                    for spread, deviation in zip(spreads, deviations, strict=True)
                ]
            ),
        ),
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
        Contacts, ``[count, G, N]``: zero or more, zero where closed, not rounded. On average they
        are what is expected. Adjustments move the paths and widen them as they widen the
        intervals; contacts added where none were expected are certain.

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
    (groups, intervals), slots = base.offered.shape, base.slots_per_day
    days = intervals // slots
    weeks = np.arange(days) // 7

    apart = np.abs(np.subtract.outer(np.arange(weeks[-1] + 1), np.arange(weeks[-1] + 1)))
    of_week = _common(rng, (count, groups, len(apart)), known.across)
    of_week = (of_week @ np.linalg.cholesky(LASTING**apart).T)[:, :, weeks]
    of_day = _common(rng, (count, groups, days), known.across)
    paths = np.empty((count, groups, intervals))
    for group, (week, day) in enumerate(zip(known.week, known.day, strict=True)):
        common = np.sqrt(week) * of_week[:, group] + np.sqrt(day - week) * of_day[:, group]
        own = rng.standard_normal((count, days, slots))
        normal = common[:, :, None] + np.sqrt(1.0 - day) * own
        scores = _ranked(normal.reshape(count, intervals), known.scores[group])
        expected, deviation = base.offered[group], known.deviation[group]
        drawn = np.maximum(expected + deviation * scores, 0.0)
        paths[:, group] = drawn * _centring(expected, deviation, known.scores[group])
    paths *= base.open
    return paths if forecast is base else _adjusted(paths, base, forecast)


def _centring(expected: FloatArray, deviation: FloatArray, quantiles: FloatArray) -> FloatArray:
    """Return by what to multiply the draws of intervals so that their mean is what is expected.

    Rehearsed errors may have been all of one sign, and a count cannot fall below zero.
    """
    from scipy.special import ndtri

    ranks = (np.arange(_RANKS) + 0.5) / _RANKS
    scores = _ranked(ndtri(ranks), quantiles)
    mean = np.maximum(expected[:, None] + deviation[:, None] * scores, 0.0).mean(axis=1)
    factors = np.zeros_like(expected)
    np.divide(expected, mean, out=factors, where=mean > 0)
    return factors


def _adjusted(paths: FloatArray, base: Forecast, forecast: Forecast) -> FloatArray:
    """Return paths of the forecast as adjusted: errors grow with its 80 % intervals."""
    before, after = (one.upper[80] - one.lower[80] for one in (base, forecast))
    widening = np.ones_like(before)
    np.divide(after, before, out=widening, where=before > 0)
    return np.maximum(forecast.offered + (paths - base.offered) * widening, 0.0) * forecast.open


def _common(rng: np.random.Generator, shape: tuple[int, int, int], across: float) -> FloatArray:
    """Draw standard normals ``[count, G, n]`` whose groups have the correlation `across`."""
    count, _, n = shape
    shared = rng.standard_normal((count, 1, n))
    return np.asarray(np.sqrt(across) * shared + np.sqrt(1.0 - across) * rng.standard_normal(shape))


def _ranked(normal: FloatArray, quantiles: FloatArray) -> FloatArray:
    """Return the scores of the same rank as standard normals, ``[count, N]``."""
    from scipy.special import ndtri

    grid = ndtri(GRID)
    # Beyond the kept quantiles the distribution goes on as it did between the last two.
    slopes = np.diff(quantiles)[[0, -1]] / np.diff(grid)[[0, -1]]
    low = quantiles[0] - slopes[0] * (grid[0] + _FOLDED_TAIL)
    high = quantiles[-1] + slopes[1] * (_FOLDED_TAIL - grid[-1])
    ends = [-_FOLDED_TAIL, *grid, _FOLDED_TAIL]
    return np.asarray(np.interp(normal, ends, np.array([low, *quantiles, high])))


def _loadings(spread: Spread, deviation: FloatArray) -> FloatArray:
    """Return the correlations of a day's total with its W and its D, means over days, ``[2]``."""
    together = deviation.sum(axis=1) ** 2
    variance = spread.day * together + (1.0 - spread.day) * (deviation**2).sum(axis=1)
    there = variance > 0
    if not there.any():
        return np.zeros(2)
    common = np.sqrt([spread.week, spread.day - spread.week])
    return np.asarray(common * np.sqrt(together[there] / variance[there]).mean())


def _common_correlation(errors: Sequence[FloatArray], loadings: FloatArray) -> float:
    """Return the correlation `across` that best explains those of groups' errors of days.

    A day's total is also chance, which groups do not share: errors of two totals have the
    correlation `across` times the product of their loadings. Least squares over all pairs of
    groups, shrunk to 0 where they have few days in common.

    Parameters
    ----------
    errors
        Rehearsed errors of totals of days by group; NaN where not scored.
    loadings
        ``[G, 2]``.
    """
    longest = max(map(len, errors))
    rehearsed = [group for group, one in enumerate(errors) if len(one) == longest > 0]
    if len(rehearsed) < 2:
        return 0.0
    rows = np.stack([errors[group] for group in rehearsed])
    known = np.isfinite(rows)
    size = np.sqrt(np.where(known, rows**2, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))
    scaled = np.where(known, rows, 0.0) / np.where(size > 0, size, 1.0)[:, None]
    explained = loadings[rehearsed] @ loadings[rehearsed].T
    np.fill_diagonal(explained, 0.0)
    shared_days = known.astype(np.float64) @ known.T
    told = float((shared_days * explained**2).sum())
    if told == 0:
        return 0.0
    pairs = len(rehearsed) * (len(rehearsed) - 1)
    across = float((explained * (scaled @ scaled.T)).sum()) / (told + CORRELATED_FROM * pairs)
    return min(max(across, 0.0), 0.99)
