"""Live matching problems with a skill structure, and the peers that solve them beside us.

The peers see the problem the way it is usually given: every ticket, every agent and every
eligible pair with its score. Their pairs are listed here, by code of their own, so that a mistake
of ours in eligibility or scores shows as a difference in value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from optimizer.model import HIGHEST_LEVEL, AgentState, Priority, Snapshot, Ticket
from optimizer.routing import Market

__all__ = ["PairList", "draw_snapshot", "flow_over_classes", "flow_over_pairs", "list_pairs"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NEEDED = 3
HELD = 8
ASKED_LEVEL = 3
CAPACITY = 4
PRIORITIES = {"P0": 0.05, "P1": 0.15, "P2": 0.50, "P3": 0.30}
MEAN_WAIT_SECONDS = 300.0
SCALE = 1e6
"""Steps per point when a score is rounded for a flow in whole numbers."""

_NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class PairList:
    """Every eligible pair of a ticket and an agent.

    Parameters
    ----------
    ticket, agent
        Places in the snapshot, [pairs].
    score
        In points, [pairs].
    capacity
        Contacts that each agent may take, [agents].
    tickets
        Number of tickets.
    """

    ticket: Ints
    agent: Ints
    score: Floats
    capacity: Ints
    tickets: int


def draw_snapshot(tickets: int, agents: int, seed: int, skills: int = 40) -> Snapshot:
    """Draw a snapshot whose only structure is that of skills.

    Tickets need 1 to 3 skills, each at level 1 to 3; agents hold 1 to 8 skills at levels 1 to 5
    and take 1 to 4 contacts; all draws are uniform. Customer values are log-normal, waits and
    idle times exponential, priorities mostly P2 and P3.

    Parameters
    ----------
    skills
        How many there are, at least 8. The fewer, the more agents can take each ticket.
    """
    rng = np.random.default_rng(seed)

    def choose(most: int, top: int) -> dict[str, int]:
        chosen = rng.choice(skills, size=int(rng.integers(1, most + 1)), replace=False)
        return {f"skill_{skill:02d}": int(rng.integers(1, top + 1)) for skill in chosen}

    def ago() -> datetime:
        return _NOW - timedelta(seconds=round(rng.exponential(MEAN_WAIT_SECONDS), 3))

    priorities = rng.choice(list(PRIORITIES), size=tickets, p=list(PRIORITIES.values()))
    return Snapshot(
        _NOW,
        tuple(
            Ticket(
                f"t{i:05d}",
                "chat",
                ago(),
                choose(NEEDED, ASKED_LEVEL),
                priority=Priority(priority),
                customer_value=float(rng.lognormal(0.0, 0.6)),
            )
            for i, priority in enumerate(priorities)
        ),
        tuple(
            AgentState(
                f"a{i:05d}",
                choose(HELD, HIGHEST_LEVEL),
                capacity=int(rng.integers(1, CAPACITY + 1)),
                idle_since=ago(),
            )
            for i in range(agents)
        ),
    )


def list_pairs(snapshot: Snapshot) -> PairList:
    """List every eligible pair of a drawn snapshot, ticket by ticket."""
    weights, agents = snapshot.weights, snapshot.agents
    names = {skill for ticket in snapshot.tickets for skill in ticket.skills}
    names.update(skill for agent in agents for skill in agent.skills)
    levels = {name: np.zeros(len(agents)) for name in names}
    for place, agent in enumerate(agents):
        for skill, level in agent.skills.items():
            levels[skill][place] = level
    held = np.array([len(agent.skills) for agent in agents])
    tickets, eligible, scores = [], [], []
    for place, ticket in enumerate(snapshot.tickets):
        own = np.array([levels[skill] for skill in ticket.skills])
        asked = np.array(list(ticket.skills.values()))
        able = np.flatnonzero((own >= asked[:, np.newaxis]).all(axis=0))
        rank = ticket.priority.rank
        wait = (snapshot.now - ticket.created).total_seconds()
        base = (
            weights.priority * (3 - rank)
            + weights.customer_value * ticket.customer_value
            + weights.wait * wait / weights.wait_target_seconds[rank]
        )
        mean = own[:, able].mean(axis=0) / HIGHEST_LEVEL
        tickets.append(np.full(len(able), place))
        eligible.append(able)
        scores.append(base + weights.skill_fit * (mean + len(asked) / held[able]) / 2)
    return PairList(
        np.concatenate(tickets),
        np.concatenate(eligible),
        np.concatenate(scores),
        np.array([agent.capacity for agent in agents]),
        len(snapshot.tickets),
    )


def flow_over_pairs(pairs: PairList) -> float:
    """Return the greatest value by ortools' minimum-cost flow with an arc per eligible pair."""
    agents = len(pairs.capacity)
    sink = pairs.tickets + agents
    ticket = np.arange(pairs.tickets)
    ones = np.ones(len(pairs.score), dtype=np.int64)
    flow = min_cost_flow.SimpleMinCostFlow()
    cost = -np.rint(pairs.score * SCALE).astype(np.int64)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        pairs.ticket, pairs.tickets + pairs.agent, ones, cost
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        ticket, np.full(pairs.tickets, sink), np.ones_like(ticket), np.zeros_like(ticket)
    )
    _solve(flow, np.ones_like(ticket), pairs.capacity)
    return float(pairs.score[flow.flows(arcs) > 0].sum())


def flow_over_classes(market: Market) -> float:
    """Return the greatest value by the same flow over our classes and crews, without doors.

    A unit of each class pays the base of one of its tickets for leaving it to wait.
    """
    crews = market.crews
    sink = market.classes + len(crews.leader)
    room = np.bincount(crews.slot_crew, minlength=len(crews.leader))
    crew = crews.door_crew[market.arc_door]
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        market.arc_class(),
        market.classes + crew,
        room[crew],
        -np.rint(market.arc_fit * SCALE).astype(np.int64),
    )
    waits = flow.add_arcs_with_capacity_and_unit_cost(
        market.ticket_class,
        np.full(len(market.base), sink),
        np.ones(len(market.base), dtype=np.int64),
        np.rint(market.base * SCALE).astype(np.int64),
    )
    _solve(flow, np.bincount(market.ticket_class, minlength=market.classes), room)
    return float(
        market.base[flow.flows(waits) == 0].sum() + (flow.flows(arcs) * market.arc_fit).sum()
    )


def _solve(flow: min_cost_flow.SimpleMinCostFlow, supply: Ints, capacity: Ints) -> None:
    """Send the supply of the first nodes through agents (or crews) to the sink after them."""
    places = len(supply) + np.arange(len(capacity))
    sink = len(supply) + len(capacity)
    flow.add_arcs_with_capacity_and_unit_cost(
        places, np.full(len(capacity), sink), capacity, np.zeros_like(capacity)
    )
    flow.set_nodes_supplies(np.arange(len(supply)), supply)
    flow.set_node_supply(sink, -int(supply.sum()))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the flow ended with {status}")
