"""What a person judges a plan by, as plain figures: for the terminal, for JSON, for the report."""

from __future__ import annotations

from typing import Any

from api.correction import figures_of
from api.planning import Plan
from optimizer.model import Assignment, Denominator
from optimizer.simulation import Outcome

__all__ = ["summarise"]


def summarise(plan: Plan, assignment: Assignment | None = None) -> dict[str, Any]:
    """Return the figures of a plan and, if there is one, of a live assignment."""
    summary = {
        "horizon": {
            "start": plan.volumes.grid.local(0).isoformat(),
            "end": plan.volumes.grid.end.isoformat(),
            "groups": len(plan.volumes.groups),
            "contacts": float(plan.volumes.offered.sum()),
        },
        "forecast": {
            method: {"wape": score.wape, "day_wape": score.day_wape, "coverage80": score.coverage80}
            for method, score in plan.held_out.scores.items()
        },
        "roster": _roster(plan),
        "correction": figures_of(plan.correction, plan.checked),
        "simulation": {
            "occupancy": plan.simulation.occupancy.mean,
            "replications": plan.simulation.replications,
            "contacts": plan.simulation.contacts,
            "channels": {outcome.name: _outcome(outcome) for outcome in plan.simulation.channels},
        },
        "seconds": plan.seconds,
    }
    if assignment is not None:
        summary["assignment"] = {
            "assigned": len(assignment.decisions),
            "waiting": len(assignment.waiting),
            "value": assignment.value,
            "seconds": assignment.seconds,
        }
    return summary


def _roster(plan: Plan) -> dict[str, Any]:
    report, verification = plan.roster.report, plan.roster.verification
    shifts = plan.roster.roster.shifts
    hours = plan.requirement.grid.hours_per_slot
    required = float(plan.requirement.agents.sum()) * hours
    short = verification.short_agent_intervals * hours
    return {
        "verified": verification.sound,
        "termination": report.termination,
        "objective": report.objective,
        "bound": report.bound,
        "gap": report.gap,
        "seconds": report.seconds,
        "shifts": len(shifts),
        "agents_rostered": len({shift.agent for shift in shifts}),
        "required_hours": required,
        "short_hours": short,
        "coverage": 1 - short / required if required else 1.0,
        "paid_hours": sum(verification.hours.values()),
        "elastic_share": verification.elastic_share,
        "payroll": verification.payroll,
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "offered": outcome.offered.mean,
        "service_level": outcome.service_level[Denominator.OFFERED].mean,
        "mean_answer_s": outcome.mean_answer_s.mean,
        "wait_p90_s": outcome.wait_p90_s.mean,
        "abandonment": outcome.abandonment.mean,
        "first_response": outcome.first_response.mean,
    }
