"""Every eligible pair of a snapshot with its score, listed from the page on routing alone.

The peers see the problem the way it is usually given: every ticket, every agent and every
eligible pair. Nothing of the engine is used here, so that a mistake of its rules, scores, classes
or clocks shows as a difference in value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.routing.clocks import Standing, standing
from optimizer.model import (
    HIGHEST_LEVEL,
    AgentState,
    AgentStatus,
    ChannelRules,
    Snapshot,
    Ticket,
    Tier,
)

__all__ = ["PairList", "list_pairs"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

NO_LIMIT = 10**6


@dataclass(frozen=True, slots=True, eq=False)
class PairList:
    """Every eligible pair of a ticket and an agent.

    Parameters
    ----------
    ticket, agent
        Places in the snapshot, [pairs].
    score
        In points, [pairs].
    first
        Points more for the first contact that each agent is given, [agents].
    level
        What goes before points, [tickets].
    channel, units
        Number of the ticket's channel, and units of capacity it takes, [tickets].
    room
        Units of capacity that each agent may still fill, [agents].
    limit
        Contacts of each channel that each agent may still take, `NO_LIMIT` for no limit,
        [agents, channels].
    """

    ticket: Ints
    agent: Ints
    score: Floats
    first: Floats
    level: Ints
    channel: Ints
    units: Ints
    room: Ints
    limit: Ints

    @property
    def tickets(self) -> int:
        """Return the number of tickets."""
        return len(self.level)

    @property
    def uniform(self) -> bool:
        """Tell whether every ticket takes one unit."""
        return bool((self.units == 1).all())

    @property
    def above(self) -> Ints:
        """Return the level of each ticket above the least there is, [tickets]."""
        levels: Ints = self.level - self.level.min(initial=self.level.max(initial=0))
        return levels


def list_pairs(snapshot: Snapshot) -> PairList:
    """List every eligible pair of a snapshot, ticket by ticket."""
    staff = _Staff(snapshot)
    stand = [standing(ticket, snapshot) for ticket in snapshot.tickets]
    agents, scores = [], []
    for ticket, now in zip(snapshot.tickets, stand, strict=True):
        able = np.flatnonzero(staff.eligible(ticket, now))
        agents.append(able)
        scores.append(_base(ticket, now, snapshot) + staff.points(ticket, now, able))
    channels = {name: place for place, name in enumerate(staff.channels)}
    units = [_rules(snapshot, ticket.channel).units for ticket in snapshot.tickets]
    return PairList(
        ticket=np.repeat(np.arange(len(agents)), [len(able) for able in agents]),
        agent=np.concatenate([np.empty(0, np.int64), *agents]),
        score=np.concatenate([np.empty(0), *scores]),
        first=staff.idle,
        level=np.array([now.level for now in stand], dtype=np.int64),
        channel=np.array([channels[t.channel] for t in snapshot.tickets], dtype=np.int64),
        units=np.array(units, dtype=np.int64) // np.gcd.reduce(units or [1]),
        room=staff.room // np.gcd.reduce(units or [1]),
        limit=staff.limit,
    )


def _rules(snapshot: Snapshot, channel: str) -> ChannelRules:
    return snapshot.channels.get(channel, ChannelRules())


def _base(ticket: Ticket, now: Standing, snapshot: Snapshot) -> float:
    """Return the points that a ticket brings whoever takes it."""
    weights = snapshot.weights
    speed = 1.0
    if weights.handling_reference_seconds is not None and ticket.handling_seconds is not None:
        speed = weights.handling_reference_seconds / ticket.handling_seconds
    urgency: float = speed * (now.wait / now.target) ** weights.wait_exponent
    return (
        weights.priority * (3 - now.rank)
        + weights.customer_value * ticket.customer_value
        + weights.wait * urgency
        + weights.risk * ticket.risk
        + sum(weights.tags.get(tag, 0.0) for tag in ticket.tags)
    )


class _Staff:
    """What each agent may do, as columns over the agents."""

    def __init__(self, snapshot: Snapshot) -> None:
        agents, weights = snapshot.agents, snapshot.weights
        self._snapshot = snapshot
        self._weights = weights
        self._ids = np.array([agent.id for agent in agents], dtype=object)
        self._site = np.array([agent.site for agent in agents], dtype=object)
        self._tier = np.array([agent.tier for agent in agents], dtype=object)
        self._automated = np.array([agent.automated for agent in agents], dtype=np.bool_)
        self._authority = np.array([agent.authority for agent in agents], dtype=np.float64)
        self._held = np.array([len(agent.skills) for agent in agents], dtype=np.int64)
        self._levels: dict[str, Ints] = {}
        for place, agent in enumerate(agents):
            for skill, level in agent.skills.items():
                own = self._levels.setdefault(skill, np.zeros(len(agents), dtype=np.int64))
                own[place] = level
        self._none = np.zeros(len(agents), dtype=np.int64)
        self._price = np.array(
            [max((weights.skill_prices.get(s, 0.0) for s in a.skills), default=0.0) for a in agents]
        )
        hours = np.array([agent.worked_seconds for agent in agents], dtype=np.float64) / 3600.0
        self._worked = weights.worked * hours
        self.idle = np.array([_idle_points(agent, snapshot) for agent in agents], dtype=np.float64)
        self.channels = tuple(dict.fromkeys(ticket.channel for ticket in snapshot.tickets))
        languages = {t.language for t in snapshot.tickets} - {None}
        self._serves = {
            name: np.array([a.channels is None or name in a.channels for a in agents], np.bool_)
            for name in self.channels
        }
        self._speaks = {
            name: np.array([a.languages is None or name in a.languages for a in agents], np.bool_)
            for name in languages
        }
        room = [_room(agent, snapshot, self.channels) for agent in agents]
        self.room = np.array([units for units, _ in room], dtype=np.int64)
        self.limit = np.array([limits for _, limits in room], dtype=np.int64).reshape(
            len(agents), len(self.channels)
        )

    def eligible(self, ticket: Ticket, now: Standing) -> Mask:
        """Return who may take a ticket, were it the only one, [agents]."""
        steps = [step for step in ticket.relaxation if now.wait >= step.after_seconds]
        dropped = {skill for step in steps for skill in step.drop_skills}
        asked = {skill: n for skill, n in ticket.skills.items() if skill not in dropped}
        able = self._serves[ticket.channel] & (self._authority >= ticket.amount)
        able &= self.limit[:, self.channels.index(ticket.channel)] > 0
        able &= self.room >= _rules(self._snapshot, ticket.channel).units
        able &= np.isin(self._tier, _tiers(now))
        if ticket.site is not None and not any(step.any_site for step in steps):
            able &= np.isin(self._site, [ticket.site, *(s for step in steps for s in step.sites)])
        if ticket.language is not None and not any(step.any_language for step in steps):
            able &= self._speaks[ticket.language]
        if ticket.human_required:
            able &= ~self._automated
        for skill, level in asked.items():
            least = min([level, *(step.levels.get(skill, level) for step in steps)])
            able &= self._levels.get(skill, self._none) >= least
        barred = (*ticket.excluded_agents, *ticket.rejected_by)
        if barred:
            able &= ~np.isin(self._ids, barred)
        close = _close(ticket)
        if close and now.wait < ticket.preferred_seconds:
            able &= np.isin(self._ids, close)
        return able

    def points(self, ticket: Ticket, now: Standing, able: Ints) -> Floats:
        """Return what each of some agents adds to the base of a ticket, [agents asked for]."""
        weights = self._weights
        share = np.ones(len(able))
        if ticket.skills:
            own = np.array([self._levels.get(s, self._none)[able] for s in ticket.skills])
            proficiency = own.mean(axis=0) / HIGHEST_LEVEL
            specialisation = (own > 0).sum(axis=0) / np.maximum(self._held[able], 1)
            share = (proficiency + specialisation) / 2
        needed = max((weights.skill_prices.get(s, 0.0) for s in ticket.skills), default=0.0)
        points: Floats = weights.skill_fit * share - self._worked[able]
        points -= weights.reserve * np.maximum(self._price[able] - needed, 0.0)
        until = weights.continuity_seconds
        if until is None or now.wait < until:
            points += weights.continuity * np.isin(self._ids[able], _close(ticket))
        return points


def _tiers(now: Standing) -> list[str]:
    """Return the tiers of agents that may take a ticket."""
    asked, *further = now.tiers
    return [tier for tier in Tier if tier.may_serve(asked) or tier in further]


def _close(ticket: Ticket) -> list[str]:
    """Return the prior agent and the preferred ones."""
    return [*ticket.preferred_agents, *([ticket.prior_agent] if ticket.prior_agent else [])]


def _idle_points(agent: AgentState, snapshot: Snapshot) -> float:
    """Return the points for the idle time that the first contact ends."""
    weights = snapshot.weights
    if agent.idle_since is None or any(agent.open_work.values()):
        return 0.0
    idle = (snapshot.now - agent.idle_since).total_seconds()
    return weights.idle * max(0.0, idle) / weights.idle_target_seconds


def _room(
    agent: AgentState, snapshot: Snapshot, channels: tuple[str, ...]
) -> tuple[int, list[int]]:
    """Return the units that an agent may still fill, and the contacts of each channel."""
    away = agent.status is not AgentStatus.AVAILABLE or not agent.accepts_offers
    if agent.after_call_until is not None and agent.after_call_until > snapshot.now:
        away = True
    limits = [
        max(0, agent.channel_limits.get(name, NO_LIMIT) - agent.open_work.get(name, 0))
        for name in channels
    ]
    if away:
        return 0, limits
    taken = {n: count * _rules(snapshot, n).units for n, count in agent.open_work.items()}
    room = agent.capacity - sum(taken.values())
    if room > 0:
        return room, limits
    # One contact may still go in for which open work is laid aside.
    for place, name in enumerate(channels):
        rules = _rules(snapshot, name)
        aside = sum(taken.get(other, 0) for other in rules.interrupts)
        fits = aside > 0 and agent.capacity - sum(taken.values()) + aside >= rules.units
        limits[place] = min(limits[place], int(fits))
    served = [n for n, left in zip(channels, limits, strict=True) if left]
    return max((_rules(snapshot, name).units for name in served), default=0), limits
