"""Opening hours of a log: silence is telling only where contacts were to be expected."""

from __future__ import annotations

import numpy as np
import pytest

from forecasts.history.hours import TELLING, cut_ends, describe_hours, open_intervals, weekly_hours

DAYS = np.arange(np.datetime64("2024-01-01"), np.datetime64("2024-01-29"))
"""Four weeks from a Monday."""

WEEKDAYS = (np.arange(28) % 7) < 5


def counts(rate: float, begin: int = 8, end: int = 18, seed: int = 1) -> np.ndarray:
    """Return contacts by day and hour of an office open on weekdays."""
    values = np.zeros((28, 24))
    values[WEEKDAYS, begin:end] = np.random.default_rng(seed).poisson(rate, (20, end - begin))
    return values


def test_a_group_with_shorter_hours_than_the_others_has_its_own() -> None:
    hours = weekly_hours(np.stack([counts(50), counts(50, 12, 16)]), DAYS)
    assert describe_hours(hours[0]) == "Mon-Fri 08:00-18:00"
    assert describe_hours(hours[1]) == "Mon-Fri 12:00-16:00"


def test_a_centre_that_opens_within_an_hour_is_closed_before() -> None:
    values = np.zeros((28, 48))
    values[WEEKDAYS, 17:36] = np.random.default_rng(1).poisson(30, (20, 19))
    assert describe_hours(weekly_hours(values[None], DAYS)[0]) == "Mon-Fri 08:30-18:00"


def test_a_quiet_group_has_the_hours_of_the_centre() -> None:
    quiet = np.zeros((28, 24))
    quiet[[3, 10, 18], [11, 14, 12]] = 1
    hours = weekly_hours(np.stack([counts(50), quiet]), DAYS)
    assert describe_hours(hours[1]) == "Mon-Fri 08:00-18:00"


def test_a_stray_contact_opens_no_hour() -> None:
    values = counts(50)
    values[9, 3] = 1
    short = counts(50, 12, 16)
    short[4, 9] = 1
    hours = weekly_hours(np.stack([values, short]), DAYS)
    assert describe_hours(hours[0]) == "Mon-Fri 08:00-18:00"
    assert hours[1].sum() == 5 * 4


def test_a_group_that_does_not_work_on_a_weekday_of_the_others_is_closed_on_it() -> None:
    part_time = counts(50)
    part_time[np.arange(28) % 7 == 2] = 0
    hours = weekly_hours(np.stack([counts(50), part_time]), DAYS)
    assert describe_hours(hours[1]) == "Mon-Tue 08:00-18:00, Thu-Fri 08:00-18:00"


def test_a_day_without_anybody_is_a_closure_only_where_many_were_to_be_expected() -> None:
    busy, quiet = counts(50)[None], counts(0.05)[None]
    busy[0, 9] = quiet[0, 9] = 0
    hours = np.zeros((1, 7, 24), bool)
    hours[0, :5, 8:18] = True
    assert not open_intervals(busy, DAYS, hours)[0, 9].any()
    assert open_intervals(quiet, DAYS, hours)[0, 9].any()


def test_a_group_that_began_later_has_no_zeros_before() -> None:
    late = counts(50)
    late[:14] = 0
    both = np.stack([counts(50), late])
    is_open = open_intervals(both, DAYS, weekly_hours(both, DAYS))
    assert not is_open[1, :14].any()
    assert is_open[1, 14:19, 8:18].all()


@pytest.mark.parametrize(("rate", "cut"), [(50.0, True), (0.3, False)])
def test_a_late_first_contact_cuts_a_busy_log_and_not_a_quiet_one(rate: float, cut: bool) -> None:
    values = counts(rate)
    values[0, :12] = 0
    values[0, 12] = 5
    hours = np.zeros((7, 24), bool)
    hours[:5, 8:18] = True
    # Four hours at the usual rate are missing.
    assert (4 * rate >= TELLING) == cut
    assert cut_ends(values, DAYS, hours).first == (12 if cut else 0)


def test_hours_are_told_in_words() -> None:
    hours = np.zeros((7, 48), bool)
    hours[:2, 15:] = True
    hours[6] = True
    assert describe_hours(hours) == "Mon-Tue 07:30-24:00, Sun 00:00-24:00"
    assert describe_hours(np.zeros((7, 48), bool)) == "never"
