"""What a pool is told: tickets, agents, answers to offers, work done, and the time.

Each event is a frozen record that JSON can spell, told apart by its ``kind``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from pydantic import Discriminator

from optimizer.codec import decode
from optimizer.errors import InvalidInput
from optimizer.model import AgentState, Ticket
from optimizer.model.record import Record

__all__ = [
    "AgentPut",
    "AgentRemoved",
    "Event",
    "OfferAccepted",
    "OfferRejected",
    "OfferTimedOut",
    "Tick",
    "TicketCancelled",
    "TicketChanged",
    "TicketCreated",
    "WorkDone",
    "decode_events",
    "read_events",
]


@dataclass(frozen=True, slots=True)
class _Told(Record):
    """What all events have.

    Parameters
    ----------
    at
        When it happened, with its offset; a time before the pool's own counts as the pool's.
    id
        Name of the message: if it comes again it is answered as it was the first time.
    """

    at: datetime
    id: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class TicketCreated(_Told):
    """A customer asks; the identifier of the ticket must be new to the pool."""

    ticket: Ticket
    kind: Literal["ticket_created"] = "ticket_created"


@dataclass(frozen=True, slots=True)
class TicketChanged(_Told):
    """A ticket asks for something else from now on.

    What the pool knows better stays: when the ticket was created, and who was offered it in vain.
    An offer or work in hand stays, too, and with it the channel.
    """

    ticket: Ticket
    kind: Literal["ticket_changed"] = "ticket_changed"


@dataclass(frozen=True, slots=True)
class TicketCancelled(_Told):
    """A customer gave up, or the ticket was settled elsewhere; no matter who has it."""

    ticket: str
    kind: Literal["ticket_cancelled"] = "ticket_cancelled"


@dataclass(frozen=True, slots=True)
class AgentPut(_Told):
    """An agent is there, or is otherwise than before.

    `open_work` of the agent counts contacts that the pool did not hand out; those that it did it
    counts itself. To be put as accepting offers ends a pause after timeouts.
    """

    agent: AgentState
    kind: Literal["agent_put"] = "agent_put"


@dataclass(frozen=True, slots=True)
class AgentRemoved(_Told):
    """An agent left: standing offers are withdrawn, work in hand stays the agent's."""

    agent: str
    kind: Literal["agent_removed"] = "agent_removed"


@dataclass(frozen=True, slots=True)
class OfferAccepted(_Told):
    """An agent takes the ticket that was offered: it is open work from now on."""

    ticket: str
    agent: str
    kind: Literal["offer_accepted"] = "offer_accepted"


@dataclass(frozen=True, slots=True)
class OfferRejected(_Told):
    """An agent does not take the ticket that was offered, and is not asked again."""

    ticket: str
    agent: str
    kind: Literal["offer_rejected"] = "offer_rejected"


@dataclass(frozen=True, slots=True)
class OfferTimedOut(_Told):
    """An agent did not answer; the pool finds out itself where `offer_seconds` is set."""

    ticket: str
    agent: str
    kind: Literal["offer_timed_out"] = "offer_timed_out"


@dataclass(frozen=True, slots=True)
class WorkDone(_Told):
    """An agent has finished a contact.

    Parameters
    ----------
    ticket
        The ticket, if the pool handed it out.
    channel
        The channel of a contact that the pool did not hand out; it is taken off the agent's
        `open_work`. Exactly one of the two is given.
    worked_seconds
        Time spent on it, added to what the agent has worked today.
    after_call_until
        When the agent's after-call work ends; None is at once.
    """

    agent: str
    ticket: str | None = None
    channel: str | None = None
    worked_seconds: float = 0.0
    after_call_until: datetime | None = None
    kind: Literal["work_done"] = "work_done"


@dataclass(frozen=True, slots=True)
class Tick(_Told):
    """It is this late: scores, escalation, relaxation, timeouts and reviews follow the clock."""

    kind: Literal["tick"] = "tick"


Event = (
    TicketCreated
    | TicketChanged
    | TicketCancelled
    | AgentPut
    | AgentRemoved
    | OfferAccepted
    | OfferRejected
    | OfferTimedOut
    | WorkDone
    | Tick
)
"""Anything that a pool may be told."""


T = TypeVar("T")

_STEP = re.compile(r"^(/events/\d+)/[a-z_]+(?=/|$)")


@dataclass(frozen=True, slots=True)
class _Events(Record):
    events: tuple[Annotated[Event, Discriminator("kind")], ...]


def read_events(body: bytes) -> tuple[Event, ...]:
    """Return the events of a JSON body ``{"events": [{"kind": "tick", "at": ...}, ...]}``.

    Raises
    ------
    InvalidInput
        If the body has another shape; every problem is listed.
    """
    return decode_events(_Events, body).events


def decode_events(kind: type[T], body: bytes) -> T:
    """Return the value that a JSON body holds, of a type with `events` that `kind` tells apart.

    Raises
    ------
    InvalidInput
        If the body has another shape; every problem is listed, with the way a document has it.
    """
    try:
        return decode(kind, body)
    except InvalidInput as error:
        # The validator counts the kind that it read as a step of the way; a document has no such.
        issues = [replace(i, pointer=_STEP.sub(r"\1", i.pointer)) for i in error.issues]
        raise InvalidInput(error.detail, issues) from None
