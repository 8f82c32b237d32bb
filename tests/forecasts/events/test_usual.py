"""The usual of a day comes from the usual days around it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from forecasts import read_history
from forecasts.calendars import learn_calendar
from forecasts.events.usual import usual_days
from forecasts.gaps import make_whole
from forecasts.weekly import neighbour_mean


def test_the_usual_knows_the_weekday_the_drift_and_the_hour(make_group) -> None:
    moved = {"2023-11-11": 5.0, "2023-11-12": 3.0, "2024-02-29": 0.1}
    group = make_group(moved, noise=None, total=1e6)
    eventful = np.isin(group.days.astype(str), list(moved))
    found = usual_days(group.whole.series, group.calendar, eventful)
    np.testing.assert_allclose(found.expected[eventful], group.usual[eventful], rtol=0.01)
    assert found.day_noise < 1e-4


def test_the_noise_of_days_and_slots_is_measured_beyond_poisson(make_group) -> None:
    for noise in (0.05, 0.2):
        group = make_group(noise=noise, total=20000.0)
        found = usual_days(group.whole.series, group.calendar, np.zeros(720, bool))
        assert np.sqrt(found.day_noise) == pytest.approx(noise, rel=0.15)
        assert np.sqrt(found.slot_noise) < 0.02


def test_a_day_far_from_usual_ones_has_no_usual(make_group) -> None:
    group = make_group(days=90)
    eventful = np.zeros(90, bool)
    eventful[20:80] = True
    expected = usual_days(group.whole.series, group.calendar, eventful).expected
    assert (expected[40:60] == 0).all()
    assert (expected[20:25] > 0).all()
    nothing = usual_days(group.whole.series, group.calendar, np.ones(90, bool))
    assert not nothing.expected.any()
    assert (nothing.day_noise, nothing.slot_noise) == (0.0, 0.0)


def test_on_real_calls_it_is_closer_than_the_mean_of_the_weekdays_around(
    reference_data: Callable[[str], Path],
) -> None:
    history = read_history(reference_data("forecasts/bank_calls_30min.csv"))
    series = history.until(np.datetime64("2003-08-02")).series(0)
    calendar = learn_calendar(series)
    whole = make_whole(series, calendar).series
    errors = np.zeros(2)
    for first in range(0, len(whole) - 2, 5):
        hidden = np.zeros(len(whole), bool)
        hidden[first : first + 3] = True
        around = neighbour_mean(np.where(hidden[:, None], np.nan, whole.offered))
        ours = usual_days(whole, calendar, hidden).expected
        scored = hidden & whole.day_recorded & np.isfinite(around).any(axis=1)
        came = np.nan_to_num(whole.offered[scored])
        errors += [np.abs(np.nan_to_num(usual[scored]) - came).sum() for usual in (ours, around)]
    assert errors[0] < 0.95 * errors[1]
