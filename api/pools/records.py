"""What is told of pools over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from optimizer.errors import Issue
from optimizer.model import Waiting
from optimizer.model.record import Record
from optimizer.routing.pool import Effects, Fate, Offer, PoolSettings, Withdrawal

__all__ = [
    "EventAnswer",
    "EventAnswers",
    "OfferNews",
    "OfferPage",
    "PoolEntry",
    "PoolList",
    "PoolStanding",
    "TicketStanding",
]


@dataclass(frozen=True, slots=True)
class EventAnswer(Record):
    """What became of one event.

    Parameters
    ----------
    number
        Its number in the log of the pool. Null if it was refused, or is a repeat of one that the
        log no longer has.
    effects
        What followed from it; null if it was refused.
    errors
        Why it was refused; empty if it was taken.
    """

    number: int | None
    effects: Effects | None
    errors: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class EventAnswers(Record):
    """What became of events, in their order.

    Parameters
    ----------
    last
        Number of the last event of the pool.
    """

    results: tuple[EventAnswer, ...]
    last: int


@dataclass(frozen=True, slots=True)
class PoolEntry(Record):
    """A pool, as the database knows it.

    Parameters
    ----------
    opened
        When it was made.
    last
        Number of its last event; 0 if there was none.
    owner
        Who holds it in memory, null if nobody does.
    """

    id: str
    opened: datetime
    last: int
    owner: str | None


@dataclass(frozen=True, slots=True)
class PoolList(Record):
    """All pools, by identifier."""

    pools: tuple[PoolEntry, ...]


@dataclass(frozen=True, slots=True)
class PoolStanding(Record):
    """A pool and how it stands.

    Parameters
    ----------
    opened
        When it was made.
    now
        The time of its clock: the latest that any event told.
    last
        Number of its last event; 0 if there was none.
    saved
        Number of the event after which its state was saved last; a restart takes only later ones.
    owner
        The process that holds it.
    agents
        Who was put and not removed, whatever they do.
    waiting, offered, in_hand
        Tickets that nobody has, that are offered to an agent, and that an agent has accepted.
    """

    id: str
    opened: datetime
    now: datetime
    last: int
    saved: int
    owner: str
    agents: int
    waiting: int
    offered: int
    in_hand: int
    settings: PoolSettings


@dataclass(frozen=True, slots=True)
class TicketStanding(Record):
    """Where a ticket is, and if it waits, why.

    Parameters
    ----------
    state
        Whether it is waiting, offered, open (in an agent's hands), done or cancelled.
    waiting
        What stops each kind of agent, and when one may be free; null if it does not wait, or
        would be taken in a match made afresh.
    """

    ticket: str
    state: Fate
    waiting: Waiting | None


@dataclass(frozen=True, slots=True)
class OfferNews(Record):
    """What one event changed about offers.

    Parameters
    ----------
    number
        Of the event.
    at
        The time of the pool.
    offered, withdrawn, timed_out
        Offers made, taken back, and not answered in time.
    """

    number: int
    at: datetime
    offered: tuple[Offer, ...]
    withdrawn: tuple[Withdrawal, ...]
    timed_out: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class OfferPage(Record):
    """News of offers, oldest first.

    Parameters
    ----------
    last
        Where to go on: the number that the next request names as `after`.
    """

    offers: tuple[OfferNews, ...]
    last: int
