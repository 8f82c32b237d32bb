"""Shortest paths through the automaton of tours; all kernels of pricing stand here together."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["Arrays", "best_tours", "costs_to_go", "price_through"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Numbers = NDArray[np.int32]

Arrays: TypeAlias = tuple[Integers, Integers, Integers, Numbers, Floats]
"""States, kinds, arcs, following and cost of a `Structure`."""

FREE = -1


@njit(cache=True, nogil=True)
def best_tours(
    structure: Arrays,
    first: int,
    constant: float,
    off: Numbers,
    rows: Integers,
    places: Integers,
    begin: Integers,
    pattern: Integers,
    kind: Numbers,
    price: Floats,
    free: Floats,
    team: Integers,
    prices: Floats,
    free_prices: Floats,
    costs: Floats,
    owns: Floats,
    worked: Integers,
) -> None:
    """Fill in the best tour of each agent.

    Time per agent is linear in the arcs whose kind is open to the agent.

    Parameters
    ----------
    rows, places
        The agents, as rows of `begin` and `free`, and as rows of `team` and of the results.
    begin, pattern, kind, price
        Agent a may work ``pattern[begin[a, 0]:begin[a, 1]]``, of these kinds and at these prices.
    free
        Own price of a day off, [agents, days].
    prices, free_prices
        Added to the own prices, [teams, patterns] and [days].
    costs, owns, worked
        Results: the cost, the own part and the pattern of each day.
    """
    states, kinds, arcs, following, cost = structure
    days = len(kinds) - 1
    kind_price, chosen = np.empty(kinds[days]), np.empty(kinds[days], np.int64)
    value = np.empty(states[days + 1])
    for number in range(len(rows)):
        a, i = rows[number], places[number]
        _cheapest(
            kinds, first, off, a, begin, pattern, kind, price, free, prices[team[i]], free_prices,
            kind_price, chosen,
        )  # fmt: skip
        _backward(states, kinds, arcs, following, cost, kind_price, value)
        worked[i] = FREE
        costs[i] = constant + value[0]
        owns[i] = np.inf
        if not np.isfinite(costs[i]):
            continue
        own, s = constant, 0
        for d in range(days):
            n = kinds[d + 1] - kinds[d]
            at = arcs[d] + (s - states[d]) * n
            least, best = np.inf, 0
            for k in range(n):
                v = kind_price[kinds[d] + k] + value[following[at + k]]
                if len(cost):
                    v += cost[at + k]
                if v < least:
                    least, best = v, k
            if len(cost):
                own += cost[at + best]
            entry = chosen[kinds[d] + best]
            if entry == FREE:
                own += free[a, first + d]
            else:
                own += price[entry]
                worked[i, first + d] = pattern[entry]
            s = following[at + best]
        owns[i] = own


@njit(cache=True, nogil=True)
def price_through(
    structure: Arrays,
    first: int,
    constant: float,
    off: Numbers,
    a: int,
    begin: Integers,
    pattern: Integers,
    kind: Numbers,
    price: Floats,
    free: Floats,
    prices: Floats,
    free_prices: Floats,
    working: Floats,
    resting: Floats,
) -> None:
    """Fill in the cost of the best tour through each pattern and through each day off.

    One pass backward, one forward: three visits of each open arc.

    Parameters
    ----------
    working, resting
        Results, [patterns] and [days]; left as they are where the agent has no choice.
    """
    states, kinds, arcs, following, cost = structure
    days = len(kinds) - 1
    kind_price, chosen = np.empty(kinds[days]), np.empty(kinds[days], np.int64)
    value = np.empty(states[days + 1])
    _cheapest(
        kinds, first, off, a, begin, pattern, kind, price, free, prices, free_prices,
        kind_price, chosen,
    )  # fmt: skip
    _backward(states, kinds, arcs, following, cost, kind_price, value)
    through = np.full(kinds[days], np.inf)
    reached = np.full(states[days + 1], np.inf)
    reached[0] = constant
    for d in range(days):
        n = kinds[d + 1] - kinds[d]
        for s in range(states[d], states[d + 1] - 1):
            if reached[s] == np.inf or value[s] == np.inf:
                continue
            at = arcs[d] + (s - states[d]) * n
            for k in range(n):
                t = following[at + k]
                spent = reached[s]
                if len(cost):
                    spent += cost[at + k]
                through[kinds[d] + k] = min(through[kinds[d] + k], spent + value[t])
                reached[t] = min(reached[t], spent + kind_price[kinds[d] + k])
    for entry in range(begin[a, 0], begin[a, 1]):
        if kind[entry] >= 0:
            p = pattern[entry]
            working[p] = through[kind[entry]] + price[entry] + prices[p]
    for d in range(days):
        if off[d] >= 0:
            day = first + d
            resting[day] = through[kinds[d] + off[d]] + free[a, day] + free_prices[day]


@njit(cache=True, nogil=True)
def costs_to_go(structure: Arrays, kind: Integers, price: Floats) -> Floats:
    """Return the least cost to the end from each state that the first days leave open.

    Parameters
    ----------
    kind, price
        Of everything that may be done on any day.
    """
    states, kinds, arcs, following, cost = structure
    kind_price = np.full(kinds[-1], np.inf)
    for choice in range(len(kind)):
        kind_price[kind[choice]] = min(kind_price[kind[choice]], price[choice])
    value = np.empty(states[-1])
    _backward(states, kinds, arcs, following, cost, kind_price, value)
    return value


@njit(cache=True, nogil=True)
def _cheapest(
    kinds: Integers,
    first: int,
    off: Numbers,
    a: int,
    begin: Integers,
    pattern: Integers,
    kind: Numbers,
    price: Floats,
    free: Floats,
    prices: Floats,
    free_prices: Floats,
    kind_price: Floats,
    chosen: Integers,
) -> None:
    """Find the cheapest day of each kind: an entry of the agent's patterns, or a day off."""
    kind_price[:] = np.inf
    chosen[:] = FREE
    for d in range(len(kinds) - 1):
        if off[d] >= 0:
            kind_price[kinds[d] + off[d]] = free[a, first + d] + free_prices[first + d]
    for entry in range(begin[a, 0], begin[a, 1]):
        k = kind[entry]
        v = price[entry] + prices[pattern[entry]]
        if k >= 0 and v < kind_price[k]:
            kind_price[k], chosen[k] = v, entry


