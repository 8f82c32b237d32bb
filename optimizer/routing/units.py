"""Contacts of different sizes: the best match in which every agent's contacts fit.

A flow counts contacts, not units. Where the contacts that an agent could take are all of one size,
so many of them fit, and the flow is exact. An agent who could take three chats or one call is
first given room for three contacts, at most one of them a call. The flow under such limits can
only be too good. Where it gives somebody a mix that does not fit, the mixes of that agent are split
in two: at most k contacts of some channel, or at least k + 1 and so much less of the others. Both
are again limits of doors, and neither contains the mix that did not fit. Branch and bound takes the
most promising split first; the flow is its bound.

A first answer is found by closing the doors of agents whose contacts do not fit where room is
worth least, by the prices of the flow. Then room is moved to where it is worth more, for many
agents at once or, where that does not better the match, for fewer. The prices of an answer give a
second bound: what all agents could gain by other mixes at these prices.

The number of flows is limited by the size of the market alone, so equal markets get equal answers,
and by what a live router can wait for.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import mul

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.network import Network, Solution
from optimizer.routing.paths import augment_all

__all__ = ["fit_units"]

Ints = NDArray[np.int64]

WORK = 300_000
"""Arcs and tickets that all flows together may go through."""
FEWEST, MOST = 8, 500
"""Flows that are allowed in any case, and at most."""
ROUNDS = 4
"""Flows on the way to a first answer; in the last, all agents are held to mixes that fit."""
MIXES = 500
"""Mixes of one agent that are gone through for a bound; where there are more, flows are all."""


@dataclass(frozen=True, slots=True)
class _Box:
    """Mixes of one agent: between `low` and `high` contacts by each door."""

    low: tuple[int, ...]
    high: tuple[int, ...]


_Boxes = dict[int, _Box]
"""Crew to the mixes that are left; crews without may take any."""


def fit_units(net: Network, units: Ints, door_units: Ints) -> tuple[Solution, int]:
    """Return the best match in which contacts fit, and by how much others may still be better.

    Parameters
    ----------
    units
        Free units of crews whose contacts may not fit, -1 for all others, [crews].
    door_units
        Units of a contact by each door, [doors].
    """
    mixed = np.flatnonzero(units >= 0).tolist()
    if not mixed:
        return augment_all(net), 0
    return _Search(net, mixed, units, door_units).run()


class _Search:
    """Branch and bound over the mixes of agents."""

    def __init__(self, net: Network, mixed: list[int], units: Ints, door_units: Ints) -> None:
        self.net = net
        self.units = {crew: int(units[crew]) for crew in mixed}
        self.doors = {
            crew: slice(net.first_door[crew] + 1, net.first_door[crew + 1]) for crew in mixed
        }
        self.sizes = {crew: door_units[self.doors[crew]].tolist() for crew in mixed}
        size = len(net.arc_door) + len(net.queue)
        self.flows_left = min(MOST, max(FEWEST, WORK // size))
        self.best: Solution | None = None
        self.value = 0
        self.ceiling = 0

    def run(self) -> tuple[Solution, int]:
        """Return the best match found, and how far above its value the least bound is."""
        root = self._solve({})
        bound = self.ceiling = _value(self.net, root)
        self._dive(root)
        number = itertools.count()
        start: _Boxes = {}
        heap = [(-bound, next(number), start, root)]
        while heap and min(-heap[0][0], self.ceiling) > self.value:
            if self.flows_left <= 0:
                return self._found(), min(-heap[0][0], self.ceiling) - self.value
            _, _, boxes, solution = heapq.heappop(heap)
            crew = self._worst(solution)
            if crew is None:
                continue
            for box in self._split(crew, self._box(crew, boxes), self._loads(crew, solution)):
                inner = boxes | {crew: box}
                found = self._solve(inner)
                bound = _value(self.net, found)
                if bound > self.value:
                    self._keep(found, bound)
                    heapq.heappush(heap, (-bound, next(number), inner, found))
        return self._found(), 0

    def _found(self) -> Solution:
        assert self.best is not None  # the dive before the search always finds a match
        return self.best

    def _solve(self, boxes: _Boxes) -> Solution:
        """Return the best match where the contacts of some crews are held to their boxes."""
        self.flows_left -= 1
        limit, last = self.net.door_limit.copy(), self.net.last_slot.copy()
        for crew, box in boxes.items():
            limit[self.doors[crew]] = box.high
            most = self._most(crew, box.high)
            last[crew] = min(last[crew], self.net.first_slot[crew] + most)
        return augment_all(self.net._replace(door_limit=limit, last_slot=last))

    def _keep(self, solution: Solution, value: int) -> None:
        """Take a match for the best so far if it is better and everything fits."""
        if (self.best is None or value > self.value) and self._worst(solution) is None:
            self.best, self.value = solution, value
            if all(math.prod(n + 1 for n in self._limits(crew)) <= MIXES for crew in self.units):
                self.ceiling = min(self.ceiling, value + self._regret(solution))

    def _regret(self, solution: Solution) -> int:
        """Return what all agents could gain by other mixes if prices stayed as they are.

        No match is better than this one by more (Lagrange: the prices pay for the room).
        """
        regret = 0
        for crew, free in self.units.items():
            first = self.net.first_slot[crew]
            costs = self.net.cost[first : self.net.last_slot[crew]].tolist()
            paid = [0, *itertools.accumulate(costs)]
            prices = solution.price[self.doors[crew]].tolist()
            mixes = _mixes(free, tuple(self.sizes[crew]), tuple(self._limits(crew)))
            best = max(
                _total(mix, prices) - paid[sum(mix)] for mix in mixes if sum(mix) < len(paid)
            )
            loads = self._loads(crew, solution)
            regret += best - (_total(loads, prices) - paid[sum(loads)])
        return regret

    def _dive(self, solution: Solution) -> None:
        """Find a first match: hold those to a mix that fits whose contacts do not; better it."""
        boxes: _Boxes = {}
        for number in range(ROUNDS):
            held = [
                crew
                for crew in self.units
                if number == ROUNDS - 1 or not self._fits(crew, self._loads(crew, solution))
            ]
            if not held:
                break
            for crew in held:
                loads = self._loads(crew, solution)
                boxes[crew] = self._trimmed(crew, loads, self._worths(crew, solution))
            solution = self._solve(boxes)
        self._keep(solution, _value(self.net, solution))
        self._climb(boxes, solution)

    def _climb(self, boxes: _Boxes, solution: Solution) -> None:
        """Give room to the channels where it is worth more, in fewer mixes whenever that fails."""
        share = 0.5
        while self.flows_left > 0 and self.value < self.ceiling:
            moves = sorted(self._moves(boxes, solution), key=lambda move: (-move[0], move[1]))
            count = math.ceil(share * len(moves))
            if not count:
                return
            trial = boxes | {crew: box for _, crew, box in moves[:count]}
            found = self._solve(trial)
            value = _value(self.net, found)
            if value > self.value and self._worst(found) is None:
                self._keep(found, value)
                boxes, solution = trial, found
            elif count == 1:
                return
            else:
                share = count / len(moves) / 2

    def _moves(self, boxes: _Boxes, solution: Solution) -> list[tuple[int, int, _Box]]:
        """Return what one more contact by the best door of each crew is worth, and then its box."""
        moves = []
        for crew in self.units:
            loads = self._loads(crew, solution)
            worths = self._worths(crew, solution)
            high = boxes[crew].high if crew in boxes else tuple(loads)
            before = _total(high, worths)
            best = (0, crew, _Box((), ()))
            for i, limit in enumerate(self._limits(crew)):
                if high[i] < limit:
                    box = self._trimmed(crew, [*high[:i], high[i] + 1, *high[i + 1 :]], worths, i)
                    best = max(
                        best,
                        (_total(box.high, worths) - before, crew, box),
                        key=lambda move: move[0],
                    )
            if best[0] > 0:
                moves.append(best)
        return moves

    def _worths(self, crew: int, solution: Solution) -> list[int]:
        """Return what room at each door of a crew is worth beyond what its slots cost."""
        cost = self.net.cost[self.net.first_slot[crew]]
        worths: list[int] = np.maximum(solution.price[self.doors[crew]] - cost, 0).tolist()
        return worths

    def _trimmed(
        self, crew: int, loads: list[int], worths: list[int], kept: int | None = None
    ) -> _Box:
        """Return a mix that fits near another: what room is worth least is given up.

        The door `kept` is the last to give up any.
        """
        loads, sizes, limits = list(loads), self.sizes[crew], self._limits(crew)
        order = sorted(
            range(len(loads)), key=lambda i: (i == kept, worths[i] / sizes[i], -sizes[i], i)
        )
        for i in order:
            while loads[i] > 0 and not self._fits(crew, loads):
                loads[i] -= 1
        for i in reversed(order):
            left = self.units[crew] - _total(loads, sizes)
            loads[i] += max(0, min(limits[i] - loads[i], left // sizes[i]))
        return _Box((0,) * len(loads), tuple(loads))

    def _worst(self, solution: Solution) -> int | None:
        """Return the crew whose contacts are furthest beyond its units, None if all fit."""
        excess = {}
        for crew, free in self.units.items():
            loads = self._loads(crew, solution)
            if not self._fits(crew, loads):
                excess[crew] = _total(loads, self.sizes[crew]) - free
        return max(excess, key=lambda crew: excess[crew], default=None)

    def _split(self, crew: int, box: _Box, loads: list[int]) -> list[_Box]:
        """Return two boxes that hold all mixes of a box that fit, but not `loads`."""
        free, sizes = self.units[crew], self.sizes[crew]
        at = max(range(len(loads)), key=lambda i: (loads[i] - box.low[i]) * sizes[i])
        room = (free - _total(loads, sizes)) // sizes[at] + loads[at]
        cut = min(max(room, box.low[at]), loads[at] - 1)
        few = _Box(box.low, (*box.high[:at], cut, *box.high[at + 1 :]))
        low = (*box.low[:at], cut + 1, *box.low[at + 1 :])
        left = free - _total(low, sizes)
        if left < 0 and sum(low) > 1:
            return [few]
        high = tuple(
            min(most, least + max(0, left) // size)
            for most, least, size in zip(box.high, low, sizes, strict=True)
        )
        return [few, _Box(low, high)]

    def _box(self, crew: int, boxes: _Boxes) -> _Box:
        limits = self._limits(crew)
        return boxes.get(crew, _Box((0,) * len(limits), tuple(limits)))

    def _limits(self, crew: int) -> list[int]:
        limits: list[int] = self.net.door_limit[self.doors[crew]].tolist()
        return limits

    def _most(self, crew: int, high: tuple[int, ...]) -> int:
        """Return how many contacts fit at most: the smallest first."""
        left, most = self.units[crew], 0
        for size, limit in sorted(zip(self.sizes[crew], high, strict=True)):
            taken = min(limit, left // size)
            left -= taken * size
            most += taken
        return max(most, min(1, sum(high)))

    def _fits(self, crew: int, loads: list[int]) -> bool:
        return _total(loads, self.sizes[crew]) <= self.units[crew] or sum(loads) <= 1

    def _loads(self, crew: int, solution: Solution) -> list[int]:
        loads: list[int] = solution.load[self.doors[crew]].tolist()
        return loads


@lru_cache(maxsize=256)
def _mixes(units: int, sizes: tuple[int, ...], limits: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return all mixes that fit: counts by door."""
    mixes: list[tuple[int, ...]] = []

    def extend(mix: tuple[int, ...], left: int) -> None:
        if len(mix) == len(sizes):
            mixes.append(mix)
            return
        size = sizes[len(mix)]
        for count in range(min(limits[len(mix)], left // size) + 1):
            extend((*mix, count), left - count * size)

    extend((), units)
    # Whatever its size, one contact may be taken alone.
    single = [tuple(int(i == j) for i in range(len(sizes))) for j in range(len(sizes))]
    return mixes + [mix for mix in single if _total(mix, sizes) > units]


def _total(counts: Sequence[int], each: Sequence[int]) -> int:
    """Return what some contacts by each door come to."""
    return sum(map(mul, counts, each))


def _value(net: Network, solution: Solution) -> int:
    """Return what a match is worth; as the sum may be beyond 64 bits, Python adds it up."""
    gains: list[int] = net.gain[_firsts(net.first_ticket, solution.served)].tolist()
    costs: list[int] = net.cost[_firsts(net.first_slot, solution.used)].tolist()
    used = solution.flow > 0
    fits: list[int] = net.fit[used].tolist()
    counts: list[int] = solution.flow[used].tolist()
    carried = sum(fit * count for fit, count in zip(fits, counts, strict=True))
    return sum(gains) - sum(costs) + carried


def _firsts(first: Ints, counts: Ints) -> NDArray[np.bool_]:
    """Tell which items are among the first so many of their owner, [items]."""
    place = np.arange(first[-1]) - np.repeat(first[:-1], np.diff(first))
    return place < np.repeat(counts, np.diff(first))
