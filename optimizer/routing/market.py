"""The matching problem of a snapshot: classes of tickets, crews of agents, what each pair is worth.

``score = base(ticket) + pair(needs, crew) + points(slot)``: only needs and kinds of agents meet in
a pair, so one arc stands for all tickets of a class and all agents of a crew. How many of a class
are served decides which: those of highest level, then of greatest base. How many contacts a crew
takes decides which slots: those of most points, then those first in rank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.model import RoutingWeights
from optimizer.routing.crews import Crews, merge_agents, room_of
from optimizer.routing.eligibility import Bits, Eligibility
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
    level
        Tickets of a higher level go first whatever their points are, [tickets].
    base
        Points that each ticket brings whoever takes it, [tickets]; tickets stand in order of
        falling level, then falling base.
    first_ticket, by_class
        Tickets of class c are ``by_class[first_ticket[c]]`` up to ``by_class[first_ticket[c +
        1]]``, in the order of tickets; [classes + 1], [tickets].
    first_arc
        Arcs of class c are ``first_arc[c]`` up to ``first_arc[c + 1]``, [classes + 1].
    arc_class, arc_door
        The class that the arc comes from and the door of a crew that it leads to, [arcs].
    arc_share
        How much of a perfect fit the crew's skills are, in [0, 1], [arcs].
    arc_reserve, arc_continuity
        Points, at most 0, for keeping a scarce skill from work that does not need it; points, at
        least 0, for somebody whom the ticket should rather go to, [arcs].
    arc_fit
        Points of the pair: fit of skills, reserve and continuity together, [arcs].
    crews
        The agents with room.
    weights
        What points were given for.
    """

    ticket_class: Ints
    level: Ints
    base: Floats
    first_ticket: Ints
    by_class: Ints
    first_arc: Ints
    arc_class: Ints
    arc_door: Ints
    arc_share: Floats
    arc_reserve: Floats
    arc_continuity: Floats
    arc_fit: Floats
    crews: Crews
    weights: RoutingWeights

    @property
    def classes(self) -> int:
        """Return the number of classes."""
        return len(self.first_arc) - 1


def build_market(
    base: Floats,
    level: Ints,
    classes: Classes,
    staff: Staff,
    levels: NDArray[np.int8],
    eligibility: Eligibility,
    weights: RoutingWeights,
) -> Market:
    """Merge agents into crews and list the arcs between classes and crews.

    Parameters
    ----------
    base, level
        Of the tickets, in order of falling level, then falling base, [tickets].
    levels
        Of the skills in `classes`, [skills, agents].
    """
    names = sorted({terms.channel for terms in classes.terms})
    number = {name: place for place, name in enumerate(names)}
    channel = np.array([number[terms.channel] for terms in classes.terms], dtype=np.int64)
    channel = channel[classes.of_class]
    room = room_of(staff, names, _may_serve(eligibility.allowed, channel, len(names), len(staff)))
    held, needed = _prices(classes, staff, weights)
    crews = merge_agents(staff, levels, held, room, len(base))
    first_arc, arc_class, arc_crew, share = _arcs(
        _led(eligibility.allowed, crews.leader),
        crews.leader,
        classes.first_need,
        classes.need_skill,
        levels,
        staff.held,
    )
    arc_agent = crews.leader[arc_crew]
    reserve = np.zeros(len(share))
    if held is not None:
        reserve -= weights.reserve * np.maximum(held[arc_agent] - needed[arc_class], 0.0)
    continuity = np.zeros(len(share))
    if classes.close_to and weights.continuity:
        close = _close(first_arc, arc_agent, *_listed(classes.close_to))
        continuity[close] = weights.continuity
    first_ticket, by_class = _by_class(classes.of_ticket, len(classes))
    return Market(
        ticket_class=classes.of_ticket,
        level=level,
        base=base,
        first_ticket=first_ticket,
        by_class=by_class,
        first_arc=first_arc,
        arc_class=arc_class,
        arc_door=crews.door_of[arc_crew, channel[arc_class]],
        arc_share=share,
        arc_reserve=reserve,
        arc_continuity=continuity,
        arc_fit=weights.skill_fit * share + reserve + continuity,
        crews=crews,
        weights=weights,
    )


@njit(cache=True)
def _may_serve(allowed: Bits, channel: Ints, channels: int, agents: int) -> NDArray[np.bool_]:
    """Return who may take anything of a channel, [channels, agents]."""
    anything = np.zeros((channels, allowed.shape[1]), dtype=np.uint64)
    for kind in range(len(channel)):
        for word in range(allowed.shape[1]):
            anything[channel[kind], word] |= allowed[kind, word]
    found = np.empty((channels, agents), dtype=np.bool_)
    for number in range(channels):
        for agent in range(agents):
            bit = anything[number, agent >> 6] >> np.uint64(agent & 63)
            found[number, agent] = bit & np.uint64(1)
    return found


