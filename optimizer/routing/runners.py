"""Who would have come next for a ticket, had there been no other work."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.routing.dealing import Pairs
from optimizer.routing.market import Market

__all__ = ["runners_up"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NOBODY = -1


def runners_up(market: Market, pairs: Pairs) -> tuple[Ints, Floats]:
    """Return the runner-up of each pair and what the ticket would have scored there.

    It is the agent of greatest score, then of the slot of least rank, among all others who have
    room now, whatever else goes to them. Where there is nobody, or the ticket would rather wait,
    the position is -1 and the score 0. One pass over the arcs of the classes served.

    Returns
    -------
    tuple
        Position of the agent, [pairs]; points, [pairs].
    """
    crews = market.crews
    kinds = market.ticket_class[pairs.ticket]
    wanted = np.zeros(market.classes, dtype=np.bool_)
    wanted[kinds] = True
    first, second = _two_best(
        wanted,
        market.first_arc,
        market.arc_door,
        market.arc_fit,
        crews.door_crew,
        crews.door_limit,
        crews.first_slot,
        crews.slot_agent,
        crews.slot_points,
        crews.slot_rank,
    )
    arc, slot = np.where(
        crews.slot_agent[first[1, kinds]] == pairs.agent, second[:, kinds], first[:, kinds]
    )
    score = market.base[pairs.ticket] + market.arc_fit[arc] + crews.slot_points[slot]
    found = (arc != NOBODY) & (score >= 0.0)
    return np.where(found, crews.slot_agent[slot], NOBODY), np.where(found, score, 0.0)


@njit(cache=True)
def _two_best(
    wanted: NDArray[np.bool_],
    first_arc: Ints,
    arc_door: Ints,
    fit: Floats,
    door_crew: Ints,
    door_limit: Ints,
    first_slot: Ints,
    slot_agent: Ints,
    points: Floats,
    rank: Ints,
) -> tuple[Ints, Ints]:
    """Return arc and slot of the best agent and of the next best, NOBODY without, [2, classes].

    Only for the classes that are wanted. A crew's first slot is its best; the next best agent of
    the same crew is the first of another name.
    """
    classes = len(first_arc) - 1
    best = np.full((2, classes), NOBODY)
    next_best = np.full((2, classes), NOBODY)
    other = first_slot[1:].copy()
    for crew in range(len(other)):
        for slot in range(first_slot[crew], first_slot[crew + 1]):
            if slot_agent[slot] != slot_agent[first_slot[crew]]:
                other[crew] = slot
                break
    for kind in range(classes):
        if not wanted[kind]:
            continue
        first_score = second_score = -np.inf
        first_rank = second_rank = 0
        for arc in range(first_arc[kind], first_arc[kind + 1]):
            crew = door_crew[arc_door[arc]]
            if door_limit[arc_door[arc]] == 0:
                continue
            for slot in (first_slot[crew], other[crew]):
                if slot == first_slot[crew + 1]:
                    continue
                score = fit[arc] + points[slot]
                if score > first_score or (score == first_score and rank[slot] < first_rank):
                    second_score, second_rank = first_score, first_rank
                    next_best[:, kind] = best[:, kind]
                    first_score, first_rank = score, rank[slot]
                    best[0, kind], best[1, kind] = arc, slot
                elif score > second_score or (score == second_score and rank[slot] < second_rank):
                    second_score, second_rank = score, rank[slot]
                    next_best[0, kind], next_best[1, kind] = arc, slot
    return best, next_best
