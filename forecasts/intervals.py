"""How sure a forecast is: conformal prediction intervals measured on past origins.

A model is refitted on shorter histories and its errors on the days after them are divided by

    s(f) = sqrt(count f + relative^2 f^2)

so that one set of quantiles serves busy and quiet intervals alike: a busy interval errs by a
share of its volume, a quiet one by the square root of it. `count` and `relative` are fitted to
the same errors. The interval is f + q s(f), never below zero, with q the conformal quantile
(Vovk, Gammerman & Shafer 2005; Lei et al., JASA 2018). No distribution is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecasts.calendars import Calendar
from forecasts.gaps import WholeDays
from forecasts.models.base import Model
from forecasts.weekly import FloatArray

__all__ = ["LEVELS", "Spread", "assumed_spread", "calibrate"]

LEVELS = (80, 95)
"""Percentages that the intervals promise to cover."""

LEAST_WINDOW_DAYS = 7
MOST_ORIGINS = 12

_NORMAL_QUANTILES = {80: 1.2815515655446004, 95: 1.959963984540054}
_ASSUMED_RELATIVE = 0.2


@dataclass(frozen=True, slots=True)
class Spread:
    """The errors of a model on one group.

    Parameters
    ----------
    count
        Variance per expected contact; 1 for Poisson arrivals known but for chance.
    relative
        Standard deviation of the error of the rate, as a fraction of it.
    quantiles
        Per level in percent the lower and upper quantile of error / s.
    """

    count: float
    relative: float
    quantiles: Mapping[int, tuple[float, float]]

    def bounds(self, expected: FloatArray, level: int) -> tuple[FloatArray, FloatArray]:
        """Return the lower and upper end of the interval around `expected`, same shape."""
        scale = np.sqrt(self.count * expected + (self.relative * expected) ** 2)
        low, high = self.quantiles[level]
        return np.maximum(expected + low * scale, 0.0), np.maximum(expected + high * scale, 0.0)


def assumed_spread() -> Spread:
    """Return Poisson arrivals with a rate that errs by a fifth: for too short histories."""
    quantiles = {level: (-z, z) for level, z in _NORMAL_QUANTILES.items()}
    return Spread(1.0, _ASSUMED_RELATIVE, quantiles)


def calibrate(
    model: Model, whole: WholeDays, calendar: Calendar, horizon_days: int
) -> Spread | None:
    """Measure a model's errors from past origins.

    Up to twelve origins are used, a week apart if the history is long enough and closer if not;
    each costs one fit. Errors of all days of the horizon are pooled.

    Returns
    -------
    Spread or None
        None if no origin leaves the model enough history before it and a week after it.
    """
    series = whole.series
    forecasts, actuals = [], []
    for origin in _origins(len(series), min(horizon_days, LEAST_WINDOW_DAYS), model.min_days):
        window = slice(origin, origin + horizon_days)
        scored = whole.actual[window]
        if not scored.any():
            continue
        fitted = model.fit(series.first(origin), calendar)
        forecasts.append(fitted.predict(series.days[window])[scored])
        actuals.append(series.offered[window][scored])
    if not forecasts:
        return None
    expected, actual = np.concatenate(forecasts), np.concatenate(actuals)
    positive = expected > 0
    if not positive.any():
        return None
    return _spread(expected[positive], actual[positive])


def _origins(days: int, window: int, least: int) -> range:
    """Return the numbers of days to learn from, the latest first."""
    last = days - window
    step = min(7, max(1, (last - least) // (MOST_ORIGINS - 1)))
    return range(last, max(least, last - step * (MOST_ORIGINS - 1)) - 1, -step)


def _spread(expected: FloatArray, actual: FloatArray) -> Spread:
    """Fit the scale of the errors, then take the quantiles of what is left."""
    errors = actual - expected
    count, relative_squared = _variance_parts(expected, errors)
    scores = np.sort(errors / np.sqrt(count * expected + relative_squared * expected**2))
    quantiles = {}
    for level in LEVELS:
        # The conformal rank: of n + 1 exchangeable scores the next one is as likely any.
        tail = (1 - level / 100) / 2
        rank = min(int(np.ceil((len(scores) + 1) * (1 - tail))), len(scores))
        # Where past errors were all of one sign, the interval still holds the forecast.
        quantiles[level] = (min(float(scores[-rank]), 0.0), max(float(scores[rank - 1]), 0.0))
    return Spread(count, float(np.sqrt(relative_squared)), quantiles)


def _variance_parts(expected: FloatArray, errors: FloatArray) -> tuple[float, float]:
    """Return a, b >= 0 that best explain squared errors as a f + b f^2 (least squares over f)."""
    ratio = errors**2 / expected
    mean = expected.mean()
    variance = ((expected - mean) ** 2).mean()
    slope = ((expected - mean) * ratio).mean() / variance if variance > 0 else 0.0
    intercept = ratio.mean() - slope * mean
    if slope <= 0:
        return max(float(ratio.mean()), 1e-12), 0.0
    if intercept <= 0:
        return 0.0, max(float((expected * ratio).mean() / (expected**2).mean()), 1e-12)
    return float(intercept), float(slope)
