"""Policies once more, in plain loops over tickets and agents: what the tests compare with."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from optimizer.model import (
    AgentState,
    ChannelRules,
    Priority,
    Ring,
    RoutingWeights,
    Snapshot,
    Ticket,
    Tier,
)

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
SKILLS = ("billing", "french", "refunds")
CHANNELS = {
    "voice": ChannelRules(3, interrupts=("mail",)),
    "chat": ChannelRules(1),
    "mail": ChannelRules(2, deferred=True),
}
RINGS = (Ring(30.0, 2), Ring(300.0, 1, other_sites=True), Ring(900.0), Ring(1800.0, -1))


def random_snapshot(seed: int, tickets: int = 40, agents: int = 12) -> Snapshot:
    """Return tickets and agents of all sizes of contacts; no two tickets wait equally long."""
    random = np.random.default_rng(seed)

    def some(values: Iterable[str], share: float) -> list[str]:
        return [value for value in values if random.random() < share]

    def one_of(values: Sequence[Any]) -> Any:
        return values[int(random.integers(len(values)))]

    def ticket(number: int, wait: int) -> Ticket:
        return Ticket(
            f"t{number}",
            one_of(tuple(CHANNELS)),
            NOW - timedelta(seconds=wait),
            {skill: int(random.integers(1, 4)) for skill in some(SKILLS, 0.3)},
            tier=one_of((Tier.FRONT_LINE, Tier.FRONT_LINE, Tier.TECHNICAL)),
            priority=one_of(tuple(Priority)),
            customer_value=float(random.random()),
            risk=float(random.random()),
        )

    def agent(number: int) -> AgentState:
        idle = timedelta(seconds=int(random.integers(4)) * 60)
        return AgentState(
            f"a{number}",
            {skill: int(random.integers(1, 6)) for skill in some(SKILLS, 0.7)},
            tier=one_of((Tier.FRONT_LINE, Tier.TECHNICAL)),
            channels=None if random.random() < 0.5 else tuple(some(CHANNELS, 0.7)),
            capacity=int(random.integers(1, 8)),
            channel_limits={name: int(random.integers(4)) for name in some(CHANNELS, 0.3)},
            open_work={name: int(random.integers(3)) for name in some(CHANNELS, 0.3)},
            accepts_offers=bool(random.random() < 0.9),
            idle_since=None if random.random() < 0.2 else NOW - idle,
        )

    waits = random.choice(4000, size=tickets, replace=False).tolist()
    return Snapshot(
        NOW,
        tuple(ticket(number, wait) for number, wait in enumerate(waits)),
        tuple(agent(number) for number in range(agents)),
        RoutingWeights(
            promote_after=one_of((None, 2.0)),
            compete_from=one_of((None, 1.5)),
            strict_priority=bool(random.random() < 0.3),
        ),
        CHANNELS,
        escalations=(),
        rings=RINGS if random.random() < 0.7 else (),
    )


@dataclass
class Desk:
    """A snapshot, and what was handed out so far."""

    snapshot: Snapshot
    match: dict[str, str] = field(default_factory=dict)

    def given(self, agent: AgentState) -> list[Ticket]:
        return [t for t in self.snapshot.tickets if self.match.get(t.id) == agent.id]

    def may(self, ticket: Ticket, agent: AgentState) -> bool:
        """Tell whether an agent may have a ticket besides what was handed out already."""
        given = [other.channel for other in self.given(agent)]
        opened = agent.open_work.get(ticket.channel, 0) + given.count(ticket.channel)
        return (
            (agent.channels is None or ticket.channel in agent.channels)
            and ticket.tier in (Tier.FRONT_LINE, agent.tier)
            and all(agent.skills.get(skill, 0) >= level for skill, level in ticket.skills.items())
            and agent.accepts_offers
            and opened < agent.channel_limits.get(ticket.channel, 10**9)
            and self.fits(ticket.channel, agent, given)
        )

    def fits(self, channel: str, agent: AgentState, given: list[str]) -> bool:
        units, aside = CHANNELS[channel].units, CHANNELS[channel].interrupts
        spare = agent.capacity - units_of(Counter(agent.open_work))
        if units <= spare - units_of(Counter(given)):
            return True
        laid = units_of(Counter({name: agent.open_work.get(name, 0) for name in aside}))
        return not given and spare <= 0 and laid > 0 and units <= spare + laid

    # What orders are made of.

    def wait(self, ticket: Ticket) -> float:
        return (self.snapshot.now - ticket.created).total_seconds()

    def rank(self, ticket: Ticket) -> int:
        after = self.snapshot.weights.promote_after
        steps = 0 if after is None else math.floor(self.wait(ticket) / self.target(ticket) / after)
        return max(0, ticket.priority.rank - steps)

    def target(self, ticket: Ticket) -> float:
        return self.snapshot.weights.wait_target_seconds[ticket.priority.rank]

    def level(self, ticket: Ticket) -> int:
        weights = self.snapshot.weights
        share = self.wait(ticket) / self.target(ticket)
        if CHANNELS[ticket.channel].deferred and not share >= (weights.compete_from or math.inf):
            return 0
        return 4 - self.rank(ticket) if weights.strict_priority else 1

    def base(self, ticket: Ticket) -> float:
        weights = self.snapshot.weights
        return (
            weights.priority * (3 - self.rank(ticket))
            + weights.customer_value * ticket.customer_value
            + weights.wait * self.wait(ticket) / self.target(ticket)
            + weights.risk * ticket.risk
        )

    def score(self, ticket: Ticket, agent: AgentState) -> float:
        weights, needed = self.snapshot.weights, len(ticket.skills)
        fit = 1.0
        if needed:
            proficiency = sum(agent.skills[skill] for skill in ticket.skills) / needed / 5
            fit = (proficiency + needed / len(agent.skills)) / 2
        idle = 0.0
        nothing_open = not sum(agent.open_work.values()) and not self.given(agent)
        if agent.idle_since is not None and nothing_open:
            idle = (self.snapshot.now - agent.idle_since).total_seconds()
        points = weights.idle * idle / weights.idle_target_seconds
        return self.base(ticket) + weights.skill_fit * fit + points

    def place(self, agent: AgentState) -> tuple[float, str]:
        since = agent.idle_since
        return math.inf if since is None else since.timestamp(), agent.id

    # Orders.

    def oldest(self, *, by_rank: bool = False) -> list[Ticket]:
        def key(ticket: Ticket) -> tuple[bool, int, float]:
            rank = self.rank(ticket) if by_rank else 0
            return self.level(ticket) == 0, rank, -self.wait(ticket)

        return sorted(self.snapshot.tickets, key=key)

    def hand_out(
        self,
        tickets: Iterable[Ticket],
        burden: Callable[[AgentState], int],
        also: Callable[[Ticket, AgentState], bool] = lambda ticket, agent: True,
    ) -> dict[str, str]:
        for ticket in tickets:
            able = [a for a in self.snapshot.agents if self.may(ticket, a) and also(ticket, a)]
            if able:
                chosen = min(able, key=lambda a: (burden(a) + len(self.given(a)), self.place(a)))
                self.match[ticket.id] = chosen.id
        return self.match

    def in_ring(self, ticket: Ticket, agent: AgentState) -> bool:
        changes = [
            ring.level_change
            for ring in self.snapshot.rings
            if ring.after_seconds <= self.wait(ticket)
        ]
        if not self.snapshot.rings:
            return True
        return any(
            all(agent.skills[s] >= min(5, level + change) for s, level in ticket.skills.items())
            for change in changes
        )

    def take_best(self) -> dict[str, str]:
        def worth(pair: tuple[Ticket, AgentState]) -> tuple[float, ...]:
            ticket, agent = pair
            # Whoever was given something has one contact more open, however many that were.
            opened = sum(agent.open_work.values()) + bool(self.given(agent))
            since = self.place(agent)[0]
            return (self.level(ticket), round(self.score(ticket, agent), 9), -opened, -since)

        while left := list(self.left()):
            # Of agents who are equal in all else it is the first by name.
            ticket, agent = max(left, key=worth)
            self.match[ticket.id] = agent.id
        return self.match

    def left(self) -> Iterator[tuple[Ticket, AgentState]]:
        for agent in sorted(self.snapshot.agents, key=lambda agent: agent.id):
            for ticket in self.snapshot.tickets:
                if ticket.id not in self.match and self.may(ticket, agent):
                    yield ticket, agent


def units_of(contacts: Counter[str]) -> int:
    return sum(CHANNELS[name].units * count for name, count in contacts.items())
