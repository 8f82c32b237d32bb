"""Past days as they were forecast the evening before, beside what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasts.calendars import IMPOSSIBLE_ZERO, learn_calendar
from forecasts.gaps import make_whole
from forecasts.history.series import DaySeries
from forecasts.models import Model, MovingAverage, ProfileLevel
from forecasts.weekly import BoolArray, DayArray, FloatArray, among

__all__ = ["PAST_DAYS", "DayPairs", "compared", "forecast_days", "past_pairs", "silent"]

PAST_DAYS = 120
"""How far back forecasts are compared with what came."""

BASES: tuple[Model, ...] = (ProfileLevel(), MovingAverage())
"""What forecasts a day if nobody says otherwise; the first whose history is long enough."""


@dataclass(frozen=True, slots=True, eq=False)
class DayPairs:
    """One group's past forecasts of one day ahead and what came; how they were made is open.

    Parameters
    ----------
    days
        Dates in order, ``[D]``; those on which nothing can be compared may be left out.
    expected
        Contacts forecast before the day began, over the slots of a whole day, ``[D, S]``; zero
        where closed.
    actual
        Contacts that came, ``[D, S]``; NaN where unknown.
    """

    days: DayArray
    expected: FloatArray
    actual: FloatArray

    def __post_init__(self) -> None:
        shapes = {self.expected.shape, self.actual.shape}
        if len(shapes) != 1 or self.expected.ndim != 2 or len(self.days) != len(self.expected):
            raise ValueError("pairs need days x slots of both the expected and the actual")

    def __len__(self) -> int:
        return len(self.days)

    def where(self, kept: BoolArray) -> DayPairs:
        """Return the days for which `kept` holds."""
        return DayPairs(self.days[kept], self.expected[kept], self.actual[kept])


def past_pairs(
    series: DaySeries,
    days: int = PAST_DAYS,
    models: Sequence[Model] = BASES,
    step_days: int = 1,
) -> DayPairs:
    """Forecast each of the last days of a series from days before it.

    Closures are known in advance, as in a backtest. A fit takes about 3 ms for eight months of
    half-hours: 0.4 s a group for 120 days with `step_days` 1.

    Parameters
    ----------
    days
        Days to forecast, closed ones included.
    models
        The first is taken for which the days before are enough.
    step_days
        Days forecast from one fit: 1 for what was said the evening before, more to save time.
    """
    closures = learn_calendar(series).closures
    actual = np.where(among(series.days, closures)[:, None], np.nan, series.offered)
    expected = np.zeros_like(actual)
    for end in range(len(series), max(0, len(series) - days), -step_days):
        first = max(end - step_days, len(series) - days, 0)
        ahead = forecast_days(series.first(first), series.days[first:end], closures, models)
        if ahead is not None:
            expected[first:end] = ahead
    pairs = DayPairs(series.days, expected, actual)
    return pairs.where(np.asarray(compared(expected, actual).any(axis=1)))


def forecast_days(
    seen: DaySeries,
    days: DayArray,
    closures: DayArray | None = None,
    models: Sequence[Model] = BASES,
) -> FloatArray | None:
    """Forecast consecutive days after a series, ``[H, S]``; None if it is too short for a model.

    Parameters
    ----------
    closures
        Dates known to be closed beside those that the series shows.
    """
    model = next((model for model in models if len(seen) >= model.min_days), None)
    if model is None:
        return None
    calendar = learn_calendar(seen, closures)
    return model.fit(make_whole(seen, calendar).series, calendar).predict(days)


def compared(expected: FloatArray, actual: FloatArray) -> BoolArray:
    """Tell where something was expected and it is known what came."""
    return np.isfinite(actual) & (expected > 0)


def silent(expected: FloatArray, actual: FloatArray) -> BoolArray:
    """Tell which intervals belong to a silence that chance does not make, ``[D, S]``.

    A silence is a run of known zeros during which `IMPOSSIBLE_ZERO` contacts or more were
    expected: lines were down or nothing was recorded, so it says nothing of how many called.
    """
    known = compared(expected, actual)
    zero = known & (actual == 0)
    missed = np.zeros(expected.shape)
    run = np.zeros(len(expected))
    for slot in range(expected.shape[1]):
        run = np.where(known[:, slot] & ~zero[:, slot], 0.0, run)
        run = run + np.where(zero[:, slot], expected[:, slot], 0.0)
        missed[:, slot] = run
    # What the whole run missed stands at its end; carry it back to its beginning.
    for slot in range(expected.shape[1] - 1, 0, -1):
        joined = ~(known[:, slot] & ~zero[:, slot])
        missed[:, slot - 1] = np.where(
            joined & (missed[:, slot - 1] > 0), missed[:, slot], missed[:, slot - 1]
        )
    return np.asarray(zero & (missed >= IMPOSSIBLE_ZERO))
