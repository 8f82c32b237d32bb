"""The needs of waiting tickets as classes of the incremental match.

A class comes with the first ticket that asks for it. One that names people goes with the last;
others stay a while, because the next ticket may well ask for the same.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.model import RoutingWeights
from optimizer.routing.live import LiveMatch
from optimizer.routing.pool.arcs import Arcs
from optimizer.routing.pool.crowd import Crowd
from optimizer.routing.pool.needs import Need
from optimizer.routing.pool.scale import steps

__all__ = ["Kind", "Kinds", "KindsState"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_MOST_IDLE = 1024
"""Classes without tickets that are kept."""


class Kind(NamedTuple):
    """A class: its need, the row of that in the arcs, and its number in the match."""

    need: Need
    row: int
    number: int


class KindsState(NamedTuple):
    """All classes in order of age, the rows of those without tickets, and channels by code."""

    kinds: tuple[Kind, ...]
    idle: tuple[int, ...]
    channels: tuple[str, ...]


class Kinds:
    """Which class stands for which need.

    Parameters
    ----------
    live
        The match; classes are added to it and dropped from it here.
    """

    def __init__(self, weights: RoutingWeights, live: LiveMatch, arcs: Arcs, crowd: Crowd) -> None:
        self._continuity = float(weights.continuity)
        self._live = live
        self._arcs = arcs
        self._crowd = crowd
        self._kinds: dict[Need, Kind] = {}
        self._tickets: dict[Need, int] = {}
        self._idle: dict[Need, None] = {}
        self._naming: dict[str, dict[Need, None]] = {}
        self._free: list[int] = []
        self._number = np.zeros(0, dtype=np.int64)
        self._reserved = np.zeros(0, dtype=np.bool_)
        self._channel = np.zeros(0, dtype=np.int64)
        self._channels: dict[str, int] = {}

    def state(self) -> KindsState:
        """Return all classes."""
        idle = tuple(self._kinds[need].row for need in self._idle)
        return KindsState(tuple(self._kinds.values()), idle, tuple(self._channels))

    def restore(self, state: KindsState) -> None:
        """Let all classes be as they were, in a match that has them already; without tickets."""
        for channel in state.channels:
            self.learn(channel)
        for kind in state.kinds:
            self._arcs.put_need(kind.row, kind.need)
            self._note(kind)
        needs = {kind.row: kind.need for kind in state.kinds}
        self._idle = {needs[row]: None for row in state.idle}
        self._free = [row for row in range(max(needs, default=-1)) if row not in needs]

    def reenter(self, need: Need) -> None:
        """Count a ticket that is in its class already."""
        self._tickets[need] += 1

    @property
    def channels(self) -> dict[str, int]:
        """Return the channels of all work so far, with their codes."""
        return self._channels

    def learn(self, channel: str) -> bool:
        """Note a channel that work comes from; return whether it is new."""
        new = channel not in self._channels
        self._channels.setdefault(channel, len(self._channels))
        return new

    def enter(self, need: Need) -> int:
        """Return the class of a need for one more ticket, a new one if need be.

        Its channel must have been learnt.
        """
        if need not in self._kinds:
            self._add(need)
        self._idle.pop(need, None)
        self._tickets[need] += 1
        return self._kinds[need].number

    def leave(self, need: Need) -> None:
        """Note that a ticket does not ask for this any more, after it has left the class."""
        self._tickets[need] -= 1
        if self._tickets[need]:
            return
        self._idle[need] = None
        if need.named:
            self._drop(need)
        elif len(self._idle) > _MOST_IDLE:
            self._drop(next(iter(self._idle)))

    def for_agent(self, name: str, row: int) -> tuple[Ints, Ints, Ints]:
        """Return the classes that an agent may take, the fits in steps, and channels by code."""
        rows, fits = self._arcs.needs_for(row)
        free = ~self._reserved[rows]
        for need in self._naming.get(name, ()):
            at = np.flatnonzero(rows == self._kinds[need].row)
            free[at] = name not in need.barred and (need.only is None or name in need.only)
            if name in need.close_to:
                fits[at] += self._continuity
        rows = rows[free]
        return self._number[rows], steps(fits[free]), self._channel[rows]

    def _add(self, need: Need) -> None:
        """Add a class with an arc to everybody who may take it."""
        row = heappop(self._free) if self._free else len(self._kinds)
        self._arcs.put_need(row, need)
        agents, fits = self._arcs.agents_for(row)
        if need.only is not None:
            kept = np.isin(agents, self._crowd.rows(need.only))
            agents, fits = agents[kept], fits[kept]
        if need.barred:
            kept = ~np.isin(agents, self._crowd.rows(need.barred))
            agents, fits = agents[kept], fits[kept]
        if need.close_to:
            fits[np.isin(agents, self._crowd.rows(need.close_to))] += self._continuity
        number = self._live.add_class(
            self._crowd.numbers(agents), steps(fits), self._crowd.doors(agents, need.channel)
        )
        self._note(Kind(need, row, number))

    def _note(self, kind: Kind) -> None:
        """Keep a class that the match has."""
        need, row, number = kind
        self._widen(row + 1)
        self._number[row] = number
        self._reserved[row] = need.only is not None
        self._channel[row] = self._channels[need.channel]
        self._kinds[need] = kind
        self._tickets[need] = 0
        for name in need.named:
            self._naming.setdefault(name, {})[need] = None

    def _drop(self, need: Need) -> None:
        kind = self._kinds.pop(need)
        del self._tickets[need], self._idle[need]
        self._live.drop_class(kind.number)
        self._arcs.drop_need(kind.row)
        heappush(self._free, kind.row)
        for name in need.named:
            del self._naming[name][need]
            if not self._naming[name]:
                del self._naming[name]

    def _widen(self, rows: int) -> None:
        old = len(self._number)
        if rows > old:
            more = max(rows, 2 * old) - old
            self._number = np.concatenate([self._number, np.zeros(more, dtype=np.int64)])
            self._reserved = np.concatenate([self._reserved, np.zeros(more, dtype=np.bool_)])
            self._channel = np.concatenate([self._channel, np.zeros(more, dtype=np.int64)])
