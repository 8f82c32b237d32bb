"""Prophet as its documentation advises for data with regular gaps.

Learn from open intervals only and predict open intervals only
(https://facebook.github.io/prophet/docs/non-daily_data.html).
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module

import numpy as np
import pandas as pd

from benchmarks.forecasting.scoring import LEVELS, Bounds, Prediction, group_by_group
from benchmarks.forecasting.windows import GroupWindow, Window
from forecasts.calendars import Calendar, month_cycle
from forecasts.weekly import MINUTES_PER_DAY, BoolArray, DayArray, FloatArray

__all__ = ["Prophet"]

DAILY_ORDER = 10
"""Fourier pairs of the day; Prophet's own 4 cannot follow a lunch dip."""

CHANGEPOINT_PRIOR = 0.01
"""Prophet's own 0.05 chases noise; either was tried with counts and with their logarithm."""


@dataclass(frozen=True, slots=True)
class Prophet:
    """Prophet with a country's holidays on the logarithm of the counts.

    Parameters
    ----------
    country
        Whose public holidays it knows.
    month
        Also give it the day of the month (two Fourier pairs) and the day after a closure as
        regressors, which is what our own model knows.
    seed
        Of the optimiser and of the samples behind the intervals.
    """

    country: str
    month: bool = False
    seed: int = 1

    @property
    def name(self) -> str:
        """Return what it is called in tables."""
        return "Prophet + month, closures" if self.month else "Prophet"

    @property
    def described(self) -> str:
        """Return its configuration in words."""
        text = (
            f"log(1 + count), {DAILY_ORDER} Fourier pairs a day and 3 a week, the country's public "
            f"holidays, changepoint prior {CHANGEPOINT_PRIOR}; open intervals only, to learn and "
            "to predict; median and intervals from 1,000 samples"
        )
        if self.month:
            text += "; regressors: two Fourier pairs of the day of the month, day after a closure"
        return text + "."

    @property
    def requires(self) -> tuple[str, ...]:
        """Return the distributions that must be installed."""
        return ("prophet",)

    def predict(self, window: Window) -> Prediction:
        """Forecast group by group."""
        with _quiet():
            return group_by_group(window, self._group)

    def _group(self, group: GroupWindow) -> tuple[FloatArray, Bounds]:
        model = import_module("prophet").Prophet(
            daily_seasonality=DAILY_ORDER,
            weekly_seasonality=3,
            yearly_seasonality=False,
            changepoint_prior_scale=CHANGEPOINT_PRIOR,
        )
        model.add_country_holidays(self.country)
        recorded = group.seen.recorded
        past = self._frame(group.seen.days, recorded, group.calendar)
        for regressor in past.columns.drop("ds"):
            model.add_regressor(regressor)
        model.fit(past.assign(y=np.log1p(group.seen.offered[recorded])), seed=self.seed)

        def unfold(values: FloatArray) -> FloatArray:
            unfolded = np.zeros(group.open.shape)
            unfolded[group.open] = np.maximum(np.expm1(values), 0.0)
            return unfolded

        ahead = self._frame(group.days, group.open, group.calendar)
        np.random.seed(self.seed)  # noqa: NPY002 - Prophet draws from the global generator
        samples = model.predictive_samples(ahead)["yhat"]
        bounds = {}
        for level in LEVELS:
            tail = (1 - level / 100) / 2
            low, high = np.quantile(samples, (tail, 1 - tail), axis=1)
            bounds[level] = (unfold(low), unfold(high))
        return unfold(np.median(samples, axis=1)), bounds

    def _frame(self, days: DayArray, chosen: BoolArray, calendar: Calendar) -> pd.DataFrame:
        """Return the intervals that are `chosen`, ``[D, S]``, with their regressors."""
        row, slot = np.nonzero(chosen)
        minutes = (slot * (MINUTES_PER_DAY // chosen.shape[1])).astype("timedelta64[m]")
        frame = pd.DataFrame({"ds": days[row].astype("datetime64[ns]") + minutes})
        if self.month:
            for number, wave in enumerate(month_cycle(days)[row].T):
                frame[f"month{number}"] = wave
            frame["after_closure"] = calendar.after_closure(days)[row].astype(np.float64)
        return frame


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Prophet and Stan behind it from logging and warning at every fit."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Prophet sets the level of its logger when it is imported.
        import_module("prophet")
        prophet, stan = logging.getLogger("prophet"), logging.getLogger("cmdstanpy")
        before = prophet.level, stan.disabled
        prophet.setLevel(logging.ERROR)
        stan.disabled = True
        try:
            yield
        finally:
            prophet.setLevel(before[0])
            stan.disabled = before[1]
