"""Shortest paths that mend the match after a change, forwards and backwards, compiled.

The match is a flow that circulates: from a hub to tickets, to their classes, to places (doors,
then agents), and through the agents' slots back to the hub. What is left of it after a change is
a match with one unit too many, or one too few, at some node. A unit too many is *sent on* over
the shortest path to the hub: to a free slot, or to a ticket that goes back to wait. A unit too
few is *fetched* over the shortest path from the hub: from a waiting ticket, or out of a slot that
then stays empty. Lengths are reduced costs,

* class to place: ``profit + price - fit``; back over a link: 0, for links are tight;
* door to its agent, below the limit: ``price(agent) - price(door)``; back: the negative;
* agent to hub, with a free slot: ``cost of the next slot - price``; back: ``price - cost of the
  last slot``;
* class to hub: ``base of the least ticket served + profit``; from the hub to the class: the
  negative of the same for the best that waits.

They are 0 or more, which proves the match best (Ahuja, Magnanti and Orlin, *Network Flows*, 1993,
section 9.7) and lets Dijkstra's algorithm find the path; afterwards all nodes nearer than its end
move by the difference, and all lengths are 0 or more again. The hub is always the end of a path
and never within one, so a search sees only what is nearer than the nearest end.

Where bases or costs have changed, some lengths at the hub are below 0. They count as 0 until
their turn comes: a search may then end there, which mends them too, but cannot make them worse.

The heap and the moves are in this file because compiled code is kept by file: a kernel would go on
with the old code of one that it calls in another.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.routing.live.network import FAR, NOWHERE, Memory, Network
from optimizer.routing.live.rows import Rows

__all__ = ["enter_each", "refill_class", "refill_place", "relieve_place", "settle", "take_out"]

Ints = NDArray[np.int64]

HEAPED, REACHED = 0, 1
"""What the entries of `Memory.mark` are."""


@njit(cache=True)
def relieve_place(net: Network, memory: Memory, place: int) -> None:
    """Send on the unit that a place has too many."""
    _send_on(net, memory, 2 * place + 1)


@njit(cache=True)
def refill_place(net: Network, memory: Memory, place: int) -> None:
    """Fetch the unit that a place lacks."""
    _fetch(net, memory, 2 * place + 1)


@njit(cache=True)
def refill_class(net: Network, memory: Memory, kind: int) -> None:
    """Fetch the ticket that a class lacks for its links."""
    _fetch(net, memory, 2 * kind)


@njit(cache=True)
def enter_each(net: Network, memory: Memory, classes: Ints) -> None:
    """Let the best waiting ticket of each class named try to enter, once each time it is named."""
    for kind in classes:
        if _would_enter(net.book, net.served, net.profit, kind):
            net.served[kind] += 1
            _send_on(net, memory, 2 * kind)


@njit(cache=True)
def settle(net: Network, memory: Memory, classes: Ints, agents: Ints) -> None:
    """Mend all that new bases or costs have made worth changing at some classes and agents."""
    book, served, profit = net.book, net.served, net.profit
    for kind in classes:
        first = book.start[kind]
        while served[kind] > 0 and book.worth[first + served[kind] - 1] + profit[kind] < 0:
            served[kind] -= 1
            _fetch(net, memory, 2 * kind)
        while _would_enter(book, served, profit, kind):
            served[kind] += 1
            _send_on(net, memory, 2 * kind)
    slots, used, price = (net.cost, net.bonus, net.spread), net.used, net.price
    for agent in agents:
        while used[agent] > 0 and price[agent] < _slot(*slots, agent, used[agent] - 1):
            used[agent] -= 1
            _send_on(net, memory, 2 * agent + 1)
        while used[agent] < net.room[agent] and price[agent] > _slot(*slots, agent, used[agent]):
            used[agent] += 1
            _fetch(net, memory, 2 * agent + 1)


@njit(cache=True)
def take_out(net: Network, kind: int, agent: int) -> bool:
    """Take one link between a class and an agent away, with its slot; the match stays best.

    Returns
    -------
    bool
        Whether there was one.
    """
    link = net.class_link[kind]
    while link != NOWHERE and net.owner[net.links.of_place[link]] != agent:
        link = net.links.next_in_class[link]
    if link == NOWHERE:
        return False
    place = net.links.of_place[link]
    _unlink(net, link)
    net.served[kind] -= 1
    net.used[agent] -= 1
    net.room[agent] -= 1
    net.cost[agent] += net.spread[0]
    net.bonus[agent] = 0
    if place != agent:
        net.used[place] -= 1
        net.room[place] -= 1
    return True


@njit(cache=True)
def _would_enter(book: Rows, served: Ints, profit: Ints, kind: int) -> bool:
    """Tell whether a class has a waiting ticket that it gains to have served."""
    following = book.start[kind] + served[kind]
    return bool(served[kind] < book.length[kind] and book.worth[following] + profit[kind] > 0)


@njit(cache=True)
def _send_on(net: Network, memory: Memory, start: int) -> None:
    """Send the unit that a node has too many over the shortest path to the hub."""
    arcs, links, book = net.arcs, net.links, net.book
    profit, price, owner, room, used = net.profit, net.price, net.owner, net.room, net.used
    slots = net.cost, net.bonus, net.spread
    distance = memory.distance
    _begin(memory, start)
    nearest, end = _to_hub(net, start), start
    while memory.mark[HEAPED] > 0 and distance[memory.heap[0]] < nearest:
        node = _pop(memory)
        here, number = distance[node], node >> 1
        if node & 1 == 0:
            offset = here + profit[number]
            first = arcs.start[number]
            for arc in range(first, first + arcs.length[number]):
                place = arcs.item[arc]
                length = offset + price[place] - arcs.worth[arc]
                if length < nearest and length < distance[2 * place + 1]:
                    _reach(memory, 2 * place + 1, length, node, NOWHERE)
                    if owner[place] == place and used[place] < room[place]:
                        length += max(0, _slot(*slots, place, used[place]) - price[place])
                        if length < nearest:
                            nearest, end = length, 2 * place + 1
            continue
        link = net.place_link[number]
        while link != NOWHERE:
            kind = links.of_class[link]
            if here < distance[2 * kind]:
                _reach(memory, 2 * kind, here, node, link)
                least = book.worth[book.start[kind] + net.served[kind] - 1]
                length = here + max(0, least + profit[kind])
                if length < nearest:
                    nearest, end = length, 2 * kind
            link = links.next_in_place[link]
        agent, offset = owner[number], here - price[number]
        if agent == number:
            door = net.next_door[agent]
            while door != NOWHERE:
                length = offset + price[door]
                if used[door] > 0 and length < min(nearest, distance[2 * door + 1]):
                    _reach(memory, 2 * door + 1, length, node, NOWHERE)
                door = net.next_door[door]
        elif used[number] < room[number]:
            length = offset + price[agent]
            if length < min(nearest, distance[2 * agent + 1]):
                _reach(memory, 2 * agent + 1, length, node, NOWHERE)
                if used[agent] < room[agent]:
                    length += max(0, _slot(*slots, agent, used[agent]) - price[agent])
                    if length < nearest:
                        nearest, end = length, 2 * agent + 1
    _reprice(net, memory, nearest, 1)
    _move(net, memory, end, 1)


@njit(cache=True)
def _fetch(net: Network, memory: Memory, start: int) -> None:
    """Fetch the unit that a node lacks over the shortest path from the hub."""
    entries, links, book = net.entries, net.links, net.book
    profit, price, owner, room, used = net.profit, net.price, net.owner, net.room, net.used
    slots = net.cost, net.bonus, net.spread
    distance = memory.distance
    _begin(memory, start)
    nearest, end = _from_hub(net, start), start
    while memory.mark[HEAPED] > 0 and distance[memory.heap[0]] < nearest:
        node = _pop(memory)
        here, number = distance[node], node >> 1
        if node & 1 == 0:
            link = net.class_link[number]
            while link != NOWHERE:
                place = links.of_place[link]
                if here < distance[2 * place + 1]:
                    _reach(memory, 2 * place + 1, here, node, link)
                    if owner[place] == place:
                        last = _slot(*slots, place, used[place] - 1)
                        length = here + max(0, price[place] - last)
                        if length < nearest:
                            nearest, end = length, 2 * place + 1
                link = links.next_in_class[link]
            continue
        offset = here + price[number]
        first = entries.start[number]
        for entry in range(first, first + entries.length[number]):
            kind = entries.item[entry]
            length = offset + profit[kind] - entries.worth[entry]
            if length < nearest and length < distance[2 * kind]:
                _reach(memory, 2 * kind, length, node, NOWHERE)
                if net.served[kind] < book.length[kind]:
                    best = book.worth[book.start[kind] + net.served[kind]]
                    length += max(0, -best - profit[kind])
                    if length < nearest:
                        nearest, end = length, 2 * kind
        agent = owner[number]
        if agent == number:
            door = net.next_door[agent]
            while door != NOWHERE:
                length = offset - price[door]
                if used[door] < room[door] and length < min(nearest, distance[2 * door + 1]):
                    _reach(memory, 2 * door + 1, length, node, NOWHERE)
                door = net.next_door[door]
        elif used[number] > 0:
            length = offset - price[agent]
            if length < min(nearest, distance[2 * agent + 1]):
                _reach(memory, 2 * agent + 1, length, node, NOWHERE)
                length += max(0, price[agent] - _slot(*slots, agent, used[agent] - 1))
                if length < nearest:
                    nearest, end = length, 2 * agent + 1
    _reprice(net, memory, nearest, -1)
    _move(net, memory, end, -1)


@njit(cache=True)
def _to_hub(net: Network, node: int) -> int:
    """Return the length from a node straight to the hub, FAR if there is no way."""
    number = node >> 1
    if node & 1 == 0:
        least = net.book.worth[net.book.start[number] + net.served[number] - 1]
        return int(max(0, least + net.profit[number]))
    if net.owner[number] == number and net.used[number] < net.room[number]:
        following = _slot(net.cost, net.bonus, net.spread, number, net.used[number])
        return int(max(0, following - net.price[number]))
    return FAR


@njit(cache=True)
def _from_hub(net: Network, node: int) -> int:
    """Return the length straight from the hub to a node, FAR if there is no way."""
    number = node >> 1
    if node & 1 == 0:
        if net.served[number] == net.book.length[number]:
            return FAR
        best = net.book.worth[net.book.start[number] + net.served[number]]
        return int(max(0, -best - net.profit[number]))
    if net.owner[number] == number:
        last = _slot(net.cost, net.bonus, net.spread, number, net.used[number] - 1)
        return int(max(0, net.price[number] - last))
    return FAR


@njit(cache=True)
def _slot(cost: Ints, bonus: Ints, spread: Ints, agent: int, before: int) -> int:
    """Return what the slot of an agent costs that has so many before it."""
    if before == 0:
        return int(cost[agent] - bonus[agent])
    return int(cost[agent] + spread[0] * before)


@njit(cache=True)
def _begin(memory: Memory, start: int) -> None:
    """Begin a search at a node."""
    memory.mark[HEAPED], memory.mark[REACHED] = 0, 0
    _reach(memory, start, 0, NOWHERE, NOWHERE)


@njit(cache=True)
def _reach(memory: Memory, node: int, length: int, came: int, via: int) -> None:
    """Note that a node is nearer than known so far."""
    heap, spots, distance = memory.heap, memory.spot, memory.distance
    if distance[node] == FAR:
        memory.reached[memory.mark[REACHED]] = node
        memory.mark[REACHED] += 1
        spots[node] = memory.mark[HEAPED]
        memory.mark[HEAPED] += 1
    distance[node] = length
    memory.came[node], memory.via[node] = came, via
    spot = spots[node]
    while spot > 0:
        parent = heap[(spot - 1) >> 1]
        if distance[parent] <= length:
            break
        heap[spot] = parent
        spots[parent] = spot
        spot = (spot - 1) >> 1
    heap[spot] = node
    spots[node] = spot


@njit(cache=True)
def _pop(memory: Memory) -> int:
    """Remove the nearest node from the heap and return it."""
    heap, spots, distance = memory.heap, memory.spot, memory.distance
    nearest = heap[0]
    memory.mark[HEAPED] -= 1
    size = memory.mark[HEAPED]
    node = heap[size]
    length = distance[node]
    spot = 0
    while True:
        child = 2 * spot + 1
        if child >= size:
            break
        if child + 1 < size and distance[heap[child + 1]] < distance[heap[child]]:
            child += 1
        if distance[heap[child]] >= length:
            break
        heap[spot] = heap[child]
        spots[heap[spot]] = spot
        spot = child
    heap[spot] = node
    spots[node] = spot
    return int(nearest)


@njit(cache=True)
def _reprice(net: Network, memory: Memory, nearest: int, step: int) -> None:
    """Move profits and prices so that the path costs nothing and no length is below 0.

    The distances are forgotten.
    """
    distance = memory.distance
    for i in range(memory.mark[REACHED]):
        node = memory.reached[i]
        gap = max(0, nearest - distance[node]) * step
        if node & 1 == 0:
            net.profit[node >> 1] -= gap
        else:
            net.price[node >> 1] += gap
        distance[node] = FAR


@njit(cache=True)
def _move(net: Network, memory: Memory, end: int, step: int) -> None:
    """Move a unit over the path, from where it meets the hub to where the search began.

    Parameters
    ----------
    step
        1 for a unit on its way to the hub, -1 for one from there.
    """
    node = end
    if node & 1 == 0:
        net.served[node >> 1] -= step
    else:
        net.used[node >> 1] += step
    while memory.came[node] != NOWHERE:
        other = memory.came[node]
        if memory.via[node] != NOWHERE:
            _unlink(net, memory.via[node])
        elif step == 1:
            _add(net, other, node)
        else:
            _add(net, node, other)
        node = other


@njit(cache=True)
def _add(net: Network, tail: int, head: int) -> None:
    """Add a unit from a class to a place, or between an agent and a door of it."""
    if tail & 1 == 0:
        _link(net, tail >> 1, head >> 1)
    elif net.owner[tail >> 1] == tail >> 1:
        net.used[head >> 1] -= 1
    else:
        net.used[tail >> 1] += 1


@njit(cache=True)
def _link(net: Network, kind: int, place: int) -> None:
    """Serve one more ticket of a class at a place."""
    links = net.links
    links.free_count[0] -= 1
    link = links.free[links.free_count[0]]
    links.of_class[link], links.of_place[link] = kind, place
    following = net.class_link[kind]
    links.next_in_class[link], links.last_in_class[link] = following, NOWHERE
    if following != NOWHERE:
        links.last_in_class[following] = link
    net.class_link[kind] = link
    following = net.place_link[place]
    links.next_in_place[link], links.last_in_place[link] = following, NOWHERE
    if following != NOWHERE:
        links.last_in_place[following] = link
    net.place_link[place] = link


@njit(cache=True)
def _unlink(net: Network, link: int) -> None:
    """Take a link away."""
    links = net.links
    before, following = links.last_in_class[link], links.next_in_class[link]
    if before == NOWHERE:
        net.class_link[links.of_class[link]] = following
    else:
        links.next_in_class[before] = following
    if following != NOWHERE:
        links.last_in_class[following] = before
    before, following = links.last_in_place[link], links.next_in_place[link]
    if before == NOWHERE:
        net.place_link[links.of_place[link]] = following
    else:
        links.next_in_place[before] = following
    if following != NOWHERE:
        links.last_in_place[following] = before
    links.free[links.free_count[0]] = link
    links.free_count[0] += 1
