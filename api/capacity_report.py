"""A capacity plan as it is written: figures by week as JSON, and a table for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.problems import issue_rows
from api.tables import write_table
from optimizer.staffing.capacity import CapacityProblem, CapacityResult, actions_of

__all__ = ["as_json", "write_capacity_table"]


def as_json(problem: CapacityProblem, result: CapacityResult) -> dict[str, Any]:
    """Return a plan as plain data; every list in it has one number a week.

    Hours are hours on contacts but for overtime and time off, which are paid hours.
    """
    report, account, decisions = result.report, result.account, result.decisions
    return {
        "first_monday": str(problem.first_monday),
        "weeks": problem.weeks,
        "mondays": [str(problem.monday(week)) for week in range(problem.weeks)],
        "goals": problem.goals.value,
        "termination": report.termination.value,
        "verified": not account.violations,
        "cost": _round(account.costs.total),
        "bound": None if report.bound is None else _round(report.bound),
        "gap": report.gap,
        "seconds": round(report.seconds, 3),
        "phases": {name: round(seconds, 3) for name, seconds in report.phases.items()},
        "costs": {name: _round(part.sum()) for name, part in account.costs.parts().items()},
        "cost_by_week": _rounded(account.costs.per_week()),
        "required_hours": _round(problem.required().sum()),
        "short_hours": _round(account.short.sum()),
        "groups": [
            {
                "group": group.id,
                **{name: _rounded(row) for name, row in _figures(problem, result, g).items()},
                "costs": {
                    name: _rounded(part[g])
                    for name, part in account.costs.parts().items()
                    if name != "elastic"
                },
            }
            for g, group in enumerate(problem.groups)
        ],
        "pools": [
            {
                "pool": pool.id,
                "called_hours": _rounded(decisions.called[p]),
                "used_hours": _rounded(decisions.elastic[p].sum(axis=0)),
                "cost": _rounded(account.costs.elastic[p]),
            }
            for p, pool in enumerate(problem.pools)
        ],
        "cross_use": [
            {"source": use.source, "target": use.target, "hours": _rounded(hours)}
            for use, hours in zip(problem.cross_use, decisions.cross, strict=True)
        ],
        "actions": [
            {
                "kind": action.kind.value,
                "whom": action.whom,
                "amount": _round(action.amount),
                "decide_by": str(problem.monday(action.by)),
                "effective": str(problem.monday(action.week)),
            }
            for action in actions_of(problem, decisions)
        ],
        "shortfalls": [
            {
                "group": problem.groups[short.group].id,
                "week": short.week + 1,
                "monday": str(problem.monday(short.week)),
                "hours": _round(short.hours),
                "share": round(short.share, 4),
                "limits": {limit.value: text for limit, text in short.reasons.items()},
            }
            for short in result.shortfalls
        ],
        "issues": issue_rows(
            [replace(issue, pointer=f"/capacity{issue.pointer}") for issue in result.issues]
        ),
    }


def write_capacity_table(path: Path, problem: CapacityProblem, result: CapacityResult) -> None:
    """Write one row per week and staff group; weeks count from 1."""
    figures = [_figures(problem, result, g) for g in range(len(problem.groups))]
    own_costs = [part for name, part in result.account.costs.parts().items() if name != "elastic"]

    def rows() -> Iterator[list[str]]:
        for week in range(problem.weeks):
            for g, group in enumerate(problem.groups):
                yield [
                    str(week + 1),
                    str(problem.monday(week)),
                    group.id,
                    *(f"{row[week]:.2f}" for row in figures[g].values()),
                    *(f"{hours:.2f}" for hours in result.decisions.elastic[:, g, week]),
                    f"{sum(part[g, week] for part in own_costs):.2f}",
                ]

    pools = (f"hours_of_{pool.id}" for pool in problem.pools)
    write_table(path, ("week", "monday", "group", *figures[0], *pools, "own_cost"), rows())


def _figures(
    problem: CapacityProblem, result: CapacityResult, g: int
) -> dict[str, NDArray[np.float64]]:
    """Return the figures of a group that stand in every form of the plan, each [weeks]."""
    account, decisions = result.account, result.decisions
    lent, borrowed = np.zeros(problem.weeks), np.zeros(problem.weeks)
    for use, hours in zip(problem.cross_use, decisions.cross, strict=True):
        if use.source == problem.groups[g].id:
            lent += hours
        if use.target == problem.groups[g].id:
            borrowed += hours
    return {
        "required_hours": problem.required()[g],
        "supplied_hours": account.supplied[g],
        "short_hours": account.short[g],
        "heads": account.heads[g],
        "starts": decisions.starts[g],
        "in_training": account.training[g],
        "productive": account.productive[g],
        "own_hours": account.own_hours[g],
        "overtime_hours": decisions.overtime[g],
        "time_off_hours": decisions.time_off[g],
        "elastic_hours": decisions.elastic[:, g].sum(axis=0),
        "lent_hours": lent,
        "borrowed_hours": borrowed,
    }


def _round(value: float) -> float:
    return round(float(value), 2)


def _rounded(values: NDArray[np.float64]) -> list[float]:
    return [_round(value) for value in values]
