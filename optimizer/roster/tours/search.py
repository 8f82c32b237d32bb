"""Best rosters that also keep the forms that an automaton had to leave out.

Many totals at once make an automaton too large, but few of them stand in the way of the roster
that is best without them. Where some do, they are added to the search alone, not to the automaton
(decremental state space relaxation, Righini and Salani 2008, "New dynamic programming algorithms
for the resource constrained elementary shortest path problem", Networks 51(3)): states are those
of the automaton and of the machines of the broken forms together, found as they are needed, the
least promising last (A*). The automaton by itself says what is at least to come; that is most
often nearly true, and so few states are looked at. If the roster found breaks further forms,
these are added too.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.roster.tours.left_out import FREE, ROUNDING, LeftOut
from optimizer.roster.tours.pricing import Arrays, costs_to_go

__all__ = ["MAX_STATES", "Choices", "Found", "search"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Numbers = NDArray[np.int32]

MAX_STATES = 20_000
"""States found before the search is content with any roster: some hundredths of a second."""


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """What an agent can do on each day, and at what price.

    Parameters
    ----------
    begin
        First choice of each day, [own days + 1].
    pattern
        -1 for a day off, [choices].
    kind
        Kind in the automaton, numbered through all days, [choices].
    price
        With the prices asked about, finite, [choices].
    own
        The agent's own part of it, [choices].
    """

    begin: Integers
    pattern: Integers
    kind: Integers
    price: Floats
    own: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The outcome of a search.

    Parameters
    ----------
    least
        By how much at least every roster costs more than the best by the automaton; infinite if
        there is none.
    regret
        By how much the one found does; infinite likewise.
    choices
        Choice of each day; None if no roster was found.
    """

    least: float
    regret: float
    choices: Integers | None


def search(
    structure: Arrays,
    left_out: LeftOut,
    worked: Integers,
    choices: Choices,
    max_states: int,
) -> Found:
    """Return the best roster by all forms.

    Parameters
    ----------
    worked
        The best roster of the own days by the automaton alone, [own days].
    max_states
        When as many have been found, any roster will do; the regret remains a lower bound.
    """
    counting = left_out.broken(worked)
    value = costs_to_go(structure, choices.kind, choices.price)
    while True:
        found = _keeping(structure, left_out, np.flatnonzero(counting), choices, value, max_states)
        if found.choices is None:
            return found
        broken = left_out.broken(choices.pattern[found.choices])
        if not (broken & ~counting).any():
            return found
        counting |= broken


def _keeping(
    structure: Arrays,
    left_out: LeftOut,
    counting: Integers,
    choices: Choices,
    value: Floats,
    max_states: int,
) -> Found:
    """Return the best roster by the automaton and the machines that count."""
    days = len(choices.begin) - 1
    day = np.repeat(np.arange(days), np.diff(choices.begin))
    free = choices.pattern == FREE
    kinds = np.where(free, left_out.off[:, day], left_out.kind[:, choices.pattern])[counting]
    # Of choices that lead to the same, the cheapest will do.
    order = np.lexsort((choices.price, *kinds, choices.kind))
    signs = np.vstack((choices.kind, kinds))[:, order]
    kept = np.sort(order[np.append(True, (signs[:, 1:] != signs[:, :-1]).any(axis=0))])
    least, regret, found = _search(
        structure, left_out.tables[counting], left_out.kinds[counting],
        left_out.following, left_out.cost, np.searchsorted(day[kept], np.arange(days + 1)),
        choices.kind[kept], np.ascontiguousarray(kinds[:, kept]), choices.price[kept],
        value, max_states,
    )  # fmt: skip
    return Found(least, regret, kept[found] if len(found) else None)


