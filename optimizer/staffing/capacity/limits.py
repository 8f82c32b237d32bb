"""Why hours are missing: the limits that bind, by name and in words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Issue, Severity
from optimizer.staffing.capacity.answer import Account, Decisions, Limit, Shortfall
from optimizer.staffing.capacity.model import (
    CapacityProblem,
    ElasticPool,
    Goals,
    StaffGroup,
    by_week,
)

__all__ = ["issues_of", "shortfalls_of"]

_NEARLY = 1e-4
"""Relative distance at which a limit counts as reached."""

Array = NDArray[np.float64]
_Reasons = Iterator[tuple[Limit, str]]


def shortfalls_of(
    problem: CapacityProblem, decisions: Decisions, account: Account
) -> tuple[Shortfall, ...]:
    """Return every group and week with missing hours and the limits that bind there."""
    required = problem.required()
    return tuple(
        Shortfall(
            group=int(g),
            week=int(week),
            hours=float(account.short[g, week]),
            share=float(account.short[g, week] / max(required[g, week], account.short[g, week])),
            reasons=_reasons(problem, decisions, account, required, int(g), int(week)),
        )
        for week, g in np.argwhere(account.short.T > 0.0)
    )


def issues_of(
    problem: CapacityProblem, shortfalls: tuple[Shortfall, ...], severity: Severity
) -> list[Issue]:
    """Return shortfalls as issues, each addressed to the hours that cannot be had."""
    return [
        Issue(
            "goal_missed",
            f"/groups/{short.group}/required_hours/{short.week}",
            f"Week {short.week + 1} ({problem.monday(short.week)}): "
            f"{problem.groups[short.group].id} lacks {short.hours:,.1f} hours "
            f"({short.share:.1%}): {'; '.join(short.reasons.values())}.",
            severity,
        )
        for short in shortfalls
    ]


def _reasons(
    problem: CapacityProblem,
    decisions: Decisions,
    account: Account,
    required: Array,
    g: int,
    week: int,
) -> dict[Limit, str]:
    group = problem.groups[g]
    found: dict[Limit, str] = {}
    for limit, text in chain(
        _hiring(group, decisions.starts[g], week, problem.weeks),
        _attrition(problem, account, g, week),
        _overtime(group, decisions.overtime[g, week], account.trained[g, week]),
        _elastic(problem, decisions, float(required[g, week]), g, week),
        _cross_use(problem, decisions, account, group, week),
    ):
        found[limit] = f"{found[limit]}, {text}" if limit in found else text
    if problem.goals is Goals.PRICED:
        found[Limit.PRICE] = f"a missing hour costs only {group.shortage_cost:,.0f}"
    return found


def _hiring(group: StaffGroup, starts: Array, week: int, weeks: int) -> _Reasons:
    """Say why no more people are at work."""
    hiring = group.hiring
    if hiring is None or not any(hiring.max_starts):
        yield Limit.NO_HIRING, "nobody can be hired"
        return
    first = hiring.lead_weeks + group.training_weeks
    last = week - group.training_weeks
    if week < first:
        yield (
            Limit.LEAD_TIME,
            f"nobody hired now works before week {first + 1} "
            f"(lead {hiring.lead_weeks}, training {group.training_weeks} weeks)",
        )
        return
    span = slice(hiring.lead_weeks, last + 1)
    whole = by_week(hiring.max_starts, weeks) // hiring.class_size * hiring.class_size
    if np.all(starts[span] >= whole[span] * (1.0 - _NEARLY)):
        yield Limit.HIRING_CAP, f"as many start as may in every week up to week {last + 1}"


def _attrition(problem: CapacityProblem, account: Account, g: int, week: int) -> _Reasons:
    """Name attrition where those who have left would have done the missing hours."""
    group = problem.groups[g]
    attrition = by_week(group.attrition, problem.weeks)
    left = group.heads * (1.0 - float(np.prod(1.0 - attrition[:week])))
    shrinkage = by_week(group.shrinkage, problem.weeks)[week]
    if left * group.hours_per_week * (1.0 - shrinkage) >= account.short[g, week]:
        yield Limit.ATTRITION, f"{left:,.1f} of the {group.heads:g} people at the start have left"


def _overtime(group: StaffGroup, overtime: float, trained: float) -> _Reasons:
    most = group.max_overtime * trained * group.hours_per_week
    if group.max_overtime > 0.0 and _reached(overtime, most):
        yield Limit.OVERTIME_CAP, f"overtime is at its most ({group.max_overtime:.0%})"


def _elastic(
    problem: CapacityProblem, decisions: Decisions, required: float, g: int, week: int
) -> _Reasons:
    """Say why elastic pools do no more: the group's own limit, or else each pool's."""
    group = problem.groups[g]
    able = [p for p, pool in enumerate(problem.pools) if group.id in pool.groups]
    done = sum(problem.pools[p].productivity * decisions.elastic[p, g, week] for p in able)
    most = group.max_elastic_share * required
    if able and group.max_elastic_share < 1.0 and _reached(done, most):
        yield (
            Limit.ELASTIC_SHARE,
            f"elastic hours are at their greatest share ({group.max_elastic_share:.0%})",
        )
        return
    for p in able:
        yield from _pool(problem.pools[p], decisions.called[p], week, problem.weeks)


def _pool(pool: ElasticPool, called: Array, week: int, weeks: int) -> _Reasons:
    most = float(by_week(pool.max_hours, weeks)[week])
    beyond = called - by_week(pool.committed_hours, weeks)
    if _reached(called[week], most):
        yield Limit.POOL_CAP, f"{pool.id} has no more than {most:,.0f} hours"
    elif week < pool.notice_weeks:
        yield Limit.NOTICE, f"{pool.id} needs {pool.notice_weeks} weeks of notice"
    elif pool.max_increase is not None:
        before = beyond[week - 1] if week else 0.0
        if _reached(beyond[week], before + pool.max_increase):
            yield Limit.POOL_INCREASE, f"{pool.id} grows by {pool.max_increase:,.0f} hours a week"


def _cross_use(
    problem: CapacityProblem, decisions: Decisions, account: Account, group: StaffGroup, week: int
) -> _Reasons:
    names = [other.id for other in problem.groups]
    for use, lent in zip(problem.cross_use, decisions.cross, strict=True):
        most = use.max_share * account.own_hours[names.index(use.source), week]
        if use.target == group.id and _reached(lent[week], most):
            yield Limit.CROSS_USE_CAP, f"{use.source} helps with all it may"


def _reached(value: float, limit: float) -> bool:
    return bool(value >= limit - _NEARLY * (1.0 + abs(limit)))
