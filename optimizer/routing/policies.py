"""Baselines that the exact match is compared with; they fill the same market."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.routing.market import Market

__all__ = ["match_greedily"]

Ints = NDArray[np.int64]


def match_greedily(market: Market) -> Ints:
    """Return how many tickets each arc carries if the best pair left is always taken, [arcs].

    What most routers do one event at a time. Pairs of equal score are taken in the order of
    tickets, then of arcs. Sorting the P pairs of a ticket and a crew costs O(P log P).
    """
    count = np.diff(market.first_arc)[market.ticket_class]
    ticket = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(ticket)) - np.repeat(np.cumsum(count) - count, count)
    arc = market.first_arc[market.ticket_class[ticket]] + place
    order = np.argsort(-(market.base[ticket] + market.arc_fit[arc]), kind="stable")
    crews = market.crews
    room = np.bincount(crews.slot_crew, minlength=len(crews.leader))
    door = market.arc_door[arc[order]]
    taken = _take(ticket[order], door, crews.door_crew, crews.door_limit.copy(), room, len(count))
    return np.bincount(arc[order][taken], minlength=len(market.arc_fit))


@njit(cache=True)
def _take(
    ticket: Ints, door: Ints, door_crew: Ints, passable: Ints, room: Ints, tickets: int
) -> NDArray[np.bool_]:
    """Go through the pairs in order and tell which are taken; uses up `passable` and `room`."""
    taken = np.zeros(len(ticket), dtype=np.bool_)
    waits = np.ones(tickets, dtype=np.bool_)
    for pair in range(len(ticket)):
        crew = door_crew[door[pair]]
        if waits[ticket[pair]] and room[crew] > 0 and passable[door[pair]] > 0:
            taken[pair] = True
            waits[ticket[pair]] = False
            room[crew] -= 1
            passable[door[pair]] -= 1
    return taken
