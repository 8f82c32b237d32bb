"""The matching problem of a snapshot: classes of tickets, crews of agents, what each pair is worth.

``score = base(ticket) + fit(needs, agent)``, so only needs and kinds of agents meet in a pair:
one arc stands for all tickets of a class and all agents of a crew. How many of a class are served
decides which: those of greatest base. How many contacts a crew takes decides which slots: those
first in rank.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.routing.crews import Crews, merge_agents
from optimizer.routing.eligibility import Bits, Eligibility, pack
from optimizer.routing.needs import Classes
from optimizer.routing.score import fit_share
from optimizer.routing.staff import Staff

__all__ = ["Market", "build_market"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """Tickets by class, agents by crew, and the arcs between them.

    Parameters
    ----------
    ticket_class
        Class of each ticket, [tickets].
    base
        Points that each ticket brings whoever takes it, falling, [tickets].
    first_arc
        Arcs of class c are ``first_arc[c]`` up to ``first_arc[c + 1]``, [classes + 1].
    arc_door
        The door of a crew that the arc leads to, [arcs].
    arc_share
        How much of a perfect fit the crew's skills are, in (0, 1], [arcs].
    arc_fit
        Points for the fit of skills, [arcs].
    crews
        The agents with room.
    """

    ticket_class: Ints
    base: Floats
    first_arc: Ints
    arc_door: Ints
    arc_share: Floats
    arc_fit: Floats
    crews: Crews

    @property
    def classes(self) -> int:
        """Return the number of classes."""
        return len(self.first_arc) - 1

    def arc_class(self) -> Ints:
        """Return the class of each arc, [arcs]."""
        return np.repeat(np.arange(self.classes), np.diff(self.first_arc))


def build_market(
    base: Floats,
    classes: Classes,
    staff: Staff,
    levels: NDArray[np.int8],
    eligibility: Eligibility,
    weight: float,
) -> Market:
    """Merge agents into crews and list the arcs between classes and crews.

    Parameters
    ----------
    base
        Points that each ticket brings whoever takes it, falling, [tickets].
    levels
        Of the skills in `classes`, [skills, agents].
    weight
        Points of a perfect fit.
    """
    channels = {name: i for i, name in enumerate(sorted({t.channel for t in classes.terms}))}
    crews = merge_agents(staff, levels, list(channels), len(base))
    leads = np.zeros(len(staff), dtype=np.bool_)
    leads[crews.leader] = True
    allowed = eligibility.allowed & pack(leads[np.newaxis])
    first_arc = np.zeros(len(classes) + 1, dtype=np.int64)
    np.cumsum(np.bitwise_count(allowed).sum(axis=1), out=first_arc[1:])
    crew, share = _arcs(
        allowed,
        first_arc,
        np.cumsum(leads) - 1,
        classes.first_ask,
        classes.ask_skill,
        levels,
        staff.held,
    )
    channel = np.array([channels[terms.channel] for terms in classes.terms], dtype=np.int64)
    arc_door = crews.door_of[crew, np.repeat(channel[classes.of_class], np.diff(first_arc))]
    return Market(classes.of_ticket, base, first_arc, arc_door, share, weight * share, crews)


@njit(cache=True)
def _arcs(
    allowed: Bits,
    first_arc: Ints,
    crew_at: Ints,
    first_ask: Ints,
    asked: Ints,
    levels: NDArray[np.int8],
    held: Ints,
) -> tuple[Ints, Floats]:
    """Return the crew and the share of a perfect fit of each arc, [arcs] both."""
    crew = np.empty(first_arc[-1], dtype=np.int64)
    share = np.empty(first_arc[-1])
    for kind in range(len(first_arc) - 1):
        arc = first_arc[kind]
        for word in range(allowed.shape[1]):
            left = allowed[kind, word]
            agent = 64 * word
            while left:
                if left & np.uint64(1):
                    total = 0
                    for i in range(first_ask[kind], first_ask[kind + 1]):
                        total += levels[asked[i], agent]
                    needed = first_ask[kind + 1] - first_ask[kind]
                    crew[arc] = crew_at[agent]
                    share[arc] = fit_share(total, needed, needed, held[agent])
                    arc += 1
                left >>= np.uint64(1)
                agent += 1
    return crew, share
