"""Small markets, and what is best in them by trying everything: what the tests compare with."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp

from optimizer.model import RoutingWeights
from optimizer.routing import deal, match
from optimizer.routing.crews import Crews
from optimizer.routing.market import Market
from optimizer.routing.matching import Match

Floats = NDArray[np.float64]

SCALE = 1e8
"""Steps per point when points are rounded for a flow in whole numbers."""


@dataclass(frozen=True)
class Plain:
    """A market ticket by ticket and agent by agent.

    ``pair[c][a]`` are the points of class c with agent a, None where a may not take it; contacts
    come by the channel of their class; agent a is worth ``points[a]`` per contact and ``first[a]``
    for the first one; ``limit[a][k]`` is how many of channel k agent a may take,
    ``total[a]`` how many in all, ``units[a]`` how many units fit, ``size[k]`` what one takes.
    """

    kind: tuple[int, ...]
    level: tuple[int, ...]
    base: tuple[float, ...]
    channel: tuple[int, ...]
    pair: tuple[tuple[float | None, ...], ...]
    points: tuple[float, ...]
    first: tuple[float, ...]
    opened: tuple[int, ...]
    limit: tuple[tuple[int, ...], ...]
    units: tuple[int, ...]
    size: tuple[int, ...]

    @property
    def total(self) -> list[int]:
        return [max(1, free // min(self.size)) for free in self.units]


def draw(
    seed: int,
    tickets: int,
    agents: int,
    *,
    levels: int = 1,
    whole: bool = False,
    size: tuple[int, ...] = (1, 1),
    kinds: int | None = None,
) -> Plain:
    """Draw a market; `whole` makes all points small whole numbers, so that ties are common."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, rng.integers(1, (kinds or tickets) + 1), tickets)
    kind = np.unique(drawn, return_inverse=True)[1].tolist()
    classes = max(kind) + 1

    def points(low: float, high: float) -> float:
        return float(rng.integers(low, high + 1) if whole else rng.uniform(low, high))

    low = -3 if rng.random() < 0.5 else 0
    level = sorted(rng.integers(0, levels, tickets).tolist(), reverse=True)
    base = [points(0, 4) for _ in range(tickets)]
    order = sorted(range(tickets), key=lambda t: (-level[t], -base[t]))
    return Plain(
        kind=tuple(kind),
        level=tuple(level[t] for t in order),
        base=tuple(base[t] for t in order),
        channel=tuple(rng.integers(0, len(size), classes).tolist()),
        pair=tuple(
            tuple(points(low, 3) if rng.random() < 0.7 else None for _ in range(agents))
            for _ in range(classes)
        ),
        points=tuple(points(-1, 2) if rng.random() < 0.5 else 0.0 for _ in range(agents)),
        first=tuple(points(0, 2) if rng.random() < 0.5 else 0.0 for _ in range(agents)),
        opened=tuple(rng.integers(0, 2, agents).tolist()),
        limit=tuple(tuple(rng.integers(1, 4, len(size)).tolist()) for _ in range(agents)),
        units=tuple(rng.integers(1, 5, agents).tolist()),
        size=size,
    )


