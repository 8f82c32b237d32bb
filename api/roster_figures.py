"""What a roster comes to, as plain figures: for the terminal, for files, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.problems import issue_rows

if TYPE_CHECKING:
    from optimizer.model import RosterProblem
    from optimizer.roster import RosterResult, Verification

__all__ = ["built_figures", "judged_figures"]


def built_figures(problem: RosterProblem, built: RosterResult) -> dict[str, Any]:
    """Return how a search ended, and what its roster comes to."""
    report = built.report
    return {
        "termination": report.termination,
        "objective": report.objective,
        "bound": report.bound,
        "gap": report.gap,
        "seconds": report.seconds,
        "phases": report.phases,
        "shifts": len(built.roster.shifts),
        **judged_figures(problem, built.verification),
        "warnings": issue_rows(built.warnings),
    }


def judged_figures(problem: RosterProblem, judged: Verification) -> dict[str, Any]:
    """Return what the verifier found."""
    hours = problem.requirement.grid.hours_per_slot
    required = problem.requirement.agents.sum(axis=1) * hours
    short = judged.shortage.sum(axis=1) * hours
    return {
        "verified": judged.sound,
        "objective": judged.objective,
        "costs": {rule.value: cost for rule, cost in judged.costs.items()},
        "payroll": judged.payroll,
        "short_agent_intervals": judged.short_agent_intervals,
        "elastic_share": judged.elastic_share,
        "class_hours": {kind.value: hours for kind, hours in judged.class_hours.items()},
        "requests_denied": judged.requests_denied,
        "groups": [
            {"group": name, "required_hours": needed, "short_hours": missing}
            for name, needed, missing in zip(
                problem.requirement.groups, required.tolist(), short.tolist(), strict=True
            )
        ],
        "issues": issue_rows(judged.issues),
    }
