"""Routing once more, in plain Python and by other people's solvers: what the tests compare with."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import strategies as st
from ortools.graph.python import min_cost_flow

from optimizer.model import (
    AgentState,
    Assignment,
    Priority,
    RoutingWeights,
    Snapshot,
    Ticket,
    Tier,
)

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
CHANNELS = ("chat", "mail", "voice")
SKILLS = ("billing", "french", "refunds", "windows")

Match = Mapping[str, str]
"""Ticket to agent."""


def first_rule(ticket: Ticket, agent: AgentState) -> str | None:
    """Return the first rule that stops an agent, None if none does."""
    levels = [(agent.skills.get(skill, 0), level) for skill, level in ticket.skills.items()]
    channel_open = agent.open_work.get(ticket.channel, 0)
    passes = {
        "channel": agent.channels is None or ticket.channel in agent.channels,
        "tier": agent.tier == ticket.tier or ticket.tier == Tier.FRONT_LINE,
        "site": ticket.site is None or agent.site == ticket.site,
        "skill": all(held > 0 for held, _ in levels),
        "level": all(held >= level for held, level in levels),
        "authority": agent.authority >= ticket.amount,
        "availability": agent.accepts_offers,
        "capacity": sum(agent.open_work.values()) < agent.capacity,
        "channel_limit": channel_open < agent.channel_limits.get(ticket.channel, 10**9),
    }
    return next((rule for rule, passed in passes.items() if not passed), None)


def score(snapshot: Snapshot, ticket: Ticket, agent: AgentState) -> float:
    """Return the score as the page on routing writes it down."""
    weights, rank = snapshot.weights, ["P0", "P1", "P2", "P3"].index(ticket.priority)
    wait = max(0.0, (snapshot.now - ticket.created).total_seconds())
    target = weights.wait_target_seconds[rank]
    if ticket.first_response_due is not None and weights.own_deadlines:
        target = (ticket.first_response_due - ticket.created).total_seconds()
    target = weights.wait_target_seconds[rank]
    if weights.own_deadlines and ticket.first_response_due is not None:
        target = (ticket.first_response_due - ticket.created).total_seconds()
    fit = 1.0
    if ticket.skills:
        mean = sum(agent.skills[skill] for skill in ticket.skills) / len(ticket.skills)
        fit = (mean / 5 + len(ticket.skills) / len(agent.skills)) / 2
    return (
        weights.priority * (3 - rank)
        + weights.customer_value * ticket.customer_value
        + weights.wait * wait / target
        + weights.skill_fit * fit
    )


def match_of(assignment: Assignment) -> dict[str, str]:
    return {decision.ticket: decision.agent for decision in assignment.decisions}


def room_left(snapshot: Snapshot, match: Match, agent: AgentState, channel: str) -> int:
    """Return how many more contacts of a channel an agent may take, below 0 if too many."""
    given = [t.channel for t in snapshot.tickets if match.get(t.id) == agent.id]
    total = agent.capacity - sum(agent.open_work.values()) - len(given)
    limit = agent.channel_limits.get(channel, 10**9)
    return min(total, limit - agent.open_work.get(channel, 0) - given.count(channel))


def in_the_way(
    snapshot: Snapshot, match: Match, agent: AgentState, channel: str
) -> list[Ticket] | None:
    """Return the tickets of which one would have to leave for another, None if there is room."""
    if room_left(snapshot, match, agent, channel) > 0:
        return None
    given = [ticket for ticket in snapshot.tickets if match.get(ticket.id) == agent.id]
    same = [ticket for ticket in given if ticket.channel == channel]
    limit = agent.channel_limits.get(channel, 10**9) - agent.open_work.get(channel, 0)
    return same if len(same) >= limit else given


def is_allowed(snapshot: Snapshot, match: Match) -> bool:
    """Tell whether everybody given work may take it, up to capacity and channel limits."""
    tickets = {ticket.id: ticket for ticket in snapshot.tickets}
    agents = {agent.id: agent for agent in snapshot.agents}
    return all(
        first_rule(tickets[ticket], agents[agent]) is None
        and room_left(snapshot, match, agents[agent], tickets[ticket].channel) >= 0
        for ticket, agent in match.items()
    )


def value(snapshot: Snapshot, match: Match) -> float:
    tickets = {ticket.id: ticket for ticket in snapshot.tickets}
    agents = {agent.id: agent for agent in snapshot.agents}
    return sum(score(snapshot, tickets[t], agents[a]) for t, a in match.items())


def rank_sum(snapshot: Snapshot, match: Match) -> int:
    """Return the total rank of the slots used: contacts open before, longest idle, identifier."""
    never = NOW + timedelta(days=9999)
    slots = sorted(
        (sum(agent.open_work.values()) + added, agent.idle_since or never, agent.id, added)
        for agent in snapshot.agents
        if agent.accepts_offers
        for added in range(min(agent.capacity, len(snapshot.tickets)))
        if sum(agent.open_work.values()) + added < agent.capacity
    )
    taken = {agent.id: list(match.values()).count(agent.id) for agent in snapshot.agents}
    return sum(rank for rank, slot in enumerate(slots) if slot[3] < taken[slot[2]])


def every_match(snapshot: Snapshot) -> list[dict[str, str]]:
    """Return all matches that are allowed; for tiny snapshots."""
    choices = [
        [None, *(a.id for a in snapshot.agents if first_rule(ticket, a) is None)]
        for ticket in snapshot.tickets
    ]
    matches = (
        {t.id: a for t, a in zip(snapshot.tickets, chosen, strict=True) if a is not None}
        for chosen in itertools.product(*choices)
    )
    return [match for match in matches if is_allowed(snapshot, match)]


def value_by_flow(snapshot: Snapshot, scale: float = 1e7) -> float:
    """Return the greatest value by ortools, over all pairs and with a node per agent's channel."""
    flow = min_cost_flow.SimpleMinCostFlow()
    tickets, agents = snapshot.tickets, snapshot.agents
    sink = len(tickets) + len(agents) * (1 + len(CHANNELS))
    for i, ticket in enumerate(tickets):
        flow.set_node_supply(i, 1)
        flow.add_arc_with_capacity_and_unit_cost(i, sink, 1, 0)
        for j, agent in enumerate(agents):
            if first_rule(ticket, agent) is None:
                door = len(tickets) + len(agents) + 3 * j + CHANNELS.index(ticket.channel)
                cost = -round(score(snapshot, ticket, agent) * scale)
                flow.add_arc_with_capacity_and_unit_cost(i, door, 1, cost)
    flow.set_node_supply(sink, -len(tickets))
    for j, agent in enumerate(agents):
        room = max(0, agent.capacity - sum(agent.open_work.values()))
        flow.add_arc_with_capacity_and_unit_cost(len(tickets) + j, sink, room, 0)
        for k, channel in enumerate(CHANNELS):
            limit = agent.channel_limits.get(channel, room + agent.open_work.get(channel, 0))
            left = max(0, limit - agent.open_work.get(channel, 0))
            door = len(tickets) + len(agents) + 3 * j + k
            flow.add_arc_with_capacity_and_unit_cost(door, len(tickets) + j, left, 0)
    assert flow.solve() == flow.OPTIMAL
    return float(-flow.optimal_cost() / scale)


