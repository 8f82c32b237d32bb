"""The agents of a snapshot, indexed by what tickets ask of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.model import AgentState, AgentStatus, Tier

__all__ = ["Staff", "channel_room"]

Mask = NDArray[np.bool_]


class Staff:
    """Agents in a fixed order, with one mask for each thing that a ticket may ask.

    Building it takes time in proportion to the skills held; a mask, to the agents.

    Parameters
    ----------
    agents
        In the order that every mask and array refers to.

    Attributes
    ----------
    opened
        Contacts open now, no more than the capacity counted, [agents].
    free
        Contacts that may be added, 0 for agents who accept no work, [agents].
    held
        Skills held, [agents].
    authority
        Greatest amount that may be granted, [agents].
    available
        Who accepts work, [agents].
    with_room
        Who has fewer contacts open than allowed, [agents].
    """

    def __init__(self, agents: Sequence[AgentState]) -> None:
        self.agents = tuple(agents)
        self.opened = _whole(
            min(agent.capacity, sum(agent.open_work.values())) for agent in self.agents
        )
        self.held = _whole(len(agent.skills) for agent in self.agents)
        self.authority = np.array([agent.authority for agent in self.agents], dtype=np.float64)
        self.available = np.array(
            [a.status is AgentStatus.AVAILABLE and a.accepts_offers for a in self.agents],
            dtype=np.bool_,
        )
        capacity = _whole(agent.capacity for agent in self.agents)
        self.with_room = self.opened < capacity
        self.free = np.where(self.available & self.with_room, capacity - self.opened, 0)
        self._numbers: dict[str, int] = {}
        self._skill = _whole(
            self._numbers.setdefault(skill, len(self._numbers))
            for agent in self.agents
            for skill in agent.skills
        )
        self._level = _whole(level for agent in self.agents for level in agent.skills.values())
        self._holder = np.repeat(np.arange(len(self.agents)), self.held)
        self._channels: dict[str | None, list[int]] = {}
        self._tiers: dict[Tier, list[int]] = {}
        self._sites: dict[str | None, list[int]] = {}
        for position, agent in enumerate(self.agents):
            for channel in (None,) if agent.channels is None else agent.channels:
                self._channels.setdefault(channel, []).append(position)
            self._tiers.setdefault(agent.tier, []).append(position)
            self._sites.setdefault(agent.site, []).append(position)
        self._limited = [p for p, agent in enumerate(self.agents) if agent.channel_limits]

    def __len__(self) -> int:
        return len(self.agents)

    def levels(self, skills: Sequence[str]) -> NDArray[np.int8]:
        """Return the levels of some skills, 0 where they are not held, [skills, agents]."""
        row = np.full(len(self._numbers), -1)
        for place, skill in enumerate(skills):
            if skill in self._numbers:
                row[self._numbers[skill]] = place
        rows = row[self._skill]
        asked = rows >= 0
        levels = np.zeros((len(skills), len(self)), dtype=np.int8)
        levels[rows[asked], self._holder[asked]] = self._level[asked]
        return levels

    def serving(self, channel: str) -> Mask:
        """Return who serves a channel, [agents]."""
        return self._among([self._channels.get(None, []), self._channels.get(channel, [])])

    def of_tier(self, asked: Tier) -> Mask:
        """Return whose tier may do work of tier `asked`, [agents]."""
        return self._among(who for tier, who in self._tiers.items() if tier.may_serve(asked))

    def at_site(self, site: str | None) -> Mask:
        """Return who works at a site, everybody where it is None, [agents]."""
        if site is None:
            return np.ones(len(self), dtype=np.bool_)
        return self._among([self._sites.get(site, [])])

    def with_room_on(self, channel: str) -> Mask:
        """Return who has fewer contacts of one channel open than that channel allows, [agents]."""
        full = [p for p in self._limited if channel_room(self.agents[p], channel) == 0]
        return ~self._among([full])

    def _among(self, groups: Iterable[list[int]]) -> Mask:
        mask = np.zeros(len(self), dtype=np.bool_)
        for group in groups:
            mask[group] = True
        return mask


def channel_room(agent: AgentState, channel: str) -> int | None:
    """Return how many contacts of a channel may be added, None where it has no limit of its own."""
    limit = agent.channel_limits.get(channel)
    return None if limit is None else max(0, limit - agent.open_work.get(channel, 0))


def _whole(values: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(values, dtype=np.int64)
