"""The tickets and agents of a snapshot as columns, and a quick look at whether they are sound.

One pass over the objects reads each field into a list or an array; after it, nothing touches an
object again. Objects may be of any class that has the attributes of `Ticket` and `AgentState`.
Times are seconds from or until `now`. The checks here cost a few comparisons of whole arrays and
say yes exactly where `check_snapshot` finds nothing; what is wrong, and where, only that can say.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.model import HIGHEST_LEVEL, AgentState, Priority, Ticket, Tier
from optimizer.model.live_checks import MOST_POINTS, MOST_SECONDS
from optimizer.routing.ties import ordered

__all__ = [
    "TIERS",
    "AgentColumns",
    "TicketColumns",
    "agents_are_sound",
    "read_agents",
    "read_tickets",
    "tickets_are_sound",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TIERS = tuple(Tier)
"""The tiers by their codes."""

_TIER_OF_LETTER = np.zeros(256, dtype=np.int64)
for _code, _tier in enumerate(TIERS):
    _TIER_OF_LETTER[ord(_tier.value[0])] = _code


@dataclass(frozen=True, slots=True, eq=False)
class TicketColumns:
    """Tickets field by field, in the order of the snapshot.

    Parameters
    ----------
    age
        Seconds of elapsed time from creation to now, below 0 for a creation to come, [tickets].
    rank, tier
        0 for P0 to 3 for P3, and the place in `TIERS`, [tickets].
    value, risk, amount, paused, preferred_seconds
        [tickets].
    skill_names, skill_levels, asked
        The skills of all tickets one after the other, [skills asked for], and how many each
        ticket asks for, [tickets].
    first_due, resolution_due
        Elapsed seconds from creation to the deadline, not a number where there is none,
        [tickets]; None where no ticket has one.
    first_seconds, resolution_seconds, handling
        In seconds, not a number where there is none, [tickets]; None where no ticket has one.
    sites, languages, calendars, prior, tags, preferred, excluded, rejected, relaxation
        None where no ticket says anything.
    """

    ids: list[str]
    channels: list[str]
    skills: list[dict[str, int]]
    skill_names: list[str]
    skill_levels: Ints
    asked: Ints
    age: Floats
    rank: Ints
    tier: Ints
    value: Floats
    risk: Floats
    amount: Floats
    paused: Floats
    preferred_seconds: Floats
    human: Sequence[bool] | None
    responded: Sequence[bool] | None
    first_due: Floats | None
    resolution_due: Floats | None
    first_seconds: Floats | None
    resolution_seconds: Floats | None
    handling: Floats | None
    calendars: list[str | None] | None
    sites: list[str | None] | None
    languages: list[str | None] | None
    prior: list[str | None] | None
    tags: list[tuple[str, ...]] | None
    preferred: list[tuple[str, ...]] | None
    excluded: list[tuple[str, ...]] | None
    rejected: list[tuple[str, ...]] | None
    relaxation: list[tuple[Any, ...]] | None

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True, eq=False)
class AgentColumns:
    """Agents field by field, in one order.

    Parameters
    ----------
    idle, after_call, free_from
        Seconds since the agent became free, until after-call work ends and until the next
        contact in hand ends; not a number where there is none, [agents].
    skill_names, skill_levels, held
        The skills of all agents one after the other, [skills held], and how many each agent
        holds, [agents].
    tier
        The place in `TIERS`, [agents].
    channels, languages, sites, limits, open_work
        None where no agent says anything.
    at_work
        Who is available and accepts offers, [agents].
    """

    agents: tuple[AgentState, ...]
    ids: list[str]
    idle: Floats
    after_call: Floats
    free_from: Floats
    skill_names: list[str]
    skill_levels: Ints
    held: Ints
    tier: Ints
    capacity: Ints
    worked: Floats
    authority: Floats
    at_work: NDArray[np.bool_]
    automated: NDArray[np.bool_]
    channels: list[tuple[str, ...] | None] | None
    languages: list[tuple[str, ...] | None] | None
    sites: list[str | None] | None
    limits: list[dict[str, int]] | None
    open_work: list[dict[str, int]] | None

    def __len__(self) -> int:
        return len(self.ids)


def read_tickets(tickets: Sequence[Ticket], now: datetime) -> TicketColumns:
    """Read the fields of tickets into columns.

    Raises
    ------
    TypeError, OverflowError
        If a time has no offset, or a number is beyond all ranges; then the tickets are not sound.
    """
    created = [t.created for t in tickets]
    skills = [t.skills for t in tickets]
    return TicketColumns(
        ids=[t.id for t in tickets],
        channels=[t.channel for t in tickets],
        skills=skills,
        skill_names=[name for asked in skills for name in asked],
        skill_levels=_whole([level for asked in skills for level in asked.values()]),
        asked=_whole([*map(len, skills)]),
        age=_array([(now - c).total_seconds() for c in created]),
        rank=_rank_codes([t.priority for t in tickets]),
        tier=_tier_codes([t.tier for t in tickets]),
        value=_array([t.customer_value for t in tickets]),
        risk=_array([t.risk for t in tickets]),
        amount=_array([t.amount for t in tickets]),
        paused=_array([t.paused_seconds for t in tickets]),
        preferred_seconds=_array([t.preferred_seconds for t in tickets]),
        human=_said([t.human_required for t in tickets]),
        responded=_said([t.responded for t in tickets]),
        first_due=_after([t.first_response_due for t in tickets], created),
        resolution_due=_after([t.resolution_due for t in tickets], created),
        first_seconds=_optional([t.first_response_seconds for t in tickets]),
        resolution_seconds=_optional([t.resolution_seconds for t in tickets]),
        handling=_optional([t.handling_seconds for t in tickets]),
        calendars=_given([t.calendar for t in tickets]),
        sites=_given([t.site for t in tickets]),
        languages=_given([t.language for t in tickets]),
        prior=_given([t.prior_agent for t in tickets]),
        tags=_said([t.tags for t in tickets]),
        preferred=_said([t.preferred_agents for t in tickets]),
        excluded=_said([t.excluded_agents for t in tickets]),
        rejected=_said([t.rejected_by for t in tickets]),
        relaxation=_said([t.relaxation for t in tickets]),
    )


def read_agents(
    agents: Sequence[AgentState], now: datetime, seed: int | None = None
) -> AgentColumns:
    """Read the fields of agents into columns, the longest idle first and unknown last.

    Parameters
    ----------
    seed
        Settles ties, as in `ties.tie_key`.

    Raises
    ------
    TypeError, OverflowError
        As for `read_tickets`.
    """
    idle = -_until([a.idle_since for a in agents], now)
    order = ordered((np.where(np.isnan(idle), math.inf, -idle),), [a.id for a in agents], seed)
    agents = [agents[place] for place in order.tolist()]
    skills = [a.skills for a in agents]
    return AgentColumns(
        agents=tuple(agents),
        ids=[a.id for a in agents],
        idle=idle[order],
        after_call=_until([a.after_call_until for a in agents], now),
        free_from=_until([a.free_from for a in agents], now),
        skill_names=[name for held in skills for name in held],
        skill_levels=_whole([level for held in skills for level in held.values()]),
        held=_whole([*map(len, skills)]),
        tier=_tier_codes([a.tier for a in agents]),
        capacity=_whole([a.capacity for a in agents]),
        worked=_array([a.worked_seconds for a in agents]),
        authority=_array([a.authority for a in agents]),
        at_work=np.array([a.status == "available" and a.accepts_offers for a in agents], np.bool_),
        automated=_flags([a.automated for a in agents]),
        channels=_given([a.channels for a in agents]),
        languages=_given([a.languages for a in agents]),
        sites=_given([a.site for a in agents]),
        limits=_said([a.channel_limits for a in agents]),
        open_work=_said([a.open_work for a in agents]),
    )


def tickets_are_sound(columns: TicketColumns, calendars: Collection[str]) -> bool:
    """Tell whether `check_ticket` finds nothing in any ticket, and no identifier is used twice.

    Parameters
    ----------
    calendars
        Names of those that there are.
    """
    return (
        _are_names(columns.ids)
        and _within(columns.value, 0.0, MOST_POINTS)
        and _within(columns.risk, 0.0, 1.0)
        and _within(columns.amount, 0.0, math.inf)
        and _within(columns.paused, 0.0, MOST_SECONDS)
        and _within(columns.preferred_seconds, 0.0, MOST_SECONDS)
        and all(
            seconds is None or not ((seconds <= 0.0) | (seconds > MOST_SECONDS)).any()
            for seconds in (columns.first_seconds, columns.resolution_seconds, columns.handling)
        )
        and all(
            due is None or not (due <= 0.0).any()
            for due in (columns.first_due, columns.resolution_due)
        )
        and (columns.calendars is None or {*columns.calendars, None} <= {*calendars, None})
        and _within(columns.skill_levels, 1, HIGHEST_LEVEL)
        and (columns.relaxation is None or _steps_fit(columns.relaxation))
    )


def agents_are_sound(columns: AgentColumns) -> bool:
    """Tell whether `check_agent` finds nothing in any agent, and no identifier is used twice."""
    return (
        _are_names(columns.ids)
        and _within(columns.capacity, 0, 1000)
        and _within(columns.authority, 0.0, math.inf)
        and _within(columns.worked, 0.0, MOST_SECONDS)
        and _within(columns.skill_levels, 1, HIGHEST_LEVEL)
        and _counts_fit(columns.limits)
        and _counts_fit(columns.open_work)
    )


def _are_names(ids: list[str]) -> bool:
    different = set(ids)
    return len(different) == len(ids) and "" not in different


@njit(cache=True)
def _within(values: Floats | Ints, low: float, high: float) -> bool:
    """Tell whether all values are finite and within their bounds; no number is never within."""
    within = True
    for value in values:
        within &= low <= value <= high and value < np.inf
    return within


def _steps_fit(relaxation: list[tuple[Any, ...]]) -> bool:
    steps = [step for steps in relaxation for step in steps]
    return all(0.0 <= step.after_seconds <= MOST_SECONDS for step in steps) and all(
        1 <= level <= HIGHEST_LEVEL for step in steps for level in step.levels.values()
    )


def _counts_fit(counts: list[dict[str, int]] | None) -> bool:
    if counts is None:
        return True
    return all(0 <= count <= 10**6 for by_channel in counts for count in by_channel.values())


def _array(values: list[float]) -> Floats:
    # Most columns hold nothing but zeros, which `any` tells in a fifth of the time.
    return np.array(values, dtype=np.float64) if any(values) else np.zeros(len(values))


def _flags(values: list[bool]) -> NDArray[np.bool_]:
    return np.array(values, dtype=np.bool_) if any(values) else np.zeros(len(values), np.bool_)


def _whole(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def _optional(values: list[float | None]) -> Floats | None:
    """Return numbers that may be missing; one that is no number becomes 0, which none may be."""
    if values.count(None) == len(values):
        return None
    return np.array([math.nan if v is None else v if v == v else 0.0 for v in values])


def _given(values: list[Any]) -> list[Any] | None:
    return None if values.count(None) == len(values) else values


def _said(values: list[Any]) -> list[Any] | None:
    return values if any(values) else None


def _after(moments: list[datetime | None], created: list[datetime]) -> Floats | None:
    if moments.count(None) == len(moments):
        return None
    return np.array(
        [
            math.nan if moment is None else (moment - since).total_seconds()
            for moment, since in zip(moments, created, strict=True)
        ]
    )


def _until(moments: list[datetime | None], now: datetime) -> Floats:
    if moments.count(None) == len(moments):
        return np.full(len(moments), math.nan)
    return np.array(
        [math.nan if moment is None else (moment - now).total_seconds() for moment in moments]
    )


def _rank_codes(priorities: list[Priority]) -> Ints:
    """Return the ranks; the digits are read from one string, as hashing members is slow."""
    return np.frombuffer("".join(priorities).encode(), dtype=np.uint8)[1::2].astype(np.int64) - 48


def _tier_codes(tiers: list[Tier]) -> Ints:
    letters = "".join([tier[0] for tier in tiers])
    return _TIER_OF_LETTER[np.frombuffer(letters.encode(), dtype=np.uint8)]