@njit(cache=True, nogil=True)
def _backward(
    states: Integers,
    kinds: Integers,
    arcs: Integers,
    following: Numbers,
    cost: Floats,
    kind_price: Floats,
    value: Floats,
) -> None:
    """Find the least cost to the end, from each state that the first days leave open."""
    days = len(kinds) - 1
    low, high = states[:-1].copy(), states[1:] - 1
    for d in range(days):
        n = kinds[d + 1] - kinds[d]
        open_ = np.flatnonzero(np.isfinite(kind_price[kinds[d] : kinds[d + 1]]))
        if len(open_) != 1 or low[d] >= states[d + 1] - 1:
            break
        # Days without a choice lead to one state: nothing else need be looked at.
        low[d + 1] = following[arcs[d] + (low[d] - states[d]) * n + open_[0]]
        high[d + 1] = low[d + 1] + 1
    value[states[days]] = 0.0
    value[states[days] + 1] = np.inf
    for d in range(days - 1, -1, -1):
        n = kinds[d + 1] - kinds[d]
        open_ = np.flatnonzero(np.isfinite(kind_price[kinds[d] : kinds[d + 1]]))
        at = arcs[d] + (low[d] - states[d]) * n
        for s in range(low[d], min(high[d], states[d + 1] - 1)):
            least = np.inf
            for k in open_:
                v = kind_price[kinds[d] + k] + value[following[at + k]]
                if len(cost):
                    v += cost[at + k]
                least = min(least, v)
            value[s] = least
            at += n
        value[states[d + 1] - 1] = np.inf
