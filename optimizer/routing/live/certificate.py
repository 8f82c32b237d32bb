"""A check, by code of its own in plain numpy, that a match is what it claims to be: the best.

The claims are those of linear programming: the match obeys all limits, and the prices leave
nothing to gain anywhere and everything in use at no loss (complementary slackness).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.live.network import NOWHERE, Network
from optimizer.routing.live.rows import Rows

__all__ = ["faults"]

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def faults(net: Network) -> list[str]:
    """Return the claims that do not hold, by name; none if the match is proven best."""
    claims = {**_bookkeeping(net), **_limits(net), **_prices(net)}
    return [name for name, holds in claims.items() if not np.all(holds)]


def _listed(rows: Rows, live: Bools) -> tuple[Ints, Ints, Ints]:
    """Return row, item and worth of everything in the rows that live."""
    numbers = np.flatnonzero(live)
    spans = [np.arange(rows.start[r], rows.start[r] + rows.length[r]) for r in numbers]
    at = np.concatenate([np.zeros(0, dtype=np.int64), *spans])
    return np.repeat(numbers, rows.length[numbers]), rows.item[at], rows.worth[at]


def _links(net: Network) -> tuple[Ints, Ints]:
    """Return class and place of the links, found through the chains of the classes."""
    ends = []
    for kind in np.flatnonzero(net.class_used):
        link = net.class_link[kind]
        while link != NOWHERE:
            ends.append((net.links.of_class[link], net.links.of_place[link]))
            link = net.links.next_in_class[link]
    found = np.array(ends, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def _chained(net: Network) -> list[tuple[int, int]]:
    """Return class and place of the links, found through the chains of the places."""
    ends = []
    for place in np.flatnonzero(net.owner != NOWHERE):
        link = net.place_link[place]
        while link != NOWHERE:
            ends.append((int(net.links.of_class[link]), int(net.links.of_place[link])))
            link = net.links.next_in_place[link]
    return sorted(ends)


def _bookkeeping(net: Network) -> dict[str, Any]:
    """Check that what is written down twice agrees."""
    kinds, places = net.class_used == 1, net.owner != NOWHERE
    arcs = np.stack(_listed(net.arcs, kinds))
    entries = np.stack(_listed(net.entries, places))[[1, 0, 2]]
    row, ticket, worth = _listed(net.book, kinds)
    same = row[1:] == row[:-1]
    rising = (worth[1:] > worth[:-1]) | (
        (worth[1:] == worth[:-1]) & (net.sequence[ticket[1:]] < net.sequence[ticket[:-1]])
    )
    one, other = (array[:, np.lexsort(array)] for array in (arcs, entries))
    link_kind, link_place = _links(net)
    direct = sorted(zip(link_kind.tolist(), link_place.tolist(), strict=True))
    return {
        "arcs of classes and places agree": np.array_equal(one, other),
        "tickets are in the book of their class": net.ticket_class[ticket] == row,
        "all tickets are in a book": len(ticket) == (net.ticket_class != NOWHERE).sum(),
        "bases in the book are those of the tickets": net.base[ticket] == worth,
        "books fall": ~(same & rising),
        "links of classes and places agree": direct == _chained(net),
        "links follow arcs": set(direct) <= set(zip(*arcs[:2].tolist(), strict=True)),
    }


def _limits(net: Network) -> dict[str, Any]:
    """Check that the match obeys its limits."""
    kinds, places = net.class_used == 1, net.owner != NOWHERE
    link_kind, link_place = _links(net)
    through = np.bincount(link_place, minlength=len(net.owner))
    doors = places & (net.owner != np.arange(len(net.owner)))
    agents = places & ~doors
    total = through.copy()
    np.add.at(total, net.owner[doors], through[doors])
    return {
        "classes serve what their links carry": (
            np.bincount(link_kind, minlength=len(net.served)) == net.served
        )[kinds],
        "classes serve no more than they have": (net.served <= net.book.length)[kinds],
        "doors pass what their links carry": (through == net.used)[doors],
        "agents take what their links carry": (total == net.used)[agents],
        "no place takes more than it has room for": (net.used <= net.room)[places],
    }


def _prices(net: Network) -> dict[str, Any]:
    """Check that prices and profits leave nothing to gain."""
    kinds, places = net.class_used == 1, net.owner != NOWHERE
    arc_kind, arc_place, fit = _listed(net.arcs, kinds)
    slack = net.profit[arc_kind] + net.price[arc_place] - fit
    carried = set(zip(*(ends.tolist() for ends in _links(net)), strict=True))
    pairs = zip(arc_kind.tolist(), arc_place.tolist(), strict=True)
    in_use = np.array([pair in carried for pair in pairs], dtype=np.bool_)
    doors = np.flatnonzero(places & (net.owner != np.arange(len(net.owner))))
    dearer = net.price[doors] - net.price[net.owner[doors]]
    agents = np.flatnonzero(net.owner == np.arange(len(net.owner)))
    cost, bonus, used = net.cost[agents], net.bonus[agents], net.used[agents]
    following = cost + net.spread[0] * used - bonus * (used == 0)
    last = cost + net.spread[0] * (used - 1) - bonus * (used == 1)
    row, ticket, worth = _listed(net.book, kinds)
    first = np.cumsum(net.book.length * kinds) - net.book.length * kinds
    is_served = np.arange(len(ticket)) - first[row] < net.served[row]
    surplus = worth + net.profit[row]
    return {
        "no arc promises more than it costs": slack >= 0,
        "arcs in use cost what they bring": slack[in_use] == 0,
        "doors with room are no dearer than their agent": (
            dearer[net.used[doors] < net.room[doors]] <= 0
        ),
        "doors in use are no cheaper than their agent": dearer[net.used[doors] > 0] >= 0,
        "free slots cost at least the price": (
            (net.price[agents] <= following)[used < net.room[agents]]
        ),
        "slots in use cost at most the price": (net.price[agents] >= last)[used > 0],
        "tickets served are worth it": surplus[is_served] >= 0,
        "tickets waiting are not": surplus[~is_served] <= 0,
    }
