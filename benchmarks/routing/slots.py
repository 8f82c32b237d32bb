"""Assignment solvers for the same pairs: agents are split into slots of one contact each."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.routing.pairs import PairList
from benchmarks.routing.peers import whole_gains

__all__ = ["Slots", "dense_solvers", "slots_of", "sparse_matching"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """The pairs with every agent split into slots of one contact each.

    Parameters
    ----------
    pair, slot
        The pair and the slot of each entry, [entries].
    gain
        In whole steps, [entries].
    count
        Number of slots.
    """

    pair: Ints
    slot: Ints
    gain: Ints
    count: int


def slots_of(pairs: PairList) -> Slots | None:
    """Split agents into slots, None where some agent has several channels with limits.

    An agent's limit for a channel is a number of first slots that take it. For two channels there
    would have to be slots that take only one of them, and either may be the agent's first.
    """
    room = np.minimum(pairs.room, pairs.tickets)
    bound = (pairs.limit > 0) & (pairs.limit < room[:, np.newaxis])
    if (bound.sum(axis=1) > 1).any():
        return None
    gains = whole_gains(pairs)
    first = np.cumsum(room) - room
    count = np.minimum(room[pairs.agent], pairs.limit[pairs.agent, pairs.channel[pairs.ticket]])
    pair = np.repeat(np.arange(len(pairs.score)), count)
    place = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    agent = pairs.agent[pair]
    gain = gains.pair[pair] + np.where(place == 0, gains.first[agent], 0)
    return Slots(pair, first[agent] + place, gain, int(room.sum()))


def sparse_matching(pairs: PairList, slots: Slots) -> Callable[[], Ints]:
    """Return scipy's sparse matching on the slots: every ticket may wait in a column of its own."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    # Every ticket is matched, so that a constant changes nothing; an entry of 0 would be lost.
    lift = int(slots.gain.max(initial=0)) + 1
    rows = np.concatenate([pairs.ticket[slots.pair], np.arange(pairs.tickets)])
    columns = np.concatenate([slots.slot, slots.count + np.arange(pairs.tickets)])
    costs = np.concatenate([lift - slots.gain, np.full(pairs.tickets, lift)])
    shape = (pairs.tickets, slots.count + pairs.tickets)
    matrix = csr_array((costs.astype(np.float64), (rows, columns)), shape=shape)
    found = _finder(pairs, slots)

    def solve() -> Ints:
        row, column = min_weight_full_bipartite_matching(matrix)
        return found(row.astype(np.int64), column.astype(np.int64))

    return solve


def dense_solvers(pairs: PairList, slots: Slots) -> dict[str, Callable[[], Ints]]:
    """Return solvers of the full matrix by name: scipy's, and lapx where it is installed.

    A pair that is not allowed, or costs more than it brings, gains nothing: that is waiting.
    """
    from scipy.optimize import linear_sum_assignment

    some = slots.gain > 0
    worth = Slots(slots.pair[some], slots.slot[some], slots.gain[some], slots.count)
    gains = np.zeros((pairs.tickets, slots.count))
    gains[pairs.ticket[worth.pair], worth.slot] = worth.gain
    found = _finder(pairs, worth)

    def by_scipy() -> Ints:
        row, column = linear_sum_assignment(gains, maximize=True)
        return found(row.astype(np.int64), column.astype(np.int64))

    solvers: dict[str, Callable[[], Ints]] = {"linear_sum_assignment": by_scipy}
    try:
        lap: Any = importlib.import_module("lap")
    except ImportError:
        return solvers
    costs = gains.max(initial=0.0) - gains

    def by_lapx() -> Ints:
        _, column, _ = lap.lapjv(costs, extend_cost=True)
        row = np.flatnonzero(column >= 0)
        return found(row, column[row])

    return solvers | {"lapx": by_lapx}


def _finder(pairs: PairList, slots: Slots) -> Callable[[Ints, Ints], Ints]:
    """Return a function from matched rows and columns to pairs; columns of no pair are waiting."""
    width = max(1, slots.count)
    keys = pairs.ticket[slots.pair] * width + slots.slot
    order = np.argsort(keys)
    keys, pair = keys[order], slots.pair[order]

    def found(row: Ints, column: Ints) -> Ints:
        asked = (row * width + column)[column < slots.count]
        place = np.minimum(np.searchsorted(keys, asked), max(0, len(keys) - 1))
        return pair[place[keys[place] == asked]] if len(keys) else pair

    return found
