"""Waits, targets and levels of tickets once more, from the page on routing alone.

Written to be read, not to be fast: what it says is compared with the engine's answers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from optimizer.model import OpeningHours, Snapshot, Ticket, Tier

__all__ = ["Standing", "open_seconds", "standing"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands at the time of a snapshot.

    Parameters
    ----------
    wait, target
        Seconds on the ticket's calendar.
    rank
        0 for P0 to 3 for P3, after promotions.
    level
        What goes before all points: a ticket of a greater one is served first.
    tiers
        The tier that is asked for, and further tiers of agents that may help.
    """

    wait: float
    target: float
    rank: int
    level: int
    tiers: tuple[Tier, ...]


def open_seconds(hours: OpeningHours | None, start: datetime, end: datetime) -> float:
    """Return the seconds between two instants in which something is open."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if hours is None:
        return (end - start).total_seconds()
    if end <= start:
        return 0.0
    zone = ZoneInfo(hours.zone)
    day = start.astimezone(zone).date() - timedelta(days=1)
    total = 0.0
    while day <= end.astimezone(zone).date():
        midnight = datetime.combine(day, time(), zone)
        for window in hours.windows:
            if window.weekday == day.weekday() and day not in hours.closed_days:
                # Minutes on the wall clock: opening at 9 is at 9 on the day clocks change, too.
                opens = (midnight + timedelta(minutes=window.opens)).astimezone(UTC)
                closes = (midnight + timedelta(minutes=window.closes)).astimezone(UTC)
                total += max(0.0, (min(closes, end) - max(opens, start)).total_seconds())
        day += timedelta(days=1)
    return total


def standing(ticket: Ticket, snapshot: Snapshot) -> Standing:
    """Return how a ticket stands."""
    weights = snapshot.weights
    hours = None if ticket.calendar is None else snapshot.calendars[ticket.calendar]
    wait = max(0.0, open_seconds(hours, ticket.created, snapshot.now) - ticket.paused_seconds)
    target = weights.wait_target_seconds[ticket.priority.rank]
    promises = _promises(ticket, hours)
    if weights.own_deadlines and promises:
        target = min(promises)
    rank = ticket.priority.rank
    if weights.promote_after is not None:
        rank = max(0, rank - math.floor(wait / (target * weights.promote_after)))
    further = [t for s in ticket.relaxation if wait >= s.after_seconds for t in s.tiers]
    tiers = (ticket.tier, *further)
    for step in snapshot.escalations:
        if (
            wait >= step.after_seconds
            and step.priority in (None, ticket.priority)
            and step.from_tier in (None, ticket.tier)
            and step.channel in (None, ticket.channel)
            and ticket.risk >= step.risk_from
        ):
            # Who it is escalated to takes it, whatever it was widened to before.
            tiers = (step.to_tier,)
    level = 1 + (3 - rank) * weights.strict_priority
    rules = snapshot.channels.get(ticket.channel)
    from_share = math.inf if weights.compete_from is None else weights.compete_from
    if rules is not None and rules.deferred and wait < from_share * target:
        level = 0
    return Standing(wait, target, rank, level, tiers)


def _promises(ticket: Ticket, hours: OpeningHours | None) -> list[float]:
    """Return the waits that were promised and still run."""
    kinds = [(ticket.resolution_due, ticket.resolution_seconds)]
    if not ticket.responded:
        kinds.append((ticket.first_response_due, ticket.first_response_seconds))
    promised = []
    for due, seconds in kinds:
        if due is not None:
            promised.append(open_seconds(hours, ticket.created, due) - ticket.paused_seconds)
        elif seconds is not None:
            promised.append(seconds)
    return [promise for promise in promised if promise > 0.0]
