"""Weighted automata over days: joined with each other, and made as small as they can be.

A `Machine` reads what an agent does on each day and adds up what that costs. Every form of a rule
is a machine; all forms together are their product, which is built one machine after the other,
reachable states only. After each step, states without a finite end are dropped and states with
equal futures are merged: costs are first pushed towards the beginning (Mohri 2009, "Weighted
automata algorithms"), so that states whose futures differ by a constant merge as well. Weekly pay
beyond a guarantee, totals that no longer matter and shifts that permit the same followers thus
need no treatment of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["Machine", "days_of", "join", "reduced", "rounded", "unit"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Numbers = NDArray[np.int32]
Flags = NDArray[np.bool_]

GRAIN = 2.0**34
"""Costs are multiples of 1 / GRAIN: sums and differences are exact, equal futures compare equal."""


@dataclass(frozen=True, slots=True, eq=False)
class Machine:
    """An automaton that reads a kind of day on each day of an agent and adds up costs.

    Layer d stands before the agent's day d. The first layer has one state, the start.

    Parameters
    ----------
    kind
        Of each pattern on its day, [patterns]; -1 where the machine does not know the pattern.
    off
        Kind of each day off, [own days]; -1 where the agent must work.
    following
        Per own day, the state of the next layer for each state and kind, -1 for none,
        [states, kinds].
    cost
        Likewise, what it costs.
    constant
        Cost of every path on top; infinite if there is none.
    """

    kind: Numbers
    off: Numbers
    following: tuple[Numbers, ...]
    cost: tuple[Floats, ...]
    constant: float = 0.0

    @property
    def arcs(self) -> int:
        """Return the size of all tables together."""
        return sum(table.size for table in self.following)


def rounded(cost: Floats) -> Floats:
    """Return costs as multiples of the grain."""
    result: Floats = np.rint(cost * GRAIN) / GRAIN
    return result


def days_of(day: Integers, first: int, last: int) -> list[slice]:
    """Return where the patterns of each own day lie; patterns are sorted by day."""
    bounds = np.searchsorted(day, np.arange(first, last + 1))
    return [slice(int(a), int(b)) for a, b in pairwise(bounds)]


def unit(open_: Flags, off: Flags, days: Sequence[slice]) -> Machine:
    """Return the machine that lets everything open pass at no cost.

    Parameters
    ----------
    open_
        Whether each pattern may be worked, [patterns].
    off
        Whether each day may be a day off, [own days].
    """
    return Machine(
        np.where(open_, 0, -1).astype(np.int32),
        np.where(off, 0, -1).astype(np.int32),
        tuple(np.zeros((1, 1), np.int32) for _ in days),
        tuple(np.zeros((1, 1)) for _ in days),
    )


def join(left: Machine, right: Machine, days: Sequence[slice], limit: int) -> Machine | None:
    """Return the reachable part of the product, of what `left` knows; None if it is too large.

    Linear in the arcs of the result.

    Parameters
    ----------
    limit
        Greatest number of arcs.
    """
    kind, off = np.full_like(left.kind, -1), np.full_like(left.off, -1)
    # A machine that lets nothing pass has no start.
    one = two = np.zeros(min(1, len(left.following[0]), len(right.following[0])), np.int32)
    following, costs = [], []
    room = limit
    for day, patterns in enumerate(days):
        a, b = left.following[day], right.following[day]
        mine = np.append(left.kind[patterns], left.off[day])
        theirs = np.append(right.kind[patterns], right.off[day])
        kinds, a_kind, b_kind = _paired(mine, theirs, a.shape[1], b.shape[1])
        kind[patterns], off[day] = kinds[:-1], kinds[-1]
        room -= len(one) * len(a_kind)
        if room < 0:
            return None
        table, cost, one, two = _joined(
            one, two, a, left.cost[day], b, right.cost[day], a_kind, b_kind
        )
        following.append(table)
        costs.append(cost)
    constant = left.constant + right.constant
    return Machine(kind, off, tuple(following), tuple(costs), constant)


def reduced(machine: Machine, days: Sequence[slice]) -> Machine:
    """Return the machine without dead ends, with equal states and equal kinds merged.

    Linear in the arcs.
    """
    kind, off = machine.kind.copy(), machine.off.copy()
    following, costs = list(machine.following), list(machine.cost)
    ends = max(0, int(following[-1].max(initial=-1))) + 1
    number, future = np.zeros(ends, np.int32), np.zeros(ends)
    for day in range(len(days) - 1, -1, -1):
        table, cost, number, future = _merged(following[day], costs[day], number, future)
        columns, first = _columns(table, cost)
        following[day], costs[day] = table[:, first], cost[:, first]
        # What is unknown, -1, stays so: it takes the last entry.
        columns = np.append(columns, np.int32(-1))
        kind[days[day]], off[day] = columns[kind[days[day]]], columns[off[day]]
    alive = len(number) > 0 and number[0] >= 0
    constant = machine.constant + float(future[0]) if alive else np.inf
    return Machine(kind, off, tuple(following), tuple(costs), constant)


@njit(cache=True, nogil=True)
def _paired(
    mine: Numbers, theirs: Numbers, kinds: int, others: int
) -> tuple[Numbers, Integers, Integers]:
    """Return the kinds of the product, -1 for none, and the two kinds that make each."""
    number = np.full((kinds, others), np.int32(-1))
    result = np.full(len(mine), np.int32(-1))
    a_kind, b_kind = np.empty(len(mine), np.int64), np.empty(len(mine), np.int64)
    count = 0
    for i in range(len(mine)):
        a, b = mine[i], theirs[i]
        if a < 0 or b < 0:
            continue
        if number[a, b] < 0:
            number[a, b] = count
            a_kind[count], b_kind[count] = a, b
            count += 1
        result[i] = number[a, b]
    return result, a_kind[:count].copy(), b_kind[:count].copy()


@njit(cache=True, nogil=True)
def _joined(
    one: Numbers,
    two: Numbers,
    a: Numbers,
    a_cost: Floats,
    b: Numbers,
    b_cost: Floats,
    a_kind: Integers,
    b_kind: Integers,
) -> tuple[Numbers, Floats, Numbers, Numbers]:
    """Return a layer of the product, and the pairs of states of the next layer."""
    n, kinds = len(one), len(a_kind)
    table = np.full((n, kinds), np.int32(-1))
    cost = np.zeros((n, kinds))
    found = np.empty((n * kinds, 2), np.int32)
    count = 0
    size = 16
    slots = np.full(size, -1, np.int64)
    for s in range(n):
        for k in range(kinds):
            x, y = a[one[s], a_kind[k]], b[two[s], b_kind[k]]
            if x < 0 or y < 0:
                continue
            if 2 * (count + 1) > size:
                size *= 2
                slots = np.full(size, -1, np.int64)
                for i in range(count):
                    at = _mixed(found[i, 0], found[i, 1]) & (size - 1)
                    while slots[at] >= 0:
                        at = (at + 1) & (size - 1)
                    slots[at] = i
            at = _mixed(x, y) & (size - 1)
            while slots[at] >= 0 and (found[slots[at], 0] != x or found[slots[at], 1] != y):
                at = (at + 1) & (size - 1)
            if slots[at] < 0:
                slots[at] = count
                found[count, 0], found[count, 1] = x, y
                count += 1
            table[s, k] = slots[at]
            cost[s, k] = a_cost[one[s], a_kind[k]] + b_cost[two[s], b_kind[k]]
    return table, cost, found[:count, 0].copy(), found[:count, 1].copy()


@njit(cache=True, nogil=True)
def _mixed(x: np.int64, y: np.int64) -> np.int64:
    """Return a number, 0 or more, that scatters pairs."""
    h = np.uint64(x) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(y)
    h ^= h >> np.uint64(29)
    h *= np.uint64(0xBF58476D1CE4E5B9)
    return np.int64((h ^ (h >> np.uint64(32))) >> np.uint64(1))


@njit(cache=True, nogil=True)
def _merged(
    table: Numbers, cost: Floats, number: Numbers, future: Floats
) -> tuple[Numbers, Floats, Numbers, Floats]:
    """Return a layer whose states all differ, and the new number and the future of each state.

    Parameters
    ----------
    number, future
        Of the states of the next layer: new number, -1 if dead, and least cost to the end.
    """
    n, kinds = table.shape
    size = 16
    while size < 2 * n:
        size *= 2
    slots = np.full(size, -1, np.int64)
    mine, least = np.full(n, np.int32(-1)), np.zeros(n)
    states, costs = np.empty((n, kinds), np.int32), np.empty((n, kinds))
    bits = costs.view(np.int64)
    count = 0
    for s in range(n):
        best = np.inf
        for k in range(kinds):
            t = table[s, k]
            if t >= 0 and number[t] >= 0:
                best = min(best, cost[s, k] + future[t])
        if best == np.inf:
            continue
        least[s] = best
        h = np.int64(0)
        for k in range(kinds):
            t = table[s, k]
            states[count, k], costs[count, k] = -1, 0.0
            if t >= 0 and number[t] >= 0:
                states[count, k] = number[t]
                # Adding 0.0 turns a negative zero into zero, which has other bits.
                costs[count, k] = cost[s, k] + future[t] - best + 0.0
            h = _mixed(h, _mixed(states[count, k], bits[count, k]))
        at = h & (size - 1)
        while slots[at] >= 0 and not (
            np.array_equal(states[slots[at]], states[count])
            and np.array_equal(bits[slots[at]], bits[count])
        ):
            at = (at + 1) & (size - 1)
        if slots[at] < 0:
            slots[at] = count
            count += 1
        mine[s] = slots[at]
    return states[:count].copy(), costs[:count].copy(), mine, least


@njit(cache=True, nogil=True)
def _columns(table: Numbers, cost: Floats) -> tuple[Numbers, Integers]:
    """Return the new number of each kind, and the first kind of each number."""
    n, kinds = table.shape
    bits = cost.view(np.int64)
    mixed = np.zeros(kinds, np.int64)
    for s in range(n):
        for k in range(kinds):
            mixed[k] = _mixed(mixed[k], _mixed(table[s, k], bits[s, k]))
    number, first = np.empty(kinds, np.int32), np.empty(kinds, np.int64)
    count = 0
    for k in range(kinds):
        number[k] = count
        for i in range(count):
            j = first[i]
            if mixed[j] == mixed[k]:
                same = True
                for s in range(n):
                    same = same and table[s, j] == table[s, k] and bits[s, j] == bits[s, k]
                if same:
                    number[k] = i
                    break
        if number[k] == count:
            first[count] = k
            count += 1
    return number, first[:count].copy()
