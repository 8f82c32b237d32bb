"""The textbooks' cases are as printed, and ours finds what they print."""

from __future__ import annotations

import pytest

from benchmarks.rostering.engine import measure
from benchmarks.rostering.optima import AIRLINE_SHIFTS, airline, post_office
from optimizer.model import check_problem


def test_the_airline_s_day_costs_what_is_printed() -> None:
    problem = airline()
    assert check_problem(problem) == []
    built, found = measure(problem, 20.0)
    assert found["objective"] == pytest.approx(30_610)
    worked = [
        sum(shift.template == f"from{hour}" for shift in built.roster.shifts)
        for hour in AIRLINE_SHIFTS
    ]
    assert worked == [48, 31, 39, 43, 15]


@pytest.mark.parametrize(("people", "enough"), [(22, False), (23, True)])
def test_the_post_office_needs_23_people(people: int, enough: bool) -> None:
    problem = post_office(people)
    assert check_problem(problem) == []
    # With enough people it ends as soon as nobody is missing.
    _, found = measure(problem, 20.0 if enough else 1.0)
    assert found["verified"]
    assert (found["objective"] == 0) is enough
