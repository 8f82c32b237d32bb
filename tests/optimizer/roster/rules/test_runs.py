"""Runs of days at work and off: limits, the period's edges, and what is carried in."""

from __future__ import annotations

import math
from typing import Any

import pytest

from optimizer.model import History
from optimizer.roster.rules import runs
from tests.optimizer.roster.agreement import views_of
from tests.optimizer.roster.cases import problem, shift
from tests.optimizer.roster.rules.pricing import person, price

SOFT = {
    "max_consecutive_days": 1.0,
    "min_consecutive_days": 10.0,
    "max_consecutive_days_off": 100.0,
    "min_consecutive_days_off": 1000.0,
}


def cost(line: str, history: History | None = None, **contract: Any) -> float:
    """Return what the days of a line cost: ``w`` is worked, ``.`` is off."""
    made = problem(
        agents=person(history=history or History()),
        days=len(line),
        **{"max_consecutive_days": 99, "soft": SOFT, **contract},
    )
    shifts = [shift("a0", day) for day, mark in enumerate(line) if mark == "w"]
    return price(runs, made, *shifts)


@pytest.mark.parametrize(
    ("line", "expected"), [("www.www", 0), ("wwww...", 1), (".wwwwww", 3), ("wwww.wwwww", 3)]
)
def test_each_day_at_work_beyond_the_longest_run_costs(line: str, expected: float) -> None:
    assert cost(line, max_consecutive_days=3) == expected
    assert math.isinf(cost(line, max_consecutive_days=3, soft={})) == (expected > 0)


@pytest.mark.parametrize(
    ("line", "expected"), [("..w..w.", 0), ("...w...", 200), ("w....w.", 200), (".......", 500)]
)
def test_each_day_off_beyond_the_longest_run_costs(line: str, expected: float) -> None:
    assert cost(line, max_consecutive_days_off=2) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [(".www.", 0), (".ww..", 10), (".w.w.", 40), ("w....", 0), ("....w", 0), ("...ww", 0)],
)
def test_short_runs_at_work_cost_unless_an_edge_cuts_them(line: str, expected: float) -> None:
    assert cost(line, min_consecutive_days=3) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [("w...w", 0), ("w..ww", 1000), ("w.w.w", 4000), (".wwww", 0), ("wwww.", 0), ("..ww.", 0)],
)
def test_short_runs_off_cost_unless_an_edge_cuts_them(line: str, expected: float) -> None:
    assert cost(line, min_consecutive_days_off=3) == expected


@pytest.mark.parametrize(("line", "expected"), [(".....", 0), ("w....", 0), ("ww...", 1)])
def test_a_run_goes_on_from_before_the_period(line: str, expected: float) -> None:
    assert cost(line, History(days_worked=2), max_consecutive_days=3) == expected


@pytest.mark.parametrize(("line", "expected"), [("....", 0), ("w...", 1), ("ww..", 2)])
def test_of_a_run_too_long_already_only_new_days_are_a_breach(line: str, expected: float) -> None:
    assert cost(line, History(days_worked=8), max_consecutive_days=3) == expected
    assert cost("wwww", History(days_off=8), max_consecutive_days_off=3) == 0
    assert cost(".www", History(days_off=8), max_consecutive_days_off=3) == 100


def test_what_is_carried_in_has_to_reach_the_least_length() -> None:
    assert cost("w....", History(days_worked=1), min_consecutive_days=3) == 10
    assert cost(".....", History(days_worked=1), min_consecutive_days=3) == 20
    assert cost(".....", History(days_worked=7), min_consecutive_days=3) == 0
    assert cost("wwwww", History(days_off=1), min_consecutive_days_off=3) == 2000
    assert cost(".wwww", History(days_off=2), min_consecutive_days_off=3) == 0


@pytest.mark.parametrize(
    ("line", "expected"), [("w....", 20), ("ww...", 10), ("www..", 0), (".w...", 20), ("wwwww", 0)]
)
def test_a_run_that_begins_with_the_period_is_held_to_its_length_if_that_is_known(
    line: str, expected: float
) -> None:
    assert cost(line, History(days_off=4), min_consecutive_days=3) == expected


def test_days_off_that_begin_with_the_period_are_held_to_their_number_if_that_is_known() -> None:
    assert cost(".wwww", History(days_worked=1), min_consecutive_days_off=3) == 2000
    assert cost("..www", History(days_worked=1), min_consecutive_days_off=3) == 1000
    assert cost("..www", History(), min_consecutive_days_off=3) == 0


def test_days_off_count_before_days_worked_where_a_past_has_both() -> None:
    assert cost("ww", History(days_worked=3, days_off=1), max_consecutive_days=3) == 0


def test_runs_that_cannot_be_too_long_need_no_form() -> None:
    made = problem(days=6, max_consecutive_days=6)
    assert list(runs.forms(views_of(made)[0])) == []
