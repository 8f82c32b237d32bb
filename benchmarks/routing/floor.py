"""A random day around a pool: customers come and give up, agents answer, work, leave and return.

All durations are exponential, so that only counts matter for what happens next: what waits, is
offered, is in hand, and who is there. As many customers come as are needed to keep a given
number waiting. The clock ticks at regular times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import numpy as np

from optimizer.model import AgentStatus, Snapshot, Ticket
from optimizer.routing.pool import (
    AgentPut,
    AgentRemoved,
    Effects,
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

__all__ = ["Floor"]

T = TypeVar("T")

ANSWER_SECONDS = 8.0
ACCEPTED, REJECTED = 0.90, 0.07
HANDLING_SECONDS = 240.0
AFTER_CALL_SECONDS = 20.0
PATIENCE_SECONDS = 1800.0
CHANGE_SECONDS = 3600.0
SHIFT_SECONDS = 7200.0
PAUSE_SECONDS = 3600.0
RETURN_SECONDS = 600.0
FILLING_SECONDS = 30.0
"""Time constant with which the number that waits returns to what it should be."""

BATCH = 4096


class Floor:
    """Draws events that fit what the pool has answered so far.

    Parameters
    ----------
    forms
        Its tickets are the forms of all that come; its agents are there at first.
    waiting
        How many tickets should wait.
    tick_seconds
        Between two clock events, above 0.
    """

    def __init__(self, forms: Snapshot, waiting: int, tick_seconds: float, seed: int) -> None:
        self._forms = forms.tickets
        self._wanted = waiting
        self._tick_seconds = tick_seconds
        self._rng = np.random.default_rng([seed, 2])
        self._batch: list[float] = []
        self._start = forms.now
        self._seconds = 0.0
        self._next_tick = tick_seconds
        self._count = 0
        self._agents = {agent.id: agent for agent in forms.agents}
        self._tickets: dict[str, Ticket] = {}
        self.waiting: Bag[str] = Bag()
        self.offered: Bag[tuple[str, str]] = Bag()
        self.in_hand: Bag[tuple[str, str]] = Bag()
        self.here: Bag[str] = Bag()
        self.gone: Bag[str] = Bag(self._agents)

    @property
    def now(self) -> datetime:
        """Return the time of the last event."""
        return self._start + timedelta(seconds=self._seconds)

    def arrival(self) -> TicketCreated:
        """Return a customer who comes now."""
        form = self._forms[self._count % len(self._forms)]
        self._count += 1
        return TicketCreated(self.now, replace(form, id=f"n{self._count:07d}", created=self.now))

    def comes(self, agent: str) -> AgentPut:
        """Return that an agent comes now."""
        return AgentPut(self.now, replace(self._agents[agent], idle_since=self.now))

    def tick(self) -> Tick:
        """Return the next clock event."""
        self._seconds, self._next_tick = self._next_tick, self._next_tick + self._tick_seconds
        return Tick(self.now)

    def next(self) -> Event:
        """Return the next event."""
        rates = (
            len(self.in_hand) / HANDLING_SECONDS
            + max(0.0, (self._wanted - len(self.waiting)) / FILLING_SECONDS),
            len(self.offered) / ANSWER_SECONDS,
            len(self.in_hand) / HANDLING_SECONDS,
            len(self.waiting) / PATIENCE_SECONDS,
            len(self.waiting) / CHANGE_SECONDS,
            len(self.here) / PAUSE_SECONDS,
            len(self.here) / SHIFT_SECONDS,
            len(self.gone) / RETURN_SECONDS,
        )
        step = -np.log1p(-self._uniform()) / sum(rates)
        if self._seconds + step >= self._next_tick:
            return self.tick()
        self._seconds += step
        point = self._uniform() * sum(rates)
        kinds = (
            self.arrival,
            self._answer,
            self._done,
            self._cancelled,
            self._changed,
            self._paused,
            self._left,
            self._returned,
        )
        for rate, kind in zip(rates, kinds, strict=True):
            if point < rate:
                return kind()
            point -= rate
        return self.tick()

    def follow(self, event: Event, effects: Effects) -> None:
        """Take note of an event and of what the pool made of it."""
        match event:
            case TicketCreated() | TicketChanged():
                self._tickets[event.ticket.id] = event.ticket
            case TicketCancelled():
                self.waiting.discard(event.ticket)
            case OfferAccepted():
                self.offered.discard((event.ticket, event.agent))
                self.in_hand.add((event.ticket, event.agent))
            case OfferRejected() | OfferTimedOut():
                self.offered.discard((event.ticket, event.agent))
            case WorkDone(ticket=str(ticket)):
                self.in_hand.discard((ticket, event.agent))
            case AgentPut():
                self.gone.discard(event.agent.id)
                self.here.add(event.agent.id)
            case AgentRemoved():
                self.here.discard(event.agent)
                self.gone.add(event.agent)
        for withdrawn in effects.withdrawn:
            self.offered.discard((withdrawn.ticket, withdrawn.agent))
        for late in effects.timed_out:
            self.offered.discard((late.ticket, late.agent))
        for queued in effects.waiting:
            self.waiting.add(queued.ticket)
        for offer in effects.offered:
            self.waiting.discard(offer.ticket)
            self.offered.add((offer.ticket, offer.agent))

    def _answer(self) -> Event:
        ticket, agent = self.offered.pick(self._uniform())
        point = self._uniform()
        if point < ACCEPTED:
            return OfferAccepted(self.now, ticket, agent)
        if point < ACCEPTED + REJECTED:
            return OfferRejected(self.now, ticket, agent)
        return OfferTimedOut(self.now, ticket, agent)

    def _done(self) -> Event:
        ticket, agent = self.in_hand.pick(self._uniform())
        after = self.now + timedelta(seconds=AFTER_CALL_SECONDS) if self._uniform() < 0.3 else None
        return WorkDone(
            self.now, agent, ticket, worked_seconds=HANDLING_SECONDS, after_call_until=after
        )

    def _cancelled(self) -> Event:
        return TicketCancelled(self.now, self.waiting.pick(self._uniform()))

    def _changed(self) -> Event:
        name = self.waiting.pick(self._uniform())
        form = self._forms[int(self._uniform() * len(self._forms))]
        return TicketChanged(self.now, replace(form, id=name, channel=self._tickets[name].channel))

    def _paused(self) -> Event:
        """Let an agent go for a break, or come back from it."""
        name = self.here.pick(self._uniform())
        agent = self._agents[name]
        away = agent.status is AgentStatus.AWAY
        status = AgentStatus.AVAILABLE if away else AgentStatus.AWAY
        self._agents[name] = replace(agent, status=status)
        return self.comes(name)

    def _left(self) -> Event:
        return AgentRemoved(self.now, self.here.pick(self._uniform()))

    def _returned(self) -> Event:
        name = self.gone.pick(self._uniform())
        self._agents[name] = replace(self._agents[name], status=AgentStatus.AVAILABLE)
        return self.comes(name)

    def _uniform(self) -> float:
        if not self._batch:
            self._batch = self._rng.random(BATCH).tolist()
        return self._batch.pop()


class Bag(Generic[T]):
    """A set of which a member can be picked by a number from 0 to 1, all in constant time."""

    def __init__(self, members: Iterable[T] = ()) -> None:
        self._members = list(members)
        self._place = {member: place for place, member in enumerate(self._members)}

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[T]:
        return iter(self._members)

    def add(self, member: T) -> None:
        """Add a member that may be there already."""
        if member not in self._place:
            self._place[member] = len(self._members)
            self._members.append(member)

    def discard(self, member: T) -> None:
        """Remove a member if it is there."""
        place = self._place.pop(member, None)
        if place is None:
            return
        last = self._members.pop()
        if place < len(self._members):
            self._members[place] = last
            self._place[last] = place

    def pick(self, share: float) -> T:
        """Return the member so far down the list."""
        return self._members[int(share * len(self._members))]
