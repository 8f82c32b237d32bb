"""The exact best match of a market: scores rounded to whole numbers, ties settled, paths augmented.

Three aims are packed into one whole number per arc, ticket and slot, strictly in this order:

1. the greatest value;
2. the most tickets served (which decides only where serving is worth nothing);
3. the least total rank of the slots used: fewest contacts open first, then the position of the
   agent, which stands for longest idle and then the identifier.

Base and fit are rounded to steps of at most ``(tickets * slots + 1) / 2^58`` of the greatest
score, 2^-33 for 5,000 tickets and slots. `optimizer.routing.paths` then finds the optimum for the
numbers as rounded. Since all its arithmetic is in whole numbers, the order in which things are
listed cannot change a sum.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.market import Market
from optimizer.routing.paths import LARGEST, Network, augment_all

__all__ = ["match"]

Ints = NDArray[np.int64]

FINEST = 1000
"""Scores are not told apart below 2^-1000 points, which keeps the scale itself finite."""


def match(market: Market) -> Ints:
    """Return how many tickets each arc carries in the best match, [arcs].

    Equal markets give equal answers.
    """
    if not len(market.arc_door):
        return np.zeros(0, dtype=np.int64)
    flow: Ints = augment_all(_network(market))
    return flow


def _network(market: Market) -> Network:
    """Round the scores to whole numbers and add what breaks ties."""
    crews = market.crews
    slots = len(crews.slot_rank)
    step = len(market.base) * slots + 1
    greatest = float(market.base.max() + market.arc_fit.max())
    scale = 1.0
    if greatest > 0:
        scale = 2.0 ** min(FINEST, math.floor(math.log2(LARGEST / step) - math.log2(greatest)))
    whole = np.rint(market.base * scale).astype(np.int64) * step + slots
    by_class = np.argsort(market.ticket_class, kind="stable")
    return Network(
        queue=market.ticket_class,
        first_ticket=_first(market.ticket_class[by_class], market.classes),
        gain=whole[by_class],
        first_arc=market.first_arc,
        arc_class=market.arc_class(),
        arc_door=market.arc_door,
        fit=np.rint(market.arc_fit * scale).astype(np.int64) * step,
        first_door=_first(crews.door_crew, len(crews.leader)),
        door_crew=crews.door_crew,
        door_limit=crews.door_limit,
        first_slot=_first(crews.slot_crew, len(crews.leader)),
        cost=crews.slot_rank,
    )


def _first(owner: Ints, count: int) -> Ints:
    """Return where the items of each owner begin in a list sorted by owner, [count + 1]."""
    return np.searchsorted(owner, np.arange(count + 1)).astype(np.int64)
