"""What a model is: from past days it predicts later ones, of one group or of all together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from forecasts.calendars import Calendar
from forecasts.history.series import DaySeries
from forecasts.weekly import DayArray, FloatArray

__all__ = ["FittedModel", "Member", "Model", "PanelModel"]


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


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """One group as a model of many groups sees it: whole days and a calendar."""

    series: DaySeries
    calendar: Calendar


class PanelModel(Protocol):
    """A way to forecast groups that learn from each other.

    The order of the groups must not matter.
    """

    @property
    def name(self) -> str:
        """Return a stable name in snake_case."""

    @property
    def min_days(self) -> int:
        """Return how many days of history, closed ones included, each group needs."""

    def forecast(self, members: Sequence[Member], days: DayArray) -> list[FloatArray]:
        """Learn from all groups and return each one's contacts on `days`, ``[len(days), S]``.

        `days` are consecutive dates after the last ones learnt from.
        """
