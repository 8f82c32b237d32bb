"""A matching problem that changes, in arrays that grow: classes, places, tickets, units of flow.

A *place* is where work goes: an agent, or a door of an agent, through which the work of a channel
with a limit of its own has to pass. Places are numbered together; an agent's number is that of
its place. Each ticket served is one *link* from its class to a place.

All worths are whole numbers. Bases, fits and points, a bonus included, reach up to `LIMIT` on
either side of 0, and no slot costs more than ``2 x LIMIT``. Then profits and prices stay within
``2 x LIMIT``: what joins starts there, and whatever a search moves ends up tight on a path from a
ticket that is served at a profit of at least ``-LIMIT``, or to a slot at a price of at least
``-LIMIT``. A search begins at most three lengths away from the hub, none of them above
``4 x LIMIT``, so no sum exceeds ``16 x LIMIT = 2^60``; FAR is beyond.

With levels of work as ``level x LEVEL`` in the base, a higher level strictly comes first as long
as ``2 x pairs x greatest score < LEVEL``: up to 2^14 pairs at scores below 2^19 points, in
`STEPS` per point.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.live.rows import Rows, empty_rows

__all__ = [
    "FAR",
    "LEVEL",
    "LIMIT",
    "NOWHERE",
    "STEPS",
    "Links",
    "Memory",
    "Network",
    "empty_network",
    "flatten",
    "grown",
    "new_memory",
    "unflatten",
]

Ints = NDArray[np.int64]

STEPS = 2**16
"""Whole steps per point of score."""
LEVEL = 2**50
"""Worth of one level of work."""
LIMIT = 2**56
"""Bound on the absolute value of a base, a fit, and the points of an agent."""
FAR = 2**62
NOWHERE = -1

SMALLEST = 16
"""Rows that a new network has space for."""


class Links(NamedTuple):
    """Tickets served, as units of flow; those of a class, and of a place, form a chain each.

    Parameters
    ----------
    of_class, of_place
        The two ends, [links].
    next_in_class, last_in_class, next_in_place, last_in_place
        The neighbours in the chains, or NOWHERE, [links].
    free
        Numbers that are free: the first ``free_count[0]`` of them, [links].
    """

    of_class: Ints
    of_place: Ints
    next_in_class: Ints
    last_in_class: Ints
    next_in_place: Ints
    last_in_place: Ints
    free: Ints
    free_count: Ints


class Network(NamedTuple):
    """The problem, the match, and the prices that prove it best.

    Parameters
    ----------
    arcs
        Of each class: the places that may serve it, and the fit.
    entries
        The same arcs of each place: the classes, and the fit.
    book
        The tickets of each class in the order in which they are served, and their bases.
    links
        The match.
    class_used
        1 for the numbers in use, [classes].
    profit
        What the market adds to the base of a ticket of the class: served if the sum is above 0,
        waiting if below, [classes].
    served
        How many of the class's tickets are served, [classes].
    class_link
        First link of each class, or NOWHERE, [classes].
    owner
        The agent of each place (an agent's own number for its own place, NOWHERE where the number
        is free), [places].
    room, used
        Contacts that the place can take, and takes, [places].
    cost
        What the first slot of the agent costs but for its bonus: minus its points, [places].
    bonus
        What the first slot of the agent costs less, 0 or more, [places].
    price
        Of the place, [places].
    next_door
        The first door of an agent; after a door, the next of the same agent; NOWHERE, [places].
    place_link
        First link of each place, or NOWHERE, [places].
    ticket_class
        Class of each ticket, NOWHERE where the number is free, [tickets].
    base, sequence
        Of each ticket; of equal bases the lower sequence goes first, [tickets].
    next_sequence
        More than that of any ticket so far, [1].
    spread
        What each slot of an agent costs more than the one before, [1].
    """

    arcs: Rows
    entries: Rows
    book: Rows
    links: Links
    class_used: Ints
    profit: Ints
    served: Ints
    class_link: Ints
    owner: Ints
    room: Ints
    used: Ints
    cost: Ints
    bonus: Ints
    price: Ints
    next_door: Ints
    place_link: Ints
    ticket_class: Ints
    base: Ints
    sequence: Ints
    next_sequence: Ints
    spread: Ints


CLASS_FIELDS = ("class_used", "profit", "served", "class_link")
PLACE_FIELDS = ("owner", "room", "used", "cost", "bonus", "price", "next_door", "place_link")
TICKET_FIELDS = ("ticket_class", "base", "sequence")
LINK_FIELDS = Links._fields[:-1]
EMPTY = {"class_link", "place_link", "owner", "next_door", "ticket_class"}
"""Fields that are NOWHERE in rows not used yet; the others are 0."""


class Memory(NamedTuple):
    """Working memory of searches; class c is node ``2 c``, place p is node ``2 p + 1``.

    Parameters
    ----------
    distance
        FAR for nodes that the search has not reached, [nodes].
    came, via
        The node from which, and the link over which, each was reached, [nodes].
    heap, spot
        Nodes by distance, and where each of them is in the heap, [nodes].
    reached
        All nodes reached, [nodes].
    mark
        Nodes in the heap, nodes reached; [2].
    """

    distance: Ints
    came: Ints
    via: Ints
    heap: Ints
    spot: Ints
    reached: Ints
    mark: Ints


def empty_network(spread: int) -> Network:
    """Return a network of nothing."""
    fields: dict[str, Any] = {
        name: np.full(SMALLEST, _fill(name))
        for name in (*CLASS_FIELDS, *PLACE_FIELDS, *TICKET_FIELDS)
    }
    size = SMALLEST + 1  # a move may add a link before it takes another away
    links = {name: np.zeros(size, dtype=np.int64) for name in LINK_FIELDS[:-1]}
    free = np.arange(size, dtype=np.int64)
    return Network(
        arcs=empty_rows(SMALLEST, SMALLEST),
        entries=empty_rows(SMALLEST, SMALLEST),
        book=empty_rows(SMALLEST, SMALLEST),
        links=Links(**links, free=free, free_count=np.array([size], dtype=np.int64)),
        next_sequence=np.zeros(1, dtype=np.int64),
        spread=np.array([spread], dtype=np.int64),
        **fields,
    )


def new_memory(net: Network) -> Memory:
    """Return working memory for a network."""
    nodes = 2 * max(len(net.profit), len(net.price))
    came, via, heap, spot, reached = np.zeros((5, nodes), dtype=np.int64)
    return Memory(np.full(nodes, FAR), came, via, heap, spot, reached, np.zeros(2, dtype=np.int64))


def grown(net: Network, *, classes: int = 0, places: int = 0, tickets: int = 0) -> Network:
    """Return the network with space for at least so many more numbers, the old ones as they are."""
    changes: dict[str, Any] = {}
    if classes:
        size = len(net.profit) + max(classes, len(net.profit))
        changes |= {name: _longer(net, name, size) for name in CLASS_FIELDS}
        changes["arcs"], changes["book"] = _more(net.arcs, size), _more(net.book, size)
    if places:
        size = len(net.price) + max(places, len(net.price))
        changes |= {name: _longer(net, name, size) for name in PLACE_FIELDS}
        changes["entries"] = _more(net.entries, size)
    if tickets:
        size = len(net.base) + max(tickets, len(net.base))
        changes |= {name: _longer(net, name, size) for name in TICKET_FIELDS}
        changes["links"] = _more_links(net.links, size + 1)
    return net._replace(**changes)


def _fill(name: str) -> np.int64:
    """Return what a field holds in rows that are not used."""
    return np.int64(NOWHERE if name in EMPTY else 0)


def _longer(net: Network, name: str, size: int) -> Ints:
    """Return a field with more rows."""
    old: Ints = getattr(net, name)
    return np.concatenate([old, np.full(size - len(old), _fill(name))])


def _more(rows: Rows, size: int) -> Rows:
    """Return lists with more rows, the new ones empty."""
    empty = np.zeros(size - len(rows.length), dtype=np.int64)
    return rows._replace(
        start=np.concatenate([rows.start, empty]),
        length=np.concatenate([rows.length, empty]),
        space=np.concatenate([rows.space, empty]),
    )


def _more_links(links: Links, size: int) -> Links:
    """Return links with more numbers free."""
    old = len(links.free)
    fields = {
        name: np.concatenate([getattr(links, name), np.zeros(size - old, dtype=np.int64)])
        for name in LINK_FIELDS
    }
    free = int(links.free_count[0])
    fields["free"][free : free + size - old] = np.arange(old, size)
    return Links(**fields, free_count=np.array([free + size - old], dtype=np.int64))


def flatten(net: Network) -> dict[str, Ints]:
    """Return copies of all arrays by name; those of parts are named ``part.field``."""
    arrays: dict[str, Ints] = {}
    for name, value in net._asdict().items():
        if isinstance(value, Rows | Links):
            parts = value._asdict().items()
            arrays |= {f"{name}.{field}": array.copy() for field, array in parts}
        else:
            arrays[name] = value.copy()
    return arrays


def unflatten(arrays: dict[str, Ints]) -> Network:
    """Return the network that `flatten` took apart."""

    def part(kind: type[Rows] | type[Links], name: str) -> Any:
        return kind(*(np.array(arrays[f"{name}.{f}"], dtype=np.int64) for f in kind._fields))

    parts = {"arcs": Rows, "entries": Rows, "book": Rows, "links": Links}
    fields: dict[str, Any] = {
        name: np.array(arrays[name], dtype=np.int64)
        for name in Network._fields
        if name not in parts
    }
    return Network(**fields, **{name: part(kind, name) for name, kind in parts.items()})
