"""Tickets handed out one by one, as routers do that decide about one thing at a time.

The loops know room as `Staff.room_on` says it: so many contacts of each channel, together no more
units than are free, or else a single contact, which is how work comes to somebody whose open work
it interrupts.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.model import HIGHEST_LEVEL
from optimizer.routing.board import Board
from optimizer.routing.dealing import Pairs
from optimizer.routing.eligibility import Bits

__all__ = ["hand_out", "take_best"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Room = tuple[Ints, Ints, Ints, Ints, Ints]

NOBODY = -1


def hand_out(board: Board, order: Ints, load: Ints, change: Ints | None = None) -> Pairs:
    """Give each ticket in turn to the agent of least load, then of first position.

    Every ticket costs a look at all agents.

    Parameters
    ----------
    order
        The tickets that are handed out, the first one first.
    load
        What counts first in the choice of an agent, [agents]; each contact adds 1 to it.
    change
        What is added to every level that a ticket asks for, [tickets]; less than 0 lets nobody in
        who may not take the ticket anyway. None is 0.
    """
    classes = board.classes
    if change is None:
        change = np.zeros(len(board.tickets), dtype=np.int64)
    agent, number = _hand_out(
        order,
        classes.of_ticket,
        board.eligibility.allowed,
        load.astype(np.int64),
        _room(board),
        change,
        classes.first_ask,
        classes.ask_skill,
        classes.ask_level,
        board.staff.levels(classes.skills),
    )
    return _pairs(board, agent, number)


def take_best(board: Board) -> Pairs:
    """Take the pair of greatest score that is left, again and again, higher levels first.

    Equal pairs are taken in the order of tickets, then of agents, fewest contacts open first (one
    more for those who were given any). As in the exact match, nobody of the least level is served
    at a loss. Tickets of a class have the same options: each agent as long as nothing was given,
    and afterwards, for less. Pairs are never worth more than before, so that each class goes
    through its options once, best first: cost is O(classes x agents x log agents) and
    O(log classes) for each ticket.
    """
    market, staff = board.market, board.staff
    kind, agent = _eligible(board)
    fit = market.arc_fit[_arcs(board, kind, _crews(board)[agent])]
    value = np.concatenate([fit + points[agent] for points in _slot_points(board)])
    later = np.repeat([0, 1], len(agent))
    kind, agent = np.tile(kind, 2), np.tile(agent, 2)
    order = np.lexsort((agent, staff.opened[agent] + later, -value, kind))
    first_option = np.searchsorted(kind[order], np.arange(market.classes + 1))
    agent_of, number = _take_best(
        market.first_ticket,
        market.by_class,
        market.level,
        market.base,
        first_option,
        agent[order],
        later[order],
        value[order],
        _room(board),
    )
    return _pairs(board, agent_of, number)


def _room(board: Board) -> Room:
    """Return channel of each class, contacts by channel and agent, given, free and asked units."""
    classes, staff = board.classes, board.staff
    names: dict[str, int] = {}
    channel = [names.setdefault(terms.channel, len(names)) for terms in classes.terms]
    room = [staff.room_on(name) for name in names]
    return (
        np.array(channel, dtype=np.int64)[classes.of_class],
        np.array(room, dtype=np.int64).reshape(len(names), len(staff)),
        np.zeros(len(staff), dtype=np.int64),
        staff.free_units.astype(np.int64),
        np.array([staff.units.get(name, 1) for name in names], dtype=np.int64),
    )


def _eligible(board: Board) -> tuple[Ints, Ints]:
    """Return every class with every agent who may take its tickets, class by class."""
    bits = board.eligibility.allowed.view(np.uint8)
    may = np.unpackbits(bits, axis=1, count=len(board.staff), bitorder="little")
    kind, agent = np.nonzero(may)
    return kind.astype(np.int64), agent.astype(np.int64)


def _crews(board: Board) -> Ints:
    """Return the crew of each agent; of those without room, any."""
    crews = board.market.crews
    found = np.zeros(len(board.staff), dtype=np.int64)
    found[crews.slot_agent] = crews.slot_crew
    return found


def _slot_points(board: Board) -> tuple[Floats, Floats]:
    """Return what each agent is worth for the first contact given and for later ones, [agents]."""
    crews = board.market.crews
    by_agent = np.lexsort((crews.slot_rank, crews.slot_agent))
    agent, points = crews.slot_agent[by_agent], crews.slot_points[by_agent]
    first, later = np.zeros(len(board.staff)), np.zeros(len(board.staff))
    later[agent] = points
    # Written from behind, so that what stands in the end is the first of each agent.
    first[agent[::-1]] = points[::-1]
    return first, later


def _arcs(board: Board, kind: Ints, crew: Ints) -> Ints:
    """Return the arcs from classes to crews."""
    market = board.market
    count = len(market.crews.leader)
    name = market.arc_class * count + market.crews.door_crew[market.arc_door]
    order = np.argsort(name, kind="stable")
    arcs: Ints = order[np.searchsorted(name[order], kind * count + crew)]
    return arcs


def _pairs(board: Board, agent_of: Ints, number: Ints) -> Pairs:
    """Return what was handed out, as pairs.

    Parameters
    ----------
    agent_of
        The agent of each ticket, `NOBODY` for those that wait, [tickets].
    number
        How many contacts the agent was given before, [tickets].
    """
    market, crews = board.market, board.market.crews
    ticket = np.flatnonzero(agent_of != NOBODY)
    agent = agent_of[ticket]
    by_agent = np.lexsort((crews.slot_rank, crews.slot_agent))
    first = np.searchsorted(crews.slot_agent[by_agent], agent)
    slot = by_agent[first + number[ticket]]
    arc = _arcs(board, market.ticket_class[ticket], crews.slot_crew[slot])
    value = market.base[ticket].sum() + market.arc_fit[arc].sum() + crews.slot_points[slot].sum()
    return Pairs(ticket, agent, arc, slot, float(value))


@njit(cache=True)
def _hand_out(
    order: Ints,
    kinds: Ints,
    allowed: Bits,
    load: Ints,
    room: Room,
    change: Ints,
    first_ask: Ints,
    ask_skill: Ints,
    ask_level: Ints,
    levels: NDArray[np.int8],
) -> tuple[Ints, Ints]:
    """Return the agent of each ticket, and how many contacts that agent was given before."""
    agent_of, number = np.full(len(kinds), NOBODY), np.zeros(len(kinds), dtype=np.int64)
    for ticket in order:
        kind, best = kinds[ticket], NOBODY
        asks = slice(first_ask[kind], first_ask[kind + 1])
        for word in range(allowed.shape[1]):
            left = allowed[kind, word]
            agent = 64 * word
            while left:
                if (
                    left & np.uint64(1)
                    and (best == NOBODY or load[agent] < load[best])
                    and _has_room(kind, agent, room)
                    and _holds(levels[:, agent], ask_skill[asks], ask_level[asks], change[ticket])
                ):
                    best = agent
                left >>= np.uint64(1)
                agent += 1
        if best != NOBODY:
            agent_of[ticket], number[ticket] = best, room[2][best]
            load[best] += 1
            _fill(kind, best, room)
    return agent_of, number


@njit(cache=True)
def _take_best(
    first_ticket: Ints,
    by_class: Ints,
    level: Ints,
    base: Floats,
    first_option: Ints,
    option: Ints,
    later: Ints,
    value: Floats,
    room: Room,
) -> tuple[Ints, Ints]:
    """Return the same.

    Parameters
    ----------
    first_option, option, later, value
        The options of each class, those of greatest value first: the agent, and whether it is
        for contacts after the first one that is given; [classes + 1], [options] each.
    """
    agent_of, number = np.full(len(base), NOBODY), np.zeros(len(base), dtype=np.int64)
    next_ticket, next_option = first_ticket.copy(), first_option.copy()
    least = level.min() if len(level) else 0
    heap = [(0, 0.0, 0, 0) for _ in range(0)]
    fresh = list(range(len(first_option) - 1))
    while len(fresh) or len(heap):
        while len(fresh):
            kind = fresh.pop()
            place, choice = next_ticket[kind], next_option[kind]
            if place < first_ticket[kind + 1] and choice < first_option[kind + 1]:
                ticket = by_class[place]
                score = base[ticket] + value[choice]
                if level[ticket] > least or score >= 0.0:
                    heappush(heap, (-level[ticket], -score, ticket, kind))
        if len(heap):
            _, _, ticket, kind = heappop(heap)
            agent = option[next_option[kind]]
            given = room[2][agent] > 0
            if given == later[next_option[kind]] and _has_room(kind, agent, room):
                agent_of[ticket], number[ticket] = agent, room[2][agent]
                _fill(kind, agent, room)
                next_ticket[kind] += 1
            else:
                # An option that is gone does not come back.
                next_option[kind] += 1
            fresh.append(kind)
    return agent_of, number


@njit(cache=True)
def _has_room(kind: int, agent: int, room: Room) -> bool:
    """Tell whether an agent may be given another ticket of a class."""
    channel, contacts, given, free, units = room
    asked = units[channel[kind]]
    return bool(contacts[channel[kind], agent] > 0 and (given[agent] == 0 or asked <= free[agent]))


@njit(cache=True)
def _fill(kind: int, agent: int, room: Room) -> None:
    """Take a ticket of a class off the room of an agent."""
    channel, contacts, given, free, units = room
    contacts[channel[kind], agent] -= 1
    given[agent] += 1
    free[agent] -= units[channel[kind]]


@njit(cache=True)
def _holds(held: NDArray[np.int8], skills: Ints, least: Ints, change: int) -> bool:
    """Tell whether levels are as high as asked for, raised by a change up to the highest."""
    for i in range(len(skills)):  # noqa: SIM110 - compiled code knows no generators
        if held[skills[i]] < min(least[i] + change, HIGHEST_LEVEL):
            return False
    return True
