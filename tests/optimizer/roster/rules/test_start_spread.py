"""Start spread: a week's starts lie close together by the clock."""

from __future__ import annotations

import math
from datetime import date

import pytest

from optimizer.model import History, Shift, ShiftTemplate
from optimizer.roster.rules import start_spread
from tests.optimizer.roster.agreement import views_of
from tests.optimizer.roster.cases import MORNING, problem, shift
from tests.optimizer.roster.rules.pricing import person, price

ANY = ShiftTemplate("any", 6 * 60, 18 * 60, (240,), step_minutes=60)


def at(*hours: int) -> list[Shift]:
    """Return shifts on consecutive days that start at these hours."""
    return [shift("a0", day, hour, 4, "any") for day, hour in enumerate(hours)]


@pytest.mark.parametrize(
    ("hours", "cost"), [((), 0), ((6,), 0), ((8, 10, 9), 0), ((8, 11), 30), ((14, 7, 18), 510)]
)
def test_each_minute_beyond_the_widest_spread_costs(hours: tuple[int, ...], cost: float) -> None:
    made = problem(templates=(ANY,), max_start_spread_minutes=150, soft={"start_spread": 1.0})
    assert price(start_spread, made, *at(*hours)) == cost


def test_weeks_do_not_count_together() -> None:
    made = problem(templates=(ANY,), days=14, max_start_spread_minutes=0)
    shifts = [*at(6, 6), shift("a0", 7, 18, 4, "any")]
    assert price(start_spread, made, *shifts) == 0
    assert math.isinf(price(start_spread, made, *shifts, shift("a0", 6, 7, 4, "any")))


def test_starts_before_the_period_count_in_its_first_week() -> None:
    history = History(earliest_start_this_week=490, latest_start_this_week=600)
    made = problem(
        agents=person(history=history),
        templates=(ANY,),
        days=14,
        max_start_spread_minutes=120,
        soft={"start_spread": 1.0},
    )
    assert price(start_spread, made, *at(9)) == 0
    assert price(start_spread, made, *at(7)) == 60
    assert price(start_spread, made, *at(12, 7)) == 180
    assert price(start_spread, made, shift("a0", 8, 18, 4, "any")) == 0


def test_a_spread_too_wide_before_the_period_may_not_grow() -> None:
    history = History(earliest_start_this_week=8 * 60, latest_start_this_week=12 * 60)
    made = problem(agents=person(history=history), templates=(ANY,), max_start_spread_minutes=60)
    assert price(start_spread, made, *at(8, 12)) == 0
    assert math.isinf(price(start_spread, made, *at(7)))


def test_the_clock_counts_and_not_elapsed_time() -> None:
    week = {"first": date(2026, 3, 28), "days": 2}
    made = problem(templates=(ANY,), max_start_spread_minutes=0, **week)
    # On Sunday, clocks go forward: 8 h is slot 31.
    shifts = shift("a0", 0, 8, 4, "any"), Shift("a0", "any", 31, 35)
    assert price(start_spread, made, *shifts) == 0


def test_starts_that_are_all_alike_need_no_form() -> None:
    made = problem(templates=(MORNING,), max_start_spread_minutes=0)
    assert list(start_spread.forms(views_of(made)[0])) == []
