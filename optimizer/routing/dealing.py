"""From how many tickets each arc carries to which ticket goes to which agent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.routing.market import Market

__all__ = ["Pairs", "deal"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NOTHING = -1


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Tickets with their agents, in the order of the tickets.

    Parameters
    ----------
    ticket, agent, arc
        Positions of the ticket and the agent, and the arc that joins class and crew, [pairs].
    slot
        The slot of the crew that the ticket takes, [pairs]; its points are part of the score.
    value
        Total score, in points.
    """

    ticket: Ints
    agent: Ints
    arc: Ints
    slot: Ints
    value: float


def deal(market: Market, flow: Ints) -> Pairs:
    """Return the pairs that a flow stands for.

    Of each class the first tickets are served, and the earlier in order, the better the pair.
    Within a crew, whose agents are alike but for their slots, the first ticket goes to the first
    slot.

    Parameters
    ----------
    flow
        Tickets carried by each arc, [arcs].
    """
    crews = market.crews
    arc_of, slot_of = _deal(
        flow,
        market.arc_fit,
        market.first_arc,
        market.first_ticket,
        market.by_class,
        crews.door_crew[market.arc_door],
        crews.first_slot,
    )
    ticket = np.flatnonzero(arc_of != NOTHING)
    arc, slot = arc_of[ticket], slot_of[ticket]
    value = market.base[ticket].sum() + market.arc_fit[arc].sum() + crews.slot_points[slot].sum()
    return Pairs(ticket, crews.slot_agent[slot], arc, slot, float(value))


@njit(cache=True)
def _deal(
    flow: Ints,
    fit: Floats,
    first_arc: Ints,
    first_ticket: Ints,
    by_class: Ints,
    arc_crew: Ints,
    first_slot: Ints,
) -> tuple[Ints, Ints]:
    """Return arc and slot of each ticket, NOTHING where it waits, [tickets] both."""
    arc_of = np.full(len(by_class), NOTHING)
    slot_of = np.full(len(by_class), NOTHING)
    for kind in range(len(first_arc) - 1):
        here = slice(first_arc[kind], first_arc[kind + 1])
        used = first_arc[kind] + np.flatnonzero(flow[here])
        place = first_ticket[kind]
        if len(used) > 1:
            used = used[np.argsort(-fit[used], kind="mergesort")]
        for arc in used:
            for _ in range(flow[arc]):
                arc_of[by_class[place]] = arc
                place += 1
    taken = first_slot.copy()
    for ticket in range(len(arc_of)):
        if arc_of[ticket] != NOTHING:
            crew = arc_crew[arc_of[ticket]]
            slot_of[ticket] = taken[crew]
            taken[crew] += 1
    return arc_of, slot_of
