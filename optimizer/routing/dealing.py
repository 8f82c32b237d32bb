"""From how many tickets each arc carries to which ticket goes to which agent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.market import Market

__all__ = ["Pairs", "deal"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Tickets with their agents, in the order of the tickets.

    Parameters
    ----------
    ticket, agent, arc
        Positions of the ticket and the agent, and the arc that joins class and crew, [pairs].
    value
        Total score, in points.
    """

    ticket: Ints
    agent: Ints
    arc: Ints
    value: float


def deal(market: Market, flow: Ints) -> Pairs:
    """Return the pairs that a flow stands for.

    Of each class the tickets of greatest base are served, and the greater the base, the better
    the fit. Within a crew, whose agents fit alike, the ticket of greatest base goes to the slot
    of least rank.

    Parameters
    ----------
    flow
        Tickets carried by each arc, [arcs].
    """
    units = np.repeat(np.arange(len(flow)), flow)
    owner = market.arc_class()[units]
    units = units[np.lexsort((units, -market.arc_fit[units], owner))]
    by_class = np.argsort(market.ticket_class, kind="stable")
    first_ticket = np.searchsorted(market.ticket_class[by_class], np.arange(market.classes))
    ticket = by_class[first_ticket[owner] + _place_in_run(owner)]

    crews = market.crews
    crew = crews.door_crew[market.arc_door[units]]
    by_crew = np.lexsort((ticket, crew))
    ticket, units, crew = ticket[by_crew], units[by_crew], crew[by_crew]
    first_slot = np.searchsorted(crews.slot_crew, np.arange(len(crews.leader)))
    agent = crews.slot_agent[first_slot[crew] + _place_in_run(crew)]

    order = np.argsort(ticket)
    value = float(market.base[ticket].sum() + market.arc_fit[units].sum())
    return Pairs(ticket[order], agent[order], units[order], value)


def _place_in_run(owner: Ints) -> Ints:
    """Return the place of each item among those of its owner, in a list sorted by owner."""
    return np.arange(len(owner)) - np.searchsorted(owner, owner)
