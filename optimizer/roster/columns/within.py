"""All rosters of an agent up to a cost: every path of an automaton that is cheap enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.roster.frame import Frame
from optimizer.roster.tours import Tours
from optimizer.roster.tours.structure import Structure

__all__ = ["Paths"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Numbers = NDArray[np.int32]

FREE = -1

ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """The rosters of an agent at some prices, as paths of the automaton.

    Parameters
    ----------
    structure
        The automaton. What it leaves out (`Structure.exact`) is left out here.
    options, price, pattern
        What may be done, sorted by kind and price: where each kind begins, [kinds + 1]; what it
        costs; and the pattern, or -1.
    to_go
        Least cost from each state to the end, [states].
    days
        Length of the calendar.
    """

    structure: Structure
    options: Integers
    price: Floats
    pattern: Integers
    to_go: Floats
    days: int

    @classmethod
    def of(cls, frame: Frame, tours: Tours, agent: int, prices: Floats) -> Paths:
        """Return the rosters of an agent.

        Parameters
        ----------
        prices
            Added to the own prices, [patterns].
        """
        person, structure = frame.people[agent], tours.structure(agent)
        days = len(structure.off)
        off = np.where(structure.off >= 0, structure.off + structure.kinds[:-1], -1)
        kind = np.concatenate([structure.kind[person.patterns], off])
        free = person.free[structure.first : structure.first + days]
        price = np.concatenate([person.price + prices[person.patterns], free])
        pattern = np.concatenate([person.patterns, np.full(days, FREE)])
        order = np.lexsort((price, kind))
        order = order[(kind[order] >= 0) & np.isfinite(price[order])]
        kind, price, pattern = kind[order], price[order], pattern[order]
        options = np.searchsorted(kind, np.arange(structure.kinds[-1] + 1))
        to_go = _to_go(*structure.arrays, options, price)
        return cls(structure, options, price, pattern, to_go, len(frame.calendar.days))

    @property
    def least(self) -> float:
        """Return the cost of the cheapest roster; infinite if there is none."""
        return self.structure.constant + float(self.to_go[0])

    def up_to(self, cost: float, most: int) -> Integers | None:
        """Return all rosters up to a cost, [rosters, days]; None if there are more than `most`.

        Time is the days times the kinds of shifts for each roster.
        """
        worked = np.full((most, self.days), FREE)
        found = _walk(
            *self.structure.arrays, self.options, self.price, self.pattern, self.to_go,
            cost - self.structure.constant + ROUNDING, worked[:, self.structure.first :],
        )  # fmt: skip
        return worked[:found] if found <= most else None


@njit(cache=True, nogil=True)
def _to_go(
    states: Integers,
    kinds: Integers,
    arcs: Integers,
    following: Numbers,
    cost: Floats,
    options: Integers,
    price: Floats,
) -> Floats:
    """Return the least cost from each state to the end."""
    days = len(kinds) - 1
    value = np.full(states[days + 1], np.inf)
    value[states[days]] = 0.0
    for d in range(days - 1, -1, -1):
        n = kinds[d + 1] - kinds[d]
        for s in range(states[d], states[d + 1] - 1):
            at = arcs[d] + (s - states[d]) * n
            for k in range(n):
                option = options[kinds[d] + k]
                if option < options[kinds[d] + k + 1]:
                    v = price[option] + value[following[at + k]]
                    if len(cost):
                        v += cost[at + k]
                    value[s] = min(value[s], v)
    return value


@njit(cache=True, nogil=True)
def _walk(
    states: Integers,
    kinds: Integers,
    arcs: Integers,
    following: Numbers,
    cost: Floats,
    options: Integers,
    price: Floats,
    pattern: Integers,
    value: Floats,
    limit: float,
    worked: Integers,
) -> int:
    """Fill in all paths up to a limit; return their number, one too many if there is no room.

    What is still to pay is known from each state, so that every step leads to a path.
    """
    days = len(kinds) - 1
    found, d = 0, 0
    state, spent = np.zeros(days + 1, np.int64), np.zeros(days + 1)
    # Where the search stands on each day: the next kind, and the next option of that kind.
    place, option = np.zeros(days + 1, np.int64), np.zeros(days + 1, np.int64)
    path = np.empty(days, np.int64)
    if value[0] > limit:
        return 0
    option[0] = options[kinds[0]]
    while d >= 0:
        if d == days:
            if found == len(worked):
                return found + 1
            worked[found, :days] = path
            found += 1
            d -= 1
            continue
        n = kinds[d + 1] - kinds[d]
        k = place[d]
        if k == n:
            d -= 1
            continue
        o = option[d]
        at = arcs[d] + (state[d] - states[d]) * n + k
        after = spent[d]
        if len(cost):
            after += cost[at]
        # Options are sorted by price: the first that is too dear ends the kind.
        if o < options[kinds[d] + k + 1] and after + price[o] + value[following[at]] <= limit:
            option[d] = o + 1
            path[d] = pattern[o]
            d += 1
            state[d], spent[d] = following[at], after + price[o]
            if d < days:
                place[d], option[d] = 0, options[kinds[d]]
        else:
            place[d] = k + 1
            option[d] = options[kinds[d] + k + 1]
    return found
