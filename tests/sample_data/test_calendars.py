"""Closures and promotions fall on the days that everybody knows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sample_data.calendars import closures_between, promotions_between


def test_irish_public_holidays_of_2025_are_closed() -> None:
    days = [closure.day for closure in closures_between(date(2025, 1, 1), date(2025, 12, 31))]
    assert days == [
        date(2025, 1, 1),
        date(2025, 2, 3),
        date(2025, 3, 17),
        date(2025, 4, 21),
        date(2025, 5, 5),
        date(2025, 6, 2),
        date(2025, 8, 4),
        date(2025, 10, 27),
        date(2025, 12, 25),
        date(2025, 12, 26),
    ]


def test_only_holidays_within_the_days_asked_for_are_given() -> None:
    found = closures_between(date(2025, 12, 26), date(2026, 1, 1))
    assert [closure.day for closure in found] == [date(2025, 12, 26), date(2026, 1, 1)]


@pytest.mark.parametrize(
    "black_friday", [date(2023, 11, 24), date(2024, 11, 29), date(2025, 11, 28), date(2029, 11, 23)]
)
def test_black_friday_follows_the_fourth_thursday_of_november(black_friday: date) -> None:
    found = promotions_between(black_friday, black_friday)
    assert [promotion.peak for promotion in found] == [black_friday]


def test_a_promotion_swells_to_its_peak_and_fades_after_it() -> None:
    (sale,) = promotions_between(date(2025, 6, 1), date(2025, 6, 30))
    days = [sale.first + timedelta(days=i) for i in range((sale.last - sale.first).days + 1)]
    strengths = [sale.strength(day) for day in days]
    peak = days.index(sale.peak)
    assert strengths[peak] == 1.0
    assert strengths[: peak + 1] == sorted(strengths[: peak + 1])
    assert strengths[peak:] == sorted(strengths[peak:], reverse=True)
    assert all(strength > 0 for strength in strengths)
    assert sale.strength(sale.first - timedelta(days=1)) == 0.0
    assert sale.strength(sale.last + timedelta(days=1)) == 0.0
