"""The agents of a pool as the incremental match sees them: numbers, doors, room and points.

An agent has a row, which the arcs refer to, and a number, which the match does. Doors cannot be
changed in the match, so an agent whose doors are others leaves it and joins anew, in the same
row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.model import AgentState
from optimizer.routing.hours import MICROSECONDS, instant
from optimizer.routing.live import LiveMatch
from optimizer.routing.pool.rooms import are_plain, room_of
from optimizer.routing.pool.scale import SPREAD, steps
from optimizer.routing.pool.settings import PoolSettings
from optimizer.routing.score import agent_points

__all__ = ["Crowd", "Place"]

Ints = NDArray[np.int64]

_NOBODY = -1
_UNKNOWN = np.iinfo(np.int64).max
"""When somebody became free of whom that is not known: not yet."""


class Place(NamedTuple):
    """Where an agent is: row, number in the match, and the channels of the doors."""

    name: str
    row: int
    number: int
    doors: tuple[str, ...]


class Crowd:
    """Who is in the match, under which row and number, with which doors.

    Parameters
    ----------
    live
        The match; agents are added to it and dropped from it here.
    """

    def __init__(self, settings: PoolSettings, live: LiveMatch) -> None:
        self._settings = settings
        self._live = live
        self._plain = are_plain(settings.channels)
        self._rows: dict[str, int] = {}
        self._free: list[int] = []
        self._names: dict[int, str] = {}
        self._seen: dict[str, AgentState] = {}
        self._doors: dict[str, tuple[str, ...]] = {}
        self._number = np.zeros(0, dtype=np.int64)
        self._idle_since = np.zeros(0, dtype=np.int64)
        self._opened = np.zeros(0, dtype=np.int64)
        self._worked = np.zeros(0)
        self._worth = np.zeros((2, 0), dtype=np.int64)
        self._room: dict[str, tuple[int, list[int]]] = {}
        self._door_of: dict[str, Ints] = {}

    def state(self) -> list[Place]:
        """Return where everybody is, in order of joining."""
        return [
            Place(name, row, int(self._number[row]), self._doors[name])
            for name, row in self._rows.items()
        ]

    def restore(
        self, places: Iterable[Place], agents: Mapping[str, AgentState], now: datetime
    ) -> None:
        """Let everybody be where they were, in a match that has them already.

        Parameters
        ----------
        agents, now
            As they were last seen, and the time of the last clock event.
        """
        for place in places:
            self._settle(place.name, place.row, agents[place.name], place.doors)
            self._number[place.row] = place.number
            self._names[place.number] = place.name
            self._note(place.row, agents[place.name])
        self.worths(now)
        used = set(self._rows.values())
        self._free = [row for row in range(max(used, default=-1)) if row not in used]

    def row(self, name: str) -> int | None:
        """Return the row of an agent, None for somebody who is not here."""
        return self._rows.get(name)

    def rows(self, names: Iterable[str]) -> list[int]:
        """Return the rows of those who are here."""
        return sorted(self._rows[name] for name in names if name in self._rows)

    def numbers(self, rows: Ints) -> Ints:
        """Return the numbers of agents in the match."""
        return self._number[rows]

    def name(self, number: int) -> str:
        """Return who has a number in the match."""
        return self._names[number]

    def doors(self, rows: Ints, channel: str) -> Ints:
        """Return the door by which work of a channel reaches each agent, -1 for none."""
        doors = self._door_of.get(channel)
        return np.full(len(rows), -1) if doors is None else doors[rows]

    def doors_of(self, name: str) -> tuple[str, ...]:
        """Return the channels of an agent's doors, in order."""
        return self._doors[name]

    def without_all_doors(self, channels: Collection[str]) -> list[str]:
        """Return who serves every channel but lacks a door for one of these that needs one."""
        if self._plain:
            return []
        return [
            name
            for name, agent in self._seen.items()
            if agent.channels is None and not {*channels} <= {*self._doors[name]}
        ]

    def is_known_as(self, name: str, agent: AgentState) -> bool:
        """Tell whether arcs and doors of an agent are right for this state."""
        seen = self._seen.get(name)
        return seen is not None and _kept(seen) == _kept(agent)

    def enrol(self, name: str, agent: AgentState, channels: Collection[str]) -> int:
        """Give an agent a row and doors; `join` is to follow.

        Parameters
        ----------
        channels
            Those of all work there is.
        """
        row = self._rows.get(name)
        if row is None:
            row = heappop(self._free) if self._free else len(self._rows)
        doors = {*agent.channel_limits}
        if not self._plain:
            doors.update(channels if agent.channels is None else agent.channels)
        self._settle(name, row, agent, tuple(sorted(doors)))
        return row

    def join(self, name: str, kinds: Ints, fits: Ints, doors: Ints) -> None:
        """Let an agent join the match, or change what he or she may take; there is no room yet.

        Parameters
        ----------
        kinds, fits, doors
            The classes that the agent may take, what each is worth more, and by which door.
        """
        row, limits = self._rows[name], [0] * len(self._doors[name])
        if self._number[row] != _NOBODY:
            self._leave(row)
        number = self._live.add_agent(0, 0, kinds, fits, doors, limits)
        self._number[row] = number
        self._names[number] = name
        self._worth[:, row] = 0
        self._room.pop(name, None)

    def update(self, name: str, agent: AgentState, now: datetime) -> None:
        """Let room and points of an agent be those of this state at a clock time."""
        row = self._rows[name]
        self._seen[name] = agent
        self._note(row, agent)
        number = int(self._number[row])
        worth = self._worths(np.array([row]), now)[:, 0]
        if (worth != self._worth[:, row]).any():
            self._worth[:, row] = worth
            self._live.set_points(number, *worth.tolist())
        room = room_of(agent, now, self._doors[name], self._settings.channels)
        if room != self._room.get(name):
            self._room[name] = room
            self._live.set_room(number, *room)

    def commit(self, ticket: int, name: str) -> None:
        """Take a ticket out of the match, with the room that it has; `update` is to follow."""
        row = self._rows[name]
        self._live.commit(ticket, int(self._number[row]))
        self._worth[0, row] -= SPREAD
        self._worth[1, row] = 0
        self._room.pop(name, None)

    def drop(self, name: str) -> int | None:
        """Let an agent leave; return the row that is free now, None if nobody left."""
        row = self._rows.pop(name, None)
        if row is not None:
            self._leave(row)
            self._number[row] = _NOBODY
            heappush(self._free, row)
            del self._seen[name], self._doors[name]
            self._room.pop(name, None)
        return row

    def worths(self, now: datetime) -> tuple[Ints, Ints, Ints]:
        """Return the numbers of all agents, and what their contacts are worth at a clock time.

        Returns
        -------
        tuple
            Numbers; what each contact of an agent is worth; and what the first is worth more, for
            the idle time that it ends.
        """
        rows = np.flatnonzero(self._number != _NOBODY)
        self._worth[:, rows] = self._worths(rows, now)
        return self._number[rows], *self._worth[:, rows]

    def _worths(self, rows: Ints, now: datetime) -> Ints:
        """Return what each contact and the first one besides are worth, [2, rows]."""
        weights, opened = self._settings.weights, self._opened[rows]
        idle = np.maximum(instant(now) - self._idle_since[rows], 0) / MICROSECONDS
        idle[opened > 0] = 0.0
        nothing = np.zeros(len(rows))
        each = steps(agent_points(weights, nothing, self._worked[rows])) - SPREAD * opened
        return np.array([each, steps(agent_points(weights, idle, nothing))])

    def _settle(self, name: str, row: int, agent: AgentState, doors: tuple[str, ...]) -> None:
        """Let an agent have a row and doors."""
        self._widen(row + 1)
        self._rows[name] = row
        self._seen[name] = agent
        self._doors[name] = doors
        for column in self._door_of.values():
            column[row] = -1
        for place, channel in enumerate(doors):
            if channel not in self._door_of:
                self._door_of[channel] = np.full(len(self._number), -1)
            self._door_of[channel][row] = place

    def _note(self, row: int, agent: AgentState) -> None:
        """Keep what the points of an agent follow from."""
        since = agent.idle_since
        self._idle_since[row] = _UNKNOWN if since is None else instant(since)
        self._opened[row] = sum(agent.open_work.values())
        self._worked[row] = agent.worked_seconds

    def _leave(self, row: int) -> None:
        number = int(self._number[row])
        self._live.drop_agent(number)
        del self._names[number]

    def _widen(self, rows: int) -> None:
        more = max(rows, 2 * len(self._number)) - len(self._number)
        if rows <= len(self._number):
            return
        self._number = np.concatenate([self._number, np.full(more, _NOBODY)])
        self._worth = np.pad(self._worth, ((0, 0), (0, more)))
        for name in ("_idle_since", "_opened", "_worked"):
            column = getattr(self, name)
            setattr(self, name, np.concatenate([column, np.zeros(more, dtype=column.dtype)]))
        for channel, column in self._door_of.items():
            self._door_of[channel] = np.concatenate([column, np.full(more, -1)])


def _kept(agent: AgentState) -> tuple[object, ...]:
    """Return what arcs and doors follow from."""
    return (
        agent.skills,
        agent.tier,
        agent.site,
        agent.languages,
        agent.channels,
        agent.authority,
        agent.automated,
        agent.channel_limits.keys(),
    )
