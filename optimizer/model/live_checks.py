"""Does a snapshot of live tickets and agents make sense? All issues at once."""

from __future__ import annotations

from optimizer.errors import Issue
from optimizer.model.findings import Findings
from optimizer.model.services import HIGHEST_LEVEL
from optimizer.model.tickets import AgentState, RoutingWeights, Snapshot, Ticket

__all__ = ["check_snapshot"]


def check_snapshot(snapshot: Snapshot, pointer: str = "") -> list[Issue]:
    """Return the issues of a snapshot; an empty one is sound, there is just nothing to do."""
    found = Findings(pointer)
    found.aware("now", snapshot.now)
    found.unique("tickets", (t.id for t in snapshot.tickets))
    found.unique("agents", (a.id for a in snapshot.agents))
    _check_weights(found.at("weights"), snapshot.weights)
    for i, ticket in enumerate(snapshot.tickets):
        _check_ticket(found.at("tickets", i), ticket)
    for i, agent in enumerate(snapshot.agents):
        _check_state(found.at("agents", i), agent)
    return found.issues


def _check_weights(found: Findings, weights: RoutingWeights) -> None:
    for name in ("priority", "customer_value", "wait", "skill_fit"):
        found.within(name, getattr(weights, name), 0, 1e9)
    for i, seconds in enumerate(weights.wait_target_seconds):
        found.at("wait_target_seconds").within(str(i), seconds, 0, open_low=True)


def _check_ticket(found: Findings, ticket: Ticket) -> None:
    found.aware("created", ticket.created)
    found.aware("first_response_due", ticket.first_response_due)
    found.aware("resolution_due", ticket.resolution_due)
    for name in ("first_response_due", "resolution_due"):
        due = getattr(ticket, name)
        if due and due.tzinfo and ticket.created.tzinfo and due <= ticket.created:
            found.at(name).error("due_before_created", f"{due.isoformat()} is not after creation.")
    found.within("customer_value", ticket.customer_value, 0, 1e9)
    found.within("amount", ticket.amount, 0)
    for skill, level in ticket.skills.items():
        found.at("skills").within(skill, level, 1, HIGHEST_LEVEL)


def _check_state(found: Findings, agent: AgentState) -> None:
    found.aware("idle_since", agent.idle_since)
    found.within("capacity", agent.capacity, 0, 1000)
    found.within("authority", agent.authority, 0)
    for skill, level in agent.skills.items():
        found.at("skills").within(skill, level, 1, HIGHEST_LEVEL)
    for channel, limit in agent.channel_limits.items():
        found.at("channel_limits").within(channel, limit, 0)
    for channel, count in agent.open_work.items():
        found.at("open_work").within(channel, count, 0)
