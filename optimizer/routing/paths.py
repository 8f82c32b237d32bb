"""Successive shortest augmenting paths over classes of tickets and doors of crews, compiled.

The problem is a flow of greatest value: each ticket of a class goes through a door to one slot of
a crew, or waits. Tickets enter in order of falling base. Each entry finds the path that gains
most: from the ticket's class over alternating arcs (a class may take a slot from another, which
moves elsewhere) to a free slot, to a served ticket that is sent back to wait, or to the new ticket
itself waiting. Prices of doors and profits of classes keep every reduced cost at or above zero,
so Dijkstra's algorithm finds the path, and after every entry the match of the tickets entered so
far is optimal (Ahuja, Magnanti and Orlin, *Network Flows*, 1993, section 9.7). Three things make
it fast:

* a class is searched once, however many tickets and pairs it stands for;
* a search ends as soon as nothing nearer than the best end is left, and most ends are near;
* prices only rise, hence a class that once left a ticket waiting never needs another search.

S searches that look at E' arcs each cost O(S E' log E'); S is at most the tickets served plus the
classes, and E' is usually a small part of all arcs.

Doors of one crew share its slots: a class may also enter by a door that has room while a ticket
that came by a sibling door leaves.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["LARGEST", "Network", "Solution", "augment_all"]

Ints = NDArray[np.int64]

NOWHERE = -1
FAR = 2**62
LARGEST = 2.0**59
"""Bound on what a pair may be worth, so that no distance reaches FAR."""


class Network(NamedTuple):
    """A market in whole numbers.

    Classes, crews and doors are numbered; ``first_x[i]`` is where the x of i begin in their list.
    Gains fall within a class; costs are 0 or more and rise within a crew, whose slots from
    ``last_slot`` on are closed. `fit` may be negative.
    """

    queue: Ints
    first_ticket: Ints
    gain: Ints
    first_arc: Ints
    arc_class: Ints
    arc_door: Ints
    fit: Ints
    first_door: Ints
    door_crew: Ints
    door_limit: Ints
    first_slot: Ints
    last_slot: Ints
    cost: Ints


class Solution(NamedTuple):
    """The best match of a network, with the prices that prove it.

    Parameters
    ----------
    flow
        Tickets carried by each arc, [arcs].
    profit
        What the best arc of each class leaves after the price of its door, -FAR where the class
        has no arc, [classes]. A ticket waits only if its gain and this add up to 0 or less, and is
        served only if they add up to 0 or more.
    price
        What room at each door is worth to others, the cost of the slot included, 0 or more,
        [doors].
    served, load, used
        Tickets served of each class, [classes]; contacts that came by each door, [doors]; slots
        taken of each crew, [crews].
    """

    flow: Ints
    profit: Ints
    price: Ints
    served: Ints
    load: Ints
    used: Ints


class _State(NamedTuple):
    """What is matched so far, with the prices that prove it.

    The arcs in use at each door form a list linked in both directions.
    """

    profit: Ints
    served: Ints
    price: Ints
    load: Ints
    used: Ints
    flow: Ints
    head: Ints
    after: Ints
    before: Ints


class _Search(NamedTuple):
    """Working memory of one search; distances are FAR wherever it has not been."""

    class_distance: Ints
    class_arc: Ints
    classes: Ints
    door_distance: Ints
    door_from: Ints
    doors: Ints
    done: NDArray[np.bool_]
    heap_key: Ints
    heap_door: Ints


def augment_all(net: Network) -> Solution:
    """Return the match of greatest total gain and fit less costs."""
    state = _start(net)
    _enter_all(net, state, _memory(net))
    return Solution(state.flow, state.profit, state.price, state.served, state.load, state.used)


def _start(net: Network) -> _State:
    """Match nothing: doors cost what the first slot does, and classes earn by their best arc."""
    classes, doors, arcs = len(net.first_arc) - 1, len(net.door_crew), len(net.arc_door)
    first = np.where(net.last_slot > net.first_slot[:-1], net.first_slot[:-1], 0)
    price = net.cost[first][net.door_crew]
    profit = np.full(classes, -FAR)
    np.maximum.at(profit, net.arc_class, net.fit - price[net.arc_door])
    return _State(
        profit=profit,
        served=np.zeros(classes, dtype=np.int64),
        price=price,
        load=np.zeros(doors, dtype=np.int64),
        used=np.zeros(len(net.first_slot) - 1, dtype=np.int64),
        flow=np.zeros(arcs, dtype=np.int64),
        head=np.full(doors, NOWHERE),
        after=np.full(arcs, NOWHERE),
        before=np.full(arcs, NOWHERE),
    )


def _memory(net: Network) -> _Search:
    """Return working memory; a search pushes an arc or a pair of sibling doors at most once."""
    classes, doors, arcs = len(net.first_arc) - 1, len(net.door_crew), len(net.arc_door)
    pushes = arcs + int((np.diff(net.first_door) ** 2).sum())
    return _Search(
        class_distance=np.full(classes, FAR),
        class_arc=np.full(classes, NOWHERE),
        classes=np.empty(classes, dtype=np.int64),
        door_distance=np.full(doors, FAR),
        door_from=np.empty(doors, dtype=np.int64),
        doors=np.empty(doors, dtype=np.int64),
        done=np.zeros(doors, dtype=np.bool_),
        heap_key=np.empty(pushes, dtype=np.int64),
        heap_door=np.empty(pushes, dtype=np.int64),
    )


@njit(cache=True)
def _enter_all(net: Network, state: _State, memory: _Search) -> None:
    """Enter the tickets one by one; each entry keeps the match optimal."""
    for start in net.queue:
        # A class that has left a ticket waiting finds that ticket here again, worth 0 or less.
        worth = net.gain[net.first_ticket[start] + state.served[start]] + state.profit[start]
        if worth <= 0:
            continue
        distance, end_class, end_door, classes, doors = _search(net, state, memory, start, worth)
        _reprice(state, memory, distance, classes, doors)
        if end_class != start:
            _augment(net, state, memory, start, end_class, end_door)
        _forget(memory, classes, doors)


@njit(cache=True)
def _search(
    net: Network, state: _State, memory: _Search, start: int, worth: int
) -> tuple[int, int, int, int, int]:
    """Find the nearest end for a new ticket of class `start`.

    Parameters
    ----------
    worth
        Distance of the end that always exists: the new ticket waits.

    Returns
    -------
    tuple
        Distance of the end; the class of which a ticket waits, or NOWHERE; the door to a free
        slot, or NOWHERE; how many classes and doors were reached.
    """
    distance, end_class, end_door = worth, start, NOWHERE
    memory.class_distance[start] = 0
    memory.classes[0] = start
    classes, doors, pushed = 1, 0, 0
    scanned = 0
    while True:
        while scanned < classes:
            here = memory.classes[scanned]
            scanned += 1
            offset = memory.class_distance[here] + state.profit[here]
            for arc in range(net.first_arc[here], net.first_arc[here + 1]):
                door = net.arc_door[arc]
                reached = offset - net.fit[arc] + state.price[door]
                if reached >= min(distance, memory.door_distance[door]):
                    continue
                if memory.door_distance[door] == FAR:
                    memory.doors[doors] = door
                    doors += 1
                memory.door_distance[door] = reached
                memory.door_from[door] = arc
                crew = net.door_crew[door]
                slot = net.first_slot[crew] + state.used[crew]
                if state.load[door] < net.door_limit[door] and slot < net.last_slot[crew]:
                    end = reached + net.cost[slot] - state.price[door]
                    if end < distance:
                        distance, end_class, end_door = end, NOWHERE, door
                if reached < distance:
                    pushed = _push(memory.heap_key, memory.heap_door, pushed, reached, door)
        door = NOWHERE
        while pushed > 0 and memory.heap_key[0] < distance:
            nearest = memory.heap_door[0]
            pushed = _pop(memory.heap_key, memory.heap_door, pushed)
            if not memory.done[nearest]:
                door = nearest
                break
        if door == NOWHERE:
            return distance, end_class, end_door, classes, doors
        memory.done[door] = True
        reached = memory.door_distance[door]
        arc = state.head[door]
        while arc != NOWHERE:
            here = net.arc_class[arc]
            if memory.class_distance[here] == FAR:
                memory.class_distance[here] = reached
                memory.class_arc[here] = arc
                memory.classes[classes] = here
                classes += 1
                last = net.gain[net.first_ticket[here] + state.served[here] - 1]
                end = reached + last + state.profit[here]
                if end < distance:
                    distance, end_class, end_door = end, here, NOWHERE
            arc = state.after[arc]
        if state.load[door] == net.door_limit[door]:
            continue
        crew = net.door_crew[door]
        for sibling in range(net.first_door[crew], net.first_door[crew + 1]):
            moved = reached + state.price[sibling] - state.price[door]
            nearer = moved < min(distance, memory.door_distance[sibling])
            if nearer and state.load[sibling] > 0:
                if memory.door_distance[sibling] == FAR:
                    memory.doors[doors] = sibling
                    doors += 1
                memory.door_distance[sibling] = moved
                memory.door_from[sibling] = -2 - door
                pushed = _push(memory.heap_key, memory.heap_door, pushed, moved, sibling)


@njit(cache=True)
def _reprice(state: _State, memory: _Search, distance: int, classes: int, doors: int) -> None:
    """Move prices and profits so that the path found costs nothing and no arc less."""
    for i in range(classes):
        here = memory.classes[i]
        state.profit[here] -= max(0, distance - memory.class_distance[here])
    for i in range(doors):
        door = memory.doors[i]
        state.price[door] += max(0, distance - memory.door_distance[door])


@njit(cache=True)
def _augment(
    net: Network, state: _State, memory: _Search, start: int, end_class: int, end_door: int
) -> None:
    """Walk the path back from its end: each class on it moves one ticket to its next door."""
    if end_class == NOWHERE:
        door = end_door
        state.used[net.door_crew[door]] += 1
    else:
        state.served[end_class] -= 1
        door = _leave(net, state, memory.class_arc[end_class])
    state.served[start] += 1
    while True:
        while memory.door_from[door] < NOWHERE:
            door = -2 - memory.door_from[door]
        arc = memory.door_from[door]
        _enter(net, state, arc)
        if net.arc_class[arc] == start:
            return
        door = _leave(net, state, memory.class_arc[net.arc_class[arc]])


@njit(cache=True)
def _enter(net: Network, state: _State, arc: int) -> None:
    """Send one more ticket along an arc."""
    door = net.arc_door[arc]
    if state.flow[arc] == 0:
        first = state.head[door]
        if first != NOWHERE:
            state.before[first] = arc
        state.after[arc] = first
        state.before[arc] = NOWHERE
        state.head[door] = arc
    state.flow[arc] += 1
    state.load[door] += 1


@njit(cache=True)
def _leave(net: Network, state: _State, arc: int) -> int:
    """Take one ticket off an arc and return the door it came through."""
    door = net.arc_door[arc]
    state.flow[arc] -= 1
    state.load[door] -= 1
    if state.flow[arc] == 0:
        before, after = state.before[arc], state.after[arc]
        if before == NOWHERE:
            state.head[door] = after
        else:
            state.after[before] = after
        if after != NOWHERE:
            state.before[after] = before
    return int(door)


@njit(cache=True)
def _forget(memory: _Search, classes: int, doors: int) -> None:
    """Clear what a search has touched, and nothing else."""
    for i in range(classes):
        memory.class_distance[memory.classes[i]] = FAR
    for i in range(doors):
        memory.door_distance[memory.doors[i]] = FAR
        memory.done[memory.doors[i]] = False


@njit(cache=True)
def _push(keys: Ints, doors: Ints, size: int, key: int, door: int) -> int:
    """Add a door to a binary heap and return its new size."""
    place = size
    while place > 0 and keys[(place - 1) >> 1] > key:
        parent = (place - 1) >> 1
        keys[place], doors[place] = keys[parent], doors[parent]
        place = parent
    keys[place], doors[place] = key, door
    return size + 1


@njit(cache=True)
def _pop(keys: Ints, doors: Ints, size: int) -> int:
    """Remove the door with the least key from a binary heap and return its new size."""
    last = size - 1
    key, door = keys[last], doors[last]
    place = 0
    while True:
        child = 2 * place + 1
        if child >= last:
            break
        if child + 1 < last and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[place], doors[place] = keys[child], doors[child]
        place = child
    keys[place], doors[place] = key, door
    return last
