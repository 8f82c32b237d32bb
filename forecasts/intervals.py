"""How sure a forecast is: conformal prediction intervals measured on rehearsals.

Errors of past forecasts are divided by

    s(f, h) = sqrt(count f + (relative^2 + growth (h - 1)) f^2)

so that one set of quantiles serves busy and quiet intervals, tomorrow and the day in four weeks: a
quiet interval errs by the square root of its volume, a busy one by a share of it that grows with
the horizon h in days. The three parts are fitted to the same errors, none negative. The interval is
f + q s(f, h), never below zero, with q the conformal quantile (Vovk, Gammerman & Shafer 2005; Lei
et al., JASA 2018). No distribution is assumed.

Errors of one day go together, and so do those of one week; how much is measured as well, for sample
paths (`forecasts.paths`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasts.weekly import FloatArray

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
        What the square of `relative` grows by with each day of the horizon.
    scores
        Quantiles of error / s at the probabilities of `GRID`, in order.
    bounds_at
        By level in percent the lower and upper quantile of error / s.
    week, day
        Correlation of the scaled errors of intervals on different days of one forecast, and on the
        same day; 0 <= week <= day <= 1.
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
    ahead = np.broadcast_to(np.arange(expected.shape[1], dtype=float)[:, None], expected.shape)[
        scored
    ]
    count, relative, growth = _variance_parts(expected[scored], actual[scored], ahead)
    scores = np.full(expected.shape, np.nan)
    f = expected[scored]
    scores[scored] = (actual[scored] - f) / np.sqrt(count * f + (relative + growth * ahead) * f**2)
    ordered = np.sort(scores[scored])
    week, day = _correlations(scores)
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
    expected: FloatArray, actual: FloatArray, ahead: FloatArray
) -> tuple[float, float, float]:
    """Return a, b, c >= 0 that best explain squared errors as a f + (b + c h) f^2.

    Least squares over f, all parts relative to a mean interval so that nothing depends on scale.
    """
    from scipy.optimize import nnls

    mean = float(expected.mean())
    f = expected / mean
    ratio = (actual - expected) ** 2 / (expected * mean)
    design = np.column_stack([np.ones_like(f), f, f * ahead])
    parts, _ = nnls(design, ratio)
    count, relative, growth = parts * (mean, 1.0, 1.0)
    if not parts.any():
        return max(float(ratio.mean()), 1e-12) * mean, 0.0, 0.0
    return float(count), float(relative), float(growth)


def _correlations(scores: FloatArray) -> tuple[float, float]:
    """Return the mean product of scores on different days of one origin, and within days."""
    known = np.isfinite(scores)
    values = np.where(known, scores, 0.0)
    variance = float((values**2).sum() / known.sum())
    by_day, days = values.sum(axis=2), known.sum(axis=2)
    within = float((by_day**2).sum() - (values**2).sum())
    pairs_within = float((days * (days - 1.0)).sum())
    across = float((by_day.sum(axis=1) ** 2).sum() - (by_day**2).sum())
    pairs_across = float((days.sum(axis=1) ** 2).sum() - (days**2).sum())
    if variance <= 0:
        return 0.0, 0.0
    week = across / pairs_across / variance if pairs_across > 0 else 0.0
    day = within / pairs_within / variance if pairs_within > 0 else 0.0
    week = min(max(week, 0.0), 0.95)
    return week, min(max(day, week), 0.99)
