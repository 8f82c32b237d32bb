"""A missed week is named, with what keeps the plan from doing more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.errors import Severity
from optimizer.staffing.capacity import (
    CrossUse,
    ElasticPool,
    Goals,
    Hiring,
    Limit,
    StaffGroup,
)
from tests.optimizer.staffing.capacity.cases import group, plan, problem

PEAK = (280.0, 280.0, 280.0, 400.0)


def peak(**changes: object) -> StaffGroup:
    return group(required_hours=PEAK, **changes)


def limits(*groups: StaffGroup, **changes: object) -> dict[Limit, str]:
    """Return the limits of the only week that the first group misses."""
    result = plan(problem(*groups, weeks=4, **changes))  # type: ignore[arg-type]
    (short,) = result.shortfalls
    assert (short.group, short.week) == (0, 3)
    assert short.share == pytest.approx(short.hours / 400.0)
    return short.reasons


def test_without_any_means_nobody_can_be_hired() -> None:
    assert limits(peak()) == {Limit.NO_HIRING: "nobody can be hired"}


def test_a_lead_longer_than_the_time_left() -> None:
    found = limits(peak(training_weeks=2, hiring=Hiring((9,), lead_weeks=2)))
    assert set(found) == {Limit.LEAD_TIME}
    assert "before week 5 (lead 2, training 2 weeks)" in found[Limit.LEAD_TIME]


def test_too_few_may_start() -> None:
    found = limits(peak(training_weeks=1, hiring=Hiring((1,), lead_weeks=1)))
    assert set(found) == {Limit.HIRING_CAP}
    assert "up to week 3" in found[Limit.HIRING_CAP]


def test_those_who_have_left_would_have_sufficed() -> None:
    leaving = group(required_hours=(0.0, 0.0, 0.0, 270.0), attrition=(0.1,))
    (short,) = plan(problem(leaving, weeks=4)).shortfalls
    assert short.hours == pytest.approx(270.0 - 0.9**3 * 280.0)
    assert short.reasons[Limit.ATTRITION] == "2.7 of the 10 people at the start have left"
    more = replace(leaving, required_hours=(0.0, 0.0, 0.0, 400.0))
    assert Limit.ATTRITION not in plan(problem(more, weeks=4)).shortfalls[0].reasons


def test_overtime_is_used_up() -> None:
    assert Limit.OVERTIME_CAP in limits(peak(max_overtime=0.1))


def test_every_pool_that_is_used_up_is_named() -> None:
    pools = (
        ElasticPool("near", ("front",), 30.0, (20.0,)),
        ElasticPool("far", ("front",), 40.0, (30.0,)),
    )
    found = limits(peak(), pools=pools)
    assert found[Limit.POOL_CAP] == "near has no more than 20 hours, far has no more than 30 hours"


def test_a_pool_that_needs_more_notice() -> None:
    pools = (ElasticPool("far", ("front",), 30.0, (900.0,), notice_weeks=4),)
    assert limits(peak(), pools=pools)[Limit.NOTICE] == "far needs 4 weeks of notice"


def test_a_pool_that_cannot_grow_so_fast() -> None:
    pools = (ElasticPool("far", ("front",), 30.0, (900.0,), max_increase=10.0),)
    result = plan(problem(peak(), weeks=4, pools=pools))
    assert set(result.shortfalls[0].reasons) == {Limit.NO_HIRING, Limit.POOL_INCREASE}
    assert result.decisions.called[0].tolist() == pytest.approx([10, 20, 30, 40], abs=1e-3)


def test_no_more_elastic_hours_than_their_share() -> None:
    pools = (ElasticPool("far", ("front",), 30.0, (900.0,)),)
    assert Limit.ELASTIC_SHARE in limits(peak(max_elastic_share=0.1), pools=pools)


def test_others_help_with_all_they_may() -> None:
    idle = group(id="experts", required_hours=(0.0,))
    found = limits(peak(), idle, cross_use=(CrossUse("experts", "front", max_share=0.1),))
    assert found[Limit.CROSS_USE_CAP] == "experts helps with all it may"


def test_a_price_may_be_lower_than_any_remedy() -> None:
    cheap = peak(shortage_cost=1.0, hiring=Hiring((9,), cost=1000.0))
    found = limits(cheap, goals=Goals.PRICED)
    assert found == {Limit.PRICE: "a missing hour costs only 1"}


def test_the_issue_says_when_who_how_much_and_why() -> None:
    (issue,) = plan(problem(peak(), weeks=4)).issues
    assert (issue.code, issue.severity) == ("goal_missed", Severity.WARNING)
    assert issue.pointer == "/groups/0/required_hours/3"
    assert issue.detail == (
        "Week 4 (2026-10-12): front lacks 120.0 hours (30.0%): nobody can be hired."
    )
