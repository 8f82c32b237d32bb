"""Pins: what each of them keeps, and what it says where nothing stood before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from optimizer.model import (
    ActivityKind,
    ActivityTemplate,
    Agent,
    Directives,
    Keep,
    Pin,
    PlannedActivity,
    RosterProblem,
    RuleName,
    Shift,
    ShiftTemplate,
)
from optimizer.roster.rules import pins
from optimizer.roster.rules.standing import fixed_activities
from tests.optimizer.roster.agreement import checked, views_of
from tests.optimizer.roster.cases import MONDAY, problem, roster

MEAL = (ActivityTemplate(ActivityKind.MEAL, 60, 60, 180, 60),)
EARLY = ShiftTemplate("early", 8 * 60, 9 * 60, (300, 360), 60, MEAL)
LATE = ShiftTemplate("late", 9 * 60, 17 * 60, (300,), 60, MEAL)


def work(template: str, hour: int, hours: int, meal: int = 1, agent: str = "a0") -> Shift:
    meals = (PlannedActivity(ActivityKind.MEAL, hour + meal, hour + meal + 1, False),)
    return Shift(agent, template, hour, hour + hours, meals)


OLD = work("early", 9, 5)
SAME_SHIFT = replace(OLD, activities=work("early", 9, 5, meal=2).activities)
SAME_START = work("early", 9, 6)
SAME_PAY = work("late", 17, 5)
OTHER_TEMPLATE = work("late", 9, 5)


def pinned(*given: Pin, before: tuple[Shift, ...] | None = (OLD,), **more: Any) -> RosterProblem:
    made = problem(
        agents=(Agent("a0", "c", "here", {"s0": 3}), Agent("a1", "c", "here", {"s0": 3})),
        templates=(EARLY, LATE),
        directives=Directives(pins=given),
        **more,
    )
    return made if before is None else replace(made, previous=roster(made, *before))


def kept(made: RosterProblem, *shifts: Shift) -> bool:
    return checked(pins, made, roster(made, *shifts))[0] == 0


@pytest.mark.parametrize(
    ("keep", "keeping"),
    [
        (Keep.DAY, [OLD, SAME_SHIFT, SAME_START, SAME_PAY, OTHER_TEMPLATE]),
        (Keep.PAID, [OLD, SAME_SHIFT, SAME_PAY, OTHER_TEMPLATE]),
        (Keep.START, [OLD, SAME_SHIFT, SAME_START, OTHER_TEMPLATE]),
        (Keep.SHIFT, [OLD, SAME_SHIFT]),
        (Keep.ACTIVITIES, [OLD]),
    ],
)
def test_a_pin_keeps_as_much_of_the_shift_before_as_it_says(
    keep: Keep, keeping: list[Shift]
) -> None:
    made = pinned(Pin("a0", MONDAY, keep))
    for shift in (OLD, SAME_SHIFT, SAME_START, SAME_PAY, OTHER_TEMPLATE):
        assert kept(made, shift) == (shift in keeping)
    assert not kept(made)


@pytest.mark.parametrize("keep", Keep)
def test_a_day_that_was_free_is_kept_free(keep: Keep) -> None:
    made = pinned(Pin("a0", MONDAY, keep), before=())
    assert kept(made)
    assert not kept(made, OLD)


@pytest.mark.parametrize(
    ("pin", "free", "early", "late"),
    [
        (Pin("a0", MONDAY, works=True), False, True, True),
        (Pin("a0", MONDAY, works=False), True, False, False),
        (Pin("a0", MONDAY, template="late"), False, False, True),
        (Pin("a0", MONDAY, start_minute=9 * 60), False, True, False),
        (Pin("a0", MONDAY, template="late", start_minute=9 * 60), False, False, False),
        (Pin("a0", MONDAY, Keep.DAY, start_minute=17 * 60), False, False, True),
        (Pin("a1", MONDAY, works=False), True, True, True),
        (Pin("a0", MONDAY - timedelta(days=1), works=True), True, True, True),
    ],
)
def test_a_pin_may_say_itself_what_is_to_be(pin: Pin, free: bool, early: bool, late: bool) -> None:
    made = pinned(pin)
    assert (kept(made), kept(made, OLD), kept(made, SAME_PAY)) == (free, early, late)


def test_nothing_is_kept_where_no_roster_stood_before() -> None:
    made = pinned(Pin("a0", MONDAY, Keep.SHIFT), before=None)
    assert kept(made)
    assert kept(made, OLD)


def test_a_soft_pin_costs_its_price() -> None:
    made = pinned(Pin("a0", MONDAY, works=True), soft={RuleName.PINS: 12.0})
    assert checked(pins, made, roster(made)) == [12.0, 0.0]


def test_a_previous_roster_of_another_period_is_read_by_the_clock() -> None:
    made = pinned(Pin("a0", MONDAY, Keep.SHIFT), before=None)
    earlier = problem(days=14, first=MONDAY - timedelta(days=7))
    moved = replace(OLD, start=OLD.start + 168, end=OLD.end + 168, activities=())
    made = replace(made, previous=roster(earlier, moved))
    assert kept(made, OLD)
    assert not kept(made, SAME_START)


def test_pinned_activities_are_told_to_whoever_places_them() -> None:
    tuesday = MONDAY + timedelta(days=1)
    made = pinned(
        Pin("a0", MONDAY, Keep.ACTIVITIES),
        Pin("a0", tuesday, Keep.ACTIVITIES),
        Pin("a1", MONDAY, Keep.SHIFT),
        before=(OLD, replace(OLD, agent="a1")),
    )
    assert fixed_activities(views_of(made)[0].whole) == {(0, 0): OLD.activities}
