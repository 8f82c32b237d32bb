"""Weekends: how many are worked, and both days of one together."""

from __future__ import annotations

import math
from datetime import date

import pytest

from optimizer.model import History
from optimizer.roster.rules import weekends
from tests.optimizer.roster.cases import problem, shift
from tests.optimizer.roster.rules.pricing import person, price

SUNDAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("days", "cost"),
    [
        ((), 0),
        ((5,), 0),
        ((5, 6), 0),
        ((5, 13), 4),
        ((5, 6, 12, 13), 4),
        ((6, 12, 20), 8),
        ((4, 7), 0),
    ],
)
def test_a_weekend_counts_once_however_many_of_its_days_are_worked(
    days: tuple[int, ...], cost: float
) -> None:
    made = problem(days=21, max_weekends=1, soft={"max_weekends": 4.0})
    assert price(weekends, made, *(shift("a0", day) for day in days)) == cost


def test_no_weekend_may_be_worked_where_none_is_allowed() -> None:
    made = problem(max_weekends=0)
    assert math.isinf(price(weekends, made, shift("a0", 6)))
    assert price(weekends, made, shift("a0", 4)) == 0


def test_each_weekend_worked_by_half_costs() -> None:
    made = problem(days=21, whole_weekends=True, soft={"whole_weekends": 2.0})
    assert price(weekends, made, shift("a0", 5), shift("a0", 13)) == 4
    assert price(weekends, made, shift("a0", 5), shift("a0", 6), shift("a0", 14)) == 0


def test_a_weekend_that_the_end_of_the_period_cuts_may_still_become_whole() -> None:
    assert price(weekends, problem(days=6, whole_weekends=True), shift("a0", 5)) == 0


@pytest.mark.parametrize(
    ("history", "free", "worked"),
    [
        (History(), 0, 0),
        (History(days_worked=2), 3, 0),
        (History(days_worked=1, worked_saturday=True), 3, 0),
        (History(days_off=1), 0, 3),
    ],
)
def test_a_period_from_sunday_asks_for_what_was_done_on_saturday(
    history: History, free: float, worked: float
) -> None:
    made = problem(
        agents=person(history=history),
        first=SUNDAY,
        days=8,
        whole_weekends=True,
        soft={"whole_weekends": 3.0},
    )
    assert price(weekends, made) == free
    assert price(weekends, made, shift("a0", 0)) == worked


def test_the_sunday_on_which_a_period_begins_is_a_weekend_of_its_own() -> None:
    made = problem(first=SUNDAY, days=8, max_weekends=1, soft={"max_weekends": 1.0})
    assert price(weekends, made, shift("a0", 0), shift("a0", 6)) == 1
