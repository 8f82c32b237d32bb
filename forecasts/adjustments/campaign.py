"""A campaign: contacts rise before it, stand high while it lasts, and fade after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from forecasts.adjustments.base import (
    MOST_FACTOR,
    Adjustment,
    Change,
    by_day,
    seconds,
    shares,
    within,
)
from forecasts.errors import Issue, pointer
from forecasts.result.forecast import Forecast
from forecasts.weekly import BoolArray, FloatArray, weekday

__all__ = ["Campaign"]

HOURS = 24
MOST_WEIGHT = 1e9
LONGEST_RAMP_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign(Adjustment):
    """A campaign from `first_day` to `last_day`, with a ramp before and after.

    Parameters
    ----------
    uplift
        Factor on the contacts of the campaign's days, 0 to 100; 2.3 for 130 % more.
    before_days, after_days
        Days over which the uplift rises before the first day and fades after the last, in
        equal steps: two days before are at a third and at two thirds of it.
    shape
        24 weights by hour of the day for the contacts on top of the forecast; if empty they
        are spread as the forecast is.
    """

    kind: ClassVar[str] = "campaign"

    uplift: float
    before_days: int = 0
    after_days: int = 0
    shape: tuple[float, ...] = ()

    def own_problems(self) -> Iterator[Issue]:
        """Yield a missing first day, figures out of range and shapes that are none."""
        if self.first_day is None:
            yield Issue("missing_field", pointer("first_day"), "A campaign needs a first day.")
        yield from within(self.uplift, 0.0, MOST_FACTOR, "uplift")
        yield from within(self.before_days, 0, LONGEST_RAMP_DAYS, "before_days")
        yield from within(self.after_days, 0, LONGEST_RAMP_DAYS, "after_days")
        if not self.shape:
            return
        if len(self.shape) != HOURS:
            detail = f"{len(self.shape)} weights; a shape has one for each of {HOURS} hours."
            yield Issue("wrong_shape", pointer("shape"), detail)
        for hour, weight in enumerate(self.shape):
            yield from within(weight, 0.0, MOST_WEIGHT, "shape", hour)
        if not any(self.shape):
            yield Issue("wrong_shape", pointer("shape"), "All weights are zero.")
        if self.uplift < 1.0:
            detail = f"An uplift of {self.uplift} brings no contacts that could have a shape."
            yield Issue("contradiction", pointer("shape"), detail)

    def strength(self, forecast: Forecast) -> FloatArray:
        """Return how much of the uplift each day of the horizon has, 0 to 1, ``[D]``."""
        strength = np.ones(len(forecast.days))
        for edge, ramp, sign in (
            (self.first_day, self.before_days, 1),
            (self.last_day, self.after_days, -1),
        ):
            if edge is not None:
                inside = sign * (forecast.days - np.datetime64(edge)).astype(np.int64)
                strength = np.minimum(strength, (inside + ramp + 1) / (ramp + 1))
        if self.weekdays:
            strength = strength * np.isin(weekday(forecast.days), self.weekdays)
        return np.maximum(strength, 0.0)

    def days_concerned(self, forecast: Forecast) -> BoolArray:
        """Tell which days of the horizon have any of the uplift, ``[D]``."""
        return np.asarray(self.strength(forecast) > 0)

    def change(self, forecast: Forecast) -> Change:
        """Return the factor of each day, or the contacts on top of it in their own shape."""
        concerned = self.concerned(forecast)
        more = (self.uplift - 1.0) * np.repeat(self.strength(forecast), forecast.slots_per_day)
        if not self.shape:
            return Change(factor=np.where(concerned, 1.0 + more, 1.0))
        extra = by_day(forecast, np.where(concerned, more * forecast.offered, 0.0))
        hour = np.arange(forecast.slots_per_day) * forecast.interval_minutes // 60
        weights = np.broadcast_to(np.array(self.shape)[hour], extra.shape)
        spread = shares(weights, by_day(forecast, concerned))
        added = (extra.sum(axis=2, keepdims=True) * spread).reshape(concerned.shape)
        return Change(added=added, added_work=added * seconds(forecast))