def random_snapshot(seed: int, tickets: int, agents: int, *, limits: bool = True) -> Snapshot:
    """Return a snapshot that uses every field that routing reads."""
    rng = np.random.default_rng(seed)

    def skills(most: int, top: int) -> dict[str, int]:
        chosen = rng.permutation(SKILLS)[: rng.integers(0, most + 1)]
        return {str(skill): int(rng.integers(1, top + 1)) for skill in chosen}

    def ago(mean: float) -> datetime:
        return NOW - timedelta(seconds=float(np.round(rng.exponential(mean))))

    def tier() -> Tier:
        return Tier.FRONT_LINE if rng.random() < 0.7 else Tier.TECHNICAL

    def some(*values: str) -> str | None:
        return str(rng.choice(values)) if rng.random() < 0.3 else None

    def few(top: int) -> dict[str, int]:
        return {c: int(rng.integers(0, top + 1)) for c in CHANNELS if rng.random() < 0.4}

    return Snapshot(
        NOW,
        tuple(
            Ticket(
                f"t{i}",
                str(rng.choice(CHANNELS)),
                ago(200.0),
                skills(3, 4),
                tier=tier(),
                priority=Priority(f"P{rng.integers(4)}"),
                customer_value=float(rng.lognormal(0.0, 1.0)),
                first_response_due=NOW + timedelta(hours=1) if rng.random() < 0.3 else None,
                site=some("north", "south"),
                amount=float(rng.choice([0.0, 0.0, 5.0, 30.0, 80.0])),
            )
            for i in rng.permutation(tickets)
        ),
        tuple(
            AgentState(
                f"a{i}",
                skills(4, 5) or {"billing": 2},
                tier=tier(),
                site=str(rng.choice(["north", "south"])),
                channels=None if rng.random() < 0.6 else tuple(rng.permutation(CHANNELS)[:2]),
                capacity=int(rng.integers(0, 5)),
                channel_limits=few(2) if limits else {},
                open_work=few(1),
                accepts_offers=bool(rng.random() < 0.9),
                idle_since=ago(300.0) if rng.random() < 0.8 else None,
                authority=float(rng.choice([10.0, 50.0, 100.0])),
            )
            for i in rng.permutation(agents)
        ),
        RoutingWeights(
            own_deadlines=bool(rng.random() < 0.5), skill_fit=float(rng.choice([0.0, 10.0, 200.0]))
        ),
    )


