"""Limits per template: counted for each by itself, over the whole period."""

from __future__ import annotations

import math

import pytest

from optimizer.model import Range, ShiftTemplate
from optimizer.roster.rules import template_limits
from optimizer.roster.rules.forms import Prices, Tally
from tests.optimizer.roster.agreement import views_of
from tests.optimizer.roster.cases import MORNING, problem, shift
from tests.optimizer.roster.rules.pricing import price

LATE = ShiftTemplate("late", 16 * 60, 16 * 60, (240,), step_minutes=60)
BOTH = (MORNING, LATE)


@pytest.mark.parametrize(("nights", "cost"), [(0, 5), (1, 0), (2, 0), (3, 5), (4, 10)])
def test_shifts_of_a_template_outside_its_bounds_cost_each(nights: int, cost: float) -> None:
    made = problem(
        templates=BOTH, template_limits={"late": Range(1, 2)}, soft={"template_limits": 5.0}
    )
    mornings = [shift("a0", 6)]
    lates = [shift("a0", day, 16, template="late") for day in range(nights)]
    assert price(template_limits, made, *mornings, *lates) == cost


def test_a_template_that_is_not_wanted_at_all_is_a_price_and_counts_nothing() -> None:
    made = problem(templates=BOTH, template_limits={"late": Range(0, 0)})
    (form,) = template_limits.forms(views_of(made)[0])
    assert isinstance(form, Prices)
    assert math.isinf(price(template_limits, made, shift("a0", 2, 16, template="late")))
    assert price(template_limits, made, shift("a0", 2)) == 0


def test_only_limits_that_can_bind_are_counted() -> None:
    limits = {"late": Range(0, 7), "morning": Range(0, 6)}
    made = problem(templates=BOTH, template_limits=limits)
    (form,) = template_limits.forms(views_of(made)[0])
    assert isinstance(form, Tally)
    assert form.price.tolist() == [0.0] * 7 + [math.inf]
