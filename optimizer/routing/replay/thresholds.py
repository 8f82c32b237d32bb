"""The waits at which a ticket becomes another for the router: who may take it changes by itself."""

from __future__ import annotations

from optimizer.model import RoutingPolicy, Snapshot, Ticket
from optimizer.routing.asks import turning_points

__all__ = ["thresholds"]


def thresholds(ticket: Ticket, rules: Snapshot) -> tuple[float, ...]:
    """Return these waits in seconds, ascending, above 0.

    The steps of its relaxation, escalations, the end of its time with preferred agents, and the
    rings of a bullseye. In between a ticket that nobody took finds nobody either until another
    contact or agent comes.
    """
    waits = turning_points(ticket, rules.escalations)
    if rules.policy is RoutingPolicy.BULLSEYE:
        waits |= {ring.after_seconds for ring in rules.rings}
    return tuple(sorted(wait for wait in waits if wait > 0))
