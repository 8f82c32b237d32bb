"""Agents of equal worth merged into crews, so that matching sees each kind of agent once.

Agents who hold the skills that tickets ask for at the same levels, hold equally many skills in
all, the scarcest of them at the same price, and share all that rules ask about may take the same
tickets and fit each alike: a crew offers all their room together. What an agent is worth whatever
the ticket (idle time, work done today) may differ within a crew: it belongs to the slots.

Three kinds of agents are a crew alone, because what holds for them does not add up: who is named
by a ticket, whose room on some channel is tighter than the room as a whole, and who could take
contacts of different sizes that do not all fit.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.routing.staff import Staff

__all__ = ["Crews", "Room", "merge_agents", "room_of"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """What agents may be given, by the channels that tickets of the snapshot use.

    Parameters
    ----------
    contacts
        Contacts of one channel that an agent may take if nothing else is given, 0 where no ticket
        of the channel may go to the agent, [channels, agents].
    total
        Most contacts that an agent may take in all, [agents].
    free_units
        Units of capacity that are free, [agents].
    units
        Units that a contact takes, [channels].
    mixed
        Who could take contacts of different sizes that do not all fit, [agents].
    """

    contacts: Ints
    total: Ints
    free_units: Ints
    units: Ints
    mixed: Mask


def room_of(staff: Staff, channels: list[str], may_serve: Mask) -> Room:
    """Return the room of the agents.

    An agent takes contacts as long as their units fit, or else a single contact, which is how
    work comes to somebody whose open work it interrupts.

    Parameters
    ----------
    may_serve
        Who may take anything of a channel, [channels, agents].
    """
    units = np.array([staff.units.get(name, 1) for name in channels], dtype=np.int64)
    contacts = np.array([staff.room_on(name) for name in channels], dtype=np.int64)
    contacts = np.where(may_serve, contacts.reshape(may_serve.shape), 0)
    free = staff.free_units
    if (units == 1).all():
        total = np.minimum(np.maximum(free, 1), contacts.sum(axis=0))
        return Room(contacts, total, free, units, np.zeros(len(free), dtype=np.bool_))
    usable, size = contacts > 0, units[:, np.newaxis]
    least = np.where(usable, size, units.max()).min(axis=0)
    total = np.minimum(np.maximum(free // least, 1), contacts.sum(axis=0))
    differ = np.where(usable, size, least).max(axis=0) > least
    mixed = differ & (total > 1) & ((contacts * size).sum(axis=0) > free)
    return Room(contacts, total, free, units, mixed)


@dataclass(frozen=True, slots=True, eq=False)
class Crews:
    """Agents with room, merged; each crew is entered by doors and filled slot by slot.

    Parameters
    ----------
    leader
        Position of the first agent of each crew, [crews].
    door_of
        The door through which work of a channel enters a crew, [crews, channels].
    first_door
        Doors of crew c are ``first_door[c]`` up to ``first_door[c + 1]``, [crews + 1].
    door_crew, door_limit
        The crew behind each door and the contacts that may pass it, [doors].
    first_slot
        Slots of crew c are ``first_slot[c]`` up to ``first_slot[c + 1]``, [crews + 1].
    slot_crew, slot_agent
        The crew and the agent of each slot (room for one contact), in the order in which the
        slots of a crew are filled: falling points, then rank, [slots].
    slot_points
        What taking the slot's agent rather than another is worth, in points, [slots]. Idle time
        counts in the first slot of an agent only: after it there is work open.
    slot_rank
        The place of each slot in the order over all crews, [slots]: contacts that the agent has
        open before, then the agent's position.
    door_units
        Units that a contact by each door takes, [doors]; it counts for mixed crews only.
    units
        Units that are free in a crew of an agent who could take contacts of different sizes that
        do not all fit, -1 for all other crews, [crews].
    """

    leader: Ints
    door_of: Ints
    first_door: Ints
    door_crew: Ints
    door_limit: Ints
    first_slot: Ints
    slot_crew: Ints
    slot_agent: Ints
    slot_points: Floats
    slot_rank: Ints
    door_units: Ints
    units: Ints


def merge_agents(
    staff: Staff, levels: NDArray[np.int8], price: Floats | None, room: Room, most: int
) -> Crews:
    """Merge the agents who have room.

    Parameters
    ----------
    levels
        Of the skills asked for, [skills, agents].
    price
        Of the scarcest skill held, in points, [agents]; None if it does not matter.
    most
        Contacts that one agent can be given at most: the number of tickets.
    """
    total = np.minimum(room.total, most)
    who = np.flatnonzero(total)
    tight, own = _tight(room.contacts, room.mixed, total, staff.alone)
    # Full on one channel is a rule of the moment that the whole crew goes by, like any other.
    usable = np.packbits(room.contacts > 0, axis=0).astype(np.int64)
    figures = [*_figures(staff), *usable, own]
    if price is not None:
        figures.append(price.view(np.int64))
    size = 1 << (2 * len(who)).bit_length()
    crew_of, leader = _merge(levels, np.array(figures), who, np.full(size, -1, dtype=np.int64))
    door_of, first_door, door_crew, door_limit, door_units = _doors(
        tight, leader, room.contacts, room.units, most
    )
    first_slot, slot_crew, slot_agent, slot_rank, slot_points = _slots(
        who, crew_of, len(leader), total, staff.opened, staff.idle_points, staff.worked_points
    )
    return Crews(
        leader=leader,
        door_of=door_of,
        first_door=first_door,
        door_crew=door_crew,
        door_limit=door_limit,
        first_slot=first_slot,
        slot_crew=slot_crew,
        slot_agent=slot_agent,
        slot_points=slot_points,
        slot_rank=slot_rank,
        door_units=door_units,
        units=np.where(room.mixed[leader], room.free_units[leader], -1),
    )


@njit(cache=True)
def _tight(contacts: Ints, mixed: Mask, total: Ints, named: Mask) -> tuple[Mask, Ints]:
    """Return where room on a channel is tighter than as a whole, and who must be a crew alone.

    Returns
    -------
    tuple
        [channels, agents]; a number of their own for those who are alone and 0 for others,
        [agents].
    """
    tight = np.zeros(contacts.shape, dtype=np.bool_)
    own = np.zeros(len(total), dtype=np.int64)
    for agent in range(len(total)):
        alone = named[agent]
        for channel in range(len(contacts)):
            room = contacts[channel, agent]
            tight[channel, agent] = room > 0 and (room < total[agent] or mixed[agent])
            alone |= tight[channel, agent]
        if alone:
            own[agent] = agent + 1
    return tight, own


@njit(cache=True)
def _doors(
    tight: Mask, leader: Ints, contacts: Ints, units: Ints, most: int
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Return `door_of`, `first_door`, `door_crew`, `door_limit` and `door_units` of `Crews`.

    The main door of a crew comes first; its limit never binds. A channel on which room is tight
    has a door of its own.
    """
    channels, crews = len(contacts), len(leader)
    door_of = np.empty((crews, channels), dtype=np.int64)
    first_door = np.zeros(crews + 1, dtype=np.int64)
    door_crew = np.empty(crews * (1 + channels), dtype=np.int64)
    limit = np.full(len(door_crew), most)
    size = np.ones(len(door_crew), dtype=np.int64)
    doors = 0
    for crew in range(crews):
        main = doors
        door_crew[doors] = crew
        doors += 1
        for channel in range(channels):
            door_of[crew, channel] = main
            if tight[channel, leader[crew]]:
                door_of[crew, channel] = doors
                door_crew[doors] = crew
                limit[doors] = contacts[channel, leader[crew]]
                size[doors] = units[channel]
                doors += 1
        first_door[crew + 1] = doors
    return door_of, first_door, door_crew[:doors].copy(), limit[:doors].copy(), size[:doors].copy()


