"""How a pool decides and offers: fixed for its life."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from optimizer.errors import raise_errors
from optimizer.model import (
    ChannelRules,
    Escalation,
    OpeningHours,
    RoutingWeights,
    Snapshot,
)
from optimizer.model.findings import Findings
from optimizer.model.live_checks import MOST_SECONDS, check_rules
from optimizer.model.record import Record
from optimizer.model.snapshot import P0_TO_EXPERTS

__all__ = ["PoolSettings", "check_settings"]


@dataclass(frozen=True, slots=True)
class PoolSettings(Record):
    """How a pool decides and offers.

    Parameters
    ----------
    weights, channels, calendars, escalations
        As in a snapshot.
    review_seconds
        0 offers whatever is matched at once. Above 0, matches stay tentative, and may still
        become better ones, until the first clock event at least this long after the last review.
    offer_seconds
        After this long an offer that nobody answered times out, at the next clock event; above 0.
        None lets offers stand until they are answered.
    pause_after_timeouts
        An agent who lets so many offers in a row time out is offered nothing until put again as
        accepting offers; at least 1. None never pauses anybody.
    price_memory_seconds
        Prices of scarce skills begin as `weights.skill_prices` and follow the backlog, smoothed
        exponentially with this time constant, at the first clock event that is so long after they
        last did; above 0. The match is then made afresh, which takes seconds for thousands. None
        leaves prices as they are set.
    remember_seconds
        How long tickets that are closed and messages that were answered are remembered, so that
        repeats are recognised; above 0.
    """

    weights: RoutingWeights = field(default_factory=RoutingWeights)
    channels: dict[str, ChannelRules] = field(default_factory=dict)
    calendars: dict[str, OpeningHours] = field(default_factory=dict)
    escalations: tuple[Escalation, ...] = (P0_TO_EXPERTS,)
    review_seconds: float = 0.0
    offer_seconds: float | None = 30.0
    pause_after_timeouts: int | None = None
    price_memory_seconds: float | None = None
    remember_seconds: float = 86400.0

    def rules(self, now: datetime) -> Snapshot:
        """Return a snapshot of nobody, which is what checks of tickets want to see."""
        return Snapshot(now, (), (), self.weights, self.channels, self.calendars, self.escalations)


def check_settings(settings: PoolSettings, opened: datetime) -> None:
    """Raise if a pool with these settings, opened at that time, makes no sense.

    Raises
    ------
    InvalidInput
        With every problem.
    """
    found = Findings()
    found.aware("opened", opened)
    check_rules(settings.rules(opened), found)
    found.within("review_seconds", settings.review_seconds, 0, MOST_SECONDS)
    for name in ("offer_seconds", "price_memory_seconds", "remember_seconds"):
        found.within(name, getattr(settings, name), 0, MOST_SECONDS, open_low=True)
    found.within("pause_after_timeouts", settings.pause_after_timeouts, 1, 10**6)
    raise_errors("The settings of the pool have problems.", found.issues)
