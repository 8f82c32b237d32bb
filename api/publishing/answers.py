"""What is known of a roster after the fact, as plain figures for JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from optimizer.model import Organisation, Roster, Shift, TimeGrid

if TYPE_CHECKING:
    from optimizer.roster.after import Analysis, Change, Difference, Effect, Recommendation, Why
    from optimizer.roster.rules.match import Match

__all__ = [
    "Clocks",
    "analysis_figures",
    "clocks_of",
    "difference_figures",
    "judged_analysis",
    "recommendation_figures",
    "why_figures",
]

Clocks = Mapping[str, TimeGrid]
"""The grid on the clock of each agent's site."""


def clocks_of(organisation: Organisation, roster: Roster) -> Clocks:
    """Return the clock of every agent."""
    zones = {site.id: site.zone for site in organisation.sites}
    by_site = {site: replace(roster.grid, zone=zone) for site, zone in zones.items()}
    return {agent.id: by_site[agent.site] for agent in organisation.agents}


def analysis_figures(found: Analysis) -> dict[str, Any]:
    """Return an analysis: rules with their matches, shares of people, and cover."""
    return {
        "paid_hours": found.paid_hours,
        "contact_hours": found.contact_hours,
        "unit_cost": found.unit_cost,
        "rules": [
            {
                "rule": rule.rule.value,
                "cost": rule.cost,
                "broken": rule.broken,
                "matches": [_match(match) for match in rule.matches],
            }
            for rule in found.rules
        ],
        "agents": [
            {**asdict(share), "staff_class": share.staff_class.value, "granted": share.granted}
            for share in found.shares
        ],
        "cover": [{**asdict(day), "day": _day(day.day)} for day in found.cover],
    }


def judged_analysis(found: Analysis) -> dict[str, Any]:
    """Return an analysis with what the roster comes to as a whole."""
    judged = found.verification
    return {
        "objective": judged.objective,
        "payroll": judged.payroll,
        "elastic_share": judged.elastic_share,
        **analysis_figures(found),
    }


def why_figures(told: Why, clocks: Clocks) -> dict[str, Any]:
    """Return the answer to why somebody's day is not otherwise."""
    clock = clocks[told.agent]
    return {
        "agent": told.agent,
        "day": _day(told.day),
        "now": _shift(told.now, clock),
        "shift": _shift(told.shift, clock),
        "possible": told.possible,
        "asked": told.asked,
        "alone": _effect(told.effect, clocks),
        "rearranged": None if told.rearranged is None else _effect(told.rearranged, clocks),
    }


def recommendation_figures(found: Recommendation, clocks: Clocks) -> dict[str, Any]:
    """Return proposals with what each changes."""
    return {
        "undone": None if found.undone is None else _effect(found.undone, clocks),
        "proposals": [
            {
                "agents": proposal.agents,
                "other_days": proposal.other_days,
                **_effect(proposal.effect, clocks),
            }
            for proposal in found.proposals
        ],
    }


def difference_figures(found: Difference, clocks: Clocks) -> dict[str, Any]:
    """Return how two rosters differ."""
    counts: dict[str, int] = {}
    for change in found.changes:
        counts[change.kind.value] = counts.get(change.kind.value, 0) + 1
    return {
        "changes": [_change(change, clocks) for change in found.changes],
        "counts": counts,
        "paid_hours": {name: minutes / 60 for name, minutes in found.paid_minutes.items()},
    }


def _effect(effect: Effect, clocks: Clocks) -> dict[str, Any]:
    return {
        "cost": effect.cost if math.isfinite(effect.cost) else None,
        "costs": {rule.value: cost for rule, cost in effect.costs.items()},
        "breaks": [_match(match) for match in effect.breaks],
        "changes": [_change(change, clocks) for change in effect.changes],
    }


def _match(match: Match) -> dict[str, Any]:
    return {
        "rule": match.rule.value,
        "agent": match.agent,
        "day": None if match.day is None else _day(match.day),
        "amount": float(match.amount),
        "cost": None if match.broken else float(match.cost),
        "detail": match.detail,
    }


def _change(change: Change, clocks: Clocks) -> dict[str, Any]:
    clock = clocks[change.agent]
    return {
        "agent": change.agent,
        "day": _day(change.day),
        "kind": change.kind.value,
        "before": _shift(change.before, clock),
        "after": _shift(change.after, clock),
        "paid_minutes": change.paid_minutes,
    }


def _shift(shift: Shift | None, clock: TimeGrid) -> dict[str, Any] | None:
    """Return a shift with local times, None for a day off."""
    if shift is None:
        return None
    return {
        "template": shift.template,
        "start": clock.local(shift.start).isoformat(timespec="minutes"),
        "end": clock.local(shift.end).isoformat(timespec="minutes"),
        "activities": [
            {
                "kind": activity.kind.value,
                "training": activity.training,
                "start": clock.local(activity.start).isoformat(timespec="minutes"),
                "end": clock.local(activity.end).isoformat(timespec="minutes"),
            }
            for activity in shift.activities
        ],
    }


def _day(day: date) -> str:
    return day.isoformat()