def _prices(
    classes: Classes, staff: Staff, weights: RoutingWeights
) -> tuple[Floats | None, Floats]:
    """Return the price of the scarcest skill held, [agents], and needed, [classes], in points.

    None stands for prices that do not matter.
    """
    needed = np.zeros(len(classes))
    priced = {skill: price for skill, price in weights.skill_prices.items() if price > 0}
    if not priced or not weights.reserve:
        return None, needed
    held = staff.dearest(priced)
    by_skill = np.array([priced.get(skill, 0.0) for skill in classes.skills])
    owner = np.repeat(np.arange(len(classes)), np.diff(classes.first_need))
    np.maximum.at(needed, owner, by_skill[classes.need_skill])
    return held, needed


@njit(cache=True)
def _led(allowed: Bits, leader: Ints) -> Bits:
    """Return who leads a crew and may take work of each class, [classes, words]."""
    leads = np.zeros(allowed.shape[1], dtype=np.uint64)
    for agent in leader:
        leads[agent >> 6] |= np.uint64(1) << np.uint64(agent & 63)
    return allowed & leads


@njit(cache=True)
def _arcs(
    led: Bits,
    leader: Ints,
    first_need: Ints,
    needs: Ints,
    levels: NDArray[np.int8],
    held: Ints,
) -> tuple[Ints, Ints, Ints, Floats]:
    """Return where the arcs of each class begin, and class, crew and share of a fit of each arc.

    Returns
    -------
    tuple
        [classes + 1]; [arcs] all others.
    """
    first_arc = np.zeros(len(led) + 1, dtype=np.int64)
    for kind in range(len(led)):
        first_arc[kind + 1] = first_arc[kind]
        for word in led[kind]:
            while word:
                word &= word - np.uint64(1)  # without its lowest bit
                first_arc[kind + 1] += 1
    crew_at = np.zeros(len(held), dtype=np.int64)
    crew_at[leader] = np.arange(len(leader))
    kinds = np.empty(first_arc[-1], dtype=np.int64)
    crews = np.empty(first_arc[-1], dtype=np.int64)
    share = np.empty(first_arc[-1])
    for kind in range(len(led)):
        arc = first_arc[kind]
        needed = first_need[kind + 1] - first_need[kind]
        for word in range(led.shape[1]):
            left = led[kind, word]
            agent = 64 * word
            while left:
                if left & np.uint64(1):
                    total = both = 0
                    for i in range(first_need[kind], first_need[kind + 1]):
                        total += levels[needs[i], agent]
                        both += levels[needs[i], agent] > 0
                    kinds[arc] = kind
                    crews[arc] = crew_at[agent]
                    share[arc] = fit_share(total, both, needed, held[agent])
                    arc += 1
                left >>= np.uint64(1)
                agent += 1
    return first_arc, kinds, crews, share


def _listed(by_class: Mapping[int, tuple[int, ...]]) -> tuple[Ints, Ints, Ints]:
    """Return the keys of a dictionary, where the values of each begin, and all values."""
    first = np.cumsum([0, *map(len, by_class.values())])
    values = [agent for agents in by_class.values() for agent in agents]
    return np.array(list(by_class), dtype=np.int64), first, np.array(values, dtype=np.int64)


@njit(cache=True)
def _close(
    first_arc: Ints, arc_agent: Ints, kinds: Ints, first: Ints, agents: Ints
) -> NDArray[np.bool_]:
    """Tell which arcs lead from some classes to agents who are listed for them, [arcs]."""
    close = np.zeros(len(arc_agent), dtype=np.bool_)
    for i in range(len(kinds)):
        for arc in range(first_arc[kinds[i]], first_arc[kinds[i] + 1]):
            for agent in agents[first[i] : first[i + 1]]:
                close[arc] |= arc_agent[arc] == agent
    return close


@njit(cache=True)
def _by_class(ticket_class: Ints, classes: int) -> tuple[Ints, Ints]:
    """Return where the tickets of each class begin in a list by class, and that list."""
    first = np.zeros(classes + 1, dtype=np.int64)
    for kind in ticket_class:
        first[kind + 1] += 1
    for kind in range(classes):
        first[kind + 1] += first[kind]
    place = first.copy()
    by_class = np.empty(len(ticket_class), dtype=np.int64)
    for ticket in range(len(ticket_class)):
        kind = ticket_class[ticket]
        by_class[place[kind]] = ticket
        place[kind] += 1
    return first, by_class
