"""Pools under events in any order: nothing doubled or overcommitted, always the best match."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from optimizer.errors import InvalidInput
from optimizer.model import AgentState, AgentStatus
from optimizer.routing import assign
from optimizer.routing.pool import (
    AgentPut,
    AgentRemoved,
    Effects,
    Event,
    Offer,
    OfferAccepted,
    OfferRejected,
    OfferTimedOut,
    Pool,
    PoolSettings,
    Tick,
    TicketCancelled,
    TicketChanged,
    TicketCreated,
    WithdrawalReason,
    WorkDone,
)
from tests.optimizer.routing.pool.drawing import (
    AGENTS,
    CHANNELS,
    OPENED,
    TICKETS,
    agents,
    pool_settings,
    tickets,
)
from tests.optimizer.routing.pool.worth import value

ANY_TICKET = st.sampled_from(TICKETS)
ANY_AGENT = st.sampled_from(AGENTS)
LATER = st.sampled_from([0, 0, 1, 10, 30, 50, -15])


class EventsInAnyOrder(RuleBasedStateMachine):
    """A pool, what the world believes of it from its answers alone, and a restored twin."""

    plain = True

    @initialize(data=st.data())
    def open(self, data: st.DataObject) -> None:
        self.settings: PoolSettings = data.draw(pool_settings(plain=self.plain))
        self.pool = Pool(self.settings, OPENED)
        self.twin: Pool | None = None
        self.now: datetime = OPENED
        self.clock: datetime = OPENED
        self.fate: dict[str, str] = {}
        self.created: dict[str, datetime] = {}
        self.channel: dict[str, str] = {}
        self.holder: dict[str, str] = {}
        self.refused: set[tuple[str, str]] = set()
        self.agents: dict[str, AgentState] = {}
        self.told: list[tuple[Event, Effects]] = []

    def tell(self, event: Event) -> Effects | None:
        """Tell the pool; a refusal must leave it as it was."""
        before = self.pool.save()
        try:
            effects = self.pool.take(event)
        except InvalidInput:
            assert self.pool.save() == before
            return None
        self.now = max(self.now, event.at)
        if isinstance(event, Tick):
            self.clock = self.now
        if self.twin is not None:
            assert self.twin.take(event) == effects
        for withdrawn in effects.withdrawn:
            assert self.holder.pop(withdrawn.ticket) == withdrawn.agent
            if withdrawn.reason is WithdrawalReason.AGENT_LEFT:
                self.fate[withdrawn.ticket] = "waiting"
        for offer in effects.timed_out:
            assert self.holder.pop(offer.ticket) == offer.agent
            self.fate[offer.ticket] = "waiting"
            self.refused.add((offer.ticket, offer.agent))
        self._believe(event)
        for offer in effects.offered:
            self._accept_that_it_may_be(offer)
        self.told.append((event, effects))
        return effects

    def _believe(self, event: Event) -> None:
        """Update what is known of the world by an event that was taken."""
        match event:
            case TicketCreated():
                assert self.fate.get(event.ticket.id) in (None, "done", "cancelled")
                self.fate[event.ticket.id] = "waiting"
                self.created[event.ticket.id] = event.ticket.created
                self.channel[event.ticket.id] = event.ticket.channel
                self.refused = {pair for pair in self.refused if pair[0] != event.ticket.id}
            case TicketChanged():
                self.channel[event.ticket.id] = event.ticket.channel
            case TicketCancelled():
                self.fate[event.ticket] = "cancelled"
                self.holder.pop(event.ticket, None)
            case OfferAccepted():
                assert self.holder[event.ticket] == event.agent
                self.fate[event.ticket] = "open"
            case OfferRejected():
                assert self.holder.pop(event.ticket) == event.agent
                self.fate[event.ticket] = "waiting"
                self.refused.add((event.ticket, event.agent))
            case WorkDone(ticket=str()):
                assert self.holder.pop(event.ticket) == event.agent
                self.fate[event.ticket] = "done"
            case AgentPut():
                self.agents[event.agent.id] = event.agent
            case AgentRemoved():
                del self.agents[event.agent]

    def _accept_that_it_may_be(self, offer: Offer) -> None:
        """Check an offer against what is known, and believe it."""
        assert self.fate[offer.ticket] == "waiting"
        assert offer.ticket not in self.holder
        assert (offer.ticket, offer.agent) not in self.refused
        agent = self.agents[offer.agent]
        assert agent.status is AgentStatus.AVAILABLE
        self.fate[offer.ticket] = "offered"
        self.holder[offer.ticket] = offer.agent
        if self.plain:
            loads = next(a for a in self.pool.snapshot().agents if a.id == offer.agent).open_work
            assert sum(loads.values()) <= agent.capacity
            channel = self.channel[offer.ticket]
            assert loads[channel] <= agent.channel_limits.get(channel, agent.capacity)

    @rule(data=st.data(), later=LATER)
    def ticket_created(self, data: st.DataObject, later: int) -> None:
        at = self.now + timedelta(seconds=later)
        ticket = data.draw(tickets(ANY_TICKET, self.now))
        effects = self.tell(TicketCreated(at, ticket))
        assert (effects is None) <= (ticket.id in self.fate)

    @rule(data=st.data())
    def ticket_changed(self, data: st.DataObject) -> None:
        self.tell(TicketChanged(self.now, data.draw(tickets(ANY_TICKET, self.now))))

    @rule(ticket=ANY_TICKET)
    def ticket_cancelled(self, ticket: str) -> None:
        effects = self.tell(TicketCancelled(self.now, ticket))
        assert effects is not None or self.fate.get(ticket) in (None, "done", "cancelled")

    @rule(data=st.data(), later=LATER)
    def agent_put(self, data: st.DataObject, later: int) -> None:
        agent = data.draw(agents(ANY_AGENT, self.now))
        assert self.tell(AgentPut(self.now + timedelta(seconds=later), agent)) is not None

    @rule(agent=ANY_AGENT)
    def agent_removed(self, agent: str) -> None:
        here = agent in self.agents
        assert (self.tell(AgentRemoved(self.now, agent)) is not None) == here

    @rule(
        data=st.data(),
        kind=st.sampled_from([OfferAccepted, OfferAccepted, OfferRejected, OfferTimedOut]),
    )
    def offer_answered(self, data: st.DataObject, kind: Any) -> None:
        offers = self.pool.offers()
        if offers:
            offer = data.draw(st.sampled_from(offers))
            assert self.tell(kind(self.now, offer.ticket, offer.agent)) is not None

    @rule(
        ticket=ANY_TICKET,
        agent=ANY_AGENT,
        kind=st.sampled_from([OfferAccepted, OfferRejected, OfferTimedOut]),
    )
    def answer_out_of_nowhere(self, ticket: str, agent: str, kind: Any) -> None:
        stands = self.fate.get(ticket) == "offered" and self.holder.get(ticket) == agent
        assert (self.tell(kind(self.now, ticket, agent)) is not None) == stands

    @rule(data=st.data(), worked=st.sampled_from([0.0, 600.0]))
    def work_done(self, data: st.DataObject, worked: float) -> None:
        opened = [ticket for ticket, fate in self.fate.items() if fate == "open"]
        if opened:
            ticket = data.draw(st.sampled_from(opened))
            self.tell(WorkDone(self.now, self.holder[ticket], ticket, None, worked))

    @rule(agent=ANY_AGENT, channel=st.sampled_from(CHANNELS))
    def other_work_done(self, agent: str, channel: str) -> None:
        self.tell(WorkDone(self.now, agent, channel=channel))

    @rule(later=LATER)
    def tick(self, later: int) -> None:
        assert self.tell(Tick(self.now + timedelta(seconds=later))) is not None

    @rule()
    def message_repeated(self) -> None:
        name = f"m{len(self.told)}"
        message = Tick(self.now, id=name)
        effects = self.tell(message)
        before = self.pool.save()
        assert self.pool.take(message) == effects
        with pytest.raises(InvalidInput, match="problems"):
            self.pool.take(TicketCancelled(self.now, "t0", id=name))
        assert self.pool.save() == before

    @rule()
    def saved_and_restored(self) -> None:
        self.twin = Pool.restore(self.pool.save())
        assert self.twin.save() == self.pool.save()

    @invariant()
    def every_ticket_is_in_one_place(self) -> None:
        snapshot = self.pool.snapshot()
        offers = {offer.ticket: offer.agent for offer in self.pool.offers()}
        waiting = {ticket.id for ticket in snapshot.tickets}
        assert waiting == {t for t, fate in self.fate.items() if fate == "waiting"}
        assert offers == {t: a for t, a in self.holder.items() if self.fate[t] == "offered"}
        assert [queued.ticket for queued in self.pool.waiting()] == sorted(waiting)
        assert all(ticket.created == self.created[ticket.id] for ticket in snapshot.tickets)
        assert snapshot.now == self.clock

    @invariant()
    def the_match_is_the_best(self) -> None:
        snapshot = self.pool.snapshot()
        partners = self.pool.tentative()
        if self.settings.review_seconds == 0:
            assert not partners
        if self.plain:
            assert value(snapshot, partners) == pytest.approx(assign(snapshot).value, abs=0.02)


class MixedUnits(EventsInAnyOrder):
    """The same with contacts of three units that interrupt others."""

    plain = False


TestEventsInAnyOrder = EventsInAnyOrder.TestCase
TestEventsInAnyOrder.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestMixedUnits = MixedUnits.TestCase
TestMixedUnits.settings = settings(max_examples=12, stateful_step_count=30, deadline=None)
