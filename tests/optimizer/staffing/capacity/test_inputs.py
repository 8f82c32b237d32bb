"""Every problem with a question is named once, with its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from optimizer.errors import Severity
from optimizer.staffing.capacity import (
    CapacityProblem,
    CrossUse,
    ElasticPool,
    Hiring,
    Promotion,
    check_capacity,
)
from tests.optimizer.staffing.capacity.cases import MONDAY, group, problem, promotion


def pool(**changes: object) -> ElasticPool:
    return replace(ElasticPool("pool", ("front",), 30.0, (100.0,)), **changes)  # type: ignore[arg-type]


BAD = {
    "a Tuesday": (problem(first_monday=MONDAY + timedelta(days=1)), "not_a_monday", "first_monday"),
    "no weeks": (problem(weeks=0), "out_of_range", "weeks"),
    "four years": (problem(weeks=208), "out_of_range", "weeks"),
    "no groups": (replace(problem(), groups=()), "no_groups", "groups"),
    "twins": (problem(group(), group()), "duplicate_id", "groups/1/id"),
    "negative heads": (problem(group(heads=-1)), "out_of_range", "groups/0/heads"),
    "endless heads": (problem(group(heads=float("inf"))), "out_of_range", "groups/0/heads"),
    "no hours": (problem(group(required_hours=())), "no_required_hours", "groups/0/required_hours"),
    "five of six weeks": (
        problem(group(required_hours=(1.0,) * 5)), "bad_shape", "groups/0/required_hours",
    ),
    "not a number": (
        problem(group(required_hours=(float("nan"),))), "out_of_range",
        "groups/0/required_hours/0",
    ),
    "all shrinks": (problem(group(shrinkage=(1.0,))), "out_of_range", "groups/0/shrinkage/0"),
    "all leave": (problem(group(attrition=(1.0,))), "out_of_range", "groups/0/attrition/0"),
    "a long week": (
        problem(group(hours_per_week=169.0)), "out_of_range", "groups/0/hours_per_week",
    ),
    "overtime beyond the week": (
        problem(group(hours_per_week=120.0, max_overtime=0.5)), "out_of_range",
        "groups/0/max_overtime",
    ),
    "a ramp of nothing": (problem(group(ramp=(0.5, 0.0))), "out_of_range", "groups/0/ramp/1"),
    "joining after the end": (problem(group(joining=(1,) * 7)), "bad_shape", "groups/0/joining"),
    "free shortage": (problem(group(shortage_cost=0.0)), "out_of_range", "groups/0/shortage_cost"),
    "no class": (
        problem(group(hiring=Hiring((1,), class_size=0))), "out_of_range",
        "groups/0/hiring/class_size",
    ),
    "negative lead": (
        problem(group(hiring=Hiring((1,), lead_weeks=-1))), "out_of_range",
        "groups/0/hiring/lead_weeks",
    ),
    "a pool for nobody": (problem(pools=(pool(groups=()),)), "no_groups", "pools/0/groups"),
    "a pool for strangers": (
        problem(pools=(pool(groups=("nobody",)),)), "unknown_group", "pools/0/groups/0",
    ),
    "more committed than there is": (
        problem(pools=(pool(committed_hours=(101.0,)),)), "minimum_above_maximum",
        "pools/0/committed_hours",
    ),
    "help for itself": (
        problem(cross_use=(CrossUse("front", "front"),)), "same_group", "cross_use/0/target",
    ),
    "help with more than all": (
        problem(
            group(), group(id="a"), group(id="b"),
            cross_use=(CrossUse("front", "a", 1.0, 0.7), CrossUse("front", "b", 1.0, 0.7)),
        ),
        "shares_above_one", "cross_use/1/max_share",
    ),
    "a promotion on a Friday": (
        problem(promotions=(Promotion("sale", date(2026, 9, 25), {}),)), "not_a_monday",
        "promotions/0/first_monday",
    ),
    "a promotion after the end": (
        problem(promotions=(Promotion("sale", date(2026, 10, 26), {"front": (9.0, 9.0)}),)),
        "outside_the_plan", "promotions/0/extra_hours/front",
    ),
    "a promotion of strangers": (
        problem(promotions=(Promotion("sale", MONDAY, {"x/y": (9.0,)}),)), "unknown_group",
        "promotions/0/extra_hours/x~1y",
    ),
}  # fmt: skip

ODD = {
    "a lead beyond the plan": (
        problem(group(hiring=Hiring((1,), lead_weeks=9))), "lead_beyond_plan",
        "groups/0/hiring/lead_weeks",
    ),
    "a notice beyond the plan": (
        problem(pools=(pool(notice_weeks=9),)), "notice_beyond_plan", "pools/0/notice_weeks",
    ),
    "a class that never fits": (
        problem(group(hiring=Hiring((3,), class_size=4))), "class_too_large",
        "groups/0/hiring/class_size",
    ),
    "a year's attrition every week": (
        problem(group(attrition=(0.3,))), "high_attrition", "groups/0/attrition",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("question", "code", "place"), BAD.values(), ids=BAD)
def test_what_cannot_be_used_is_an_error(question: CapacityProblem, code: str, place: str) -> None:
    found = [(issue.code, issue.pointer) for issue in check_capacity(question, "/capacity")]
    assert found == [(code, f"/capacity/{place}")]


@pytest.mark.parametrize(("question", "code", "place"), ODD.values(), ids=ODD)
def test_what_is_odd_is_a_warning(question: CapacityProblem, code: str, place: str) -> None:
    (issue,) = check_capacity(question)
    assert (issue.code, issue.pointer, issue.severity) == (code, f"/{place}", Severity.WARNING)


def test_every_problem_is_reported_at_once() -> None:
    bad = problem(group(heads=-1, shrinkage=(1.0,)), pools=(pool(price=-1.0),))
    assert len(check_capacity(bad)) == 3


def test_a_sound_question_has_no_issues() -> None:
    assert check_capacity(promotion()) == []