def _figures(staff: Staff) -> list[Ints]:
    """Return columns of figures, equal for agents of whom every rule on people says the same."""
    columns = staff.columns
    figures = [
        staff.held,
        columns.tier,
        columns.authority.view(np.int64),
        columns.automated.astype(np.int64),
    ]
    if columns.sites is not None:
        figures.append(_codes(columns.sites))
    figures += [
        _codes([None if some is None else frozenset(some) for some in names])
        for names in (columns.channels, columns.languages)
        if names is not None
    ]
    return figures


def _codes(values: Iterable[Hashable]) -> Ints:
    """Return equal numbers for equal values."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)


@njit(cache=True)
def _merge(levels: NDArray[np.int8], figures: Ints, who: Ints, table: Ints) -> tuple[Ints, Ints]:
    """Return the crew of each of some agents, and the first agent of each crew.

    Agents are alike if their columns of `levels` and `figures` are equal.

    Parameters
    ----------
    table
        For hashing: all -1, a power of two long and longer than `who`.
    """
    crew_of = np.empty(len(who), dtype=np.int64)
    leader = np.empty(len(who), dtype=np.int64)
    crews = 0
    for i in range(len(who)):
        agent = who[i]
        key = np.int64(17)
        for row in range(len(figures)):
            key = key * np.int64(1000003) + figures[row, agent]
        for row in range(len(levels)):
            key = key * np.int64(1000003) + levels[row, agent]
        place = (key ^ (key >> 29)) & (len(table) - 1)
        while table[place] >= 0 and not _alike(levels, figures, agent, leader[table[place]]):
            place = (place + 1) & (len(table) - 1)
        if table[place] < 0:
            table[place] = crews
            leader[crews] = agent
            crews += 1
        crew_of[i] = table[place]
    return crew_of, leader[:crews].copy()


@njit(cache=True)
def _alike(levels: NDArray[np.int8], figures: Ints, one: int, other: int) -> bool:
    """Tell whether two agents have equal columns."""
    alike = True
    for row in range(len(figures)):
        alike &= figures[row, one] == figures[row, other]
    for row in range(len(levels)):
        alike &= levels[row, one] == levels[row, other]
    return alike


@njit(cache=True)
def _slots(
    agents: Ints,
    crew_of: Ints,
    crews: int,
    total: Ints,
    opened: Ints,
    idle_points: Floats,
    worked_points: Floats,
) -> tuple[Ints, Ints, Ints, Ints, Floats]:
    """Return `first_slot`, `slot_crew`, `slot_agent`, `slot_rank` and `slot_points` of `Crews`.

    Parameters
    ----------
    agents, crew_of
        Those with room, in order, and the crew of each, [agents with room].
    total
        Slots of each agent, [agents].
    """
    first_slot = np.zeros(crews + 1, dtype=np.int64)
    for place in range(len(agents)):
        first_slot[crew_of[place] + 1] += total[agents[place]]
    first_slot = np.cumsum(first_slot)
    slots = first_slot[-1]
    crew = np.empty(slots, dtype=np.int64)
    agent = np.empty(slots, dtype=np.int64)
    load = np.empty(slots, dtype=np.int64)
    points = np.empty(slots)
    slot = 0
    for place in range(len(agents)):
        one = agents[place]
        for added in range(total[one]):
            crew[slot], agent[slot], load[slot] = crew_of[place], one, opened[one] + added
            points[slot] = worked_points[one] + (idle_points[one] if added == 0 else 0.0)
            slot += 1
    # Each sort is stable, so what was in order before decides among equals: agents in the order of
    # rank, rank in that of points, and points within a crew.
    by_rank = np.argsort(load, kind="mergesort")
    rank = np.empty(slots, dtype=np.int64)
    rank[by_rank] = np.arange(slots)
    by_points = by_rank[np.argsort(-points[by_rank], kind="mergesort")]
    place_in = first_slot.copy()
    order = np.empty(slots, dtype=np.int64)
    for slot in by_points:
        order[place_in[crew[slot]]] = slot
        place_in[crew[slot]] += 1
    return first_slot, crew[order], agent[order], rank[order], points[order]
