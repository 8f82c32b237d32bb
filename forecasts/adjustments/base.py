"""What an adjustment is: a named change of some groups, days and times of day."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from forecasts.errors import Issue, Severity, pointer
from forecasts.result.forecast import Forecast
from forecasts.weekly import MINUTES_PER_DAY, BoolArray, DayArray, FloatArray, weekday

__all__ = [
    "AHT_FACTORS",
    "MOST_FACTOR",
    "Adjustment",
    "Change",
    "by_day",
    "listed",
    "seconds",
    "shares",
    "unknown_group",
    "within",
]

Cell = TypeVar("Cell", bound=np.generic)

MOST_FACTOR = 100.0
"""A larger factor is taken for a percentage that was meant."""

AHT_FACTORS = (0.05, 20.0)
"""Handling times do not change by more than this."""

_DAYS_LISTED = 5


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What becomes of every interval, ``[G, N]`` each or one number for all.

    ::

        contacts = factor * contacts + added
        work     = pace * factor * work + added_work        (work = contacts * handling time)

    Parameters
    ----------
    factor
        What is left of the contacts that were forecast, 0 or more.
    added
        Contacts from elsewhere, 0 or more; their handling seconds in all are `added_work`.
    pace
        Factor on the handling time of the contacts that were forecast, above 0.
    """

    factor: FloatArray | float = 1.0
    added: FloatArray | float = 0.0
    pace: FloatArray | float = 1.0
    added_work: FloatArray | float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment(ABC):
    """A planner's change to a forecast.

    Parameters
    ----------
    name
        Unique among the adjustments of a forecast.
    groups
        Groups it concerns; all if empty.
    first_day, last_day
        Days it concerns, both included; None for the first and the last of the horizon.
    weekdays
        Days of the week it concerns, 0 for Monday to 6 for Sunday; all if empty.
    from_time, to_time
        Times of day: intervals that begin at `from_time` or later and before `to_time`; None
        for midnight.
    reason, author
        Why, and who says so.
    """

    kind: ClassVar[str]
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    name: str
    groups: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    weekdays: tuple[int, ...] = ()
    from_time: time | None = None
    to_time: time | None = None
    reason: str = ""
    author: str = ""

    @abstractmethod
    def change(self, forecast: Forecast) -> Change:
        """Return what the adjustment, known to be sound, does to `forecast`."""

    def own_problems(self) -> Iterator[Issue]:
        """Yield what is wrong with the values that this kind has of its own."""
        return iter(())

    def own_misfits(self, forecast: Forecast) -> Iterator[Issue]:
        """Yield what else about this kind does not fit the forecast; its groups are known."""
        return iter(())

    def problems(self) -> Iterator[Issue]:
        """Yield what is wrong with the values alone; pointers are relative to the adjustment."""
        if not self.name.strip():
            yield Issue("missing_name", pointer("name"), "An adjustment needs a name.")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            detail = f"The last day {self.last_day} is before the first, {self.first_day}."
            yield Issue("days_reversed", pointer("last_day"), detail)
        if self.to_time is not None and _minute(self.from_time) >= _minute(self.to_time):
            detail = "The times of day end before they begin; two adjustments can span midnight."
            yield Issue("times_reversed", pointer("to_time"), detail)
        for place, day in enumerate(self.weekdays):
            if not 0 <= day <= 6:
                detail = f"{day} is not a day of the week from 0 (Monday) to 6."
                yield Issue("out_of_range", pointer("weekdays", place), detail)
        yield from self.own_problems()

    def misfits(self, forecast: Forecast) -> Iterator[Issue]:
        """Yield what does not fit the groups, days and opening hours of a forecast.

        Pointers are relative to the adjustment, whose values alone must be sound.
        """
        unknown = [name not in forecast.groups for name in self.groups]
        for place in np.flatnonzero(unknown).tolist():
            yield unknown_group(self.groups[place], pointer("groups", place))
        first, last = forecast.days[[0, -1]].tolist()
        begins = self.first_day or min(first, self.last_day or first)
        ends = self.last_day or max(last, begins)
        if begins < first or ends > last:
            yield Issue(
                "outside_horizon",
                pointer("first_day" if begins < first else "last_day"),
                f"{begins} to {ends} reaches beyond the horizon, {first} to {last}; "
                f"{self.days_concerned(forecast).sum()} of its days are concerned.",
                Severity.WARNING,
            )
        if not any(unknown):
            yield from self.own_misfits(forecast)

    def days_concerned(self, forecast: Forecast) -> BoolArray:
        """Tell which days of the horizon are concerned, ``[D]``."""
        days = forecast.days
        concerned = np.ones(len(days), bool)
        if self.first_day is not None:
            concerned &= days >= np.datetime64(self.first_day)
        if self.last_day is not None:
            concerned &= days <= np.datetime64(self.last_day)
        if self.weekdays:
            concerned &= np.isin(weekday(days), self.weekdays)
        return concerned

    def concerned(self, forecast: Forecast) -> BoolArray:
        """Tell which open intervals are concerned, ``[G, N]``."""
        groups = np.array([not self.groups or name in self.groups for name in forecast.groups])
        minutes = np.arange(0, MINUTES_PER_DAY, forecast.interval_minutes)
        begin = _minute(self.from_time)
        slots = (minutes >= begin) & (minutes < _minute(self.to_time, MINUTES_PER_DAY))
        times = self.days_concerned(forecast)[:, None] & slots
        return np.asarray(groups[:, None] & times.ravel() & forecast.open)


def by_day(forecast: Forecast, values: NDArray[Cell]) -> NDArray[Cell]:
    """Return ``[G, N]`` as ``[G, D, S]``."""
    return values.reshape(len(forecast.groups), -1, forecast.slots_per_day)


def seconds(forecast: Forecast) -> FloatArray:
    """Return handling seconds, ``[G, N]``; zeros if none are forecast."""
    return np.zeros_like(forecast.offered) if forecast.aht_s is None else forecast.aht_s


def shares(weights: FloatArray, among: BoolArray) -> FloatArray:
    """Return weights scaled to sum 1 over the last axis where `among` holds.

    Equal shares where all weights are zero; zeros where nothing is in `among`.
    """
    weights = np.where(among, weights, 0.0)
    weights = np.where(weights.any(axis=-1, keepdims=True), weights, among)
    total = weights.sum(axis=-1, keepdims=True)
    return np.asarray(weights / np.where(total > 0, total, 1.0))


def within(value: float, low: float, high: float, *field: object) -> Iterator[Issue]:
    """Yield an issue if the value of a field is not in ``[low, high]``."""
    if not low <= value <= high:
        yield Issue(
            "out_of_range", pointer(*field), f"{value} is not between {low:g} and {high:g}."
        )


def unknown_group(name: str, where: str) -> Issue:
    """Return the issue of a group that is not forecast."""
    return Issue("unknown_group", where, f"Nothing is forecast for group {name!r}.")


def listed(days: DayArray) -> str:
    """Return dates for a sentence, the first few by name."""
    text = ", ".join(map(str, days[:_DAYS_LISTED]))
    further = len(days) - _DAYS_LISTED
    return f"{text} and {further} more days" if further > 0 else text


def _minute(clock: time | None, otherwise: int = 0) -> int:
    return otherwise if clock is None else clock.hour * 60 + clock.minute
