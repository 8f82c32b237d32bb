"""What is asked about pools, and an example of each body."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.pools.exceptions import PoolException
from optimizer.model import AgentState, Priority, RoutingWeights, Ticket
from optimizer.routing.pool import AgentPut, PoolSettings, TicketCreated

__all__ = [
    "EVENTS",
    "EXCEPTION",
    "MOST_NEWS",
    "SETTINGS",
    "OffersHeaders",
    "OffersQuery",
    "PoolPath",
    "TicketPath",
]

MOST_NEWS = 1_000
"""Events in one answer about offers."""

_LAST = 2**63 - 1
_AT = datetime(2026, 11, 23, 10, tzinfo=UTC)

SETTINGS = PoolSettings(weights=RoutingWeights(tags={"vip": 20.0}), offer_seconds=20.0)

EVENTS: dict[str, Any] = {
    "events": (
        AgentPut(_AT, AgentState(id="ann", skills={"billing": 3}, capacity=1), id="m-1"),
        TicketCreated(_AT, Ticket("t-1", "chat", _AT, {"billing": 2}, tags=("vip",)), id="m-2"),
    )
}


EXCEPTION = PoolException(
    "t-1",
    900.0,
    "The customer called the manager.",
    agent="ann",
    priority=Priority.P0,
)


class PoolPath(BaseModel):
    """A pool in a path."""

    id: str = Field(
        description="The pool: letters, digits, and after the first dots, dashes, underscores.",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
    )


class TicketPath(PoolPath):
    """A ticket of a pool in a path."""

    ticket: str = Field(description="The ticket.", max_length=1000)


class OffersQuery(BaseModel):
    """Which news of offers to answer."""

    model_config = ConfigDict(extra="forbid")

    after: int | None = Field(
        None, description="Number of the last event that the caller has seen.", ge=0, le=_LAST
    )


class OffersHeaders(BaseModel):
    """What the caller has seen of a stream."""

    model_config = ConfigDict(extra="ignore")

    last_event_id: int | None = Field(
        None,
        alias="Last-Event-ID",
        description="Number of the last message that the caller has; it gets those after it.",
        ge=0,
        le=_LAST,
    )
