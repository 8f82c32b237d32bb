"""The live moment: a mid-morning, agents at work, contacts waiting, some of them overdue."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from optimizer.model import (
    HIGHEST_LEVEL,
    Agent,
    AgentState,
    PlanningGroup,
    Priority,
    Snapshot,
    Ticket,
    Tier,
    can_serve,
)
from sample_data.arguments import ZONE, Arguments
from sample_data.demand import weekly_profile
from sample_data.streams import CHANNELS, Stream

__all__ = ["draw_snapshot"]

_CLOCK = time(10, 15)
_SLOT = 20
"""The half-hour of the day in which the moment lies."""

_ON_SHIFT = {"core": 0.5, "expert": 0.6, "part_time": 0.3}
_ELASTIC_ON_SHIFT = 0.15
_PAUSING = 0.08
_BUSY = 0.55
_BUSY_WITH = {
    Tier.FRONT_LINE: {"voice": 0.45, "chat": 0.35, "email": 0.2},
    Tier.TECHNICAL: {"ticket": 0.8, "voice": 0.2},
    Tier.BUSINESS: {"ticket": 1.0},
    Tier.RISK: {"ticket": 1.0},
}
_CAPACITY = 2
_LIMITS = {channel.id: channel.concurrency for channel in CHANNELS.values()}
_MEAN_IDLE_SECONDS = 240.0

_MEAN_WAIT_SECONDS = {
    "voice": 45.0,
    "chat": 90.0,
    "email": 7200.0,
    "social": 1500.0,
    "ticket": 3600.0,
}
_HARDER = 0.15
"""Share of contacts that ask for one level more than their group."""

_MORE_URGENT, _LESS_URGENT = 0.1, 0.1
_CONTINUED = 0.3
_REFUND = 0.25
_MEDIAN_AMOUNT = 45.0


@dataclass(frozen=True, slots=True)
class _Reach:
    """Who in the organisation could take a stream's contacts.

    Parameters
    ----------
    authority
        Per level, 1 to 5, the greatest authority at that level or above; None if nobody holds it.
    """

    stream: Stream
    agents: list[Agent]
    authority: tuple[float | None, ...]


def draw_snapshot(
    agents: Sequence[Agent],
    streams: Sequence[Stream],
    arguments: Arguments,
    closed: Collection[date],
    rng: np.random.Generator,
) -> Snapshot:
    """Return who is there and what waits at 10:15 on the first working day of the horizon.

    Groups have tickets by the square root of what usually waits (arrivals by mean wait, Little's
    law), so that rare kinds are seen too. Every ticket could be taken by somebody of the
    organisation, though not always by somebody who is there.
    """
    day = _first_working_day(arguments, closed)
    now = datetime.combine(day, _CLOCK, ZoneInfo(ZONE))
    states = _states(agents, now, rng)

    waiting = np.sqrt([_usually_waiting(stream, day) for stream in streams])
    reaches = [_reach(stream, agents) for stream in streams]
    chosen = rng.choice(len(streams), arguments.tickets, p=waiting / waiting.sum())
    tickets = tuple(
        _ticket(f"T{number + 1:05d}", reaches[index], now, rng)
        for number, index in enumerate(chosen.tolist())
    )
    return Snapshot(now, tickets, states)


def _first_working_day(arguments: Arguments, closed: Collection[date]) -> date:
    """Return the first weekday from the start that is no holiday, after the horizon if need be."""
    day = arguments.start
    while day in closed or day.weekday() > 4:
        day += timedelta(days=1)
    return day


def _usually_waiting(stream: Stream, day: date) -> float:
    arrivals = stream.weekly_contacts * float(weekly_profile(stream)[day.weekday(), _SLOT])
    return arrivals * _MEAN_WAIT_SECONDS[stream.channel.id]


def _states(
    agents: Sequence[Agent], now: datetime, rng: np.random.Generator
) -> tuple[AgentState, ...]:
    """Return the agents that are at work, the same share of every contract."""
    by_contract: dict[str, list[int]] = {}
    for index, agent in enumerate(agents):
        by_contract.setdefault(agent.contract, []).append(index)
    present = []
    for contract, members in by_contract.items():
        share = _ON_SHIFT.get(contract, _ELASTIC_ON_SHIFT)
        number = math.ceil(share * len(members))
        present.extend(rng.choice(members, number, replace=False).tolist())
    return tuple(_state(agents[index], now, rng) for index in sorted(present))


def _state(agent: Agent, now: datetime, rng: np.random.Generator) -> AgentState:
    open_work: dict[str, int] = {}
    if rng.random() < _BUSY:
        choices = _BUSY_WITH[agent.tier]
        served = [name for name in choices if agent.channels is None or name in agent.channels]
        weights = np.array([choices[name] for name in served])
        channel = str(rng.choice(served, p=weights / weights.sum()))
        open_work[channel] = int(rng.integers(1, _LIMITS[channel], endpoint=True))
    # Nobody takes a second contact while on the telephone.
    available = "voice" not in open_work and rng.random() >= _PAUSING
    idle = timedelta(seconds=math.ceil(rng.exponential(_MEAN_IDLE_SECONDS)))
    return AgentState(
        id=agent.id,
        skills=agent.skills,
        tier=agent.tier,
        site=agent.site,
        channels=agent.channels,
        capacity=_CAPACITY,
        channel_limits=_LIMITS,
        open_work=open_work,
        accepts_offers=available,
        idle_since=None if open_work or not available else now - idle,
        authority=agent.authority,
    )


def _reach(stream: Stream, agents: Sequence[Agent]) -> _Reach:
    able = [agent for agent in agents if can_serve(agent, stream.group)]
    skill = stream.group.skill
    authority = tuple(
        max((agent.authority for agent in able if agent.skills[skill] >= level), default=None)
        for level in range(1, HIGHEST_LEVEL + 1)
    )
    return _Reach(stream, able, authority)


def _ticket(name: str, reach: _Reach, now: datetime, rng: np.random.Generator) -> Ticket:
    group = reach.stream.group
    wait = math.ceil(rng.exponential(_MEAN_WAIT_SECONDS[group.channel]))
    created = now - timedelta(seconds=wait)
    level = group.min_level
    if rng.random() < _HARDER and level < HIGHEST_LEVEL and reach.authority[level] is not None:
        level += 1
    amount = 0.0
    if reach.stream.refunds and rng.random() < _REFUND:
        amount = _MEDIAN_AMOUNT * math.exp(rng.standard_normal())
    prior = None
    if reach.stream.channel.deferred and rng.random() < _CONTINUED:
        prior = reach.agents[rng.integers(len(reach.agents))].id
    return Ticket(
        id=name,
        channel=group.channel,
        created=created,
        skills={group.skill: level},
        tier=group.tier,
        priority=_priority(group, float(rng.random())),
        customer_value=round(group.customer_value * math.exp(0.5 * rng.standard_normal()), 2),
        first_response_due=_after(created, group.goal.first_response_seconds),
        resolution_due=_after(created, group.goal.resolution_seconds),
        site=group.site,
        prior_agent=prior,
        amount=round(min(amount, reach.authority[level - 1] or 0.0), 2),
    )


def _priority(group: PlanningGroup, chance: float) -> Priority:
    """Return the group's priority, or now and then a neighbour; only faults can be P0."""
    if group.priority is Priority.P3:
        return group.priority
    change = -1 if chance < _MORE_URGENT else 1 if chance > 1 - _LESS_URGENT else 0
    most_urgent = 0 if group.tier is Tier.TECHNICAL else 1
    rank = min(max(group.priority.rank + change, most_urgent), 3)
    return Priority(f"P{rank}")


def _after(created: datetime, seconds: float | None) -> datetime | None:
    return None if seconds is None else created + timedelta(seconds=seconds)
