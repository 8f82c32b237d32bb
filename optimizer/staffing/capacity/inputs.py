"""Does the question of a capacity plan make sense? All issues at once."""

from __future__ import annotations

import math
from collections.abc import Sequence

from optimizer.errors import Issue
from optimizer.model.findings import Findings
from optimizer.staffing.capacity.model import (
    CapacityProblem,
    CrossUse,
    ElasticPool,
    Hiring,
    Promotion,
    StaffGroup,
    by_week,
)

__all__ = ["LONGEST_PLAN", "check_capacity"]

LONGEST_PLAN = 156
"""Weeks; three years."""

_MOST = 100
"""Staff groups and pools of one plan: more than that are read from the wrong file."""

_MOST_HEADS = 1e6
_MOST_HOURS = 1e8
_MOST_MONEY = 1e7
_HOURS_OF_A_WEEK = 168.0
_HIGH_ATTRITION = 0.1
"""A week; more than 99 % a year."""

_ROUNDING = 1e-9


def check_capacity(problem: CapacityProblem, pointer: str = "") -> list[Issue]:
    """Return the issues of a capacity problem: ranges, references, lists of the wrong length."""
    found = Findings(pointer)
    if problem.first_monday.weekday():
        found.at("first_monday").error(
            "not_a_monday", f"{problem.first_monday} is a {problem.first_monday:%A}."
        )
    found.within("weeks", problem.weeks, 1, LONGEST_PLAN)
    if found.issues:
        return found.issues  # every list below is read by its weeks
    groups = found.unique("groups", (group.id for group in problem.groups))
    found.unique("pools", (pool.id for pool in problem.pools))
    found.unique("promotions", (promotion.id for promotion in problem.promotions))
    if not problem.groups:
        found.at("groups").error("no_groups", "There is no staff group.")
    for field, members in (("groups", problem.groups), ("pools", problem.pools)):
        if len(members) > _MOST:
            found.at(field).error("too_many", f"{len(members)} {field} are more than {_MOST}.")
    for g, group in enumerate(problem.groups):
        _check_group(found.at("groups", g), group, problem.weeks)
    for p, pool in enumerate(problem.pools):
        _check_pool(found.at("pools", p), pool, groups, problem.weeks)
    for c, cross in enumerate(problem.cross_use):
        _check_cross_use(found.at("cross_use", c), cross, groups)
    _check_shares(found, problem)
    for p, promotion in enumerate(problem.promotions):
        _check_promotion(found.at("promotions", p), promotion, groups, problem)
    return found.issues


def _check_group(found: Findings, group: StaffGroup, weeks: int) -> None:
    found.within("heads", group.heads, 0, _MOST_HEADS)
    found.within("hourly_cost", group.hourly_cost, 0, _MOST_MONEY)
    found.within("hours_per_week", group.hours_per_week, 0, _HOURS_OF_A_WEEK, open_low=True)
    found.within("max_overtime", group.max_overtime, 0, 1)
    if group.most_hours_per_week > _HOURS_OF_A_WEEK >= group.hours_per_week:
        found.at("max_overtime").error(
            "out_of_range", f"With overtime, {group.most_hours_per_week:g} hours exceed a week."
        )
    found.within("overtime_premium", group.overtime_premium, 0, 10)
    found.within("max_time_off", group.max_time_off, 0, 1)
    found.within("time_off_paid", group.time_off_paid, 0, 1)
    found.within("max_elastic_share", group.max_elastic_share, 0, 1)
    found.within("shortage_cost", group.shortage_cost, 0, _MOST_MONEY, open_low=True)
    if not group.required_hours:
        found.at("required_hours").error(
            "no_required_hours",
            "The hours that goals need are missing: give them here, or a forecast beside the plan.",
        )
    else:
        _check_weeks(found, "required_hours", group.required_hours, weeks, _MOST_HOURS)
    _check_weeks(found, "shrinkage", group.shrinkage, weeks, 1.0, open_high=True)
    _check_weeks(found, "attrition", group.attrition, weeks, 1.0, open_high=True)
    if group.early_attrition:
        _check_weeks(found, "early_attrition", group.early_attrition, weeks, 1.0, open_high=True)
    if _HIGH_ATTRITION < max(group.attrition, default=0.0) < 1.0:
        found.at("attrition").warning(
            "high_attrition",
            f"{max(group.attrition):g} leave every week; was it meant for a year or a month?",
        )
    if len(group.joining) > weeks:
        found.at("joining").error(
            "bad_shape", f"{len(group.joining)} weeks are more than the {weeks} of the plan."
        )
    _check_numbers(found, "joining", group.joining, _MOST_HEADS)
    found.within("training_weeks", group.training_weeks, 0, LONGEST_PLAN)
    for week, productivity in enumerate(group.ramp):
        found.at("ramp").within(str(week), productivity, 0, 1, open_low=True)
    if group.weeks_to_full > LONGEST_PLAN:
        found.at("ramp").error(
            "out_of_range", f"{group.weeks_to_full} weeks to full productivity are too many."
        )
    if group.hiring is not None:
        _check_hiring(found.at("hiring"), group.hiring, group, weeks)