@njit(cache=True, nogil=True)
def _search(
    structure: Arrays,
    tables: Integers,
    widths: Integers,
    m_following: Numbers,
    m_cost: Floats,
    begin: Integers,
    kind: Integers,
    m_kind: Numbers,
    price: Floats,
    value: Floats,
    max_states: int,
) -> tuple[float, float, Integers]:
    """Return least regret, that of what was found, and its choices; no choices if nothing was."""
    states, kinds, arcs, following, cost = structure
    days, machines = len(begin) - 1, len(tables)
    size = machines + 1
    # Of each node: states of the automaton and of the machines, then layer, parent and choice.
    nodes = np.zeros((1024, size + 3), np.int32)
    regret, closed = np.zeros(len(nodes)), np.zeros(len(nodes), np.bool_)
    slots = np.full(2 * len(nodes), -1, np.int64)
    # The start, to which nothing leads back, need not be found again.
    count, proven, hasty = 1, 0.0, False
    heap = [(0.0, 0.0, 0)]
    fresh = np.empty(size + 3, np.int32)
    while len(heap) and count < 2 * max_states:
        number = heapq.heappop(heap)[2]
        if closed[number]:
            continue
        closed[number] = True
        if not hasty:
            proven = regret[number]
        day = nodes[number, size]
        if day == days:
            return proven, regret[number], _way(nodes, size, number, days)
        if count >= max_states and not hasty:
            # From here on deepest first: any end will do.
            hasty = True
            heap = [(layer, so_far, n) for so_far, layer, n in heap]
            heapq.heapify(heap)
        s = nodes[number, 0]
        row = arcs[day] + (s - states[day]) * (kinds[day + 1] - kinds[day]) - kinds[day]
        for choice in range(begin[day], begin[day + 1]):
            t = following[row + kind[choice]]
            step = price[choice] + value[t] - value[s]
            if len(cost):
                step += cost[row + kind[choice]]
            step = 0.0 if step < ROUNDING else step
            fresh[0], fresh[size], fresh[size + 1], fresh[size + 2] = t, day + 1, number, choice
            for m in range(machines):
                k = m_kind[m, choice]
                arc = tables[m, day] + nodes[number, 1 + m] * widths[m, day] + k
                if k < 0 or m_following[arc] < 0:
                    step = np.inf
                    break
                fresh[1 + m] = m_following[arc]
                step += m_cost[arc]
            if not np.isfinite(step):
                continue
            so_far = regret[number] + step
            if count == len(nodes):
                nodes = np.concatenate((nodes, np.empty_like(nodes)))
                regret = np.concatenate((regret, np.empty_like(regret)))
                closed = np.concatenate((closed, np.zeros_like(closed)))
                slots = _slots(nodes, size, count)
            at = _mixed(fresh[:size]) & (len(slots) - 1)
            while slots[at] >= 0 and not np.array_equal(nodes[slots[at], :size], fresh[:size]):
                at = (at + 1) & (len(slots) - 1)
            node = slots[at]
            if node < 0:
                node = slots[at] = count
                count += 1
            elif closed[node] or regret[node] <= so_far:
                continue
            nodes[node], regret[node] = fresh, so_far
            layer = -float(day)
            heapq.heappush(heap, (layer, so_far, node) if hasty else (so_far, layer, node))
    # Nothing is left: without a way out, or without the room to look for one.
    return (proven if len(heap) else np.inf), np.inf, np.empty(0, np.int64)


@njit(cache=True, nogil=True)
def _way(nodes: Numbers, size: int, number: int, days: int) -> Integers:
    """Return the choices that lead to a node of the last layer."""
    choices = np.empty(days, np.int64)
    for d in range(days - 1, -1, -1):
        choices[d] = nodes[number, size + 2]
        number = nodes[number, size + 1]
    return choices


@njit(cache=True, nogil=True)
def _slots(nodes: Numbers, size: int, count: int) -> Integers:
    """Return the hash table of some nodes, which fill a quarter of it."""
    slots = np.full(4 * count, -1, np.int64)
    for node in range(count):
        at = _mixed(nodes[node, :size]) & (len(slots) - 1)
        while slots[at] >= 0:
            at = (at + 1) & (len(slots) - 1)
        slots[at] = node
    return slots


@njit(cache=True, nogil=True)
def _mixed(states: Numbers) -> np.int64:
    """Return a number, 0 or more, that scatters states."""
    h = np.uint64(0)
    for state in states:
        h = (h ^ np.uint64(state)) * np.uint64(0x9E3779B97F4A7C15)
        h ^= h >> np.uint64(29)
    h *= np.uint64(0xBF58476D1CE4E5B9)
    return np.int64((h ^ (h >> np.uint64(32))) >> np.uint64(1))
