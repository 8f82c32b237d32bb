"""Forbidden successions: on consecutive days, from before the period on."""

from __future__ import annotations

import math

from optimizer.model import Forbidden, History, ShiftTemplate
from optimizer.roster.rules import forbidden
from tests.optimizer.roster.agreement import views_of
from tests.optimizer.roster.cases import MORNING, problem, shift
from tests.optimizer.roster.rules.pricing import person, price

LATE = ShiftTemplate("late", 16 * 60, 16 * 60, (240,), step_minutes=60)
NIGHT = ShiftTemplate("night", 20 * 60, 20 * 60, (240,), step_minutes=60)
ALL = (MORNING, LATE, NIGHT)
RULES = (
    Forbidden("late", "morning"),
    Forbidden("night", "morning"),
    Forbidden("night", "late"),
    Forbidden("late", "morning"),
)
HOURS = {"morning": 8, "late": 16, "night": 20}


def cost(*names: str, last: str | None = None, soft: float = 1.0) -> float:
    """Return what templates of consecutive days cost; an empty name is a day off."""
    made = problem(
        agents=person(history=History(last_template=last)),
        templates=ALL,
        forbidden=RULES,
        soft={"forbidden": soft} if soft < math.inf else {},
    )
    shifts = [shift("a0", day, HOURS[n], 4, n) for day, n in enumerate(names) if n]
    return price(forbidden, made, *shifts)


def test_a_forbidden_succession_is_refused_in_its_direction_only() -> None:
    assert math.isinf(cost("late", "morning", soft=math.inf))
    assert cost("morning", "late", soft=math.inf) == 0


def test_every_succession_costs_once_though_it_is_named_twice() -> None:
    assert cost("late", "morning", "night", "late", "morning") == 3


def test_a_day_off_in_between_allows_everything() -> None:
    assert cost("night", "", "morning") == 0


def test_the_shift_on_the_day_before_the_period_counts_on_its_first_day() -> None:
    assert cost("late", last="night") == 1
    assert cost("", "late", last="night") == 0
    assert cost("morning", last="morning") == 0


def test_templates_that_forbid_the_same_share_a_form() -> None:
    pairs = (Forbidden("late", "morning"), Forbidden("night", "morning"))
    made = problem(templates=ALL, forbidden=pairs)
    (form,) = forbidden.forms(views_of(made)[0])
    assert made.organisation.contracts[0].forbidden == pairs
    assert form.before.sum() == 14
    assert form.after.sum() == 7
