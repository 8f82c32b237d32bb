"""Days off: no shift starts on them."""

from __future__ import annotations

import math
from datetime import timedelta

from optimizer.model import ShiftTemplate
from optimizer.roster.rules import days_off
from tests.optimizer.roster.agreement import views_of
from tests.optimizer.roster.cases import MONDAY, problem, shift
from tests.optimizer.roster.rules.pricing import person, price

NIGHT = ShiftTemplate("night", 22 * 60, 22 * 60, (480,), step_minutes=60)
OFF = person(days_off=(MONDAY, MONDAY + timedelta(days=2), MONDAY - timedelta(days=9)))


def test_a_shift_on_a_day_off_is_refused() -> None:
    made = problem(agents=OFF)
    assert math.isinf(price(days_off, made, shift("a0", 2)))
    assert price(days_off, made, shift("a0", 1), shift("a0", 3)) == 0


def test_days_off_may_be_bought_one_by_one() -> None:
    made = problem(agents=OFF, soft={"days_off": 50.0})
    assert price(days_off, made, *(shift("a0", day) for day in range(7))) == 100


def test_a_night_shift_may_end_on_a_day_off() -> None:
    made = problem(agents=OFF, templates=(NIGHT,))
    assert price(days_off, made, shift("a0", 1, 22, 8, "night")) == 0


def test_who_has_no_day_off_needs_no_form() -> None:
    assert list(days_off.forms(views_of(problem())[0])) == []
