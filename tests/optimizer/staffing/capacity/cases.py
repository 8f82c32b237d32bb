"""Small capacity problems to start tests from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from optimizer.staffing.capacity import (
    CapacityProblem,
    CapacityResult,
    CrossUse,
    ElasticPool,
    Goals,
    Hiring,
    StaffGroup,
    plan_capacity,
)
from optimizer.stop import Deadline

MONDAY = date(2026, 9, 21)


def group(**changes: Any) -> StaffGroup:
    """Return ten people who are just enough for an ordinary week."""
    base = StaffGroup(
        "front", heads=10, hourly_cost=20.0, required_hours=(280.0,), shrinkage=(0.3,)
    )
    return replace(base, **changes)


def problem(*groups: StaffGroup, weeks: int = 6, **changes: Any) -> CapacityProblem:
    return replace(CapacityProblem(MONDAY, weeks, groups or (group(),)), **changes)


def promotion() -> CapacityProblem:
    """Return two groups, two pools and help between the groups through two heavy weeks."""
    front = group(
        required_hours=(280.0, 280.0, 300.0, 300.0, 420.0, 390.0, 290.0, 280.0),
        attrition=(0.02,),
        early_attrition=(0.05,),
        joining=(0, 1),
        training_weeks=1,
        ramp=(0.6,),
        hiring=Hiring(max_starts=(2,), lead_weeks=1, cost=900.0),
        max_overtime=0.1,
        max_time_off=0.1,
        time_off_paid=0.25,
        max_elastic_share=0.3,
        shortage_cost=150.0,
    )
    experts = group(
        id="experts",
        heads=4,
        hourly_cost=35.0,
        required_hours=(70.0, 70.0, 70.0, 80.0, 130.0, 120.0, 80.0, 70.0),
        shrinkage=(0.35,),
        attrition=(0.01,),
        training_weeks=2,
        hiring=Hiring(max_starts=(1,), lead_weeks=1, cost=2000.0),
        max_overtime=0.1,
        shortage_cost=300.0,
    )
    pools = (
        ElasticPool("near", ("front", "experts"), 45.0, (40.0,), notice_weeks=1, productivity=0.9),
        ElasticPool(
            "far", ("front",), 30.0, (90.0,), committed_hours=(10.0,), notice_weeks=2,
            max_increase=25.0, productivity=0.8,
        ),
    )  # fmt: skip
    help_out = (CrossUse("experts", "front", productivity=0.9, max_share=0.5),)
    return problem(front, experts, weeks=8, pools=pools, cross_use=help_out)


def plan(question: CapacityProblem, **options: Any) -> CapacityResult:
    return plan_capacity(question, deadline=Deadline.after(60.0), **{"gap": 0.0, **options})


def priced(question: CapacityProblem) -> CapacityProblem:
    return replace(question, goals=Goals.PRICED)
