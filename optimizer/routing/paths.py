"""Successive shortest augmenting paths over classes of tickets and doors of crews, compiled.

The problem is a flow of greatest value: each ticket of a class goes through a door to one slot of
a crew, or waits. Tickets enter in order of falling base. Each entry finds the path that gains
most: from the ticket's class over alternating arcs (a class may take a slot from another, which
moves elsewhere) to a free slot, to a served ticket that is sent back to wait, or to the new ticket
itself waiting. Prices of doors and profits of classes keep every reduced cost at or above zero,
so Dijkstra's algorithm finds the path, and after every entry the match of the tickets entered so
far is optimal (Ahuja, Magnanti and Orlin, *Network Flows*, 1993, section 9.7). Five things make it
fast:

* a class is searched once, however many tickets and pairs it stands for;
* a search ends as soon as nothing nearer than the best end is left, and most ends are near;
* prices only rise, hence a class that once left a ticket waiting never needs another search;
* for the same reason an arc that was once too dear for a class stays so until the class earns less:
  such arcs are listed last and mostly not looked at;
* most doors are reached at no cost, as arcs in use have none: these need no heap.

S searches that look at E' arcs each cost O(S E' log E'); S is at most the tickets served plus the
classes, and E' is usually a small part of all arcs.

Doors of one crew share its slots: a class may also enter by a door that has room while a ticket
that came by a sibling door leaves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.routing.network import Network, Solution
from optimizer.routing.state import Search, State

__all__ = ["augment_all"]

Ints = NDArray[np.int64]
Numbers = NDArray[np.uint32]
Whole = int | np.integer[Any]

NOWHERE = np.int64(-1)
NO_ARC = np.uint32(2**32 - 1)
FAR = 2**62


def augment_all(net: Network) -> Solution:
    """Return the match of greatest total gain and fit less costs."""
    return Solution(*_solve(net))


@njit(cache=True, nogil=True)
def _solve(net: Network) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
    """Return the fields of the solution."""
    state = _start(net)
    _enter_all(net, state, _memory(net))
    return state.flow, state.profit, state.price, state.served, state.load, state.used


@njit(cache=True, nogil=True)
def _start(net: Network) -> State:
    """Match nothing: doors cost what the first slot does, and classes earn by their best arc."""
    classes, doors, arcs = len(net.first_arc) - 1, len(net.door_crew), len(net.arc_door)
    state = State(
        profit=np.full(classes, -FAR),
        served=np.zeros(classes, dtype=np.int64),
        latest=np.full(classes, FAR),
        price=np.empty(doors, dtype=np.int64),
        load=np.zeros(doors, dtype=np.int64),
        room=np.empty(doors, dtype=np.int64),
        used=np.zeros(len(net.first_slot) - 1, dtype=np.int64),
        flow=np.zeros(arcs, dtype=np.int64),
        head=np.full(doors, NO_ARC),
        after=np.full(arcs, NO_ARC),
        before=np.full(arcs, NO_ARC),
        order=np.arange(arcs).astype(np.uint32),
        near=net.first_arc[:-1].copy(),
        bound=np.full(classes, -FAR),
    )
    for door in range(doors):
        crew = net.door_crew[door]
        first = net.first_slot[crew]
        state.price[door] = net.cost[first] if first < net.last_slot[crew] else net.cost[0]
        _see_room(net, state, door)
    for arc in range(arcs):
        here, door = net.arc_class[arc], net.arc_door[arc]
        state.profit[here] = max(state.profit[here], net.fit[arc] - state.price[door])
    return state


@njit(cache=True, nogil=True)
def _memory(net: Network) -> Search:
    """Return working memory; a search pushes an arc or a pair of sibling doors at most once."""
    classes, doors = len(net.first_arc) - 1, len(net.door_crew)
    pushes = len(net.arc_door) + (np.diff(net.first_door) ** 2).sum()
    return Search(
        class_distance=np.full(classes, FAR),
        class_arc=np.full(classes, NO_ARC),
        classes=np.empty(classes, dtype=np.uint32),
        door_distance=np.full(doors, FAR),
        door_from=np.empty(doors, dtype=np.int64),
        doors=np.empty(doors, dtype=np.uint32),
        done=np.zeros(doors, dtype=np.bool_),
        stack=np.empty(doors, dtype=np.uint32),
        heap_key=np.empty(pushes, dtype=np.int64),
        heap_door=np.empty(pushes, dtype=np.uint32),
    )


@njit(cache=True, nogil=True)
def _enter_all(net: Network, state: State, memory: Search) -> None:
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


@njit(cache=True, nogil=True)
def _search(
    net: Network, state: State, memory: Search, start: np.uint32, worth: int
) -> tuple[int, Whole, Whole, int, int]:
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
    profit, price, bound, near = state.profit, state.price, state.bound, state.near
    class_distance, door_distance = memory.class_distance, memory.door_distance
    keys, waiting, stack = memory.heap_key, memory.heap_door, memory.stack
    distance, end_class, end_door = worth, np.int64(start), NOWHERE
    class_distance[start] = 0
    memory.classes[0] = start
    classes, scanned, doors, pushed, stacked = 1, 0, 0, 0, 0
    here_at = 0  # how far the class or door is that is being looked at
    while True:
        while scanned < classes and here_at < distance:
            here = memory.classes[scanned]
            scanned += 1
            offset = here_at + profit[here]
            first, last, stop = net.first_arc[here], net.first_arc[here + 1], near[here]
            while True:
                for place in range(first, stop):
                    arc = state.order[place]
                    door = net.arc_door[arc]
                    reached = offset - net.fit[arc] + price[door]
                    if reached >= distance or reached >= door_distance[door]:
                        continue
                    if door_distance[door] == FAR:
                        memory.doors[doors] = door
                        doors += 1
                    door_distance[door] = reached
                    memory.door_from[door] = arc
                    end = reached + state.room[door] - price[door]
                    if end < distance:
                        distance, end_class, end_door = end, NOWHERE, np.int64(door)
                    if reached == here_at:
                        stack[stacked] = door
                        stacked += 1
                    elif reached < distance:
                        pushed = _push(keys, waiting, pushed, reached, door)
                if stop == last or offset + bound[here] >= distance:
                    break
                first, stop = stop, last
            if stop == last:
                _part(net, state, here, distance - offset)
        door, found = np.uint32(0), False
        if stacked > 0:
            stacked -= 1
            door, found = stack[stacked], True
        while not found and pushed > 0:
            here_at, door = keys[0], waiting[0]
            pushed = _pop(keys, waiting, pushed)
            found = not memory.done[door]
        if not found or here_at >= distance:
            return distance, end_class, end_door, classes, doors
        memory.done[door] = True
        arc = state.head[door]
        while arc != NO_ARC:
            here = net.arc_class[arc]
            if class_distance[here] == FAR:
                class_distance[here] = here_at
                memory.class_arc[here] = arc
                memory.classes[classes] = here
                classes += 1
                end = here_at + state.latest[here] + profit[here]
                if end < distance:
                    distance, end_class, end_door = end, np.int64(here), NOWHERE
            arc = state.after[arc]
        if state.load[door] == net.door_limit[door]:
            continue
        crew = net.door_crew[door]
        for sibling in range(net.first_door[crew], net.first_door[crew + 1]):
            moved = here_at + price[sibling] - price[door]
            if moved < min(distance, door_distance[sibling]) and state.load[sibling] > 0:
                if door_distance[sibling] == FAR:
                    memory.doors[doors] = sibling
                    doors += 1
                door_distance[sibling] = moved
                memory.door_from[sibling] = -2 - np.int64(door)
                pushed = _push(keys, waiting, pushed, moved, np.uint32(sibling))


@njit(cache=True, nogil=True)
def _part(net: Network, state: State, here: np.uint32, bound: int) -> None:
    """List the arcs of a class first whose price less fit is below a bound."""
    near = net.first_arc[here]
    for place in range(net.first_arc[here], net.first_arc[here + 1]):
        arc = state.order[place]
        if state.price[net.arc_door[arc]] - net.fit[arc] < bound:
            state.order[place], state.order[near] = state.order[near], arc
            near += np.uint64(1)
    state.near[here] = near
    state.bound[here] = bound


@njit(cache=True, nogil=True)
def _reprice(state: State, memory: Search, distance: int, classes: int, doors: int) -> None:
    """Move prices and profits so that the path found costs nothing and no arc less."""
    for i in range(classes):
        here = memory.classes[i]
        state.profit[here] -= max(0, distance - memory.class_distance[here])
    for i in range(doors):
        door = memory.doors[i]
        state.price[door] += max(0, distance - memory.door_distance[door])


@njit(cache=True, nogil=True)
def _augment(
    net: Network,
    state: State,
    memory: Search,
    start: Whole,
    end_class: Whole,
    end_door: Whole,
) -> None:
    """Walk the path back from its end: each class on it moves one ticket to its next door."""
    if end_class == NOWHERE:
        door = end_door
        crew = net.door_crew[door]
        state.used[crew] += 1
        for sibling in range(net.first_door[crew], net.first_door[crew + 1]):
            _see_room(net, state, sibling)
    else:
        _serve(net, state, end_class, -1)
        door = _leave(net, state, memory.class_arc[end_class])
    _serve(net, state, start, 1)
    while True:
        while memory.door_from[door] < NOWHERE:
            door = -2 - memory.door_from[door]
        arc = memory.door_from[door]
        _enter(net, state, np.uint32(arc))
        if net.arc_class[arc] == start:
            return
        door = _leave(net, state, memory.class_arc[net.arc_class[arc]])


@njit(cache=True, nogil=True)
def _serve(net: Network, state: State, here: Whole, more: int) -> None:
    """Serve one more ticket of a class, or one less."""
    state.served[here] += more
    served = state.served[here]
    state.latest[here] = net.gain[net.first_ticket[here] + served - 1] if served else FAR


@njit(cache=True, nogil=True)
def _see_room(net: Network, state: State, door: Whole) -> None:
    """Note what the next slot behind a door costs."""
    crew = net.door_crew[door]
    slot = net.first_slot[crew] + state.used[crew]
    free = state.load[door] < net.door_limit[door] and slot < net.last_slot[crew]
    state.room[door] = net.cost[slot] if free else FAR


@njit(cache=True, nogil=True)
def _enter(net: Network, state: State, arc: np.uint32) -> None:
    """Send one more ticket along an arc."""
    door = net.arc_door[arc]
    if state.flow[arc] == 0:
        first = state.head[door]
        if first != NO_ARC:
            state.before[first] = arc
        state.after[arc] = first
        state.before[arc] = NO_ARC
        state.head[door] = arc
    state.flow[arc] += 1
    state.load[door] += 1
    _see_room(net, state, door)


@njit(cache=True, nogil=True)
def _leave(net: Network, state: State, arc: np.uint32) -> Whole:
    """Take one ticket off an arc and return the door it came through."""
    door = net.arc_door[arc]
    state.flow[arc] -= 1
    state.load[door] -= 1
    _see_room(net, state, door)
    if state.flow[arc] == 0:
        before, after = state.before[arc], state.after[arc]
        if before == NO_ARC:
            state.head[door] = after
        else:
            state.after[before] = after
        if after != NO_ARC:
            state.before[after] = before
    return np.int64(door)


@njit(cache=True, nogil=True)
def _forget(memory: Search, classes: int, doors: int) -> None:
    """Clear what a search has touched, and nothing else."""
    for i in range(classes):
        memory.class_distance[memory.classes[i]] = FAR
    for i in range(doors):
        memory.door_distance[memory.doors[i]] = FAR
        memory.done[memory.doors[i]] = False


@njit(cache=True, nogil=True)
def _push(keys: Ints, doors: Numbers, size: int, key: int, door: np.uint32) -> int:
    """Add a door to a binary heap and return its new size."""
    place = size
    while place > 0 and keys[(place - 1) >> 1] > key:
        parent = (place - 1) >> 1
        keys[place], doors[place] = keys[parent], doors[parent]
        place = parent
    keys[place], doors[place] = key, door
    return size + 1


@njit(cache=True, nogil=True)
def _pop(keys: Ints, doors: Numbers, size: int) -> int:
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
