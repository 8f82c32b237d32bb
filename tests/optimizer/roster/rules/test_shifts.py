"""Shifts: one a day, of a template of the contract, as the template has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from optimizer.model import Contract, Shift, ShiftTemplate, Site
from optimizer.roster.checks.worker import workers
from optimizer.roster.rules import shifts
from tests.optimizer.roster.cases import MORNING, problem, roster, shift
from tests.optimizer.roster.rules.pricing import price

LATE = ShiftTemplate(
    "late", 16 * 60, 18 * 60, (240, 300), step_minutes=120, weekdays=(0, 1, 2, 3, 4)
)
MADE = problem(templates=(MORNING, LATE))
SPRING = {"first": date(2026, 3, 29), "days": 1}
"""The day on which clocks go from two to three."""


def details(*given: Shift) -> list[str]:
    """Return what is wrong with the shifts of the only agent."""
    (worker,) = workers(MADE, roster(MADE, *given))
    found = list(shifts.check(worker))
    assert all(match.broken for match in found)
    return [match.detail for match in found]


def test_shifts_as_their_templates_have_them_are_right() -> None:
    assert details(shift("a0", 0), shift("a0", 1, 18, 5, "late"), shift("a0", 5)) == []


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        (shift("a0", 0, 17, 4, "late"), "On 2026-11-23: template 'late' has no start at 17:00."),
        (shift("a0", 0, 16, 3, "late"), "On 2026-11-23: template 'late' has no length of 180 min."),
        (
            shift("a0", 5, 16, 4, "late"),
            "On 2026-11-28: template 'late' is not worked on this weekday.",
        ),
        (shift("a0", 7), "On 2026-11-30: the shift does not start in the period."),
    ],
)
def test_every_departure_from_the_template_is_named(wrong: Shift, detail: str) -> None:
    assert details(wrong) == [detail]


def test_two_shifts_on_one_day_are_refused() -> None:
    assert details(shift("a0", 0), shift("a0", 0, 16, 4, "late")) == [
        "2 shifts start on 2026-11-23."
    ]


def test_templates_that_the_contract_does_not_have_are_refused() -> None:
    kept = problem(templates=(MORNING, LATE), contracts=(Contract("c", templates=("morning",)),))
    assert price(shifts, kept, shift("a0", 0)) == 0
    assert price(shifts, kept, shift("a0", 0, 16, 4, "late")) == float("inf")


def test_a_start_that_the_clocks_skip_stands_an_hour_later() -> None:
    night = replace(MORNING, id="night", earliest_start=120, latest_start=120)
    made = problem(templates=(night,), **SPRING)
    # Two o'clock does not come: slot 2 is three o'clock.
    assert price(shifts, made, Shift("a0", "night", 2, 6)) == 0


def test_starts_and_weekdays_are_those_of_the_site() -> None:
    made = problem(templates=(MORNING, LATE), sites=(Site("here", zone="America/New_York"),))
    assert price(shifts, made, shift("a0", 0, 14)) == 0
    (worker,) = workers(made, roster(made, shift("a0", 0, 8)))
    assert [match.detail for match in shifts.check(worker)] == [
        "On 2026-11-23: template 'morning' has no start at 02:00."
    ]
