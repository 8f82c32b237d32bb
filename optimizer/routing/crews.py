"""Agents of equal worth merged into crews, so that matching sees each kind of agent once.

Agents who hold the skills that tickets ask for at the same levels, hold equally many skills in
all, serve the same channels and share tier, site and authority may take the same tickets and fit
each alike: a crew offers all their room together. An agent whose room on some channel is tighter
than the room as a whole stays alone, because such limits do not add up over a crew.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import AgentState
from optimizer.routing.staff import Staff, channel_room

__all__ = ["Crews", "merge_agents"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Crews:
    """Agents with room, merged; each crew is entered by doors and filled slot by slot.

    Parameters
    ----------
    leader
        Position of the first agent of each crew, [crews].
    door_of
        The door through which work of a channel enters a crew, [crews, channels].
    door_crew, door_limit
        The crew behind each door and the contacts that may pass it, [doors].
    slot_crew, slot_agent
        The crew and the agent of each slot (room for one contact), crew by crew and within a
        crew in the order in which slots are filled, [slots].
    slot_rank
        The place of each slot in the order over all crews, [slots]: contacts that the agent has
        open before, then the agent's position.
    """

    leader: Ints
    door_of: Ints
    door_crew: Ints
    door_limit: Ints
    slot_crew: Ints
    slot_agent: Ints
    slot_rank: Ints


def merge_agents(
    staff: Staff, levels: NDArray[np.int8], channels: Sequence[str], most: int
) -> Crews:
    """Merge the agents who have room.

    Parameters
    ----------
    levels
        Of the skills asked for, [skills, agents].
    channels
        Those that tickets of the snapshot use; limits on others cannot bind.
    most
        Contacts that one agent can be given at most: the number of tickets.
    """
    having_room = np.flatnonzero(staff.free)
    crews: dict[Hashable, int] = {}
    crew_of: list[int] = []
    leader: list[int] = []
    door_crew: list[int] = []
    door_limit: list[int] = []
    side_doors: list[tuple[int, int, int]] = []
    for position, free, held, own in zip(
        having_room.tolist(),
        staff.free[having_room].tolist(),
        staff.held[having_room].tolist(),
        np.ascontiguousarray(levels.T[having_room]),
        strict=True,
    ):
        agent = staff.agents[position]
        rooms = _tight_rooms(agent, channels, free) if agent.channel_limits else {}
        serves = None if agent.channels is None else frozenset(agent.channels)
        kind = (own.tobytes(), held, serves, agent.tier, agent.site, agent.authority)
        crew = crews.setdefault(position if rooms else kind, len(crews))
        crew_of.append(crew)
        if crew < len(leader):
            continue
        leader.append(position)
        door_crew.append(crew)
        door_limit.append(most)
        for channel, room in rooms.items():
            side_doors.append((crew, channel, len(door_crew)))
            door_crew.append(crew)
            door_limit.append(room)
    main_door = np.searchsorted(door_crew, np.arange(len(leader)))
    door_of = np.repeat(main_door[:, np.newaxis], len(channels), axis=1)
    for crew, channel, door in side_doors:
        door_of[crew, channel] = door
    return Crews(
        np.array(leader, dtype=np.int64),
        door_of,
        np.array(door_crew, dtype=np.int64),
        np.array(door_limit, dtype=np.int64),
        *_slots(staff, having_room, np.array(crew_of, dtype=np.int64), most),
    )


def _tight_rooms(agent: AgentState, channels: Sequence[str], free: int) -> dict[int, int]:
    """Return the room on each channel that has less of it than the agent as a whole."""
    rooms = ((number, channel_room(agent, channel)) for number, channel in enumerate(channels))
    return {number: room for number, room in rooms if room is not None and room < free}


def _slots(staff: Staff, agents: Ints, crew_of: Ints, most: int) -> tuple[Ints, Ints, Ints]:
    """Return crew, agent and rank of each slot of some agents."""
    free = np.minimum(staff.free[agents], most)
    agent = np.repeat(agents, free)
    before = staff.opened[agent] + np.arange(len(agent)) - np.repeat(np.cumsum(free) - free, free)
    rank = np.empty(len(agent), dtype=np.int64)
    rank[np.lexsort((agent, before))] = np.arange(len(agent))
    crew = np.repeat(crew_of, free)
    order = np.lexsort((rank, crew))
    return crew[order], agent[order], rank[order]
