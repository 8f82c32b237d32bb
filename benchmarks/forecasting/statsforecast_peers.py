"""The models of statsforecast that the trade would take for calls, each as well as it can be set.

All of them see the usual opening laid end to end (`benchmarks.forecasting.regular`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.forecasting.regular import Regular, regular
from benchmarks.forecasting.scoring import LEVELS, Bounds, Prediction, group_by_group
from benchmarks.forecasting.windows import GroupWindow, Window
from forecasts.weekly import FloatArray

__all__ = ["STATSFORECAST"]

NORMAL_QUANTILES = {80: 1.2815515655446004, 95: 1.959963984540054}

MOST_WEEKS = 8
"""Weeks of the window average, and windows behind its intervals."""

Result = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OnSlots:
    """A model of statsforecast on the slots themselves.

    Parameters
    ----------
    forecast
        Returns the values ahead as statsforecast does: ``mean`` and, where the model has
        intervals, ``lo-80`` and the like.
    """

    name: str
    described: str
    forecast: Callable[[Regular], Result]

    @property
    def requires(self) -> tuple[str, ...]:
        """Return the distributions that must be installed."""
        return ("statsforecast",)

    def predict(self, window: Window) -> Prediction:
        """Forecast group by group."""
        return group_by_group(window, self._group)

    def _group(self, group: GroupWindow) -> tuple[FloatArray, Bounds]:
        series = regular(group)
        found = self.forecast(series)
        bounds = {
            level: (series.unfold(found[f"lo-{level}"]), series.unfold(found[f"hi-{level}"]))
            for level in LEVELS
            if f"lo-{level}" in found
        }
        return series.unfold(found["mean"]), bounds


@dataclass(frozen=True, slots=True)
class EtsTimesProfile:
    """The trade's usual: AutoETS on totals of days times the weekday's recent shares.

    Parameters
    ----------
    weeks
        How many weeks make the shares.
    """

    weeks: int = 6

    @property
    def name(self) -> str:
        """Return what it is called in tables."""
        return "AutoETS on days x profile"

    @property
    def described(self) -> str:
        """Return its configuration in words."""
        return (
            f"AutoETS (season of a week) on totals of days times the shares of the weekday's last "
            f"{self.weeks} weeks; AutoETS' own variance of the day, spread by the shares, plus "
            "Poisson variance of the interval."
        )

    @property
    def requires(self) -> tuple[str, ...]:
        """Return the distributions that must be installed."""
        return ("statsforecast",)

    def predict(self, window: Window) -> Prediction:
        """Forecast group by group."""
        return group_by_group(window, self._group)

    def _group(self, group: GroupWindow) -> tuple[FloatArray, Bounds]:
        series = regular(group)
        days = series.values.reshape(-1, series.day)
        season = series.week // series.day
        ahead = series.steps // series.day
        found = (
            _models()
            .AutoETS(season_length=season)
            .forecast(y=days.sum(axis=1), h=ahead, level=list(NORMAL_QUANTILES))
        )
        profile = np.stack([days[day::season][-self.weeks :].sum(axis=0) for day in range(season)])
        profile /= np.maximum(profile.sum(axis=1, keepdims=True), 1e-12)
        shares = profile[(len(days) + np.arange(ahead)) % season]
        expected = np.maximum(found["mean"], 0.0)[:, None] * shares
        bounds = {}
        for level, quantile in NORMAL_QUANTILES.items():
            deviation = (found[f"hi-{level}"] - found[f"lo-{level}"]) / (2 * quantile)
            off = quantile * np.sqrt((deviation[:, None] * shares) ** 2 + expected)
            bounds[level] = (
                series.unfold((expected - off).ravel()),
                series.unfold((expected + off).ravel()),
            )
        return series.unfold(expected.ravel()), bounds


def _models() -> Any:
    """Import the models late and by name: the package is heavy and need not be there."""
    return import_module("statsforecast.models")


def _forecast(model: Any, series: Regular, levels: Sequence[int] = LEVELS) -> Result:
    found: Result = model.forecast(y=series.values, h=series.steps, level=list(levels) or None)
    return found


def _mstl(series: Regular) -> Result:
    models = _models()
    trend = models.AutoETS(model="ZZN")
    seasons = [series.day, series.week]
    return _forecast(models.MSTL(season_length=seasons, trend_forecaster=trend), series)


def _naive(series: Regular) -> Result:
    return _forecast(_models().SeasonalNaive(season_length=series.week), series)


def _window_average(series: Regular) -> Result:
    weeks = len(series.values) // series.week
    window = min(MOST_WEEKS, weeks)
    model = _models().SeasonalWindowAverage(season_length=series.week, window_size=window)
    # Each calibration window needs the weeks of the average before it.
    calibrations = min(MOST_WEEKS, (len(series.values) - window * series.week) // series.steps)
    if calibrations < 2:
        return _forecast(model, series, levels=())
    model.prediction_intervals = import_module("statsforecast.utils").ConformalIntervals(
        n_windows=calibrations, h=series.steps
    )
    return _forecast(model, series)


STATSFORECAST = (
    OnSlots(
        "MSTL + AutoETS",
        "MSTL with seasons of a day and a week of open slots, AutoETS (ZZN) for the trend.",
        _mstl,
    ),
    EtsTimesProfile(),
    OnSlots(
        "Window average",
        "SeasonalWindowAverage, the mean of the last 8 weeks of each slot of the week "
        "(WindowAverage itself is flat over the day), conformal intervals from up to 8 windows "
        "where the history is long enough for any.",
        _window_average,
    ),
    OnSlots("Seasonal naive", "SeasonalNaive with a season of a week of open slots.", _naive),
)
"""The peers from statsforecast."""
