"""What a pool answers: offers made and taken back, and who waits how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from optimizer.errors import Issue
from optimizer.model import Clock
from optimizer.model.record import Record

__all__ = ["Effects", "Figures", "Offer", "Queued", "Withdrawal", "WithdrawalReason"]


@dataclass(frozen=True, slots=True)
class Offer(Record):
    """A ticket that an agent is asked to take; it holds the agent's room until it is answered.

    Parameters
    ----------
    made
        When.
    expires
        When it times out, at the first clock event from then on; None is never.
    """

    ticket: str
    agent: str
    made: datetime
    expires: datetime | None = None


class WithdrawalReason(StrEnum):
    """Why an offer no longer stands: the ticket was ``cancelled``, or the ``agent_left``."""

    CANCELLED = "cancelled"
    AGENT_LEFT = "agent_left"


@dataclass(frozen=True, slots=True)
class Withdrawal(Record):
    """An offer that the pool takes back: whoever has it on the screen must not take it."""

    ticket: str
    agent: str
    reason: WithdrawalReason


@dataclass(frozen=True, slots=True)
class Queued(Record):
    """A ticket that waits, and how it stands with its promises as of the last clock event."""

    ticket: str
    clock: Clock


@dataclass(frozen=True, slots=True)
class Effects(Record):
    """The answer to an event.

    Parameters
    ----------
    at
        The time of the pool when it was taken.
    offered
        Offers made now, in the order of tickets' identifiers.
    withdrawn
        Offers taken back now.
    timed_out
        Offers that nobody answered in time; their tickets wait again, or are offered anew.
    waiting
        Tickets that the event touched and that wait after it: new, come back, changed, escalated
        or relaxed. `Pool.waiting` lists all that wait.
    problems
        What was odd but could be dealt with.
    """

    at: datetime
    offered: tuple[Offer, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    timed_out: tuple[Offer, ...] = ()
    waiting: tuple[Queued, ...] = ()
    problems: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures(Record):
    """How much there is in a pool now.

    Parameters
    ----------
    agents
        Who was put and not removed, whatever they do.
    waiting, offered, in_hand
        Tickets that nobody has, that are offered to an agent, and that an agent has accepted.
    """

    agents: int
    waiting: int
    offered: int
    in_hand: int
