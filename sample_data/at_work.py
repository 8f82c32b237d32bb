"""Who is at work at the live moment, with what in hand, and what a contact takes of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from optimizer.model import Agent, AgentState, AgentStatus, ChannelRules, Tier
from sample_data.streams import CHANNELS

__all__ = ["CHANNEL_RULES", "draw_states"]

_CAPACITY = 2
_LIMITS = {channel.id: channel.concurrency for channel in CHANNELS.values()}
_BACKLOG = tuple(channel.id for channel in CHANNELS.values() if channel.deferred)

CHANNEL_RULES = {"voice": ChannelRules(units=_CAPACITY, interrupts=_BACKLOG)} | {
    channel: ChannelRules(deferred=True) for channel in _BACKLOG
}
"""A call takes all of an agent, but whoever writes an email lays it aside."""

_ON_SHIFT = {"core": 0.5, "expert": 0.6, "part_time": 0.3}
_ELASTIC_ON_SHIFT = 0.15
_AWAY = 0.08
_BUSY = 0.55
_BUSY_WITH = {
    Tier.FRONT_LINE: {"voice": 0.45, "chat": 0.35, "email": 0.2},
    Tier.TECHNICAL: {"ticket": 0.8, "voice": 0.2},
    Tier.BUSINESS: {"ticket": 1.0},
    Tier.RISK: {"ticket": 1.0},
}
_MEAN_LEFT_SECONDS = {"voice": 150.0, "chat": 240.0, "email": 300.0, "ticket": 900.0}
_AFTER_CALL = 0.15
"""Share of those with nothing in hand who still write up their last contact."""

_MOST_AFTER_CALL_SECONDS = 90
_MEAN_IDLE_SECONDS = 240.0
_SHIFT_SECONDS = 8100.0
"""From eight in the morning to the moment."""


def draw_states(
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
    status = AgentStatus.AWAY if rng.random() < _AWAY else AgentStatus.AVAILABLE
    open_work: dict[str, int] = {}
    after_call_until = free_from = idle_since = None
    if rng.random() < _BUSY:
        channel = _in_hand(agent, rng)
        open_work = {channel: int(rng.integers(1, _LIMITS[channel], endpoint=True))}
        free_from = now + _seconds(rng.exponential(_MEAN_LEFT_SECONDS[channel]))
    elif rng.random() < _AFTER_CALL:
        after_call_until = now + _seconds(rng.uniform(0.0, _MOST_AFTER_CALL_SECONDS))
    elif status is AgentStatus.AVAILABLE:
        idle_since = now - _seconds(rng.exponential(_MEAN_IDLE_SECONDS))
    return AgentState(
        id=agent.id,
        skills=agent.skills,
        tier=agent.tier,
        site=agent.site,
        channels=agent.channels,
        capacity=_CAPACITY,
        channel_limits=_LIMITS,
        open_work=open_work,
        status=status,
        after_call_until=after_call_until,
        free_from=free_from,
        idle_since=idle_since,
        worked_seconds=float(round(_SHIFT_SECONDS * rng.uniform(0.5, 0.95))),
        authority=agent.authority,
    )


def _seconds(time: float) -> timedelta:
    return timedelta(seconds=math.ceil(time))


def _in_hand(agent: Agent, rng: np.random.Generator) -> str:
    """Return the channel on which an agent is busy."""
    choices = _BUSY_WITH[agent.tier]
    served = [name for name in choices if agent.channels is None or name in agent.channels]
    weights = np.array([choices[name] for name in served])
    return str(rng.choice(served, p=weights / weights.sum()))
