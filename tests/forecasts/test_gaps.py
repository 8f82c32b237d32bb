"""Days are whole before a model sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from forecasts import History
from forecasts.calendars import learn_calendar
from forecasts.gaps import WholeDays, make_whole
from forecasts.notes import history_notes

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


def test_an_outage_is_filled_for_learning_and_never_scored(
    office: Office, history_of: HistoryOf
) -> None:
    values = np.round(office(70, month_wave=0.0))
    truth = values[30, 12:15].copy()
    values[30, 12:15] = 0.0
    found = whole(values, history_of)
    np.testing.assert_allclose(found.series.offered[30, 12:15], truth, rtol=0.01)
    assert np.argwhere(found.outages).tolist() == [[30, 12], [30, 13], [30, 14]]
    assert not found.actual[30, 12:15].any()
    assert (found.filled, found.dropped) == (0, 0), "no gap, and the day is kept"


def test_an_outage_is_told_with_its_intervals_and_contacts(
    office: Office, history_of: HistoryOf
) -> None:
    values = np.round(office(70, month_wave=0.0))
    values[30, 12:15] = [0.0, 3.0, 0.0]
    values[37, 8] = 0.0
    series = history_of(values).series(0)
    calendar = learn_calendar(series)
    notes = history_notes("a", series, make_whole(series, calendar), calendar)
    (told,) = [note for note in notes if note.code == "outage"]
    assert told.severity == "warning"
    assert "2024-01-31 12:00-15:00 (3 contacts), 2024-02-07 08:00-09:00 (0 contacts)" in told.detail


def test_a_run_of_low_counts_stays_if_the_caller_says_so(
    office: Office, history_of: HistoryOf
) -> None:
    values = np.round(office(70, month_wave=0.0))
    values[30, 12:15] = 0.0
    series = replace(history_of(values), outages_kept=True).series(0)
    found = make_whole(series, learn_calendar(series))
    assert not found.outages.any()
    np.testing.assert_array_equal(found.series.offered[30, 12:15], 0.0)
