"""What a model is: it learns from one group's days and predicts later ones."""

from __future__ import annotations

from typing import Protocol

from forecasts.calendars import Calendar
from forecasts.history.series import DaySeries
from forecasts.weekly import DayArray, FloatArray

__all__ = ["FittedModel", "Model"]


class FittedModel(Protocol):
    """What a model has learnt from one group."""

    def predict(self, days: DayArray) -> FloatArray:
        """Return expected contacts, ``[len(days), S]``; zero where the group is closed.

        `days` are consecutive dates after the last one learnt from.
        """


class Model(Protocol):
    """A way to forecast one group at a time."""

    @property
    def name(self) -> str:
        """Return a stable name in snake_case."""

    @property
    def min_days(self) -> int:
        """Return how many days of history, closed ones included, the model needs."""

    def fit(self, series: DaySeries, calendar: Calendar) -> FittedModel:
        """Learn from whole days (see `forecasts.gaps`) that end where the forecast begins."""
