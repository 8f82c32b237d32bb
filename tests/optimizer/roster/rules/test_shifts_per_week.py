"""Shifts per week: bounds, weeks that the period cuts, and what was worked before it."""

from __future__ import annotations

import math

import pytest

from optimizer.model import History, Range
from optimizer.roster.rules import shifts_per_week
from tests.optimizer.roster.agreement import views_of
from tests.optimizer.roster.cases import problem, shift
from tests.optimizer.roster.rules.pricing import person, price

DAYS = tuple(shift("a0", day) for day in range(7))


@pytest.mark.parametrize(("worked", "cost"), [(0, 6), (1, 3), (2, 0), (4, 0), (6, 6)])
def test_every_shift_too_many_or_too_few_costs_its_price(worked: int, cost: float) -> None:
    made = problem(shifts_per_week=Range(2, 4), soft={"shifts_per_week": 3.0})
    assert price(shifts_per_week, made, *DAYS[:worked]) == cost


def test_every_week_counts_for_itself() -> None:
    made = problem(days=14, shifts_per_week=Range(1, 1), soft={"shifts_per_week": 1.0})
    assert price(shifts_per_week, made, DAYS[0], DAYS[1]) == 2
    assert price(shifts_per_week, made, DAYS[6], shift("a0", 7)) == 0


def test_only_weeks_that_end_in_the_period_have_a_least_number() -> None:
    assert math.isinf(price(shifts_per_week, problem(shifts_per_week=Range(1, 5))))
    assert price(shifts_per_week, problem(days=6, shifts_per_week=Range(1, 5))) == 0


def test_shifts_before_the_period_count_and_cannot_be_taken_back() -> None:
    agents = person(history=History(shifts_this_week=4))
    made = problem(agents=agents, shifts_per_week=Range(5, 5), soft={"shifts_per_week": 1.0})
    assert [price(shifts_per_week, made, *DAYS[:n]) for n in range(4)] == [1, 0, 1, 2]
    made = problem(agents=agents, shifts_per_week=Range(0, 2), soft={"shifts_per_week": 1.0})
    assert [price(shifts_per_week, made, *DAYS[:n]) for n in range(3)] == [0, 1, 2]


def test_a_limit_of_all_days_needs_no_form() -> None:
    made = problem(shifts_per_week=Range(0, 7))
    assert list(shifts_per_week.forms(views_of(made)[0])) == []
