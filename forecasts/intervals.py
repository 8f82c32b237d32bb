"""How sure a forecast is: conformal prediction intervals measured on rehearsals.

Errors of past forecasts are divided by

    s(f, h) = sqrt(count f + (relative^2 + growth (h - 1)) f^2)

so that one set of quantiles serves busy and quiet intervals, tomorrow and the day in four weeks: a
quiet interval errs by the square root of its volume, a busy one by a share of it that grows with
the horizon h in days. The three parts are fitted to the same errors, none negative. The interval is
f + q s(f, h), never below zero, with q the conformal quantile (Vovk, Gammerman & Shafer 2005; Lei
et al., JASA 2018). No distribution is assumed.

Errors of one day go together, and so do those of one week: totals vary more than they would if
intervals erred on their own. How much more is measured as well, for sample paths
(`forecasts.paths`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasts.weekly import BoolArray, FloatArray

__all__ = ["LEVELS", "Spread", "assumed_spread", "measure_spread"]

LEVELS = (80, 95)
"""Percentages that the intervals promise to cover."""

GRID = np.concatenate(
    [[0.002, 0.005, 0.01, 0.025], np.arange(0.05, 0.96, 0.05), [0.975, 0.99, 0.995, 0.998]]
)
"""Probabilities at which the distribution of the scaled errors is kept."""

_ASSUMED_RELATIVE = 0.2
_ASSUMED_WEEK, _ASSUMED_DAY = 0.2, 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """The errors of a forecast of one group.

    Parameters
    ----------
    count
        Variance per expected contact; 1 for Poisson arrivals known but for chance.
    relative
        Standard deviation of the error of tomorrow's rate, as a fraction of it.
    growth
        What the square of `relative` grows by with each day of the horizon; at most itself.
    scores
        Quantiles of error / s at the probabilities of `GRID`, in order.
    bounds_at
        By level in percent the lower and upper quantile of error / s.
    week, day
        Correlation of the errors of intervals on different days of one week of the horizon, and
        on the same day; 0 <= week <= day <= 1.
    measured
        Whether rehearsals were long enough to measure all this.
    """

    count: float
    relative: float
    growth: float
    scores: FloatArray
    bounds_at: dict[int, tuple[float, float]]
    week: float
    day: float
    measured: bool = True

    def deviation(self, expected: FloatArray, extra: FloatArray | float = 0.0) -> FloatArray:
        """Return s, the standard deviation of the error, ``[H, S]``.

        Parameters
        ----------
        expected
            Contacts of the days of the horizon from the first on, ``[H, S]``.
        extra
            Relative standard deviation on top, of what events do.
        """
        ahead = np.arange(len(expected))[:, None]
        relative = self.relative**2 + self.growth * ahead + np.square(extra)
        return np.sqrt(self.count * expected + relative * expected**2)

    def bounds(
        self, expected: FloatArray, level: int, extra: FloatArray | float = 0.0
    ) -> tuple[FloatArray, FloatArray]:
        """Return the lower and upper end of the interval around `expected`, ``[H, S]``."""
        deviation = self.deviation(expected, extra)
        low, high = self.bounds_at[level]
        return (
            np.maximum(expected + low * deviation, 0.0),
            np.maximum(expected + high * deviation, 0.0),
        )


def assumed_spread() -> Spread:
    """Return Poisson arrivals with a rate that errs by a fifth: for too short histories."""
    from statistics import NormalDist

    normal = NormalDist()
    scores = np.array([normal.inv_cdf(probability) for probability in GRID])
    bounds = {level: normal.inv_cdf(0.5 + level / 200) for level in LEVELS}
    return Spread(
        1.0,
        _ASSUMED_RELATIVE,
        0.0,
        scores,
        {level: (-z, z) for level, z in bounds.items()},
        _ASSUMED_WEEK,
        _ASSUMED_DAY,
        measured=False,
    )


def measure_spread(expected: FloatArray, actual: FloatArray) -> Spread | None:
    """Measure the errors of past forecasts.

    Parameters
    ----------
    expected, actual
        By origin, day of the horizon and slot, ``[O, H, S]``; NaN where not to be scored.

    Returns
    -------
    Spread or None
        None if nothing can be scored.
    """
    scored = np.isfinite(actual) & np.isfinite(expected) & (np.nan_to_num(expected) > 0)
    if not scored.any():
        return None
    f, error = expected[scored], (actual - expected)[scored]
    ahead = np.nonzero(scored)[1].astype(np.float64)
    count, relative, growth = _variance_parts(f, error, ahead)
    deviation = np.sqrt(count * f + (relative + growth * ahead) * f**2)
    ordered = np.sort(error / deviation)
    week, day = _correlations(_placed(error, scored), _placed(deviation, scored))
    return Spread(
        count,
        float(np.sqrt(relative)),
        growth,
        np.quantile(ordered, GRID),
        {level: _conformal(ordered, level) for level in LEVELS},
        week,
        day,
    )


def _conformal(ordered: FloatArray, level: int) -> tuple[float, float]:
    """Return the conformal quantiles: of n + 1 exchangeable scores the next is as likely any."""
    tail = (1 - level / 100) / 2
    rank = min(int(np.ceil((len(ordered) + 1) * (1 - tail))), len(ordered))
    # Where past errors were all of one sign, the interval still holds the forecast.
    return min(float(ordered[-rank]), 0.0), max(float(ordered[rank - 1]), 0.0)


def _variance_parts(
    expected: FloatArray, error: FloatArray, ahead: FloatArray
) -> tuple[float, float, float]:
    """Return a, b >= c >= 0 that best explain squared errors as a f + (b + c h) f^2.

    A level that drifts has drifted for a day by tomorrow, so b is at least c; the deviation is then
    never zero. Least squares over f, all parts relative to a mean interval so that nothing depends
    on scale.
    """
    from scipy.optimize import nnls

    mean = float(expected.mean())
    f = expected / mean
    ratio = error**2 / (expected * mean)
    design = np.column_stack([np.ones_like(f), f, f * (1.0 + ahead)])
    parts, _ = nnls(design, ratio)
    if not parts.any():
        return max(float(ratio.mean()), 1e-12) * mean, 0.0, 0.0
    count, fixed, growth = parts.tolist()
    return count * mean, fixed + growth, growth


def _placed(values: FloatArray, where: BoolArray) -> FloatArray:
    """Return an array with `values` in order `where` they belong, and zeros elsewhere."""
    placed = np.zeros(where.shape)
    placed[where] = values
    return placed


def _correlations(error: FloatArray, deviation: FloatArray) -> tuple[float, float]:
    """Return the correlations within weeks and within days by which totals vary as they did.

    Were all correlations r, the squared error of a total would be expected to be the sum of s^2
    and, over its pairs of intervals, of 2 r s s'. So busy intervals count as they do in totals.

    Parameters
    ----------
    error, deviation
        By origin, day of the horizon and slot, ``[O, H, S]``; zeros where not scored.
    """
    variance = float((error**2).sum() / (deviation**2).sum())
    if variance == 0:
        return 0.0, 0.0
    day_error, day_deviation = error.sum(axis=2), deviation.sum(axis=2)
    weeks = np.arange(0, error.shape[1], 7)
    week_error, week_deviation = (
        np.add.reduceat(of_day, weeks, axis=1) for of_day in (day_error, day_deviation)
    )

    def correlation(
        total: FloatArray, part: FloatArray, alike: FloatArray, each: FloatArray
    ) -> float:
        pairs = float((alike**2).sum() - (each**2).sum())
        return float((total**2).sum() - (part**2).sum()) / pairs / variance if pairs > 0 else 0.0

    week = correlation(week_error, day_error, week_deviation, day_deviation)
    day = correlation(day_error, error, day_deviation, deviation)
    week = min(max(week, 0.0), 0.95)
    return week, min(max(day, week), 0.99)
