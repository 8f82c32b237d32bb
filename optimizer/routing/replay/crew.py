"""Who is there to take the contacts of a log, and when."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo

from optimizer.errors import InvalidInput, Issue
from optimizer.model import (
    HIGHEST_LEVEL,
    AgentState,
    AgentStatus,
    ChannelRules,
    Organisation,
    Snapshot,
)
from optimizer.routing.replay.log import Log, LoggedContact

__all__ = [
    "WORKING_DAY_GAP",
    "Stretch",
    "Worker",
    "crew_of_log",
    "crew_of_organisation",
    "crew_of_snapshot",
    "with_presence",
]

WORKING_DAY_GAP = timedelta(hours=4)
"""Longer times without a contact part one working day of an agent from the next."""

Stretch = tuple[datetime, datetime]
"""When somebody comes, and goes."""


@dataclass(frozen=True, slots=True)
class Worker:
    """An agent of a replay.

    Parameters
    ----------
    state
        What the agent can do; what the agent does is up to the replay.
    present
        In ascending order, without overlaps; None is always.
    """

    state: AgentState
    present: tuple[Stretch, ...] | None = None

    def stretches(self, first: date, last: date, zone: tzinfo) -> list[Stretch]:
        """Return the presence that begins on some local days, both included."""
        return [
            (begin, end)
            for begin, end in self.present or ()
            if first <= begin.astimezone(zone).date() <= last
        ]

    def seconds(self, first: date, last: date, zone: tzinfo) -> float:
        """Return how long this presence is."""
        stretches = self.stretches(first, last, zone)
        return sum((end - begin).total_seconds() for begin, end in stretches)


def crew_of_log(
    log: Log, least_share: float = 0.0, away_after: timedelta = WORKING_DAY_GAP
) -> tuple[Worker, ...]:
    """Return the agents whom a log shows, in the order of their names.

    Whoever served in reality is there on a working day from the first contact to the end of the
    last one, days being told apart by gaps longer than `away_after`. Agents serve the channels of
    the contacts that they served, take one contact at a time, and hold the skills of at least
    `least_share` of these contacts. The level of a skill grows with its share, a fifth each: 5 is
    what somebody does most of the time; it is at least what a contact served asked for. Tiers,
    sites, languages and authority are those that the contacts served needed.

    Raises
    ------
    InvalidInput
        If the log does not say who served.
    """
    served: dict[str, list[LoggedContact]] = defaultdict(list)
    for contact in log.contacts:
        if contact.agent is not None:
            served[contact.agent].append(contact)
    if not served:
        detail = "No contact says which agent served; agents must be given apart."
        raise InvalidInput("There are no agents.", [Issue("no_agents", "/columns/agent", detail)])
    return tuple(
        Worker(_state(name, own, least_share), _presence(own, away_after))
        for name, own in sorted(served.items())
    )


def _state(name: str, served: Sequence[LoggedContact], least_share: float) -> AgentState:
    """Return what somebody can do who served these contacts."""
    tickets = [contact.ticket for contact in served]
    counts = Counter(skill for ticket in tickets for skill in ticket.skills)
    asked: dict[str, int] = {}
    for ticket in tickets:
        for skill, level in ticket.skills.items():
            asked[skill] = max(level, asked.get(skill, 1))
    shares = {skill: count / len(tickets) for skill, count in counts.items()}
    tiers = Counter(ticket.tier for ticket in tickets)
    sites = Counter(ticket.site for ticket in tickets if ticket.site is not None)
    return AgentState(
        name,
        {
            skill: max(asked[skill], min(HIGHEST_LEVEL, math.ceil(share * HIGHEST_LEVEL)))
            for skill, share in sorted(shares.items())
            if share >= least_share
        },
        # Experts may help the front line; the front line never does experts' work.
        tier=max(tiers, key=lambda tier: (tier.level, tiers[tier])),
        site=sites.most_common(1)[0][0] if sites else None,
        languages=tuple(sorted({t.language for t in tickets if t.language is not None})),
        channels=tuple(sorted({ticket.channel for ticket in tickets})),
        authority=max(ticket.amount for ticket in tickets),
    )


def _presence(served: Iterable[LoggedContact], away_after: timedelta) -> tuple[Stretch, ...]:
    """Return when somebody was there who served these contacts."""
    found: list[Stretch] = []
    for begin, end in sorted(map(_service, served)):
        if found and begin - found[-1][1] <= away_after:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return joined(found)


def _service(contact: LoggedContact) -> Stretch:
    begun = contact.ticket.created + timedelta(seconds=contact.waited_seconds or 0.0)
    return begun, begun + timedelta(seconds=contact.handling_seconds or 0.0)


def crew_of_snapshot(
    snapshot: Snapshot, log: Log, away_after: timedelta = WORKING_DAY_GAP
) -> tuple[Worker, ...]:
    """Return the agents of a snapshot without the work that they have in hand.

    They are there when the log shows them, those whom it does not name always.
    """
    return tuple(
        replace(worker, state=_at_rest(worker.state))
        for worker in _as_logged(snapshot.agents, log, away_after)
    )


def _at_rest(state: AgentState) -> AgentState:
    return replace(
        state,
        open_work={},
        status=AgentStatus.AVAILABLE,
        accepts_offers=True,
        after_call_until=None,
        free_from=None,
        idle_since=None,
        worked_seconds=0.0,
    )


def crew_of_organisation(
    organisation: Organisation, log: Log, away_after: timedelta = WORKING_DAY_GAP
) -> tuple[tuple[Worker, ...], dict[str, ChannelRules]]:
    """Return the agents of an organisation, and what its channels are like.

    They are there when the log shows them, those whom it does not name always. The capacity of
    all is the least number of units that every channel's concurrency divides, and a contact takes
    as many units as leave room for that many of its kind.
    """
    capacity = math.lcm(*(channel.concurrency for channel in organisation.channels))
    rules = {
        channel.id: ChannelRules(capacity // channel.concurrency, deferred=channel.deferred)
        for channel in organisation.channels
    }
    states = [
        AgentState(
            agent.id,
            agent.skills,
            tier=agent.tier,
            site=agent.site,
            channels=agent.channels,
            capacity=capacity,
            authority=agent.authority,
        )
        for agent in organisation.agents
    ]
    return _as_logged(states, log, away_after), rules


def _as_logged(states: Sequence[AgentState], log: Log, away_after: timedelta) -> tuple[Worker, ...]:
    served: dict[str, list[LoggedContact]] = {state.id: [] for state in states}
    for contact in log.contacts:
        if contact.agent in served:
            served[contact.agent].append(contact)
    return tuple(
        Worker(state, _presence(own, away_after) if (own := served[state.id]) else None)
        for state in states
    )


def with_presence(
    crew: Iterable[Worker], presence: Mapping[str, Iterable[Stretch]]
) -> tuple[Worker, ...]:
    """Return agents who are there when `presence` says; those whom it does not name never."""
    return tuple(
        replace(worker, present=joined(presence.get(worker.state.id, ()))) for worker in crew
    )


def joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return stretches in order, those that touch or overlap as one, empty ones left out."""
    found: list[Stretch] = []
    for begin, end in sorted((b.astimezone(UTC), e.astimezone(UTC)) for b, e in stretches):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif begin < end:
            found.append((begin, end))
    return tuple(found)
