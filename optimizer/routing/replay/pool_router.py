"""A resident pool as the router of a replay: it hears every event, and its offers are accepted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from optimizer.model import AgentState, Snapshot, Ticket
from optimizer.routing.pool import (
    AgentPut,
    AgentRemoved,
    Event,
    OfferAccepted,
    Pool,
    PoolSettings,
    Tick,
    TicketCancelled,
    TicketCreated,
    WorkDone,
)

__all__ = ["PoolRouter"]


class PoolRouter:
    """Keeps a pool up to date; agents accept whatever they are offered.

    Parameters
    ----------
    rules
        Weights, channels, calendars and escalations count.
    agents
        Identifiers by number.
    """

    def __init__(self, rules: Snapshot, agents: Sequence[str]) -> None:
        self._settings = PoolSettings(
            rules.weights, rules.channels, rules.calendars, rules.escalations, offer_seconds=None
        )
        self._pool: Pool | None = None
        self._names = agents
        self._number = {name: number for number, name in enumerate(agents)}
        self._here: set[int] = set()
        self._name_of: dict[int, str] = {}
        self._contact: dict[str, int] = {}
        self._offered: dict[str, str] = {}

    def begin(self, now: datetime) -> None:
        """Let the clock of the pool run."""
        if self._pool is None:
            self._pool = Pool(self._settings, now)
        self._take(Tick(now))

    def come(self, contact: int, ticket: Ticket, now: datetime) -> None:
        """Tell the pool of a ticket."""
        self._name_of[contact] = ticket.id
        self._contact[ticket.id] = contact
        self._take(TicketCreated(now, ticket))

    def leave(self, contact: int, now: datetime) -> None:
        """Cancel a ticket, whoever has it."""
        self._take(TicketCancelled(now, self._forget(contact)))

    def grow_older(self, contact: int, now: datetime) -> None:
        """Do nothing; the clock of the pool tells it."""

    def put(self, agent: int, state: AgentState, room: int, now: datetime) -> None:
        """Tell the pool who comes and goes; work in hand it counts itself."""
        if state.accepts_offers and agent not in self._here:
            self._here.add(agent)
            self._take(AgentPut(now, replace(state, open_work={})))
        elif not state.accepts_offers and agent in self._here:
            self._here.remove(agent)
            self._take(AgentRemoved(now, state.id))

    def done(self, agent: int, contact: int, seconds: float, now: datetime) -> None:
        """Tell the pool of finished work."""
        name = self._forget(contact)
        self._take(WorkDone(now, self._names[agent], name, worked_seconds=seconds))

    def decide(self, now: datetime) -> list[tuple[int, int]]:
        """Accept what was offered, and what is offered upon that."""
        found = []
        while self._offered:  # it may grow while offers are accepted
            ticket = next(iter(self._offered))
            agent = self._offered.pop(ticket)
            found.append((self._contact[ticket], self._number[agent]))
            self._take(OfferAccepted(now, ticket, agent))
        return found

    def _take(self, event: Event) -> None:
        assert self._pool is not None
        effects = self._pool.take(event)
        for withdrawn in effects.withdrawn:  # the agent left before the moment was over
            self._offered.pop(withdrawn.ticket, None)
        self._offered.update((offer.ticket, offer.agent) for offer in effects.offered)

    def _forget(self, contact: int) -> str:
        name = self._name_of.pop(contact)
        del self._contact[name]
        return name
