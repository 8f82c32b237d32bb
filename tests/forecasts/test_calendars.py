"""Opening hours and closures are learnt from what is absent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from forecasts import ForecastError, History
from forecasts.calendars import (
    Calendar,
    day_array,
    learn_calendar,
    month_cycle,
)
from forecasts.countries import WorkedDays, country_holidays, country_worked_days
from forecasts.gaps import make_whole
from forecasts.models import MovingAverage, ProfileLevel, SeasonalNaive
from forecasts.weekly import neighbour_mean, weekday

Office = Callable[..., np.ndarray]
HistoryOf = Callable[..., History]


def days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


def test_weekdays_are_those_of_the_standard_library() -> None:
    many = np.arange("1899-12-30", "2100-01-01", dtype="datetime64[D]")
    assert weekday(many).tolist() == [day.weekday() for day in many.tolist()]


def test_neighbours_are_the_same_weekday_in_the_weeks_around() -> None:
    values = np.arange(70.0)
    values[35] = np.nan
    expected = np.full(70, np.nan)
    for day in range(70):
        around = [day + shift for shift in (-14, -7, 7, 14) if 0 <= day + shift < 70]
        expected[day] = np.nanmean(values[around])
    np.testing.assert_allclose(neighbour_mean(values, weeks=2), expected)


def test_hours_are_learnt_and_weekends_are_not_closures(
    office: Office, history_of: HistoryOf
) -> None:
    calendar = learn_calendar(history_of(office(70)).series(0))
    assert calendar.open_slots[:5, 8:18].all()
    assert calendar.open_slots.sum() == 5 * 10
    assert len(calendar.closures) == 0


def test_absent_working_days_are_closures_even_in_a_row(
    office: Office, history_of: HistoryOf
) -> None:
    closed = ["2024-02-02", "2024-02-05", "2024-02-21"]
    calendar = learn_calendar(history_of(office(70, closures=closed)).series(0))
    assert calendar.closures.astype(str).tolist() == closed


def test_a_day_of_zeros_is_a_closure_only_where_zero_is_impossible(
    office: Office, history_of: HistoryOf
) -> None:
    for total, found in ((2000.0, 1), (2.0, 0)):
        values = office(70, total=total)
        values[30] = np.where(np.isfinite(values[30]), 0.0, np.nan)
        assert len(learn_calendar(history_of(values).series(0)).closures) == found


def test_one_odd_saturday_does_not_open_saturdays_but_two_in_eight_weeks_do(
    office: Office, history_of: HistoryOf
) -> None:
    values = office(70)
    values[-2, 10:12] = 5.0
    assert not learn_calendar(history_of(values).series(0)).open_slots[5].any()
    values[-9, 10:12] = 5.0
    opened = learn_calendar(history_of(values).series(0)).open_slots[5]
    assert np.flatnonzero(opened).tolist() == [10, 11]


def test_hours_that_were_given_up_long_ago_are_closed(
    office: Office, history_of: HistoryOf
) -> None:
    values = office(120)
    values[60:, 17] = np.nan
    calendar = learn_calendar(history_of(values).series(0))
    assert not calendar.open_slots[:, 17].any()
    assert calendar.open_slots[:5, 16].all()


def test_the_day_after_closures_is_the_next_open_one() -> None:
    open_slots = np.zeros((7, 24), bool)
    open_slots[:5, 8:18] = True
    # A Friday; a Monday and the Tuesday after it; Christmas on a Wednesday.
    calendar = Calendar(open_slots, days("2024-05-03", "2024-05-13", "2024-05-14", "2024-12-25"))
    year = np.arange("2024-01-01", "2025-01-01", dtype="datetime64[D]")
    after = year[calendar.after_closure(year)].astype(str).tolist()
    assert after == ["2024-05-06", "2024-05-15", "2024-12-26"]
    assert not calendar.is_open(days("2024-05-13", "2024-05-12")).any()
    assert calendar.is_open(days("2024-05-15")).sum() == 10


def test_a_group_that_is_never_open_has_no_day_after() -> None:
    calendar = Calendar(np.zeros((7, 24), bool), days("2024-05-03"))
    assert not calendar.after_closure(days("2024-05-03", "2024-05-04")).any()


def test_holidays_of_a_country_close_only_groups_that_closed_on_them_before(
    office: Office, history_of: HistoryOf
) -> None:
    horizon = np.arange("2024-01-01", "2024-07-31", dtype="datetime64[D]")
    holidays = country_holidays("us", horizon)
    assert "2024-07-04" in holidays.astype(str)
    past = [str(day) for day in holidays if day < np.datetime64("2024-06-28")]
    closing = history_of(office(180, closures=past)).series(0)
    working = history_of(office(180)).series(0)
    independence_day = days("2024-07-04")
    assert not learn_calendar(closing, holidays=holidays).is_open(independence_day).any()
    assert learn_calendar(working, holidays=holidays).is_open(independence_day).any()


def test_holidays_know_subdivisions_and_refuse_unknown_countries() -> None:
    range_of_days = days("2024-01-02", "2024-01-31")
    assert "2024-01-06" in country_holidays("DE-BY", range_of_days).astype(str)
    assert "2024-01-06" not in country_holidays("DE-BE", range_of_days).astype(str)
    for unknown in ("QQ", "DE-QQ"):
        with pytest.raises(ForecastError) as caught:
            country_holidays(unknown, range_of_days)
        assert caught.value.issues[0].pointer == "/country"


def test_a_holiday_on_a_day_off_closes_nothing(office: Office, history_of: HistoryOf) -> None:
    series = history_of(office(70)).series(0)
    calendar = learn_calendar(series, closures=days("2024-04-07"))
    assert len(calendar.closures) == 0
    assert not calendar.after_closure(days("2024-04-08")).any()


def test_known_closures_are_kept_once_and_in_order(office: Office, history_of: HistoryOf) -> None:
    known = day_array([date(2024, 12, 24), date(2024, 2, 5), date(2024, 2, 5)])
    series = history_of(office(70, closures=["2024-02-05"])).series(0)
    closures = learn_calendar(series, known).closures
    assert closures.astype(str).tolist() == ["2024-02-05", "2024-12-24"]


def test_the_month_turns_at_phase_zero_whatever_its_length() -> None:
    firsts = month_cycle(days("2023-02-01", "2024-02-01", "2024-07-01"))
    np.testing.assert_allclose(firsts, np.tile([0.0, 0.0, 1.0, 1.0], (3, 1)), atol=1e-12)
    half = month_cycle(days("2023-02-15"), pairs=1)
    np.testing.assert_allclose(half, [[0.0, -1.0]], atol=1e-12)


def chinese_office(office: Office, worked: WorkedDays) -> np.ndarray:
    """Return the year 2024 of an office that follows the decree."""
    values = office(366, weekday_factors=(1.4, 1.0, 1.0, 1.0, 0.8), month_wave=0.0)
    # The year began on a Monday.
    values[(worked.days - np.datetime64("2024-01-01")).astype(int)] = values[worked.acts_as]
    return values


def test_a_day_of_rest_worked_by_decree_is_open_and_forecast_as_a_working_day(
    office: Office, history_of: HistoryOf
) -> None:
    worked = country_worked_days("CN", days("2024-01-01", "2024-12-31"))
    values = chinese_office(office, worked)
    # Known up to Friday 11 October: the next day is worked.
    series = history_of(values[:285]).series(0)
    calendar = learn_calendar(series, worked=worked)
    weekend = days("2024-10-12", "2024-10-13")
    assert calendar.weekday(weekend).tolist() == [4, 6]
    assert calendar.is_open(weekend).any(axis=1).tolist() == [True, False]
    assert not calendar.open_slots[5:].any(), "worked Sundays do not open every Sunday"
    whole = make_whole(series, calendar)
    for model in (ProfileLevel(), MovingAverage(), SeasonalNaive()):
        total = model.fit(whole.series, calendar).predict(weekend).sum(axis=1)
        np.testing.assert_allclose(total, [np.nansum(values[4]), 0.0], rtol=0.02)


def test_an_office_that_rests_on_worked_days_is_not_told_to_work(
    office: Office, history_of: HistoryOf
) -> None:
    worked = country_worked_days("CN", days("2024-01-01", "2024-12-31"))
    series = history_of(office(285)).series(0)
    calendar = learn_calendar(series, worked=worked)
    assert not calendar.is_open(days("2024-10-12")).any()
    assert len(calendar.closures) == 0
    # One that missed a single one of them was closed on it.
    kept = np.arange(len(worked.days)) != 4
    once_off = WorkedDays(worked.days[kept], worked.acts_as[kept])
    series = history_of(chinese_office(office, once_off)[:285]).series(0)
    calendar = learn_calendar(series, worked=worked)
    assert calendar.closures.astype(str).tolist() == ["2024-05-11"]
    assert calendar.is_open(days("2024-10-12")).any()
    assert calendar.after_closure(days("2024-05-13")).all()


def test_without_worked_days_every_day_has_its_own_weekday() -> None:
    year = np.arange("2024-01-01", "2025-01-01", dtype="datetime64[D]")
    calendar = Calendar(np.ones((7, 24), bool), days())
    np.testing.assert_array_equal(calendar.weekday(year), weekday(year))