def market_of(plain: Plain) -> Market:
    """Return the market, every agent a crew."""
    agents, channels = len(plain.units), len(plain.size)
    kinds = len(plain.channel)
    total = np.minimum(plain.total, len(plain.kind))
    arcs = [
        (kind, agent) for kind in range(kinds) for agent in range(agents)
        if plain.pair[kind][agent] is not None
    ]  # fmt: skip
    fit = np.array([plain.pair[kind][agent] for kind, agent in arcs], dtype=float)
    arc_class = np.array([kind for kind, _ in arcs], dtype=np.int64)
    door = [agent * (channels + 1) + 1 + plain.channel[kind] for kind, agent in arcs]
    slots = [(plain.opened[a] + n, a, n) for a in range(agents) for n in range(total[a])]
    rank = {slot: place for place, slot in enumerate(sorted(slots))}
    slot_agent = np.array([slot[1] for slot in slots], dtype=np.int64)
    ticket_class = np.array(plain.kind, dtype=np.int64)
    door_limit = np.array([[len(plain.kind), *row] for row in plain.limit], dtype=np.int64)
    mixed = len(set(plain.size)) > 1
    return Market(
        ticket_class=ticket_class,
        level=np.array(plain.level, dtype=np.int64),
        base=np.array(plain.base, dtype=float),
        first_ticket=np.searchsorted(np.sort(ticket_class), np.arange(kinds + 1)),
        by_class=np.argsort(ticket_class, kind="stable"),
        first_arc=np.searchsorted(arc_class, np.arange(kinds + 1)),
        arc_class=arc_class,
        arc_door=np.array(door, dtype=np.int64),
        arc_share=np.zeros(len(arcs)),
        arc_reserve=fit,
        arc_continuity=np.zeros(len(arcs)),
        arc_fit=fit,
        crews=Crews(
            leader=np.arange(agents),
            door_of=np.arange(agents * (channels + 1)).reshape(agents, channels + 1)[:, 1:],
            first_door=np.arange(agents + 1) * (channels + 1),
            door_crew=np.repeat(np.arange(agents), channels + 1),
            door_limit=door_limit.ravel(),
            first_slot=np.searchsorted(slot_agent, np.arange(agents + 1)),
            slot_crew=slot_agent,
            slot_agent=slot_agent,
            slot_points=np.array(
                [plain.points[a] + (plain.first[a] if n == 0 else 0.0) for _, a, n in slots]
            ),
            slot_rank=np.array([rank[slot] for slot in slots], dtype=np.int64),
            door_units=np.array([[1, *plain.size]] * agents, dtype=np.int64).ravel(),
            units=np.array(plain.units if mixed else [-1] * agents, dtype=np.int64),
        ),
        weights=RoutingWeights(),
    )


Chosen = tuple[int | None, ...]
"""The agent of each ticket."""


def every_match(plain: Plain) -> Iterator[Chosen]:
    """List all matches in which everything fits."""
    choices = [
        [None, *(a for a, worth in enumerate(plain.pair[kind]) if worth is not None)]
        for kind in plain.kind
    ]
    return (chosen for chosen in itertools.product(*choices) if fits(plain, chosen))


def fits(plain: Plain, chosen: Chosen) -> bool:
    """Tell whether nobody has too many contacts, of a channel or in units."""
    for agent, units in enumerate(plain.units):
        given = [plain.channel[k] for k, a in zip(plain.kind, chosen, strict=True) if a == agent]
        used = sum(plain.size[channel] for channel in given)
        if used > units and len(given) > 1:
            return False
        if any(given.count(channel) > most for channel, most in enumerate(plain.limit[agent])):
            return False
    return True


def aims(plain: Plain, chosen: Chosen) -> tuple[int, float, int, int]:
    """Return what a match is judged by: levels, value, number served, total rank negated."""
    market = market_of(plain)
    served = [t for t, agent in enumerate(chosen) if agent is not None]
    ranks: list[int] = []
    for agent in range(len(plain.units)):
        own = market.crews.slot_rank[market.crews.slot_agent == agent]
        ranks += own[: chosen.count(agent)].tolist()
    return (
        sum(plain.level[t] - min(plain.level) for t in served),
        value_of(plain, chosen),
        len(served),
        -sum(ranks),
    )


def value_of(plain: Plain, chosen: Chosen) -> float:
    """Return the points of a match."""
    scores = [score(plain, t, agent) for t, agent in enumerate(chosen) if agent is not None]
    return sum(scores) + sum(plain.first[agent] for agent in set(chosen) if agent is not None)


def score(plain: Plain, ticket: int, agent: int | None) -> float:
    """Return the points of a ticket with an agent who may take it, not as the first contact."""
    assert agent is not None
    worth = plain.pair[plain.kind[ticket]][agent]
    assert worth is not None
    return plain.base[ticket] + worth + plain.points[agent]


def match_of(plain: Plain) -> tuple[Chosen, Match]:
    """Return the agent of each ticket in the match found, and the match."""
    market = market_of(plain)
    found = match(market)
    pairs = deal(market, found.flow)
    chosen: list[int | None] = [None] * len(plain.kind)
    for ticket, agent in zip(pairs.ticket.tolist(), pairs.agent.tolist(), strict=True):
        chosen[ticket] = agent
    return tuple(chosen), found


def rounded(judged: tuple[int, float, int, int]) -> tuple[int, float, int, int]:
    """Return aims whose values are equal if only rounding tells them apart."""
    levels, value, served, rank = judged
    return levels, round(value, 9), served, rank


