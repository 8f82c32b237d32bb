"""What the state of a network says: who is with whom, and what that is worth."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from optimizer.routing.live.arguments import check_same_length, whole
from optimizer.routing.live.network import NOWHERE, Network

__all__ = [
    "agents_serving",
    "doors_of",
    "entrance",
    "links_in_use",
    "pairs",
    "place_in_book",
    "places_behind",
    "value",
]

Ints = NDArray[np.int64]

STRAIGHT = -1
"""The door of an arc that leads to the agent without a limit of its own."""


def doors_of(net: Network, agent: int) -> list[int]:
    """Return the places that are doors of an agent, in order."""
    doors = []
    door = int(net.next_door[agent])
    while door != NOWHERE:
        doors.append(door)
        door = int(net.next_door[door])
    return doors


def places_behind(net: Network, agents: Ints, doors: ArrayLike | None) -> Ints:
    """Return the place that one gets to by a door of each agent.

    Parameters
    ----------
    doors
        For each agent: the number of a door, counted from 0, or -1 for none; None for all none.

    Raises
    ------
    ValueError
        If somebody has no such door.
    """
    numbers = np.full(len(agents), STRAIGHT) if doors is None else whole(doors)
    check_same_length(agents, numbers)
    if (numbers < STRAIGHT).any():
        raise ValueError("doors are counted from 0; -1 means none")
    places = agents.copy()
    for door in range(int(numbers.max(initial=STRAIGHT)) + 1):
        going = numbers >= door
        places[going] = net.next_door[places[going]]
        if (places == NOWHERE).any():
            raise ValueError(f"an agent has no door {door}")
    return places


def place_in_book(net: Network, ticket: int) -> int:
    """Return how many tickets of its class are served before a ticket."""
    kind = int(net.ticket_class[ticket])
    first, count = int(net.book.start[kind]), int(net.book.length[kind])
    return int((net.book.item[first : first + count] == ticket).argmax())


def entrance(net: Network, kind: int, agent: int) -> int:
    """Return the place through which a class gets to an agent, NOWHERE if it does not."""
    first, count = int(net.arcs.start[kind]), int(net.arcs.length[kind])
    places = net.arcs.item[first : first + count]
    way = places[net.owner[places] == agent]
    return int(way[0]) if len(way) else NOWHERE


def agents_serving(net: Network, kind: int) -> Ints:
    """Return the agents who serve tickets of a class, once for each ticket, by number."""
    places = []
    link = int(net.class_link[kind])
    while link != NOWHERE:
        places.append(net.links.of_place[link])
        link = int(net.links.next_in_class[link])
    return np.sort(net.owner[places])


def links_in_use(net: Network) -> Ints:
    """Return the numbers of the links that are not free."""
    used = np.ones(len(net.links.free), dtype=np.bool_)
    used[net.links.free[: net.links.free_count[0]]] = False
    return np.flatnonzero(used)


def pairs(net: Network) -> tuple[Ints, Ints]:
    """Return the tickets served and the agent of each, by class and then by falling base."""
    before = np.cumsum(net.served) - net.served
    within = np.arange(int(net.served.sum())) - np.repeat(before, net.served)
    tickets = net.book.item[np.repeat(net.book.start, net.served) + within]
    used = links_in_use(net)
    agents = net.owner[net.links.of_place[used]]
    return tickets, agents[np.lexsort((agents, net.links.of_class[used]))]


def value(net: Network) -> int:
    """Return what the match is worth, as a sum that cannot overflow."""
    tickets, _ = pairs(net)
    fits = _fits(net, links_in_use(net))
    agents = np.flatnonzero(net.used * (net.owner == np.arange(len(net.owner))))
    paid = sum(
        count * first + int(net.spread[0]) * (count * (count - 1) // 2)
        for count, first in zip(net.used[agents].tolist(), net.cost[agents].tolist(), strict=True)
    )
    gains = (net.base[tickets], fits, net.bonus[agents])
    return int(sum(sum(gain.tolist()) for gain in gains) - paid)


@njit(cache=True)
def _fits(net: Network, links: Ints) -> Ints:
    """Return the fit of the arc that each link follows, [links]."""
    fits = np.zeros(len(links), dtype=np.int64)
    for i in range(len(links)):
        place = net.links.of_place[links[i]]
        first = net.entries.start[place]
        for entry in range(first, first + net.entries.length[place]):
            if net.entries.item[entry] == net.links.of_class[links[i]]:
                fits[i] = net.entries.worth[entry]
    return fits
