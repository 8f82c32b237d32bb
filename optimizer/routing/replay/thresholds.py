"""The waits at which a ticket becomes another for the router: who may take it changes by itself."""

from __future__ import annotations

from optimizer.model import Escalation, RoutingPolicy, Snapshot, Ticket

__all__ = ["thresholds"]


def thresholds(ticket: Ticket, rules: Snapshot) -> tuple[float, ...]:
    """Return these waits in seconds, ascending, above 0.

    The steps of its relaxation, escalations, the end of its time with preferred agents, and the
    rings of a bullseye. In between a ticket that nobody took finds nobody either until another
    contact or agent comes.
    """
    waits = {step.after_seconds for step in ticket.relaxation} | {ticket.preferred_seconds}
    waits |= {
        escalation.after_seconds
        for escalation in rules.escalations
        if _may_hold(escalation, ticket)
    }
    if rules.policy is RoutingPolicy.BULLSEYE:
        waits |= {ring.after_seconds for ring in rules.rings}
    return tuple(sorted(wait for wait in waits if wait > 0))


def _may_hold(escalation: Escalation, ticket: Ticket) -> bool:
    """Tell whether an escalation may ever hold for a ticket; promotions change its priority."""
    return escalation.channel in (None, ticket.channel) and escalation.risk_from <= ticket.risk
