"""The tentative match of a pool: who would get what waits, for the scores of the last clock event.

Here the facts of the book become classes, agents and tickets of the incremental match. Only what
an event has touched is looked at again; a clock event gives all tickets and agents new scores.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from optimizer.model import AgentState, RoutingWeights
from optimizer.routing.hours import instant
from optimizer.routing.live import LiveMatch
from optimizer.routing.pool.arcs import Arcs
from optimizer.routing.pool.book import Book
from optimizer.routing.pool.crowd import Crowd, Place
from optimizer.routing.pool.due import Agenda, Concern
from optimizer.routing.pool.effects import Offer
from optimizer.routing.pool.kinds import Kinds, KindsState
from optimizer.routing.pool.needs import Need, need_of, next_change
from optimizer.routing.pool.rooms import are_plain, room_on, units_of
from optimizer.routing.pool.scale import SPREAD, Levels, base_steps
from optimizer.routing.pool.settings import PoolSettings
from optimizer.routing.pool.timing import Timing

__all__ = ["Tentative", "TentativeState"]


class _Entry(NamedTuple):
    """A waiting ticket: its number in the match, the need under which it is there, its level."""

    number: int
    need: Need
    level: int


class TentativeState(NamedTuple):
    """All that the match follows from and the book does not tell.

    Parameters
    ----------
    entries
        Ticket, number in the match, row of its need, and level.
    least
        The level that the match takes for the least.
    live
        The arrays of the match, as the bytes of whole numbers of 64 bits, least byte first.
    """

    places: tuple[Place, ...]
    kinds: KindsState
    entries: tuple[tuple[str, int, int, int], ...]
    least: int
    live: dict[str, bytes]


class Tentative:
    """The best match of what waits with the room there is."""

    def __init__(
        self, settings: PoolSettings, book: Book, agenda: Agenda, live: LiveMatch | None = None
    ) -> None:
        self._settings = settings
        self._book = book
        self._agenda = agenda
        self._rules = settings.rules(book.clock)
        self._weights: RoutingWeights = settings.weights
        self._live = LiveMatch(SPREAD) if live is None else live
        self._arcs = Arcs(settings.weights, settings.weights.skill_prices)
        self._crowd = Crowd(settings, self._live)
        self._kinds = Kinds(settings.weights, self._live, self._arcs, self._crowd)
        self._timing = Timing(settings)
        self._levels = Levels(losses=_may_lose(settings.weights))
        self._entries: dict[str, _Entry] = {}
        self._names: dict[int, str] = {}

    def state(self) -> TentativeState:
        """Return what `restore` takes."""
        kinds = self._kinds.state()
        row = {kind.need: kind.row for kind in kinds.kinds}
        return TentativeState(
            tuple(self._crowd.state()),
            kinds,
            tuple((name, e.number, row[e.need], e.level) for name, e in self._entries.items()),
            self._levels.least,
            {name: array.astype("<i8").tobytes() for name, array in self._live.dump().items()},
        )

    @classmethod
    def restore(
        cls, settings: PoolSettings, book: Book, agenda: Agenda, state: TentativeState
    ) -> Tentative:
        """Return the match as it was."""
        arrays = {name: np.frombuffer(data, "<i8") for name, data in state.live.items()}
        new = cls(settings, book, agenda, LiveMatch.load(arrays))
        agents = {place.name: book.agent(place.name) for place in state.places}
        new._crowd.restore(state.places, agents, book.clock)
        for place in state.places:
            new._arcs.put_agent(place.row, agents[place.name])
        new._kinds.restore(state.kinds)
        needs = {kind.row: kind.need for kind in state.kinds.kinds}
        new._levels.least = state.least
        for name, number, row, level in state.entries:
            new._entries[name] = _Entry(number, needs[row], level)
            new._levels.enter(level)
            new._names[number] = name
            new._kinds.reenter(needs[row])
            new._timing.put(number, new._timing.read(book.waiting[name], new._rules))
        return new

    def refresh(self, tickets: Iterable[str], agents: Iterable[str]) -> None:
        """Look again at some tickets and agents, who may have gone."""
        for name in agents:
            self._refresh_agent(name)
        for name in tickets:
            self._refresh_ticket(name)
        if self._levels.have_moved():
            self._rescore()

    def advance(self, tickets: Iterable[str], agents: Iterable[str]) -> None:
        """Follow the clock, and look again at some tickets and agents."""
        self._rules = self._settings.rules(self._book.clock)
        self._rescore()
        self.refresh(tickets, agents)

    def partners(self) -> dict[str, str]:
        """Return the match: ticket to agent."""
        tickets, agents = self._live.pairs()
        return {
            self._names[ticket]: self._crowd.name(agent)
            for ticket, agent in zip(tickets.tolist(), agents.tolist(), strict=True)
        }

    def in_turn(self) -> list[tuple[str, str]]:
        """Return the pairs of the match, ticket and agent, in the order of being offered.

        The match counts contacts; where these take different units, not all pairs of an agent may
        fit together. Higher levels then go first, and next what brings most points per unit.
        """
        pairs, channels = sorted(self.partners().items()), self._settings.channels
        if len(pairs) < 2 or are_plain(channels):
            return pairs
        bases, levels = self._timing.scores(
            [self._entries[ticket].number for ticket, _ in pairs], self._book.clock
        )
        units = [units_of(self._book.waiting[ticket].channel, channels) for ticket, _ in pairs]
        return [pairs[place] for place in np.lexsort((-bases / np.array(units), -levels))]

    def fits(self, ticket: str, agent: str) -> bool:
        """Tell whether an agent's units suffice for a ticket, with all that is offered so far."""
        channel = self._book.waiting[ticket].channel
        return room_on(self._book.agent(agent), channel, self._settings.channels) > 0

    def make_firm(self, offers: Iterable[Offer]) -> None:
        """Take offered pairs out of the match, with the room they hold."""
        agents = dict.fromkeys(offer.agent for offer in offers)
        for offer in offers:
            self._crowd.commit(self._entries[offer.ticket].number, offer.agent)
            self._forget(offer.ticket)
        for name in agents:
            self._refresh_agent(name)

    def _rescore(self) -> None:
        """Give all tickets and agents the scores of the last clock event."""
        numbers = sorted(self._names)
        bases, levels = self._timing.scores(numbers, self._book.clock)
        self._levels.count(levels)
        for number, level in zip(numbers, levels.tolist(), strict=True):
            name = self._names[number]
            if self._entries[name].level != level:
                self._entries[name] = self._entries[name]._replace(level=level)
        worths = base_steps(bases, self._levels.above(levels))
        self._live.rescore(numbers, worths, *self._crowd.worths(self._book.clock))

    def _refresh_ticket(self, name: str) -> None:
        """Let a ticket be in the match as what it is now, or not at all."""
        ticket, entry = self._book.waiting.get(name), self._entries.get(name)
        if ticket is None:
            if entry is not None:
                self._live.remove_ticket(entry.number)
                self._forget(name)
            return
        facts = self._timing.read(ticket, self._rules)
        wait = self._timing.wait(facts, self._book.clock)
        escalations, weights = self._settings.escalations, self._weights
        need = need_of(ticket, wait, escalations, weights)
        base, level = self._timing.score(facts, wait)
        worth = int(base_steps(base, self._levels.above(level)))
        if self._kinds.learn(need.channel):
            self._open_doors()
        kind = self._kinds.enter(need)
        if entry is None:
            number = self._live.add_ticket(kind, worth, instant(ticket.created))
            self._names[number] = name
        else:
            number = entry.number
            self._live.move_ticket(number, kind, worth)
            self._kinds.leave(entry.need)
            self._levels.leave(entry.level)
        self._levels.enter(level)
        self._entries[name] = _Entry(number, need, level)
        self._timing.put(number, facts)
        change = next_change(ticket, wait, escalations, weights)
        moment = None if change == math.inf else self._timing.moment(ticket, change, self._rules)
        self._agenda.set(moment, Concern.TICKET, name)

    def _forget(self, name: str) -> None:
        """Let go of a ticket that is out of the match."""
        entry = self._entries.pop(name)
        del self._names[entry.number]
        self._kinds.leave(entry.need)
        self._levels.leave(entry.level)
        self._agenda.set(None, Concern.TICKET, name)

    def _refresh_agent(self, name: str) -> None:
        """Let an agent be in the match as he or she is now, or not at all."""
        if name not in self._book.agents:
            row = self._crowd.drop(name)
            if row is not None:
                self._arcs.drop_agent(row)
            return
        agent = self._book.agent(name)
        if not self._crowd.is_known_as(name, agent):
            self._enrol(name, agent)
        self._crowd.update(name, agent, self._book.clock)

    def _enrol(self, name: str, agent: AgentState) -> None:
        """Let an agent join the match, or join it anew."""
        channels = self._kinds.channels
        row = self._crowd.enrol(name, agent, channels)
        self._arcs.put_agent(row, agent)
        kinds, fits, codes = self._kinds.for_agent(name, row)
        door_of = np.full(len(channels), -1)
        for door, channel in enumerate(self._crowd.doors_of(name)):
            if channel in channels:
                door_of[channels[channel]] = door
        self._crowd.join(name, kinds, fits, door_of[codes])

    def _open_doors(self) -> None:
        """Give agents a door for a channel that is new, where every channel is counted apart."""
        for name in self._crowd.without_all_doors(self._kinds.channels):
            agent = self._book.agent(name)
            self._enrol(name, agent)
            self._crowd.update(name, agent, self._book.clock)


def _may_lose(weights: RoutingWeights) -> bool:
    """Tell whether a ticket may be worth less than nothing to an agent."""
    return weights.worked > 0.0 or (weights.reserve > 0.0 and any(weights.skill_prices.values()))
