"""Sums of groups: what counts as zero, what is unknown, and when a sum is open."""

from __future__ import annotations

import numpy as np

from forecasts.calendars import Calendar, day_array, learn_calendar
from forecasts.coherence.sums import aggregate, comparable, sum_calendar
from forecasts.history.series import DaySeries

MONDAY = np.datetime64("2024-01-01")


def series(offered: np.ndarray, first: np.datetime64 = MONDAY) -> DaySeries:
    return DaySeries(first + np.arange(len(offered)), np.asarray(offered, float))


def dates(*days: str) -> np.ndarray:
    return np.array(days, dtype="datetime64[D]")


def hours(*open_slots: tuple[int, int]) -> np.ndarray:
    table = np.zeros((7, 3), bool)
    for weekday, slot in open_slots:
        table[weekday, slot] = True
    return table


def test_a_closed_interval_of_one_group_counts_zero() -> None:
    early = series(np.tile([5.0, 1.0, np.nan], (28, 1)))
    late = series(np.tile([np.nan, 2.0, 7.0], (28, 1)))
    np.testing.assert_array_equal(
        aggregate([early, late]).offered, np.tile([5.0, 3.0, 7.0], (28, 1))
    )


def test_an_interval_closed_for_all_is_closed_in_the_sum() -> None:
    one = series(np.tile([5.0, np.nan], (28, 1)))
    assert np.isnan(aggregate([one, one]).offered[:, 1]).all()


def test_a_group_counts_from_its_first_day() -> None:
    old = series(np.full((28, 1), 10.0))
    young = series(np.full((7, 1), 3.0), MONDAY + 21)
    total = aggregate([young, old])
    np.testing.assert_array_equal(total.days, old.days)
    np.testing.assert_array_equal(total.offered[:, 0], [10.0] * 21 + [13.0] * 7)


def test_a_weekday_on_which_one_group_never_works_is_not_unknown() -> None:
    daily = series(np.full((28, 1), 10.0))
    no_sundays = np.full((28, 1), 3.0)
    no_sundays[6::7] = np.nan
    total = aggregate([daily, series(no_sundays)])
    np.testing.assert_array_equal(total.offered[:7, 0], [13.0] * 6 + [10.0])
    assert total.recorded.all()


def test_a_day_that_one_group_lost_is_left_out_of_the_sum() -> None:
    whole = series(np.full((56, 2), 10.0))
    lost = np.full((56, 2), 3.0)
    lost[30] = np.nan
    total = aggregate([whole, series(lost)])
    assert np.flatnonzero(~total.day_recorded).tolist() == [30]
    np.testing.assert_array_equal(total.offered[29], [13.0, 13.0])


def test_the_sum_of_groups_without_a_day_is_empty() -> None:
    nothing = series(np.empty((0, 4)))
    assert len(aggregate([nothing, nothing])) == 0


def test_a_sum_is_open_while_any_group_is_and_closed_when_all_are() -> None:
    weekdays = [(day, 0) for day in range(5)]
    one = Calendar(hours(*weekdays), dates("2024-01-03", "2024-01-04"))
    other = Calendar(hours(*((day, 1) for day in range(4))), dates("2024-01-04", "2024-01-08"))
    both = sum_calendar([one, other])
    assert both.open_slots.sum() == 9
    np.testing.assert_array_equal(both.closures, dates("2024-01-04"))


def test_a_closure_of_the_only_group_that_works_that_weekday_closes_the_sum() -> None:
    one = Calendar(hours((0, 0)), day_array(()))
    sundays = Calendar(hours((6, 0)), dates("2024-01-07"))
    np.testing.assert_array_equal(sum_calendar([one, sundays]).closures, dates("2024-01-07"))


def test_a_sum_is_comparable_unless_only_part_of_it_is_closed() -> None:
    weekdays = [(day, 0) for day in range(5)]
    one = Calendar(hours(*weekdays), dates("2024-01-03", "2024-01-04", "2024-01-05"))
    other = Calendar(hours(*weekdays[:4]), dates("2024-01-04"))
    days = MONDAY + np.arange(7)
    # On Thursday both are closed; on Friday only one of them ever works, and it is closed.
    np.testing.assert_array_equal(
        comparable([one, other], days), [True, True, False, True, True, True, True]
    )


def test_the_calendar_learnt_from_a_sum_is_the_sum_of_the_calendars() -> None:
    rng = np.random.default_rng(1)
    tables = []
    for closed_weekdays in ([6], [5, 6]):
        offered = rng.poisson(50.0, (84, 3)).astype(float)
        for weekday in closed_weekdays:
            offered[weekday::7] = np.nan
        offered[37] = np.nan
        tables.append(series(offered))
    learnt = learn_calendar(aggregate(tables))
    summed = sum_calendar([learn_calendar(one) for one in tables])
    np.testing.assert_array_equal(learnt.open_slots, summed.open_slots)
    np.testing.assert_array_equal(learnt.closures, summed.closures)
