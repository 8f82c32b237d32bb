"""Activities: what the template asks for, in its windows, with work in stretches between."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.model import ActivityKind, ActivityTemplate, PlannedActivity, ShiftTemplate
from optimizer.roster.checks.worker import workers
from optimizer.roster.rules import activities
from optimizer.roster.rules.forms import Form
from tests.optimizer.roster.agreement import views_of
from tests.optimizer.roster.cases import problem, roster, shift

MEAL = ActivityTemplate(ActivityKind.MEAL, 60, 120, 360, step_minutes=120)
PAUSE = ActivityTemplate(ActivityKind.BREAK, 60, 60, 480, step_minutes=60, paid=True)
DAY = ShiftTemplate("day", 8 * 60, 8 * 60, (600,), step_minutes=60, activities=(MEAL, PAUSE))


def meal(hour: int, hours: int = 1) -> PlannedActivity:
    """Return a meal that begins so many hours after the shift."""
    return PlannedActivity(ActivityKind.MEAL, 8 + hour, 8 + hour + hours, paid=False)


def pause(hour: int) -> PlannedActivity:
    return PlannedActivity(ActivityKind.BREAK, 8 + hour, 9 + hour, paid=True)


def training(hour: int) -> PlannedActivity:
    return PlannedActivity(ActivityKind.TRAINING, 8 + hour, 9 + hour, paid=True, training="t")


def details(*placed: PlannedActivity, least: int = 0, most: int | None = None) -> list[str]:
    """Return what is wrong with the activities of a shift from 8 to 18 h."""
    template = replace(DAY, min_stretch_minutes=least, max_stretch_minutes=most)
    made = problem(templates=(template,))
    worked = replace(shift("a0", 0, 8, 10, "day"), activities=placed)
    (worker,) = workers(made, roster(made, worked))
    found = list(activities.check(worker))
    assert all(match.broken for match in found)
    return [match.detail.removeprefix("On 2026-11-23: ") for match in found]


@pytest.mark.parametrize(("eaten", "paused"), [(2, 3), (4, 6), (6, 8)])
def test_activities_in_their_windows_and_in_order_are_right(eaten: int, paused: int) -> None:
    assert details(meal(eaten), pause(paused)) == []


@pytest.mark.parametrize(
    ("placed", "detail"),
    [
        ((meal(2),), "1 activities, but the template has 2."),
        ((meal(2, 2), pause(5)), "a meal of 120 min is not what the template asks for."),
        ((pause(2), meal(4)), "a break of 60 min is not what the template asks for."),
        ((meal(3), pause(5)), "the meal begins 180 min after the start, outside its window."),
        ((meal(2), pause(9)), "the break begins 540 min after the start, outside its window."),
        ((meal(2), pause(2)), "the break overlaps another activity or leaves the shift."),
        ((meal(4), pause(3)), "the break overlaps another activity or leaves the shift."),
    ],
)
def test_every_departure_from_the_template_is_named(
    placed: tuple[PlannedActivity, ...], detail: str
) -> None:
    assert details(*placed) == [detail]


def test_training_comes_on_top_but_may_not_overlap() -> None:
    assert details(training(1), meal(4), training(5), pause(6)) == []
    assert details(meal(4), training(4), pause(6)) == [
        "the training overlaps another activity or leaves the shift."
    ]


def test_work_goes_on_for_neither_too_short_nor_too_long() -> None:
    assert details(meal(4), pause(7), least=120, most=240) == []
    assert details(meal(4), pause(6), least=120, most=240) == [
        "only 60 min of work without interruption."
    ]
    assert details(meal(2), pause(3), least=120, most=240) == [
        "360 min of work without interruption."
    ]


def test_activities_that_follow_each_other_at_once_have_no_stretch_between_them() -> None:
    assert details(meal(4), pause(5), least=240, most=240) == []


def test_training_interrupts_work_as_well() -> None:
    assert details(meal(4), pause(5), training(7), most=240, least=60) == []
    assert details(meal(2), pause(3), training(6), most=240) == []
    assert details(meal(4), pause(5), training(7), least=120) == [
        "only 60 min of work without interruption."
    ]


def test_which_shifts_are_worked_says_nothing_of_activities() -> None:
    forms: list[Form] = list(activities.forms(views_of(problem(templates=(DAY,)))[0]))
    assert forms == []
