"""Resident pools: agents and tickets that stay, in the best match after every event.

`Pool` takes events (`Pool.take`) and answers each with its `Effects`: offers made, withdrawn and
timed out, and the tickets that wait.
"""

from optimizer.routing.pool.book import Fate
from optimizer.routing.pool.effects import (
    Effects,
    Figures,
    Offer,
    Queued,
    Withdrawal,
    WithdrawalReason,
)
from optimizer.routing.pool.events import (
    AgentPut,
    AgentRemoved,
    Event,
    OfferAccepted,
    OfferRejected,
    OfferTimedOut,
    Tick,
    TicketCancelled,
    TicketChanged,
    TicketCreated,
    WorkDone,
    read_events,
)
from optimizer.routing.pool.pool import Pool
from optimizer.routing.pool.settings import PoolSettings

__all__ = [
    "AgentPut",
    "AgentRemoved",
    "Effects",
    "Event",
    "Fate",
    "Figures",
    "Offer",
    "OfferAccepted",
    "OfferRejected",
    "OfferTimedOut",
    "Pool",
    "PoolSettings",
    "Queued",
    "Tick",
    "TicketCancelled",
    "TicketChanged",
    "TicketCreated",
    "Withdrawal",
    "WithdrawalReason",
    "WorkDone",
    "read_events",
]
