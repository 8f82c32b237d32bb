"""The best match of a pool of tickets and agents, kept best while they come, change and go."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.routing.live import changes, readings
from optimizer.routing.live.arguments import (
    agent_points,
    arc_lists,
    check_rooms,
    check_same_length,
    whole,
    worths,
)
from optimizer.routing.live.certificate import faults
from optimizer.routing.live.network import LIMIT, NOWHERE, empty_network, flatten, unflatten
from optimizer.routing.live.rows import insert_each, rebase
from optimizer.routing.live.search import enter_each, settle
from optimizer.routing.live.store import Store

__all__ = ["LiveMatch"]

Ints = NDArray[np.int64]

NONE = np.zeros(0, dtype=np.int64)


class LiveMatch:
    """An exact match of tickets to slots of agents that follows every change.

    It maximises the sum of ``base(ticket) + fit(class, agent) + points(agent) - spread * slot``
    over all pairs, where slot counts 0, 1, 2, ... within each agent, plus the bonus of each agent
    who has any; tickets may wait. Tickets of a class are alike but for their bases; agents have
    room for so many contacts and may have doors, each with a limit of its own, for instance one
    per channel.

    Everything is in whole numbers (see `optimizer.routing.live.network` for the scale). Classes,
    agents and tickets are numbered; a number that is free again is used again. Equal operations
    in equal order give equal states, and whatever is refused changes nothing.

    Parameters
    ----------
    spread
        What every slot of an agent is worth less than the one before, 0 or more: a positive one
        gives work to those with the least of it where else all is equal.

    Raises
    ------
    KeyError
        By every method: a number that is not in use.
    ValueError
        By every method: a worth that is not whole or beyond LIMIT, a bonus or a room below 0, a
        room so large that `spread` makes the last slot cost more than 2 x LIMIT, lists of unequal
        length, an arc listed twice.
    """

    def __init__(self, spread: int = 0) -> None:
        if not 0 <= spread <= LIMIT:
            raise ValueError("spread is from 0 to LIMIT")
        self._store = Store(empty_network(spread))

    # Classes

    def add_class(
        self,
        agents: ArrayLike = (),
        fits: ArrayLike = (),
        doors: ArrayLike | None = None,
    ) -> int:
        """Add a class without tickets and return its number.

        Parameters
        ----------
        agents, fits
            Who may take its tickets, and what each of them is worth more for it.
        doors
            Through which of the agent's doors the work goes, counted from 0; -1 straight. By
            default all arcs go straight.
        """
        store = self._store
        staff, values = arc_lists(agents, fits)
        store.known_agents(staff)
        places = readings.places_behind(store.net, staff, doors)
        kind = store.new_class()
        store.reserve_arcs(np.full(len(places), kind), places)
        changes.join_class(store.net, kind, places, values)
        return kind

    def drop_class(self, kind: int) -> None:
        """Remove a class; it must have no tickets."""
        self._store.known_classes(kind)
        net = self._store.net
        if net.book.length[kind]:
            raise ValueError("a class that has tickets cannot be dropped")
        changes.cut_class(net, kind)
        net.class_used[kind] = 0

    # Agents

    def add_agent(
        self,
        room: int,
        points: int = 0,
        classes: ArrayLike = (),
        fits: ArrayLike = (),
        doors: ArrayLike | None = None,
        limits: Sequence[int] = (),
        bonus: int = 0,
    ) -> int:
        """Add an agent and return the number.

        Parameters
        ----------
        room
            Contacts that the agent can take.
        points
            What each of them is worth more for being the agent's.
        classes, fits
            What the agent may take, and what each ticket of it is worth more.
        doors
            As in `add_class`, for each class.
        limits
            Contacts that each door lets pass; the agent has as many doors for good.
        bonus
            What the first contact is worth more than the others, 0 or more.
        """
        kinds, values = arc_lists(classes, fits)
        worth, extra = agent_points([points], [bonus])
        check_rooms(room, *limits)
        self._check_slots(worth, room)
        self._store.known_classes(kinds)
        agent = self._store.new_agent(int(worth[0]), int(extra[0]), limits)
        try:
            self._join(agent, kinds, values, doors)
        except ValueError:
            changes.forget_agent(self._store.net, agent)
            raise
        changes.set_room(self._store.net, self._store.memory, agent, room)
        return agent

    def drop_agent(self, agent: int) -> None:
        """Remove an agent; the tickets tentatively there look for other places."""
        self._store.known_agents(agent)
        net = self._store.net
        changes.set_room(net, self._store.memory, agent, 0)
        changes.cut_agent(net, agent)
        changes.forget_agent(net, agent)

    def change_agent(
        self, agent: int, classes: ArrayLike, fits: ArrayLike, doors: ArrayLike | None = None
    ) -> None:
        """Replace what an agent may take and how well it fits; room and limits stay."""
        store = self._store
        store.known_agents(agent)
        kinds, values = arc_lists(classes, fits)
        store.known_classes(kinds)
        readings.places_behind(store.net, np.full(len(kinds), agent), doors)
        room = int(store.net.room[agent])
        changes.set_room(store.net, store.memory, agent, 0)
        changes.cut_agent(store.net, agent)
        self._join(agent, kinds, values, doors)
        changes.set_room(store.net, store.memory, agent, room)

    def set_room(self, agent: int, room: int, limits: Sequence[int] | None = None) -> None:
        """Change how many contacts an agent can take, and how many each door lets pass.

        Parameters
        ----------
        limits
            Of all doors of the agent; None leaves them as they are.
        """
        self._store.known_agents(agent)
        net, memory = self._store.net, self._store.memory
        doors = readings.doors_of(net, agent)
        wanted = net.room[doors].tolist() if limits is None else list(limits)
        check_rooms(room, *wanted)
        self._check_slots(-net.cost[[agent]], room)
        if len(wanted) != len(doors):
            raise ValueError("an agent has one limit per door")
        if room < net.room[agent]:
            changes.set_room(net, memory, agent, room)
        for door, limit in zip(doors, wanted, strict=True):
            changes.set_limit(net, memory, door, limit)
        if room > net.room[agent]:
            changes.set_room(net, memory, agent, room)

    def set_points(self, agent: int, points: int, bonus: int = 0) -> None:
        """Change what each contact, and the first one besides, is worth for being the agent's."""
        self.rescore((), (), [agent], [points], [bonus])

    def room(self, agent: int) -> int:
        """Return how many contacts an agent can take, tentative ones included."""
        self._store.known_agents(agent)
        return int(self._store.net.room[agent])

    # Tickets

    def add_ticket(self, kind: int, base: int, sequence: int | None = None) -> int:
        """Add a ticket to a class and return its number.

        Parameters
        ----------
        base
            What it is worth to serve it.
        sequence
            Of tickets of equal base in one class the least goes first; by default more than any
            before.
        """
        return int(self.add_tickets([kind], [base], None if sequence is None else [sequence])[0])

    def add_tickets(
        self, kinds: ArrayLike, bases: ArrayLike, sequences: ArrayLike | None = None
    ) -> Ints:
        """Add many tickets and return their numbers; quickest in the order of falling base."""
        store = self._store
        rows, values = whole(kinds), worths(bases)
        store.known_classes(rows)
        check_same_length(rows, values)
        following = int(store.net.next_sequence[0])
        order = following + np.arange(len(rows)) if sequences is None else whole(sequences)
        check_same_length(rows, order)
        tickets = store.new_tickets(len(rows))
        net = store.net
        net.next_sequence[0] = order.max(initial=following - 1) + 1
        net.base[tickets], net.sequence[tickets] = values, order
        self._insert(tickets, rows)
        return tickets

    def remove_ticket(self, ticket: int) -> None:
        """Remove a ticket; if it was served, its slot goes to the best use there is."""
        self._store.known_tickets(ticket)
        changes.remove_from_book(self._store.net, self._store.memory, ticket)
        self._store.net.ticket_class[ticket] = NOWHERE

    def move_ticket(self, ticket: int, kind: int, base: int | None = None) -> None:
        """Move a ticket to another class; number and sequence stay, and the base if it is None."""
        self._store.known_tickets(ticket)
        self._store.known_classes(kind)
        net = self._store.net
        (worth,) = (net.base[[ticket]] if base is None else worths([base])).tolist()
        if net.ticket_class[ticket] == kind and net.base[ticket] == worth:
            return
        changes.remove_from_book(net, self._store.memory, ticket)
        net.base[ticket] = worth
        self._insert(np.array([ticket]), np.array([kind]))

    def commit(self, ticket: int, agent: int) -> None:
        """Take a ticket and a slot of an agent out of the match, together.

        The room of the agent falls by one, the limit of the door that leads there from the
        ticket's class too, the points by `spread`, and there is no bonus any more, for the slots
        left are the later ones. A tentative pair costs no search; any other pair is made, and the
        rest mended.
        """
        self._store.known_tickets(ticket)
        self._store.known_agents(agent)
        net = self._store.net
        if not net.room[agent]:
            raise ValueError("the agent has no room")
        changes.commit(net, self._store.memory, ticket, agent)
        net.ticket_class[ticket] = NOWHERE

    # Everything

    def rescore(
        self,
        tickets: ArrayLike,
        bases: ArrayLike,
        agents: ArrayLike = (),
        points: ArrayLike = (),
        bonuses: ArrayLike | None = None,
    ) -> None:
        """Change the bases of many tickets and the points of many agents at once.

        Parameters
        ----------
        bonuses
            Of the same agents; by default they have none any more.
        """
        changed, values = whole(tickets), worths(bases)
        staff = whole(agents)
        each, first = agent_points(points, np.zeros_like(staff) if bonuses is None else bonuses)
        check_same_length(changed, values)
        check_same_length(staff, each)
        self._store.known_tickets(changed)
        self._store.known_agents(staff)
        net = self._store.net
        self._check_slots(each, net.room[staff])
        net.base[changed], net.cost[staff], net.bonus[staff] = values, -each, first
        kinds = NONE
        if len(changed):
            rebase(net.book, net.base, net.sequence)
            kinds = np.flatnonzero(net.class_used)
        settle(net, self._store.memory, kinds, staff)

    def pairs(self) -> tuple[Ints, Ints]:
        """Return the tickets served and the agent of each, by class and then by falling base.

        Within a class the tickets go to its agents in the order of their numbers.
        """
        return readings.pairs(self._store.net)

    def agent_of(self, ticket: int) -> int | None:
        """Return the agent with whom a ticket is in `pairs`, None if it waits."""
        self._store.known_tickets(ticket)
        net = self._store.net
        kind = int(net.ticket_class[ticket])
        place = readings.place_in_book(net, ticket)
        if place >= net.served[kind]:
            return None
        return int(readings.agents_serving(net, kind)[place])

    def value(self) -> int:
        """Return what the match is worth; exact, however large."""
        return readings.value(self._store.net)

    def faults(self) -> list[str]:
        """Return what is wrong with the state: nothing, unless the code is."""
        return faults(self._store.net)

    def is_optimal(self) -> bool:
        """Return whether the prices prove the match best, checked in plain numpy."""
        return not self.faults()

    def dump(self) -> dict[str, Ints]:
        """Return copies of the whole state, from which `load` goes on as this one would."""
        return flatten(self._store.net)

    @classmethod
    def load(cls, state: dict[str, Ints]) -> LiveMatch:
        """Return a match in the state that `dump` returned."""
        match = cls()
        match._store = Store(unflatten(state))
        return match

    def _check_slots(self, points: Ints, room: int | Ints) -> None:
        """Refuse slots that cost too much."""
        if np.any(int(self._store.net.spread[0]) * room - points > 2 * LIMIT):
            raise ValueError("with this spread, the last slots cost more than 2 x LIMIT")

    def _join(self, agent: int, kinds: Ints, fits: Ints, doors: ArrayLike | None) -> None:
        """Put the arcs of an agent who has none in."""
        store = self._store
        places = readings.places_behind(store.net, np.full(len(kinds), agent), doors)
        store.reserve_arcs(kinds, places)
        changes.join_agent(store.net, agent, kinds, fits, places)

    def _insert(self, tickets: Ints, kinds: Ints) -> None:
        """Put tickets into the books of classes, and let them enter in this order."""
        self._store.reserve_tickets(kinds)
        net = self._store.net
        net.ticket_class[tickets] = kinds
        insert_each(net.book, kinds, tickets, net.base[tickets], net.sequence)
        enter_each(net, self._store.memory, kinds)
