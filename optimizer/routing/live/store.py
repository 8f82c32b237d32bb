"""A network with its working memory: hands out numbers, and grows when it runs out of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.live.network import (
    NOWHERE,
    Network,
    grown,
    new_memory,
)
from optimizer.routing.live.rows import reserve

__all__ = ["Store"]

Ints = NDArray[np.int64]


class Store:
    """The network as it is now; its arrays change places when they grow."""

    def __init__(self, net: Network) -> None:
        self.net = net
        self.memory = new_memory(net)

    def new_class(self) -> int:
        """Return the least free number of a class, now in use."""
        if self.net.class_used.all():
            self._grow(classes=1)
        kind = int(self.net.class_used.argmin())
        self.net.class_used[kind] = 1
        return kind

    def new_agent(self, points: int, bonus: int, limits: Sequence[int]) -> int:
        """Return the number of a new agent with doors, without room, arcs and prices."""
        agent, *doors = self._free_numbers("owner", 1 + len(limits)).tolist()
        net = self.net
        net.cost[agent], net.bonus[agent] = -points, bonus
        net.room[agent] = 0
        net.room[doors] = limits
        for place, following in zip([agent, *doors], [*doors, NOWHERE], strict=True):
            net.owner[place] = agent
            net.next_door[place] = following
        return int(agent)

    def new_tickets(self, count: int) -> Ints:
        """Return the least free numbers of tickets; they are in use once they have a class."""
        return self._free_numbers("ticket_class", count)

    def reserve_arcs(self, kinds: Ints, places: Ints) -> None:
        """Make space for arcs between classes and places."""
        net = self.net
        self.net = net._replace(arcs=reserve(net.arcs, kinds), entries=reserve(net.entries, places))

    def reserve_tickets(self, kinds: Ints) -> None:
        """Make space for one more ticket in each class named."""
        self.net = self.net._replace(book=reserve(self.net.book, kinds))

    def known_classes(self, kinds: int | Ints) -> None:
        """Refuse numbers that are no classes."""
        self._refuse_unless(self.net.class_used, kinds, 1)

    def known_agents(self, agents: int | Ints) -> None:
        """Refuse numbers that are no agents."""
        self._refuse_unless(self.net.owner, agents, agents)

    def known_tickets(self, tickets: int | Ints) -> None:
        """Refuse numbers that are no tickets."""
        self._refuse_unless(self.net.ticket_class != NOWHERE, tickets, True)

    def _free_numbers(self, column: str, count: int) -> Ints:
        """Return the least numbers at which a column says NOWHERE."""
        free = np.flatnonzero(getattr(self.net, column) == NOWHERE)
        if len(free) < count:
            more = count - len(free)
            self._grow(**{"places" if column == "owner" else "tickets": more})
            free = np.flatnonzero(getattr(self.net, column) == NOWHERE)
        return free[:count]

    def _grow(self, *, classes: int = 0, places: int = 0, tickets: int = 0) -> None:
        """Make space for more numbers."""
        self.net = grown(self.net, classes=classes, places=places, tickets=tickets)
        self.memory = new_memory(self.net)

    @staticmethod
    def _refuse_unless(
        column: NDArray[np.generic], numbers: int | Ints, expected: int | Ints
    ) -> None:
        """Refuse numbers at which a column does not hold what it should."""
        wanted = np.asarray(numbers)
        outside = (wanted < 0) | (wanted >= len(column))
        if outside.any() or (column[wanted] != expected).any():
            raise KeyError(f"not in use: {numbers}")
