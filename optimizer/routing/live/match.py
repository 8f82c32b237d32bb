"""The best match of a pool of tickets and agents, kept best while they come, change and go."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.routing.live import changes, readings
from optimizer.routing.live.certificate import faults
from optimizer.routing.live.network import (
    LIMIT,
    NOWHERE,
    empty_network,
    flatten,
    grown,
    new_memory,
    unflatten,
)
from optimizer.routing.live.rows import insert_each, rebase, reserve
from optimizer.routing.live.search import enter_each, settle

__all__ = ["LiveMatch"]

Ints = NDArray[np.int64]

STRAIGHT = -1
"""The door of an arc that leads to the agent without a limit of its own."""


class LiveMatch:
    """An exact match of tickets to slots of agents that follows every change.

    It maximises the sum of ``base(ticket) + fit(class, agent) + points(agent) - spread * slot``
    over all pairs, where slot counts 0, 1, 2, ... within each agent and tickets may wait. Tickets
    of a class are alike but for their bases; agents have room for so many contacts and may have
    doors, each with a limit of its own, for instance one per channel.

    Everything is in whole numbers (see `optimizer.routing.live.network` for the scale). Classes,
    agents, doors' places and tickets are numbered from 0; the number of one that left is used
    again. Equal operations in equal order give equal states.

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
        By every method: a worth beyond LIMIT, a room below 0, lists of unequal length.
    """

    def __init__(self, spread: int = 0) -> None:
        if not 0 <= spread <= LIMIT:
            raise ValueError("spread is from 0 to LIMIT")
        self._net = empty_network(spread)
        self._memory = new_memory(self._net)
        self._next_sequence = 0

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
        owners, worths = _whole(agents), _worths(fits)
        places = self._places(owners, doors)
        _same_length(places, worths)
        _all_different(places)
        kind = self._new_class()
        self._reserve_arcs(np.full(len(places), kind), places)
        changes.join_class(self._net, kind, places, worths)
        return kind

    def drop_class(self, kind: int) -> None:
        """Remove a class; it must have no tickets."""
        self._known(self._net.class_used, kind, 1)
        if self._net.book.length[kind]:
            raise ValueError("a class that has tickets cannot be dropped")
        changes.cut_class(self._net, kind)
        self._net.class_used[kind] = 0

    # Agents

    def add_agent(
        self,
        room: int,
        points: int = 0,
        classes: ArrayLike = (),
        fits: ArrayLike = (),
        doors: ArrayLike | None = None,
        limits: Sequence[int] = (),
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
        """
        kinds, worths = _whole(classes), _worths(fits)
        self._known(self._net.class_used, kinds, 1)
        _same_length(kinds, worths)
        _all_different(kinds)
        _check_rooms(room, *limits)
        cost = -int(_worths([points])[0])
        agent = self._new_agent(cost, limits)
        places = self._places(np.full(len(kinds), agent), doors)
        self._reserve_arcs(kinds, places)
        changes.join_agent(self._net, agent, kinds, worths, places)
        changes.set_room(self._net, self._memory, agent, room)
        return agent

    def drop_agent(self, agent: int) -> None:
        """Remove an agent; the tickets tentatively there look for other places."""
        self._known_agents(agent)
        changes.set_room(self._net, self._memory, agent, 0)
        changes.cut_arcs(self._net, agent)
        for place in (agent, *readings.doors_of(self._net, agent)):
            self._net.owner[place] = NOWHERE

    def change_agent(
        self, agent: int, classes: ArrayLike, fits: ArrayLike, doors: ArrayLike | None = None
    ) -> None:
        """Replace what an agent may take and how well it fits; room and limits stay."""
        kinds, worths = _whole(classes), _worths(fits)
        self._known_agents(agent)
        self._known(self._net.class_used, kinds, 1)
        _same_length(kinds, worths)
        _all_different(kinds)
        places = self._places(np.full(len(kinds), agent), doors)
        room = int(self._net.room[agent])
        changes.set_room(self._net, self._memory, agent, 0)
        changes.cut_arcs(self._net, agent)
        self._reserve_arcs(kinds, places)
        changes.join_agent(self._net, agent, kinds, worths, places)
        changes.set_room(self._net, self._memory, agent, room)

    def set_room(self, agent: int, room: int, limits: Sequence[int] | None = None) -> None:
        """Change how many contacts an agent can take, and how many each door lets pass.

        Parameters
        ----------
        limits
            Of all doors of the agent; None leaves them as they are.
        """
        self._known_agents(agent)
        doors = readings.doors_of(self._net, agent)
        limits = self._net.room[doors].tolist() if limits is None else list(limits)
        _check_rooms(room, *limits)
        if len(limits) != len(doors):
            raise ValueError("an agent has one limit per door")
        if room < self._net.room[agent]:
            changes.set_room(self._net, self._memory, agent, room)
        for door, limit in zip(doors, limits, strict=True):
            changes.set_limit(self._net, self._memory, door, limit)
        changes.set_room(self._net, self._memory, agent, room)

    def set_points(self, agent: int, points: int) -> None:
        """Change what each contact is worth more for being this agent's."""
        self.rescore((), (), [agent], [points])

    def room(self, agent: int) -> int:
        """Return how many contacts an agent can take, tentative ones included."""
        self._known_agents(agent)
        return int(self._net.room[agent])

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
        rows, worths = _whole(kinds), _worths(bases)
        self._known(self._net.class_used, rows, 1)
        _same_length(rows, worths)
        if sequences is None:
            orders = self._next_sequence + np.arange(len(rows))
        else:
            orders = _whole(sequences)
            _same_length(rows, orders)
        if not len(rows):
            return orders
        self._next_sequence = max(self._next_sequence, int(orders.max()) + 1)
        tickets = self._new_tickets(len(rows))
        self._net.base[tickets], self._net.sequence[tickets] = worths, orders
        self._insert(tickets, rows)
        return tickets

    def remove_ticket(self, ticket: int) -> None:
        """Remove a ticket; if it was served, its slot goes to the best use there is."""
        self._known_ticket(ticket)
        changes.remove_from_book(self._net, self._memory, ticket)
        self._net.ticket_class[ticket] = NOWHERE

    def move_ticket(self, ticket: int, kind: int, base: int | None = None) -> None:
        """Move a ticket to another class; number and sequence stay, and the base if it is None."""
        self._known_ticket(ticket)
        self._known(self._net.class_used, kind, 1)
        worth = self._net.base[ticket] if base is None else _worths([base])[0]
        changes.remove_from_book(self._net, self._memory, ticket)
        self._net.base[ticket] = worth
        self._insert(np.array([ticket]), np.array([kind]))

    def commit(self, ticket: int, agent: int) -> None:
        """Take a ticket and a slot of an agent out of the match, together.

        The room of the agent falls by one, the limit of the door that leads there from the
        ticket's class too, and the points by `spread`, for the slots left are the later ones. A
        tentative pair costs no search; any other pair is made, and the rest mended.
        """
        self._known_ticket(ticket)
        self._known_agents(agent)
        if not self._net.room[agent]:
            raise ValueError("the agent has no room")
        changes.commit(self._net, self._memory, ticket, agent)
        self._net.ticket_class[ticket] = NOWHERE

    # Everything

    def rescore(
        self,
        tickets: ArrayLike,
        bases: ArrayLike,
        agents: ArrayLike = (),
        points: ArrayLike = (),
    ) -> None:
        """Change the bases of many tickets and the points of many agents at once."""
        changed, worths = _whole(tickets), _worths(bases)
        staff, costs = _whole(agents), -_worths(points)
        _same_length(changed, worths)
        _same_length(staff, costs)
        net = self._net
        if len(changed):
            self._known_ticket(changed)
            net.base[changed] = worths
            rebase(net.book, net.base, net.sequence)
        self._known_agents(staff)
        net.cost[staff] = costs
        kinds = np.unique(net.ticket_class[changed])
        settle(net, self._memory, kinds, staff)

    def pairs(self) -> tuple[Ints, Ints]:
        """Return the tickets served and the agent of each, by class and then by falling base.

        Within a class the tickets go to its agents in the order of their numbers.
        """
        return readings.pairs(self._net)

    def agent_of(self, ticket: int) -> int | None:
        """Return the agent with whom a ticket is in `pairs`, None if it waits."""
        self._known_ticket(ticket)
        net = self._net
        kind = int(net.ticket_class[ticket])
        place = readings.place_in_book(net, ticket)
        if place >= net.served[kind]:
            return None
        return int(readings.agents_serving(net, kind)[place])

    def value(self) -> int:
        """Return what the match is worth; exact, however large."""
        return readings.value(self._net)

    def faults(self) -> list[str]:
        """Return what is wrong with the state: nothing, unless the code is."""
        return faults(self._net)

    def is_optimal(self) -> bool:
        """Return whether the prices prove the match best, checked in plain numpy."""
        return not self.faults()

    def dump(self) -> dict[str, Ints]:
        """Return copies of the whole state, from which `load` goes on as this one would."""
        state = flatten(self._net)
        state["next_sequence"] = np.array([self._next_sequence], dtype=np.int64)
        return state

    @classmethod
    def load(cls, state: dict[str, Ints]) -> LiveMatch:
        """Return a match in the state that `dump` returned."""
        match = cls()
        match._net = unflatten(state)
        match._memory = new_memory(match._net)
        match._next_sequence = int(state["next_sequence"][0])
        return match

    # Numbers

    def _new_class(self) -> int:
        """Return the least free number of a class, now used."""
        kind = int(self._net.class_used.argmin())
        if self._net.class_used[kind]:
            kind = len(self._net.class_used)
            self._grow(classes=1)
        self._net.class_used[kind] = 1
        return kind

    def _new_agent(self, cost: int, limits: Sequence[int]) -> int:
        """Return the number of a new agent without room, arcs and prices, with doors."""
        free = np.flatnonzero(self._net.owner == NOWHERE)
        needed = 1 + len(limits)
        if len(free) < needed:
            self._grow(places=needed - len(free))
            free = np.flatnonzero(self._net.owner == NOWHERE)
        agent, *doors = free[:needed].tolist()
        net = self._net
        net.cost[agent] = cost
        net.room[agent] = 0
        net.room[doors] = limits
        for place, following in zip([agent, *doors], [*doors, NOWHERE], strict=True):
            net.owner[place] = agent
            net.next_door[place] = following
        return int(agent)

    def _new_tickets(self, count: int) -> Ints:
        """Return the least free numbers of tickets."""
        free = np.flatnonzero(self._net.ticket_class == NOWHERE)
        if len(free) < count:
            self._grow(tickets=count - len(free))
            free = np.flatnonzero(self._net.ticket_class == NOWHERE)
        return free[:count]

    def _grow(self, *, classes: int = 0, places: int = 0, tickets: int = 0) -> None:
        """Make space for more numbers."""
        self._net = grown(self._net, classes=classes, places=places, tickets=tickets)
        self._memory = new_memory(self._net)

    def _reserve_arcs(self, kinds: Ints, places: Ints) -> None:
        """Make space for arcs."""
        net = self._net
        self._net = net._replace(
            arcs=reserve(net.arcs, kinds), entries=reserve(net.entries, places)
        )

    def _insert(self, tickets: Ints, kinds: Ints) -> None:
        """Put tickets into the books of classes, and let them enter in this order."""
        self._net = net = self._net._replace(book=reserve(self._net.book, kinds))
        net.ticket_class[tickets] = kinds
        insert_each(net.book, kinds, tickets, net.base[tickets], net.sequence)
        enter_each(net, self._memory, kinds)

    # Checks

    def _places(self, agents: Ints, doors: ArrayLike | None) -> Ints:
        """Return the place to which each arc leads."""
        self._known_agents(agents)
        if doors is None:
            return agents
        numbers = _whole(doors)
        _same_length(agents, numbers)
        places = agents.copy()
        for i in np.flatnonzero(numbers != STRAIGHT).tolist():
            own = readings.doors_of(self._net, int(agents[i]))
            if not 0 <= numbers[i] < len(own):
                raise ValueError(f"agent {agents[i]} has no door {numbers[i]}")
            places[i] = own[numbers[i]]
        return places

    def _known_agents(self, agents: int | Ints) -> None:
        """Refuse numbers that are not agents."""
        self._known(self._net.owner, agents, agents)

    def _known_ticket(self, tickets: int | Ints) -> None:
        """Refuse numbers that are not tickets."""
        numbers = np.asarray(tickets)
        known = (numbers >= 0) & (numbers < len(self._net.base))
        if not known.all() or (self._net.ticket_class[numbers] == NOWHERE).any():
            raise KeyError(tickets)

    def _known(self, column: Ints, numbers: int | Ints, expected: int | Ints) -> None:
        """Refuse numbers at which a column does not hold what it should."""
        wanted = np.asarray(numbers)
        if ((wanted < 0) | (wanted >= len(column))).any() or (column[wanted] != expected).any():
            raise KeyError(numbers)


def _whole(values: ArrayLike) -> Ints:
    """Return an array of whole numbers."""
    return np.asarray(values, dtype=np.int64)


def _worths(values: ArrayLike) -> Ints:
    """Return an array of worths within LIMIT."""
    worths = np.asarray(values, dtype=np.int64)
    if ((worths > LIMIT) | (worths < -LIMIT)).any():
        raise ValueError("a worth is beyond LIMIT")
    return worths


def _same_length(one: Ints, other: Ints) -> None:
    """Refuse lists that do not belong together."""
    if len(one) != len(other):
        raise ValueError("lists of unequal length")


def _all_different(numbers: Ints) -> None:
    """Refuse to list an arc twice."""
    if len(np.unique(numbers)) != len(numbers):
        raise ValueError("an arc is listed twice")


def _check_rooms(*rooms: int) -> None:
    """Refuse rooms below 0."""
    if min(rooms) < 0:
        raise ValueError("a room is 0 or more")