def value_by_flow(plain: Plain, level: float) -> float:
    """Return the value of the best match by ortools, over all pairs of tickets and agents.

    Contacts are of size 1. `level` is what a level is worth, in points.
    """
    flow = min_cost_flow.SimpleMinCostFlow()
    tickets, agents, channels = len(plain.kind), len(plain.units), len(plain.size)
    first_door = tickets + agents
    sink = first_door + agents * channels
    least = min(plain.level)
    flow.set_node_supply(sink, -tickets)
    for t, kind in enumerate(plain.kind):
        flow.set_node_supply(t, 1)
        flow.add_arc_with_capacity_and_unit_cost(t, sink, 1, 0)
        for a, worth in enumerate(plain.pair[kind]):
            if worth is not None:
                door = first_door + a * channels + plain.channel[kind]
                points = score(plain, t, a) + level * (plain.level[t] - least)
                flow.add_arc_with_capacity_and_unit_cost(t, door, 1, -round(points * SCALE))
    for a, total in enumerate(plain.total):
        bonus = -round(plain.first[a] * SCALE)
        flow.add_arc_with_capacity_and_unit_cost(tickets + a, sink, 1, bonus)
        flow.add_arc_with_capacity_and_unit_cost(tickets + a, sink, total - 1, 0)
        for channel, limit in enumerate(plain.limit[a]):
            door = first_door + a * channels + channel
            flow.add_arc_with_capacity_and_unit_cost(door, tickets + a, limit, 0)
    assert flow.solve() == flow.OPTIMAL
    return float(-flow.optimal_cost() / SCALE)


def value_by_assignment(plain: Plain) -> float:
    """Return the value of the best match by scipy, a column for each contact of each agent.

    Channel limits are ignored; a pair that is not allowed counts 0, as waiting does.
    """
    columns = [
        (agent, plain.first[agent] if added == 0 else 0.0)
        for agent, total in enumerate(plain.total)
        for added in range(total)
    ]
    worth = np.array(
        [
            [
                0.0 if plain.pair[kind][a] is None else score(plain, t, a) + bonus
                for a, bonus in columns
            ]
            for t, kind in enumerate(plain.kind)
        ]
    )
    worth = np.maximum(worth, 0.0)
    return float(worth[linear_sum_assignment(worth, maximize=True)].sum())


def value_by_program(plain: Plain) -> float:
    """Return the value of the best match of tickets of one level by scipy's integer program.

    Somebody takes contacts whose units fit, or else one contact of any size.
    """
    pairs = [
        (t, a)
        for t, kind in enumerate(plain.kind)
        for a, worth in enumerate(plain.pair[kind])
        if worth is not None
    ]
    count, agents = len(pairs), len(plain.units)
    if not count:
        return 0.0
    rows: list[Floats] = []
    most: list[float] = []

    def at_most(bound: float, terms: dict[int, float]) -> None:
        row = np.zeros(count + 2 * agents)
        row[list(terms)] = list(terms.values())
        rows.append(row)
        most.append(bound)

    for t in range(len(plain.kind)):
        at_most(1.0, {i: 1.0 for i, (ticket, _) in enumerate(pairs) if ticket == t})
    for a, units in enumerate(plain.units):
        own = [
            (i, plain.channel[plain.kind[t]]) for i, (t, agent) in enumerate(pairs) if agent == a
        ]
        for channel, limit in enumerate(plain.limit[a]):
            at_most(limit, {i: 1.0 for i, k in own if k == channel})
        # The variables after the pairs say who takes a single contact of any size, and who any.
        beyond = max(plain.size)
        at_most(units, {count + a: -beyond} | {i: float(plain.size[k]) for i, k in own})
        at_most(len(own), {count + a: len(own) - 1.0} | {i: 1.0 for i, _ in own})
        at_most(0.0, {count + agents + a: 1.0} | {i: -1.0 for i, _ in own})
    gains = np.array(
        [-score(plain, t, a) for t, a in pairs] + [0.0] * agents + [-f for f in plain.first]
    )
    found = milp(
        gains,
        integrality=np.ones(len(gains)),
        bounds=Bounds(0.0, 1.0),
        constraints=LinearConstraint(np.array(rows), -np.inf, np.array(most)),
    )
    return float(-found.fun)
