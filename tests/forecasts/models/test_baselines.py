"""The baselines do what their names say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forecasts import History
from forecasts.calendars import Calendar
from forecasts.models import Model, MovingAverage, SeasonalNaive

HistoryOf = Callable[..., History]
ALWAYS = Calendar(np.ones((7, 1), bool), np.array([], dtype="datetime64[D]"))


def next_fortnight(model: Model, values: list[float], history_of: HistoryOf) -> list[float]:
    series = history_of(np.array(values)[:, None]).series(0)
    days = series.days[-1] + np.arange(1, 15)
    return model.fit(series, ALWAYS).predict(days)[:, 0].tolist()


def test_seasonal_naive_repeats_the_last_week(history_of: HistoryOf) -> None:
    values = [float(day) for day in range(21)]
    week = [14.0, 15.0, 16.0, 17.0, 18.0, 19.0, 20.0]
    assert next_fortnight(SeasonalNaive(), values, history_of) == week + week


def test_seasonal_naive_skips_a_day_without_a_record(history_of: HistoryOf) -> None:
    values = [float(day) for day in range(21)]
    values[16] = np.nan
    assert next_fortnight(SeasonalNaive(), values, history_of)[2] == 9.0


def test_the_moving_average_takes_the_last_recorded_weeks(history_of: HistoryOf) -> None:
    mondays = [100.0, 1.0, np.nan, 2.0, 6.0]
    values = [value for monday in mondays for value in (monday, 0, 0, 0, 0, 0, 0)]
    found = next_fortnight(MovingAverage(weeks=3), values, history_of)
    assert found == [3.0, 0, 0, 0, 0, 0, 0] * 2


def test_closed_hours_are_forecast_zero(history_of: HistoryOf) -> None:
    series = history_of(np.ones((14, 24))).series(0)
    open_slots = np.zeros((7, 24), bool)
    open_slots[0, 8:10] = True
    days = np.array(["2024-01-15", "2024-01-16", "2024-01-22"], dtype="datetime64[D]")
    calendar = Calendar(open_slots, days[2:])
    expected = np.zeros((3, 24))
    expected[0, 8:10] = 1.0
    for model in (SeasonalNaive(), MovingAverage()):
        np.testing.assert_array_equal(model.fit(series, calendar).predict(days), expected)
