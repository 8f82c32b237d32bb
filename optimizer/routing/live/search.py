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
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.routing.live.network import FAR, NOWHERE, Memory, Network

__all__ = ["enter_each", "refill_class", "refill_place", "relieve_place", "settle", "take_out"]

Ints = NDArray[np.int64]

HEAPED, REACHED, NEAREST, END = 0, 1, 2, 3
"""What the entries of `Memory.mark` are."""


@njit(cache=True)
def class_node(number: int) -> int:
    """Return the node of a class."""
    return 2 * number


@njit(cache=True)
def place_node(number: int) -> int:
    """Return the node of a place."""
    return 2 * number + 1


@njit(cache=True)
def relieve_place(net: Network, memory: Memory, place: int) -> None:
    """Send on the unit that a place has too many."""
    _search(net, memory, place_node(place), True)


@njit(cache=True)
def refill_place(net: Network, memory: Memory, place: int) -> None:
    """Fetch the unit that a place lacks."""
    _search(net, memory, place_node(place), False)


@njit(cache=True)
def refill_class(net: Network, memory: Memory, kind: int) -> None:
    """Fetch the ticket that a class lacks for its links."""
    _search(net, memory, class_node(kind), False)


@njit(cache=True)
def enter_each(net: Network, memory: Memory, classes: Ints) -> None:
    """Let the best waiting ticket of each class named try to enter, once each time it is named."""
    for kind in classes:
        _enter(net, memory, kind)


@njit(cache=True)
def settle(net: Network, memory: Memory, classes: Ints, agents: Ints) -> None:
    """Mend all that new bases or costs have made worth changing at some classes and agents."""
    for kind in classes:
        first = net.book.start[kind]
        while (
            net.served[kind] > 0
            and net.book.worth[first + net.served[kind] - 1] + net.profit[kind] < 0
        ):
            net.served[kind] -= 1
            _search(net, memory, class_node(kind), False)
        while _enter(net, memory, kind):
            pass
    for agent in agents:
        while net.used[agent] > 0 and net.price[agent] < _slot(net, agent, net.used[agent] - 1):
            net.used[agent] -= 1
            _search(net, memory, place_node(agent), True)
        while net.used[agent] < net.room[agent] and net.price[agent] > _slot(
            net, agent, net.used[agent]
        ):
            net.used[agent] += 1
            _search(net, memory, place_node(agent), False)


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
    if place != agent:
        net.used[place] -= 1
        net.room[place] -= 1
    return True


@njit(cache=True)
def _enter(net: Network, memory: Memory, kind: int) -> bool:
    """Let the best waiting ticket of a class enter if it is worth it, and return whether it was."""
    served = net.served[kind]
    if served == net.book.length[kind]:
        return False
    if net.book.worth[net.book.start[kind] + served] + net.profit[kind] <= 0:
        return False
    net.served[kind] += 1
    _search(net, memory, class_node(kind), True)
    return True


@njit(cache=True)
def _search(net: Network, memory: Memory, start: int, forward: bool) -> None:
    """Find the shortest path between a node and the hub, reprice, and move a unit over it."""
    memory.mark[HEAPED], memory.mark[REACHED] = 0, 0
    memory.mark[NEAREST], memory.mark[END] = FAR, NOWHERE
    _reach(net, memory, forward, start, 0, NOWHERE, NOWHERE)
    while memory.mark[HEAPED] > 0:
        node = memory.heap[0]
        if memory.distance[node] >= memory.mark[NEAREST]:
            break
        _pop(memory)
        if forward:
            _look_ahead(net, memory, node)
        else:
            _look_back(net, memory, node)
    _reprice(net, memory, forward)
    _move(net, memory, forward)
    for i in range(memory.mark[REACHED]):
        memory.distance[memory.reached[i]] = FAR


@njit(cache=True)
def _look_ahead(net: Network, memory: Memory, node: int) -> None:
    """Reach the nodes to which a unit can go on from here."""
    here, number = memory.distance[node], node >> 1
    if node & 1 == 0:
        offset = here + net.profit[number]
        first = net.arcs.start[number]
        for arc in range(first, first + net.arcs.length[number]):
            place = net.arcs.item[arc]
            length = offset + net.price[place] - net.arcs.worth[arc]
            _reach(net, memory, True, place_node(place), length, node, NOWHERE)
        return
    link = net.place_link[number]
    while link != NOWHERE:
        kind = class_node(net.links.of_class[link])
        _reach(net, memory, True, kind, here, node, link)
        link = net.links.next_in_place[link]
    agent = net.owner[number]
    offset = here - net.price[number]
    if agent != number:
        if net.used[number] < net.room[number]:
            length = offset + net.price[agent]
            _reach(net, memory, True, place_node(agent), length, node, NOWHERE)
        return
    door = net.next_door[agent]
    while door != NOWHERE:
        if net.used[door] > 0:
            length = offset + net.price[door]
            _reach(net, memory, True, place_node(door), length, node, NOWHERE)
        door = net.next_door[door]


