"""Days are whole before a model sees them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forecasts import History
from forecasts.calendars import learn_calendar
from forecasts.gaps import WholeDays, make_whole

Office = Callable[..., np.ndarray]
HistoryOf = Callable[..., History]


def whole(values: np.ndarray, history_of: HistoryOf) -> WholeDays:
    series = history_of(values).series(0)
    return make_whole(series, learn_calendar(series))


def test_a_missing_interval_gets_its_usual_share_of_that_day(
    office: Office, history_of: HistoryOf
) -> None:
    values = office(70, month_wave=0.0)
    values[30] *= 1.5
    truth = values[30, 12]
    values[30, 12] = np.nan
    found = whole(values, history_of)
    np.testing.assert_allclose(found.series.offered[30, 12], truth)
    assert (found.filled, found.dropped) == (1, 0)
    assert not found.actual[30, 12], "what was filled in must not be scored"


def test_a_day_with_more_than_half_missing_is_dropped(
    office: Office, history_of: HistoryOf
) -> None:
    values = office(70)
    values[30, 11:] = np.nan
    found = whole(values, history_of)
    assert np.isnan(found.series.offered[30]).all()
    assert found.dropped == 1
    assert found.actual[30, 8:11].all()


def test_the_last_day_may_be_cut_off_in_the_evening(office: Office, history_of: HistoryOf) -> None:
    values = office(68)
    values[-1, 16:] = np.nan
    found = whole(values, history_of)
    assert np.isfinite(found.series.offered[-1, 8:18]).all()
    assert np.isnan(found.series.offered[-1, 18:]).all()


def test_closed_hours_and_closures_stay_empty(office: Office, history_of: HistoryOf) -> None:
    values = office(70, closures=["2024-02-05"])
    found = whole(values, history_of)
    np.testing.assert_array_equal(found.series.offered, values)
    assert found.filled == 0
