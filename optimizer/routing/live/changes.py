"""Changes of a network that take several steps; after each of them the match is best again.

Room that goes away relieves its place of one unit at a time; room that comes is settled slot by
slot. A class or an agent joins at a profit or price at which none of its arcs gains anything, so
that joining changes nothing by itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.live.network import LIMIT, NOWHERE, Memory, Network
from optimizer.routing.live.readings import doors_of, entrance, place_in_book
from optimizer.routing.live.rows import append_each, drop_each
from optimizer.routing.live.search import (
    refill_class,
    refill_place,
    relieve_place,
    settle,
    take_out,
)

__all__ = [
    "commit",
    "cut_agent",
    "cut_class",
    "forget_agent",
    "join_agent",
    "join_class",
    "remove_from_book",
    "set_limit",
    "set_room",
]

Ints = NDArray[np.int64]

NONE = np.zeros(0, dtype=np.int64)


def set_room(net: Network, memory: Memory, agent: int, room: int) -> None:
    """Change how many contacts an agent can take."""
    net.room[agent] = room
    while net.used[agent] > room:
        net.used[agent] -= 1
        relieve_place(net, memory, agent)
    settle(net, memory, NONE, np.array([agent]))


def set_limit(net: Network, memory: Memory, door: int, limit: int) -> None:
    """Change how many contacts can pass a door."""
    agent = int(net.owner[door])
    while net.used[door] > limit:
        # A unit that came through the door must leave, and the agent then lacks it.
        net.room[door] = net.used[door] - 1
        net.used[door] -= 1
        relieve_place(net, memory, door)
        refill_place(net, memory, agent)
    while net.used[door] < limit and net.price[door] > net.price[agent]:
        if net.used[agent] == net.room[agent] == 0:
            net.price[agent] = net.price[door]  # nothing holds the price of an agent without room
            break
        # One unit more passes the door: the agent has it too many, the door lacks it.
        net.used[door] += 1
        net.room[door] = net.used[door]
        relieve_place(net, memory, agent)
        refill_place(net, memory, door)
    net.room[door] = limit


def join_class(net: Network, kind: int, places: Ints, fits: Ints) -> None:
    """Put the arcs of a new class, which has no tickets, in."""
    net.profit[kind] = (fits - net.price[places]).max(initial=-LIMIT)
    append_each(net.arcs, np.full(len(places), kind), places, fits)
    append_each(net.entries, places, np.full(len(places), kind), fits)


def join_agent(net: Network, agent: int, classes: Ints, fits: Ints, places: Ints) -> None:
    """Put the arcs of an agent without any, and without room, in.

    Parameters
    ----------
    places
        The agent, or the door of it, to which each arc leads.
    """
    price = (fits - net.profit[classes]).max(initial=net.cost[agent])
    for place in (agent, *doors_of(net, agent)):
        net.price[place] = price
    append_each(net.arcs, classes, places, fits)
    append_each(net.entries, places, classes, fits)


def cut_agent(net: Network, agent: int) -> None:
    """Take out all arcs of an agent who has no work."""
    for place in (agent, *doors_of(net, agent)):
        first, length = net.entries.start[place], net.entries.length[place]
        drop_each(net.arcs, net.entries.item[first : first + length].copy(), place)
        net.entries.length[place] = 0


def forget_agent(net: Network, agent: int) -> None:
    """Free the numbers of an agent without arcs."""
    for place in (agent, *doors_of(net, agent)):
        net.owner[place] = NOWHERE


def cut_class(net: Network, kind: int) -> None:
    """Take out all arcs of a class that has no tickets."""
    first, length = net.arcs.start[kind], net.arcs.length[kind]
    drop_each(net.entries, net.arcs.item[first : first + length].copy(), kind)
    net.arcs.length[kind] = 0


def remove_from_book(net: Network, memory: Memory, ticket: int) -> None:
    """Take a ticket out of its class; if it was served, its slot goes to the best use there is."""
    kind = int(net.ticket_class[ticket])
    if strike(net, ticket) < net.served[kind]:
        net.served[kind] -= 1
        refill_class(net, memory, kind)


def strike(net: Network, ticket: int) -> int:
    """Strike a ticket off the book of its class, and return how many stood before it."""
    kind = int(net.ticket_class[ticket])
    place = place_in_book(net, ticket)
    at, end = net.book.start[kind] + place, net.book.start[kind] + net.book.length[kind]
    for column in (net.book.item, net.book.worth):
        column[at : end - 1] = column[at + 1 : end]
    net.book.length[kind] -= 1
    return place


def commit(net: Network, memory: Memory, ticket: int, agent: int) -> None:
    """Take a ticket and a slot of an agent out of the match, together."""
    kind = int(net.ticket_class[ticket])
    served = net.served[kind]
    if place_in_book(net, ticket) < served and take_out(net, kind, agent):
        strike(net, ticket)
        return
    way = entrance(net, kind, agent)
    remove_from_book(net, memory, ticket)
    set_room(net, memory, agent, int(net.room[agent]) - 1)
    if way not in (NOWHERE, agent) and net.room[way]:
        set_limit(net, memory, way, int(net.room[way]) - 1)
    net.cost[agent] += net.spread[0]
    net.bonus[agent] = 0
    settle(net, memory, NONE, np.array([agent]))
