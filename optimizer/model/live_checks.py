"""Does a snapshot of live tickets and agents make sense? All issues at once."""

from __future__ import annotations

import itertools
from datetime import date

from optimizer.errors import Issue
from optimizer.model.agent_state import AgentState
from optimizer.model.findings import Findings
from optimizer.model.grid import MINUTES_PER_DAY
from optimizer.model.services import HIGHEST_LEVEL
from optimizer.model.snapshot import (
    ChannelRules,
    Escalation,
    OpeningHours,
    OpenWindow,
    RoutingWeights,
    Snapshot,
)
from optimizer.model.tickets import RelaxationStep, Ticket

__all__ = [
    "MOST_POINTS",
    "MOST_SECONDS",
    "check_agent",
    "check_rules",
    "check_snapshot",
    "check_ticket",
]

MOST_POINTS = 1e9
"""Greatest weight, value, or price of a skill."""

MOST_SECONDS = 1e10
"""Three hundred years: longer waits are mistakes, and would not fit into the scores."""

_POINTS = ("priority", "customer_value", "wait", "skill_fit", "risk", "continuity", "idle")


def check_snapshot(snapshot: Snapshot, pointer: str = "") -> list[Issue]:
    """Return the issues of a snapshot; an empty one is sound, there is just nothing to do."""
    found = Findings(pointer)
    found.aware("now", snapshot.now)
    found.unique("tickets", (t.id for t in snapshot.tickets))
    found.unique("agents", (a.id for a in snapshot.agents))
    check_rules(snapshot, found)
    for i, ticket in enumerate(snapshot.tickets):
        check_ticket(found.at("tickets", i), ticket, snapshot)
    for i, agent in enumerate(snapshot.agents):
        check_agent(found.at("agents", i), agent)
    return found.issues


def check_rules(snapshot: Snapshot, found: Findings) -> None:
    """Report what is wrong with weights, channels, calendars and escalations, or the year."""
    if not date.min.year < snapshot.now.year < date.max.year:
        found.at("now").error(
            "out_of_range", f"{snapshot.now.isoformat()} has no next or last day."
        )
    _check_weights(found.at("weights"), snapshot.weights)
    for name, rules in snapshot.channels.items():
        _check_channel(found.at("channels", name), name, rules)
    for name, hours in snapshot.calendars.items():
        _check_hours(found.at("calendars", name), hours)
    for i, escalation in enumerate(snapshot.escalations):
        _check_escalation(found.at("escalations", i), escalation)
    for i, ring in enumerate(snapshot.rings):
        found.at("rings", i).within("after_seconds", ring.after_seconds, 0, MOST_SECONDS)
        found.at("rings", i).within("level_change", ring.level_change, -5, 5)


def _check_weights(found: Findings, weights: RoutingWeights) -> None:
    for name in (*_POINTS, "worked", "reserve"):
        found.within(name, getattr(weights, name), 0, MOST_POINTS)
    for i, seconds in enumerate(weights.wait_target_seconds):
        found.at("wait_target_seconds").within(str(i), seconds, 0, MOST_SECONDS, open_low=True)
    found.within("wait_exponent", weights.wait_exponent, 1, 4)
    for name in ("handling_reference_seconds", "promote_after", "idle_target_seconds"):
        found.within(name, getattr(weights, name), 0, MOST_SECONDS, open_low=True)
    for name in ("compete_from", "continuity_seconds"):
        found.within(name, getattr(weights, name), 0)
    for name in ("tags", "skill_prices"):
        for key, points in getattr(weights, name).items():
            found.at(name).within(key, points, 0, MOST_POINTS)
    found.within("tie_seed", weights.tie_seed, 0, 2**63 - 1)


def _check_channel(found: Findings, name: str, rules: ChannelRules) -> None:
    found.within("units", rules.units, 1, 1000)
    if name in rules.interrupts:
        found.at("interrupts").error("interrupts_itself", f"{name!r} cannot interrupt itself.")


def _check_hours(found: Findings, hours: OpeningHours) -> None:
    found.zone("zone", hours.zone)
    by_day: dict[int, list[tuple[int, OpenWindow]]] = {}
    for i, window in enumerate(hours.windows):
        here = found.at("windows", i)
        here.within("weekday", window.weekday, 0, 6)
        here.within("opens", window.opens, 0, MINUTES_PER_DAY)
        here.within("closes", window.closes, 0, MINUTES_PER_DAY)
        if window.closes <= window.opens:
            here.error("bad_hours", f"It closes at {window.closes} but opens at {window.opens}.")
        by_day.setdefault(window.weekday, []).append((i, window))
    for windows in by_day.values():
        ordered = sorted(windows, key=lambda item: item[1].opens)
        for (_, before), (i, after) in itertools.pairwise(ordered):
            if after.opens < before.closes:
                found.at("windows", i).error("overlap", "It overlaps another of the same weekday.")


def _check_escalation(found: Findings, escalation: Escalation) -> None:
    found.within("after_seconds", escalation.after_seconds, 0, MOST_SECONDS)
    found.within("risk_from", escalation.risk_from, 0, 1)


def check_ticket(found: Findings, ticket: Ticket, snapshot: Snapshot) -> None:
    """Report what is wrong with a ticket.

    Parameters
    ----------
    snapshot
        Its calendars are known; nothing else of it is looked at.
    """
    for name in ("created", "first_response_due", "resolution_due"):
        found.aware(name, getattr(ticket, name))
    for name in ("first_response_due", "resolution_due"):
        due = getattr(ticket, name)
        if due and due.tzinfo and ticket.created.tzinfo and due <= ticket.created:
            found.at(name).error("due_before_created", f"{due.isoformat()} is not after creation.")
    for name in ("first_response_seconds", "resolution_seconds", "handling_seconds"):
        found.within(name, getattr(ticket, name), 0, MOST_SECONDS, open_low=True)
    found.within("customer_value", ticket.customer_value, 0, MOST_POINTS)
    found.within("risk", ticket.risk, 0, 1)
    found.within("amount", ticket.amount, 0)
    for name in ("paused_seconds", "preferred_seconds"):
        found.within(name, getattr(ticket, name), 0, MOST_SECONDS)
    found.known("calendar", ticket.calendar, snapshot.calendars, "calendar")
    for skill, level in ticket.skills.items():
        found.at("skills").within(skill, level, 1, HIGHEST_LEVEL)
    for i, step in enumerate(ticket.relaxation):
        _check_step(found.at("relaxation", i), step)


def _check_step(found: Findings, step: RelaxationStep) -> None:
    found.within("after_seconds", step.after_seconds, 0, MOST_SECONDS)
    for skill, level in step.levels.items():
        found.at("levels").within(skill, level, 1, HIGHEST_LEVEL)


def check_agent(found: Findings, agent: AgentState) -> None:
    """Report what is wrong with the state of an agent."""
    for name in ("after_call_until", "free_from", "idle_since"):
        found.aware(name, getattr(agent, name))
    found.within("capacity", agent.capacity, 0, 1000)
    found.within("authority", agent.authority, 0)
    found.within("worked_seconds", agent.worked_seconds, 0, MOST_SECONDS)
    for skill, level in agent.skills.items():
        found.at("skills").within(skill, level, 1, HIGHEST_LEVEL)
    for channel, limit in agent.channel_limits.items():
        found.at("channel_limits").within(channel, limit, 0, 10**6)
    for channel, count in agent.open_work.items():
        found.at("open_work").within(channel, count, 0, 10**6)