def _amounts() -> st.SearchStrategy[float]:
    return st.sampled_from([0.0, 10.0, 50.0])


def _counts(top: int) -> st.SearchStrategy[dict[str, int]]:
    return st.dictionaries(st.sampled_from(CHANNELS[:2]), st.integers(0, top), max_size=2)


def _skills(top: int, least: int = 0) -> st.SearchStrategy[dict[str, int]]:
    names = st.sampled_from(SKILLS[:2])
    return st.dictionaries(names, st.integers(1, top), min_size=least, max_size=2)


def _moments() -> st.SearchStrategy[datetime]:
    return st.integers(-1, 3).map(lambda minutes: NOW - timedelta(minutes=minutes))


@st.composite
def snapshots(draw: st.DrawFn, tickets: int = 5, agents: int = 4) -> Snapshot:
    """Draw a small snapshot in which ties and binding limits are common."""
    ticket_ids = draw(st.lists(st.integers(0, 99), max_size=tickets, unique=True))
    agent_ids = draw(st.lists(st.integers(0, 99), max_size=agents, unique=True))
    tiers = st.sampled_from([Tier.FRONT_LINE, Tier.FRONT_LINE, Tier.RISK])
    weights = st.sampled_from([0.0, 1.0, 100.0])
    return Snapshot(
        NOW,
        tuple(
            Ticket(
                f"t{i}",
                draw(st.sampled_from(CHANNELS[:2])),
                draw(_moments()),
                draw(_skills(2)),
                tier=draw(tiers),
                priority=draw(st.sampled_from(Priority)),
                customer_value=float(draw(st.integers(0, 2))),
                site=draw(st.sampled_from([None, None, "north"])),
                amount=draw(_amounts()),
            )
            for i in ticket_ids
        ),
        tuple(
            AgentState(
                f"a{i}",
                draw(_skills(2)),
                tier=draw(tiers),
                site=draw(st.sampled_from([None, "north"])),
                channels=draw(st.sampled_from([None, None, ("chat",), ("mail", "chat")])),
                capacity=draw(st.integers(0, 3)),
                channel_limits=draw(_counts(2)),
                open_work=draw(_counts(1)),
                accepts_offers=draw(st.sampled_from([True, True, True, False])),
                idle_since=draw(st.none() | _moments()),
                authority=draw(_amounts()),
            )
            for i in agent_ids
        ),
        RoutingWeights(draw(weights), draw(weights), draw(weights), skill_fit=draw(weights)),
    )