@njit(cache=True)
def _look_back(net: Network, memory: Memory, node: int) -> None:
    """Reach the nodes from which a unit can come here."""
    here, number = memory.distance[node], node >> 1
    if node & 1 == 0:
        link = net.class_link[number]
        while link != NOWHERE:
            place = place_node(net.links.of_place[link])
            _reach(net, memory, False, place, here, node, link)
            link = net.links.next_in_class[link]
        return
    offset = here + net.price[number]
    first = net.entries.start[number]
    for entry in range(first, first + net.entries.length[number]):
        kind = net.entries.item[entry]
        length = offset + net.profit[kind] - net.entries.worth[entry]
        _reach(net, memory, False, class_node(kind), length, node, NOWHERE)
    agent = net.owner[number]
    if agent != number:
        if net.used[number] > 0:
            length = offset - net.price[agent]
            _reach(net, memory, False, place_node(agent), length, node, NOWHERE)
        return
    door = net.next_door[agent]
    while door != NOWHERE:
        if net.used[door] < net.room[door]:
            length = offset - net.price[door]
            _reach(net, memory, False, place_node(door), length, node, NOWHERE)
        door = net.next_door[door]


@njit(cache=True)
def _to_hub(net: Network, node: int) -> int:
    """Return the length from a node straight to the hub, FAR if there is no way."""
    number = node >> 1
    if node & 1 == 0:
        served = net.served[number]
        if served > 0:
            last = net.book.worth[net.book.start[number] + served - 1]
            return int(max(0, last + net.profit[number]))
    elif net.owner[number] == number and net.used[number] < net.room[number]:
        return int(max(0, _slot(net, number, net.used[number]) - net.price[number]))
    return FAR


@njit(cache=True)
def _from_hub(net: Network, node: int) -> int:
    """Return the length straight from the hub to a node, FAR if there is no way."""
    number = node >> 1
    if node & 1 == 0:
        served = net.served[number]
        if served < net.book.length[number]:
            best = net.book.worth[net.book.start[number] + served]
            return int(max(0, -best - net.profit[number]))
    elif net.owner[number] == number and net.used[number] > 0:
        return int(max(0, net.price[number] - _slot(net, number, net.used[number] - 1)))
    return FAR


@njit(cache=True)
def _slot(net: Network, agent: int, before: int) -> int:
    """Return what the slot of an agent costs that has so many before it."""
    return int(net.cost[agent] + net.spread[0] * before)


@njit(cache=True)
def _reach(
    net: Network, memory: Memory, forward: bool, node: int, length: int, came: int, via: int
) -> None:
    """Note that a node, and perhaps the hub through it, is nearer than known so far."""
    if length >= min(memory.mark[NEAREST], memory.distance[node]):
        return
    if memory.distance[node] == FAR:
        memory.reached[memory.mark[REACHED]] = node
        memory.mark[REACHED] += 1
        memory.spot[node] = memory.mark[HEAPED]
        memory.mark[HEAPED] += 1
    memory.distance[node] = length
    memory.came[node], memory.via[node] = came, via
    beyond = _to_hub(net, node) if forward else _from_hub(net, node)
    if beyond < FAR and length + beyond < memory.mark[NEAREST]:
        memory.mark[NEAREST], memory.mark[END] = length + beyond, node
    spot = memory.spot[node]
    while spot > 0:
        parent = memory.heap[(spot - 1) >> 1]
        if memory.distance[parent] <= length:
            break
        memory.heap[spot] = parent
        memory.spot[parent] = spot
        spot = (spot - 1) >> 1
    memory.heap[spot] = node
    memory.spot[node] = spot


@njit(cache=True)
def _pop(memory: Memory) -> None:
    """Remove the nearest node from the heap."""
    memory.mark[HEAPED] -= 1
    size = memory.mark[HEAPED]
    node = memory.heap[size]
    length = memory.distance[node]
    spot = 0
    while True:
        child = 2 * spot + 1
        if child >= size:
            break
        if (
            child + 1 < size
            and memory.distance[memory.heap[child + 1]] < memory.distance[memory.heap[child]]
        ):
            child += 1
        nearest = memory.heap[child]
        if memory.distance[nearest] >= length:
            break
        memory.heap[spot] = nearest
        memory.spot[nearest] = spot
        spot = child
    memory.heap[spot] = node
    memory.spot[node] = spot


@njit(cache=True)
def _reprice(net: Network, memory: Memory, forward: bool) -> None:
    """Move profits and prices so that the path costs nothing and no length is below 0."""
    for i in range(memory.mark[REACHED]):
        node = memory.reached[i]
        gap = memory.mark[NEAREST] - memory.distance[node]
        if gap <= 0:
            continue
        if not forward:
            gap = -gap
        if node & 1 == 0:
            net.profit[node >> 1] -= gap
        else:
            net.price[node >> 1] += gap


@njit(cache=True)
def _move(net: Network, memory: Memory, forward: bool) -> None:
    """Move a unit over the path, from where it meets the hub to where the search began."""
    node = memory.mark[END]
    step = 1 if forward else -1
    if node & 1 == 0:
        net.served[node >> 1] -= step
    else:
        net.used[node >> 1] += step
    while memory.came[node] != NOWHERE:
        other = memory.came[node]
        if memory.via[node] != NOWHERE:
            _unlink(net, memory.via[node])
        elif forward:
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
