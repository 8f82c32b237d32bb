"""Paid minutes: what is out of bounds, per day, week and period."""

from __future__ import annotations

import math

import pytest

from optimizer.model import History, Range, RuleName, ShiftTemplate
from optimizer.roster.rules import minutes
from optimizer.roster.rules.forms import Tally
from tests.optimizer.roster.agreement import views_of
from tests.optimizer.roster.cases import MONDAY, MORNING, problem, shift
from tests.optimizer.roster.rules.pricing import person, price

LONG = ShiftTemplate("long", 8 * 60, 8 * 60, (360,), step_minutes=60)


@pytest.mark.parametrize(
    ("bounds", "cost"),
    [(Range(0, 240), 0), (Range(300), 120), (Range(0, 180), 120), (Range(240, 240), 0)],
)
def test_every_day_outside_the_bounds_of_a_day_costs_its_minutes(
    bounds: Range, cost: float
) -> None:
    made = problem(minutes_per_day=bounds, soft={RuleName.MINUTES_PER_DAY: 1.0})
    assert price(minutes, made, shift("a0", 0), shift("a0", 3)) == cost
    assert price(minutes, made) == 0


@pytest.mark.parametrize(("worked", "cost"), [(1, 2.0 * 60), (2, 0), (3, 2.0 * 120)])
def test_a_whole_week_is_held_to_both_bounds(worked: int, cost: float) -> None:
    made = problem(minutes_per_week=Range(300, 600), soft={RuleName.MINUTES_PER_WEEK: 2.0})
    assert price(minutes, made, *(shift("a0", day) for day in range(worked))) == cost


def test_a_week_that_goes_on_after_the_period_need_not_reach_its_least_value() -> None:
    made = problem(days=6, minutes_per_week=Range(300, 420))
    assert price(minutes, made) == 0
    assert math.isinf(price(minutes, made, shift("a0", 0), shift("a0", 1)))


def test_minutes_worked_before_the_period_count_in_its_first_week_only() -> None:
    agents = person(history=History(minutes_this_week=200))
    made = problem(
        agents=agents, days=14, minutes_per_week=Range(400, 500), soft={"minutes_per_week": 1.0}
    )
    first, second = (shift("a0", 0),), tuple(shift("a0", day) for day in (7, 8))
    assert price(minutes, made, *first, *second) == 0
    assert price(minutes, made, *second) == 200
    assert price(minutes, made, *first, second[0]) == 160


def test_minutes_beyond_the_limit_before_the_period_are_nobodys_fault_now() -> None:
    agents = person(history=History(minutes_this_week=900))
    made = problem(agents=agents, minutes_per_week=Range(0, 600), soft={"minutes_per_week": 1.0})
    assert price(minutes, made) == 0
    assert price(minutes, made, shift("a0", 0)) == 240


def test_the_period_is_bounded_as_a_whole() -> None:
    made = problem(days=14, minutes_per_period=Range(0, 700), soft={"minutes_per_period": 1.0})
    assert price(minutes, made, *(shift("a0", day) for day in (0, 5, 8))) == 20
    made = problem(days=14, minutes_per_period=Range(500))
    assert math.isinf(price(minutes, made, shift("a0", 0), shift("a0", 9)))
    assert price(minutes, made, *(shift("a0", day) for day in (0, 5, 9))) == 0


def test_minutes_are_counted_in_units_that_the_shifts_of_the_contract_share() -> None:
    made = problem(templates=(MORNING, LONG), minutes_per_week=Range(0, 1200))
    (tally,) = minutes.forms(views_of(made)[0])
    assert isinstance(tally, Tally)
    assert sorted(set(tally.units.tolist())) == [2, 3]
    assert tally.price.tolist() == [0.0] * 11 + [math.inf]


def test_bounds_that_no_shifts_can_leave_need_no_form() -> None:
    made = problem(first=MONDAY, minutes_per_week=Range(0, 7 * 240))
    assert list(minutes.forms(views_of(made)[0])) == []
