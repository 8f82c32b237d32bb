"""Errors of a forecast over some groups and days, from arrays alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from forecasts.errors import ForecastError, Issue, pointer
from forecasts.floor import poisson_floor, smoothed_level
from forecasts.history.series import History
from forecasts.metrics import coverage, day_wape, wape
from forecasts.result import Forecast
from forecasts.weekly import BoolArray, FloatArray, among

__all__ = ["Accuracy", "Scored", "defined", "scored"]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Errors over some groups and days; not-a-number where a figure is not defined.

    Parameters
    ----------
    intervals
        How many were scored.
    actual, forecast
        Contacts in them.
    wape, day_wape
        Sum of absolute errors of intervals, and of totals of days, over the actuals.
    bias
        Contacts forecast too many over the actuals; below zero where too few.
    coverage80, coverage95
        Share of actuals within the intervals of 80 and 95 %.
    poisson_floor
        WAPE of a forecast that knows the rate (see `forecasts.floor`).
    times_floor
        WAPE over that floor: 1 cannot be beaten but by chance.
    aht_error, aht_bias
        Absolute and signed errors of handling times over the actual ones, weighted by contacts.
    """

    intervals: int
    actual: float
    forecast: float
    wape: float
    day_wape: float
    bias: float
    coverage80: float
    coverage95: float
    poisson_floor: float
    times_floor: float
    aht_error: float
    aht_bias: float

    def as_dict(self) -> dict[str, float | None]:
        """Return the figures by name; None where one is not defined."""
        return {name: defined(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A forecast and its actuals as groups x days x slots; actuals not scored are NaN."""

    actual: FloatArray
    forecast: FloatArray
    bounds: Mapping[int, tuple[FloatArray, FloatArray]]
    level: FloatArray
    handled: FloatArray
    aht_actual: FloatArray
    aht_forecast: FloatArray

    def of(self, groups: BoolArray, days: BoolArray) -> Accuracy:
        """Return the errors over some groups and days."""
        cells = np.ix_(groups, days)
        actual, forecast = self.actual[cells], self.forecast[cells]
        known = np.isfinite(actual)
        came, said = float(actual[known].sum()), float(forecast[known].sum())
        error = wape(actual, forecast)
        floor = poisson_floor(self.level[cells], known)
        covered = {
            level: coverage(actual, low[cells], high[cells])
            for level, (low, high) in self.bounds.items()
        }
        n, x, f = self.handled[cells], self.aht_actual[cells], self.aht_forecast[cells]
        work = float((n * x).sum())
        return Accuracy(
            intervals=int(known.sum()),
            actual=came,
            forecast=said,
            wape=error,
            day_wape=day_wape(actual, forecast),
            bias=(said - came) / came if came > 0 else np.nan,
            coverage80=covered.get(80, np.nan),
            coverage95=covered.get(95, np.nan),
            poisson_floor=floor,
            times_floor=error / floor if floor > 0 else np.nan,
            aht_error=float((n * np.abs(f - x)).sum()) / work if work > 0 else np.nan,
            aht_bias=float((n * (f - x)).sum()) / work if work > 0 else np.nan,
        )


def scored(forecast: Forecast, actual: History) -> Scored:
    """Put both on the forecast's groups and days, and leave out what was rightly closed.

    Raises
    ------
    ForecastError
        If no interval of the forecast has an actual.
    """
    shape = (len(forecast.groups), len(forecast.days), forecast.slots_per_day)
    came = _on_horizon(actual.offered, forecast, actual)
    came = np.where(forecast.open.reshape(shape) | (came > 0), came, np.nan)
    if not np.isfinite(came).any():
        issue = Issue("nothing_to_score", pointer("rows"), "No interval forecast has an actual.")
        raise ForecastError("The forecast cannot be compared.", [issue])
    handled, seconds, expected = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    if forecast.aht_s is not None and actual.aht_s is not None:
        behind = actual.offered if actual.handled is None else actual.handled
        seconds = np.nan_to_num(_on_horizon(actual.aht_s, forecast, actual))
        handled = np.nan_to_num(_on_horizon(behind, forecast, actual))
        # Zeros are not handling times.
        handled = np.where((seconds > 0) & np.isfinite(came), handled, 0.0)
        expected = forecast.aht_s.reshape(shape)
    return Scored(
        actual=came,
        forecast=forecast.offered.reshape(shape),
        bounds={
            level: (forecast.lower[level].reshape(shape), forecast.upper[level].reshape(shape))
            for level in forecast.lower
        },
        level=np.stack([smoothed_level(of_group) for of_group in came]),
        handled=handled,
        aht_actual=seconds,
        aht_forecast=expected,
    )


def _on_horizon(values: FloatArray, forecast: Forecast, actual: History) -> FloatArray:
    """Return ``[G, D, S]`` of the forecast's groups and days; NaN where there is no record."""
    by_day = values.reshape(len(actual.groups), -1, actual.slots_per_day)
    found = np.full((len(forecast.groups), len(forecast.days), actual.slots_per_day), np.nan)
    here, there = among(forecast.days, actual.days), among(actual.days, forecast.days)
    for index, name in enumerate(forecast.groups):
        if name in actual.groups:
            found[index, here] = by_day[actual.groups.index(name), there]
    return found


def defined(value: float) -> float | None:
    """Return a figure, or None for one that is not defined."""
    return value if np.isfinite(value) else None
