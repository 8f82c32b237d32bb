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
    OpeningHours,
    OpenWindow,
    PlanningGroup,
    Priority,
    RelaxationStep,
    RoutingWeights,
    Snapshot,
    Ticket,
    Tier,
    can_serve,
)
from sample_data.arguments import ZONE, Arguments
from sample_data.at_work import CHANNEL_RULES, draw_states
from sample_data.demand import weekly_profile
from sample_data.streams import Opening, Stream

__all__ = ["draw_snapshot"]

_CLOCK = time(10, 15)
_SLOT = 20
"""The half-hour of the day in which the moment lies."""

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
_DECLINED = 0.05
_PROMOTED = 0.1
_VIP_FROM = 4.0
_MEAN_RISK = {Tier.FRONT_LINE: 0.05, Tier.TECHNICAL: 0.1, Tier.BUSINESS: 0.2, Tier.RISK: 0.4}
_RELAX_AFTER = 2.0
"""Mean waits of the channel until a harder contact asks for no more than its group does."""

_REFUND = 0.25
_MEDIAN_AMOUNT = 45.0

_WEIGHTS = RoutingWeights(tags={"vip": 50.0, "promotion": 15.0}, compete_from=0.5)
_NEAR = timedelta(days=14)
"""How far around the moment the snapshot knows closed days."""


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
    states = draw_states(agents, now, rng)

    waiting = np.sqrt([_usually_waiting(stream, day) for stream in streams])
    reaches = [_reach(stream, agents) for stream in streams]
    chosen = rng.choice(len(streams), arguments.tickets, p=waiting / waiting.sum())
    tickets = tuple(
        _ticket(f"T{number + 1:05d}", reaches[index], now, rng)
        for number, index in enumerate(chosen.tolist())
    )
    near = tuple(sorted(other for other in closed if abs(other - day) <= _NEAR))
    calendars = {_calendar(stream.opening): _hours(stream.opening, near) for stream in streams}
    return Snapshot(now, tickets, states, _WEIGHTS, CHANNEL_RULES, calendars)


def _first_working_day(arguments: Arguments, closed: Collection[date]) -> date:
    """Return the first weekday from the start that is no holiday, after the horizon if need be."""
    day = arguments.start
    while day in closed or day.weekday() > 4:
        day += timedelta(days=1)
    return day


def _usually_waiting(stream: Stream, day: date) -> float:
    arrivals = stream.weekly_contacts * float(weekly_profile(stream)[day.weekday(), _SLOT])
    return arrivals * _MEAN_WAIT_SECONDS[stream.channel.id]


def _calendar(opening: Opening) -> str:
    return f"{len(opening.weekdays)} days {opening.first_hour}-{opening.last_hour}"


def _hours(opening: Opening, closed_days: tuple[date, ...]) -> OpeningHours:
    opens, closes = 60 * opening.first_hour, 60 * opening.last_hour
    windows = tuple(OpenWindow(weekday, opens, closes) for weekday in opening.weekdays)
    return OpeningHours(ZONE, windows, closed_days)


def _reach(stream: Stream, agents: Sequence[Agent]) -> _Reach:
    able = [agent for agent in agents if can_serve(agent, stream.group)]
    skill = stream.group.skill
    authority = tuple(
        max((agent.authority for agent in able if agent.skills[skill] >= level), default=None)
        for level in range(1, HIGHEST_LEVEL + 1)
    )
    return _Reach(stream, able, authority)


def _ticket(name: str, reach: _Reach, now: datetime, rng: np.random.Generator) -> Ticket:
    stream, group = reach.stream, reach.stream.group
    wait = math.ceil(rng.exponential(_MEAN_WAIT_SECONDS[group.channel]))
    created = now - timedelta(seconds=wait)
    level = group.min_level
    harder = rng.random() < _HARDER and level < HIGHEST_LEVEL and reach.authority[level] is not None
    level += harder
    amount = 0.0
    if stream.refunds and rng.random() < _REFUND:
        amount = _MEDIAN_AMOUNT * math.exp(rng.standard_normal())
    prior = None
    if stream.channel.deferred and rng.random() < _CONTINUED:
        prior = _one_of(reach.agents, rng)
    value = round(group.customer_value * math.exp(0.5 * rng.standard_normal()), 2)
    promoted = rng.random() < _PROMOTED
    return Ticket(
        id=name,
        channel=group.channel,
        created=created,
        skills={group.skill: level},
        tier=group.tier,
        priority=_priority(group, float(rng.random())),
        customer_value=value,
        tags=("vip",) * (value >= _VIP_FROM) + ("promotion",) * promoted,
        risk=round(min(float(rng.exponential(_MEAN_RISK[group.tier])), 1.0), 2),
        first_response_seconds=group.goal.first_response_seconds,
        resolution_due=_after(created, group.goal.resolution_seconds),
        calendar=_calendar(stream.opening) if stream.channel.deferred else None,
        site=group.site,
        prior_agent=prior,
        rejected_by=(_one_of(reach.agents, rng),) if rng.random() < _DECLINED else (),
        amount=round(min(amount, reach.authority[level - 1] or 0.0), 2),
        handling_seconds=stream.aht_seconds,
        relaxation=(_eased(group),) if harder else (),
    )


def _one_of(agents: Sequence[Agent], rng: np.random.Generator) -> str:
    return agents[int(rng.integers(len(agents)))].id


def _eased(group: PlanningGroup) -> RelaxationStep:
    """Return the step after which a harder contact is like any other of its group."""
    after = _RELAX_AFTER * _MEAN_WAIT_SECONDS[group.channel]
    return RelaxationStep(after, levels={group.skill: group.min_level})


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
