"""What each event does to the facts, and whom the match has to look at again for it.

The facts change first. Names of tickets and agents whose part in the match may have changed are
gathered on the way, and the match is brought up to date once, at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from optimizer.model import AgentStatus
from optimizer.model.live_checks import MOST_SECONDS
from optimizer.routing.pool.book import Book, Fate
from optimizer.routing.pool.due import Agenda, Concern, later
from optimizer.routing.pool.effects import Offer, Withdrawal, WithdrawalReason
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
)
from optimizer.routing.pool.settings import PoolSettings

__all__ = ["Changes", "Desk"]


@dataclass(slots=True, eq=False)
class Changes:
    """What an event has changed.

    Parameters
    ----------
    tickets, agents
        Names, in order, whose part in the match may be another: some may not wait, or not be
        there, any more.
    withdrawn, timed_out
        Offers that do not stand any more.
    """

    tickets: dict[str, None] = field(default_factory=dict)
    agents: dict[str, None] = field(default_factory=dict)
    withdrawn: list[Withdrawal] = field(default_factory=list)
    timed_out: list[Offer] = field(default_factory=list)


class Desk:
    """Handles events on a book; it has been checked that they can be taken."""

    def __init__(self, settings: PoolSettings, book: Book, agenda: Agenda) -> None:
        self._settings = settings
        self._book = book
        self._agenda = agenda
        self._handlers: dict[type, Callable[[Any, Changes], None]] = {
            TicketCreated: self._created,
            TicketChanged: self._changed,
            TicketCancelled: self._cancelled,
            AgentPut: self._agent_put,
            AgentRemoved: self._agent_removed,
            OfferAccepted: self._accepted,
            OfferRejected: self._rejected,
            OfferTimedOut: self._timed_out,
            WorkDone: self._work_done,
            Tick: self._tick,
        }

    def handle(self, event: Event) -> Changes:
        """Let an event change the facts; return what has changed."""
        changes = Changes()
        self._handlers[type(event)](event, changes)
        return changes

    def _created(self, event: TicketCreated, changes: Changes) -> None:
        self._book.waiting[event.ticket.id] = event.ticket
        changes.tickets[event.ticket.id] = None

    def _changed(self, event: TicketChanged, changes: Changes) -> None:
        self._book.change(event.ticket)
        changes.tickets[event.ticket.id] = None

    def _cancelled(self, event: TicketCancelled, changes: Changes) -> None:
        name, offer = event.ticket, self._book.offers.get(event.ticket)
        if offer is not None:
            changes.withdrawn.append(Withdrawal(name, offer.agent, WithdrawalReason.CANCELLED))
            self._agenda.set(None, Concern.OFFER, name)
        in_hand = name in self._book.working
        agent = self._book.close(name, Fate.CANCELLED)
        changes.tickets[name] = None
        if agent is not None:
            changes.agents[agent] = None
            if in_hand:
                self._freed(agent)

    def _agent_put(self, event: AgentPut, changes: Changes) -> None:
        agent = event.agent
        self._book.agents[agent.id] = agent
        changes.agents[agent.id] = None
        if agent.accepts_offers:
            self._book.timeouts.pop(agent.id, None)
        if agent.status is AgentStatus.OFFLINE:
            self._withdraw_all(agent.id, changes)
        self._agenda.set(agent.after_call_until, Concern.AGENT, agent.id)

    def _agent_removed(self, event: AgentRemoved, changes: Changes) -> None:
        self._withdraw_all(event.agent, changes)
        del self._book.agents[event.agent]
        self._agenda.set(None, Concern.AGENT, event.agent)
        self._book.timeouts.pop(event.agent, None)
        changes.agents[event.agent] = None

    def _accepted(self, event: OfferAccepted, changes: Changes) -> None:
        # The room was taken when the offer was made: the match stays as it is.
        self._book.accept(event.ticket)
        self._agenda.set(None, Concern.OFFER, event.ticket)
        self._book.timeouts.pop(event.agent, None)

    def _rejected(self, event: OfferRejected, changes: Changes) -> None:
        self._book.timeouts.pop(event.agent, None)
        self._back(event.ticket, event.agent, changes)

    def _timed_out(self, event: OfferTimedOut, changes: Changes) -> None:
        self._time_out(self._book.offers[event.ticket], changes)

    def _work_done(self, event: WorkDone, changes: Changes) -> None:
        if event.ticket is not None:
            self._book.close(event.ticket, Fate.DONE)
        agent = self._book.agents.get(event.agent)
        if agent is None:  # gone, and only finishes what was in hand
            return
        counts = dict(agent.open_work)
        if event.channel is not None:
            counts[event.channel] -= 1
        self._book.agents[event.agent] = replace(
            agent,
            open_work=counts,
            worked_seconds=min(MOST_SECONDS, agent.worked_seconds + event.worked_seconds),
            after_call_until=event.after_call_until or agent.after_call_until,
        )
        self._freed(event.agent)
        if event.after_call_until is not None:
            self._agenda.set(event.after_call_until, Concern.AGENT, event.agent)
        changes.agents[event.agent] = None

    def _tick(self, event: Tick, changes: Changes) -> None:
        book = self._book
        book.clock = book.now
        for concern, name in self._agenda.until(book.now):
            if concern is Concern.OFFER:
                self._time_out(book.offers[name], changes)
            elif concern is Concern.AGENT:
                changes.agents[name] = None
            else:
                changes.tickets[name] = None
        oldest = later(book.now, -self._settings.remember_seconds)
        while oldest and book.closed and next(iter(book.closed.values()))[1] < oldest:
            del book.closed[next(iter(book.closed))]

    def _time_out(self, offer: Offer, changes: Changes) -> None:
        changes.timed_out.append(offer)
        self._back(offer.ticket, offer.agent, changes)
        book, most = self._book, self._settings.pause_after_timeouts
        agent = book.agents.get(offer.agent)
        if agent is None:
            return
        book.timeouts[offer.agent] = book.timeouts.get(offer.agent, 0) + 1
        if most is not None and book.timeouts[offer.agent] >= most:
            book.agents[offer.agent] = replace(agent, accepts_offers=False)

    def _back(self, ticket: str, agent: str, changes: Changes) -> None:
        self._book.take_back(ticket, rejected=True)
        self._agenda.set(None, Concern.OFFER, ticket)
        changes.tickets[ticket] = None
        changes.agents[agent] = None

    def _withdraw_all(self, agent: str, changes: Changes) -> None:
        for offer in self._book.offers_to(agent):
            self._book.take_back(offer.ticket, rejected=False)
            self._agenda.set(None, Concern.OFFER, offer.ticket)
            changes.withdrawn.append(Withdrawal(offer.ticket, agent, WithdrawalReason.AGENT_LEFT))
            changes.tickets[offer.ticket] = None

    def _freed(self, name: str) -> None:
        """Let an agent's idle time begin if nothing is left in hand."""
        agent = self._book.agents.get(name)
        if agent is not None and not any(self._book.agent(name).open_work.values()):
            self._book.agents[name] = replace(agent, idle_since=self._book.now)
