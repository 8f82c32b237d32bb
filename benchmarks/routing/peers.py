"""Other people's solvers on the same pairs, and greedy, as routers decide one pair at a time.

All maximise levels first and then the total score. Scores are rounded to whole steps, so that
levels go before points exactly: a step of level is worth more than all points together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from benchmarks.routing.pairs import NO_LIMIT, PairList

__all__ = ["Gains", "Outcome", "flow_over_pairs", "greedy", "outcome", "program", "whole_gains"]

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

MOST_STEPS = 1e6
"""Steps per point when scores are rounded, where there is room for so many."""

EXACT = 2.0**52
"""Sums of costs stay below it, so that floating point holds them exactly, too."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a match is worth.

    Parameters
    ----------
    levels
        Sum over the tickets served of their levels above the least there is. Where contacts take
        equal room, tickets that can be served together form a matroid, so that the greatest sum
        is that of the match which serves most of the highest level, then of the next, and so on.
    value
        Total score, in points.
    assigned
        Tickets served.
    """

    levels: int
    value: float
    assigned: int


def outcome(pairs: PairList, taken: Ints) -> Outcome:
    """Return what some pairs are worth together."""
    levels = pairs.above[pairs.ticket[taken]]
    first = pairs.first[np.unique(pairs.agent[taken])]
    return Outcome(int(levels.sum()), float(pairs.score[taken].sum() + first.sum()), len(taken))


@dataclass(frozen=True, slots=True, eq=False)
class Gains:
    """Points in whole steps.

    Parameters
    ----------
    pair
        What each pair gains, its ticket's level included, [pairs].
    first
        What the first contact of each agent gains more, [agents].
    """

    pair: Ints
    first: Ints


def whole_gains(pairs: PairList) -> Gains:
    """Return the gains in steps as fine as floating point can hold their sums exactly."""
    served = min(pairs.tickets, int(pairs.room.sum()))
    greatest = float(np.abs(pairs.score).max(initial=1.0) + pairs.first.max(initial=0.0))
    levels = int(pairs.above.max(initial=0))
    # A level outweighs a change of every other contact from the least to the greatest score.
    weight = 2.0 * served * greatest + 1.0 if levels else 0.0
    most = served * (greatest + levels * weight) + 1.0
    steps = min(MOST_STEPS, 2.0 ** np.floor(np.log2(EXACT / most)))
    level = int(np.ceil(weight * steps)) + served
    return Gains(
        np.rint(pairs.score * steps).astype(np.int64) + level * pairs.above[pairs.ticket],
        np.rint(pairs.first * steps).astype(np.int64),
    )


def flow_over_pairs(pairs: PairList) -> Ints:
    """Return the pairs taken by ortools' minimum-cost flow with an arc per eligible pair.

    Limits of channels are nodes between the pairs and their agents; all contacts take one unit.
    """
    agents, channels = pairs.limit.shape
    first_agent = pairs.tickets + agents * channels
    sink = first_agent + agents
    flow = min_cost_flow.SimpleMinCostFlow()
    ones = np.ones(len(pairs.score), dtype=np.int64)
    channel = pairs.channel[pairs.ticket]
    bound = pairs.limit < np.minimum(pairs.room, NO_LIMIT)[:, np.newaxis]
    head = np.where(
        bound[pairs.agent, channel],
        pairs.tickets + pairs.agent * channels + channel,
        first_agent + pairs.agent,
    )
    gains = whole_gains(pairs)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(pairs.ticket, head, ones, -gains.pair)
    ticket, agent = np.arange(pairs.tickets), np.arange(agents)
    free = np.zeros(max(pairs.tickets, agents), dtype=np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(
        ticket, np.full(pairs.tickets, sink), np.ones_like(ticket), free[: pairs.tickets]
    )
    doors = np.flatnonzero(bound.ravel())
    if len(doors):
        flow.add_arcs_with_capacity_and_unit_cost(
            pairs.tickets + doors,
            first_agent + doors // channels,
            pairs.limit.ravel()[doors],
            np.zeros_like(doors),
        )
    for room, cost in (
        (np.minimum(pairs.room, 1), -gains.first),
        (np.maximum(pairs.room - 1, 0), free[:agents]),
    ):
        flow.add_arcs_with_capacity_and_unit_cost(
            first_agent + agent, np.full(agents, sink), room, cost
        )
    flow.set_nodes_supplies(ticket, np.ones_like(ticket))
    flow.set_node_supply(sink, -pairs.tickets)
    if flow.solve() != flow.OPTIMAL:
        raise RuntimeError("the flow found no optimum")
    return np.flatnonzero(flow.flows(arcs))


def program(pairs: PairList, seconds: float = 30.0) -> Ints:
    """Return the pairs of the best match by CP-SAT, whatever units contacts take.

    Raises
    ------
    RuntimeError
        If the best is not proven in time.
    """
    from ortools.sat.python import cp_model

    model, gains, used = cp_model.CpModel(), whole_gains(pairs), []
    takes = [model.new_bool_var("") for _ in pairs.score]
    channel = pairs.channel[pairs.ticket]
    for ticket in np.unique(pairs.ticket):
        model.add_at_most_one(takes[p] for p in np.flatnonzero(pairs.ticket == ticket))
    for agent in np.unique(pairs.agent):
        own = np.flatnonzero(pairs.agent == agent)
        if gains.first[agent]:
            some = model.new_bool_var("")
            model.add_bool_or([*(takes[p] for p in own), some.negated()])
            used.append(int(gains.first[agent]) * some)
        units = pairs.units[pairs.ticket[own]]
        model.add(
            sum(int(u) * takes[p] for p, u in zip(own, units, strict=True))
            <= int(pairs.room[agent])
        )
        for kind, limit in enumerate(pairs.limit[agent]):
            if limit < NO_LIMIT:
                model.add(sum(takes[p] for p in own[channel[own] == kind]) <= int(limit))
    model.maximize(
        sum(int(gain) * take for gain, take in zip(gains.pair, takes, strict=True)) + sum(used)
    )
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    if solver.solve(model) != cp_model.OPTIMAL:
        raise RuntimeError("the best match was not proven in time")
    return np.array([p for p, take in enumerate(takes) if solver.value(take)], dtype=np.int64)


def greedy(pairs: PairList) -> Ints:
    """Return the pairs taken by always taking the best one left, which is what most routers do.

    A pair whose agent is worth more for a first contact than for another stands in the order
    twice, and counts where it is what it would be.
    """
    twice = np.flatnonzero(pairs.first[pairs.agent] > 0.0)
    entry = np.concatenate([twice, np.arange(len(pairs.score))])
    points = pairs.score[entry]
    points[: len(twice)] += pairs.first[pairs.agent[twice]]
    order = np.lexsort((entry, -points, -pairs.above[pairs.ticket[entry]]))
    taken = _take(
        entry[order],
        order < len(twice),
        pairs.first > 0.0,
        pairs.ticket,
        pairs.agent,
        pairs.channel,
        pairs.units,
        pairs.room.copy(),
        pairs.limit.copy(),
    )
    return np.flatnonzero(taken)


@njit(cache=True)
def _take(
    entry: Ints,
    as_first: Mask,
    differs: Mask,
    ticket: Ints,
    agent: Ints,
    channel: Ints,
    units: Ints,
    room: Ints,
    limit: Ints,
) -> Mask:
    """Go through the entries in order and tell which pairs are taken; uses up room and limit."""
    taken = np.zeros(len(ticket), dtype=np.bool_)
    waits = np.ones(len(channel), dtype=np.bool_)
    fresh = np.ones(len(room), dtype=np.bool_)
    for place in range(len(entry)):
        pair = entry[place]
        one, who = ticket[pair], agent[pair]
        kind = channel[one]
        if differs[who] and as_first[place] != fresh[who]:
            continue
        if waits[one] and room[who] >= units[one] and limit[who, kind] > 0:
            taken[pair] = True
            waits[one] = fresh[who] = False
            room[who] -= units[one]
            limit[who, kind] -= 1
    return taken