def _check_hiring(found: Findings, hiring: Hiring, group: StaffGroup, weeks: int) -> None:
    _check_weeks(found, "max_starts", hiring.max_starts, weeks, _MOST_HEADS)
    found.within("lead_weeks", hiring.lead_weeks, 0)
    found.within("class_size", hiring.class_size, 1)
    found.within("cost", hiring.cost, 0, _MOST_MONEY)
    if 0 < max(hiring.max_starts, default=0) < hiring.class_size:
        found.at("class_size").warning(
            "class_too_large",
            f"A class of {hiring.class_size} never fits into {max(hiring.max_starts)} starts.",
        )
    if hiring.lead_weeks + group.training_weeks >= weeks:
        found.at("lead_weeks").warning(
            "lead_beyond_plan",
            f"Nobody hired now works before week {hiring.lead_weeks + group.training_weeks + 1}, "
            f"after the plan of {weeks} weeks.",
        )


def _check_pool(found: Findings, pool: ElasticPool, groups: set[str], weeks: int) -> None:
    if not pool.groups:
        found.at("groups").error("no_groups", "The pool may do nobody's work.")
    for g, name in enumerate(pool.groups):
        found.at("groups").known(str(g), name, groups, "group")
        if name in pool.groups[:g]:
            found.at("groups", g).error("duplicate_id", f"{name!r} stands here twice.")
    found.within("price", pool.price, 0, _MOST_MONEY)
    _check_weeks(found, "max_hours", pool.max_hours, weeks, _MOST_HOURS)
    _check_weeks(found, "committed_hours", pool.committed_hours, weeks, _MOST_HOURS)
    found.within("notice_weeks", pool.notice_weeks, 0)
    found.within("max_increase", pool.max_increase, 0, _MOST_HOURS)
    found.within("productivity", pool.productivity, 0, 10, open_low=True)
    lengths = {len(pool.max_hours), len(pool.committed_hours)}
    if lengths <= {1, weeks}:
        over = by_week(pool.committed_hours, weeks) > by_week(pool.max_hours, weeks)
        if over.any():
            found.at("committed_hours").error(
                "minimum_above_maximum",
                f"In week {int(over.argmax()) + 1} more hours are committed than there can be.",
            )
    if pool.notice_weeks >= weeks:
        found.at("notice_weeks").warning(
            "notice_beyond_plan",
            f"Hours called now come in week {pool.notice_weeks + 1}, after the plan of {weeks}.",
        )


def _check_cross_use(found: Findings, cross: CrossUse, groups: set[str]) -> None:
    found.known("source", cross.source, groups, "group")
    found.known("target", cross.target, groups, "group")
    if cross.source == cross.target:
        found.at("target").error("same_group", f"{cross.source!r} cannot help itself.")
    found.within("productivity", cross.productivity, 0, 10, open_low=True)
    found.within("max_share", cross.max_share, 0, 1)


def _check_shares(found: Findings, problem: CapacityProblem) -> None:
    """Report sources that lend more than all of their hours."""
    lent: dict[str, float] = {}
    for c, cross in enumerate(problem.cross_use):
        before = lent.get(cross.source, 0.0)
        lent[cross.source] = before + cross.max_share
        if before <= 1.0 + _ROUNDING < lent[cross.source]:
            found.at("cross_use", c, "max_share").error(
                "shares_above_one",
                f"{cross.source!r} would lend {lent[cross.source]:g} of its hours.",
            )


def _check_promotion(
    found: Findings, promotion: Promotion, groups: set[str], problem: CapacityProblem
) -> None:
    first, rest = divmod((promotion.first_monday - problem.first_monday).days, 7)
    if rest:
        found.at("first_monday").error(
            "not_a_monday", f"{promotion.first_monday} is a {promotion.first_monday:%A}."
        )
    for name, hours in promotion.extra_hours.items():
        here = found.at("extra_hours")
        here.known(name, name, groups, "group")
        _check_numbers(here, name, hours, _MOST_HOURS)
        if first < 0 or first + len(hours) > problem.weeks:
            here.at(name).error(
                "outside_the_plan",
                f"{len(hours)} weeks from {promotion.first_monday} are not within the plan.",
            )


def _check_weeks(
    found: Findings,
    field: str,
    values: Sequence[float],
    weeks: int,
    high: float,
    *,
    open_high: bool = False,
) -> None:
    """Report a list by week of the wrong length or with numbers out of range."""
    if len(values) not in (1, weeks):
        found.at(field).error(
            "bad_shape", f"The list has {len(values)} numbers; one or {weeks} are needed."
        )
    _check_numbers(found, field, values, high, open_high=open_high)


def _check_numbers(
    found: Findings, field: str, values: Sequence[float], high: float, *, open_high: bool = False
) -> None:
    """Report the first number outside [0, high]; others like it are one mistake."""
    for week, value in enumerate(values):
        if not (math.isfinite(value) and 0 <= value <= high) or (open_high and value == high):
            found.at(field).within(str(week), value, 0, high, open_high=open_high)
            break
