"""Who has which ticket: the facts of a pool, without any judgement of what would be best.

A ticket is in exactly one place: it waits, is offered to an agent, is in an agent's hands, or is
closed. All changes go through the methods here, so that the counts of what agents hold always
agree with the tickets.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from optimizer.model import AgentState, Ticket
from optimizer.routing.pool.effects import Offer

__all__ = ["Book", "Fate"]


class Fate(StrEnum):
    """Where a ticket is."""

    WAITING = "waiting"
    OFFERED = "offered"
    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(slots=True, eq=False)
class Book:
    """The facts of a pool.

    Parameters
    ----------
    now
        The latest time that any event told.
    clock
        The time of the last clock event: waits and scores are as of then.
    waiting
        Tickets that nobody has, by identifier.
    offers, offered
        Standing offers, and the tickets they are for, by identifier of the ticket.
    working
        Tickets in hand with their agents, by identifier of the ticket.
    closed
        How and when tickets ended, oldest first.
    agents
        As they were told, less the work that has been done since.
    held
        Contacts that the pool handed out, offered or in hand: agent to channel to number. It
        outlives the agent, who may come back to work that was left.
    timeouts
        Offers in a row that an agent let time out.
    """

    now: datetime
    clock: datetime
    waiting: dict[str, Ticket] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)
    offered: dict[str, Ticket] = field(default_factory=dict)
    working: dict[str, tuple[Ticket, str]] = field(default_factory=dict)
    closed: dict[str, tuple[Fate, datetime]] = field(default_factory=dict)
    agents: dict[str, AgentState] = field(default_factory=dict)
    held: dict[str, dict[str, int]] = field(default_factory=dict)
    timeouts: dict[str, int] = field(default_factory=dict)

    def fate(self, ticket: str) -> Fate | None:
        """Return where a ticket is, None if it is not known (any more)."""
        if ticket in self.waiting:
            return Fate.WAITING
        if ticket in self.offers:
            return Fate.OFFERED
        if ticket in self.working:
            return Fate.OPEN
        found = self.closed.get(ticket)
        return found[0] if found else None

    def ticket(self, name: str) -> Ticket:
        """Return a ticket that is not closed."""
        if name in self.working:
            return self.working[name][0]
        return self.waiting.get(name) or self.offered[name]

    def agent(self, name: str) -> AgentState:
        """Return an agent with all contacts open, offers among them."""
        agent, held = self.agents[name], self.held.get(name)
        if not held:
            return agent
        counts = dict(agent.open_work)
        for channel, number in held.items():
            counts[channel] = counts.get(channel, 0) + number
        return replace(agent, open_work=counts)

    def offers_to(self, agent: str) -> list[Offer]:
        """Return the standing offers to an agent, by ticket."""
        if agent not in self.held:
            return []
        return sorted((o for o in self.offers.values() if o.agent == agent), key=_by_ticket)

    def offer(self, offer: Offer) -> None:
        """Let a waiting ticket be offered."""
        ticket = self.waiting.pop(offer.ticket)
        self.offers[offer.ticket], self.offered[offer.ticket] = offer, ticket
        counts = self.held.setdefault(offer.agent, {})
        counts[ticket.channel] = counts.get(ticket.channel, 0) + 1

    def accept(self, ticket: str) -> None:
        """Let an offered ticket become open work."""
        self.working[ticket] = (self.offered.pop(ticket), self.offers.pop(ticket).agent)

    def take_back(self, ticket: str, *, rejected: bool) -> None:
        """Let an offered ticket wait again, with its age; who rejected it is not asked again."""
        offer, found = self.offers.pop(ticket), self.offered.pop(ticket)
        self._let_go(offer.agent, found.channel)
        if rejected:
            names = dict.fromkeys((*found.rejected_by, offer.agent))
            found = replace(found, rejected_by=tuple(names))
        self.waiting[ticket] = found

    def close(self, ticket: str, fate: Fate) -> str | None:
        """Close a ticket wherever it is; return the agent who had it, if any."""
        agent = None
        if ticket in self.offers:
            agent, found = self.offers.pop(ticket).agent, self.offered.pop(ticket)
            self._let_go(agent, found.channel)
        elif ticket in self.working:
            found, agent = self.working.pop(ticket)
            self._let_go(agent, found.channel)
        else:
            del self.waiting[ticket]
        self.closed[ticket] = (fate, self.now)
        return agent

    def change(self, ticket: Ticket) -> None:
        """Let a ticket ask for something else; it stays where it is, with its age."""
        before = self.ticket(ticket.id)
        names = dict.fromkeys((*before.rejected_by, *ticket.rejected_by))
        ticket = replace(ticket, created=before.created, rejected_by=tuple(names))
        if ticket.id in self.working:
            self.working[ticket.id] = (ticket, self.working[ticket.id][1])
        elif ticket.id in self.offered:
            self.offered[ticket.id] = ticket
        else:
            self.waiting[ticket.id] = ticket

    def _let_go(self, agent: str, channel: str) -> None:
        counts = self.held[agent]
        counts[channel] -= 1
        if not counts[channel]:
            del counts[channel]
        if not counts:
            del self.held[agent]


def _by_ticket(offer: Offer) -> str:
    return offer.ticket
