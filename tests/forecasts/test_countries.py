"""Days of rest that are worked by decree act like working days."""

from __future__ import annotations

import numpy as np
import pytest

from forecasts.countries import (
    WorkedDays,
    country_holidays,
    country_worked_days,
    named_holidays,
)
from forecasts.weekly import weekday


def days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


def test_hungary_works_the_saturdays_that_its_government_decreed_for_2024() -> None:
    # Decree 15/2023 (VIII. 2.) GM: 3 August, 7 and 14 December 2024.
    worked = country_worked_days("HU", days("2024-01-01", "2024-12-31"))
    assert worked.days.astype(str).tolist() == ["2024-08-03", "2024-12-07", "2024-12-14"]
    assert worked.acts_as.tolist() == [4, 4, 4]


def test_china_works_the_days_that_its_state_council_announced_for_2024() -> None:
    # Notice of 25 October 2023: 4 and 18 February, 7 and 28 April, 11 May, 14 and 29 September,
    # 12 October.
    worked = country_worked_days("CN", days("2024-01-01", "2024-12-31"))
    expected = ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"]
    assert worked.days.astype(str).tolist() == [f"2024-{day}" for day in expected]
    # A Sunday is like the Monday after it, a Saturday like the Friday before it.
    assert worked.acts_as.tolist() == [0, 0, 0, 0, 4, 4, 0, 4]


def test_a_day_worked_at_the_end_of_a_year_is_known_from_the_decree_for_the_next() -> None:
    # Sunday 29 December 2019 was not worked in China, but 31 December 2011, a Saturday, was.
    worked = country_worked_days("CN", days("2011-12-01", "2011-12-31"))
    assert worked.days.astype(str).tolist() == ["2011-12-31"]


def test_only_worked_days_change_their_weekday() -> None:
    year = np.arange("2024-01-01", "2025-01-01", dtype="datetime64[D]")
    worked = country_worked_days("CN", days("2024-01-01", "2024-12-31"))
    changed = year[worked.weekday(year) != weekday(year)]
    np.testing.assert_array_equal(changed, worked.days)
    np.testing.assert_array_equal(worked.weekday(worked.days), worked.acts_as)
    np.testing.assert_array_equal(WorkedDays().weekday(year), weekday(year))
    assert not len(country_worked_days("US", year).days)


def test_holidays_are_named_in_english_and_keep_their_dates() -> None:
    span = days("2024-01-01", "2025-12-31")
    named = named_holidays("CN", span)
    assert "Chinese New Year" in named
    assert not any("(" in name for name in named)
    everyone = np.sort(np.concatenate(list(named.values())))
    np.testing.assert_array_equal(everyone, country_holidays("CN", span))


@pytest.mark.parametrize("country", ["IL", "SA"])
def test_countries_without_such_days_have_none(country: str) -> None:
    assert not len(country_worked_days(country, days("2024-01-01", "2024-12-31")).days)
