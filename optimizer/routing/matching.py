"""The exact best match of a market: scores rounded to whole numbers, ties settled, paths augmented.

Four aims are packed into one whole number per arc, ticket and slot, strictly in this order:

1. *levels*: no ticket waits for one of a lower level that takes its place. A served ticket counts
   by its level above the least level of all tickets, which are served as far as points go. So
   where all are of one level points alone decide, and nobody is served at a loss; where there are
   several, those above the least are served wherever somebody may take them.
2. the greatest value in points; it may be best to leave a ticket waiting though somebody is free,
   such as one whose skills are worth more in reserve;
3. the most tickets served, where that costs nothing;
4. the least total rank of the slots used: fewest contacts open first, then the position of the
   agent, which stands for longest idle and then the identifier.

Why packing is exact. Two matches differ by paths and cycles that share nothing, and the better
one, in the order of the aims, is better along some of them. A path lets one ticket in or out at
either end, takes up or frees one slot, and visits each class and crew once. So one aim need only
outweigh what a single path can change in the aims after it: with S slots, a step of value is worth
``4 S + 4`` steps of number and rank, and a level twice what the bases, the points of slots and as
many differences of arcs as there are crews (or classes, if they are fewer) can add up to.

All numbers stay below 2^59. A step of value is therefore at most ``(4 S + 4) L / 2^58`` of the
greatest score, with L = 1 where all tickets are of one level: 2^-44 for 5,000 slots. With
several, L is the number of levels above the least times their worth in greatest scores: typically
some hundreds, which leaves 2^-35. `optimizer.routing.paths` finds the optimum for the numbers as
rounded. Since all its arithmetic is in whole numbers, the order in which things are listed cannot
change a sum.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.routing.dealing import deal
from optimizer.routing.market import Market
from optimizer.routing.network import LARGEST, Network, Solution
from optimizer.routing.units import fit_units

__all__ = ["Match", "match"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FINEST = 1000
"""Scores are not told apart below 2^-1000 points, which keeps the scale itself finite."""


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """The best match of a market.

    Parameters
    ----------
    flow
        How many tickets each arc carries, [arcs].
    value, bound
        Total score, and what no match of as high levels exceeds, in points; equal unless agents
        could take contacts of different sizes and the search for their best mix was cut short.
    profit
        What a ticket of each class is worth beyond its base, in points: the points of the pair,
        less what its place would be worth to others, [classes]. Base and profit add up to at
        least 0 for tickets that are served and at most 0 for those that wait.
    profit_level
        The same in levels, which go before points, [classes].
    """

    flow: Ints
    value: float
    bound: float
    profit: Floats
    profit_level: Ints


@dataclass(frozen=True, slots=True)
class _Grid:
    """How points become whole numbers.

    Parameters
    ----------
    scale
        Steps of value per point.
    step
        Steps of number and rank per step of value.
    level
        What a level is worth, in steps of value; 0 where there is but one.
    """

    scale: float
    step: int
    level: int

    def whole(self, points: Floats | np.float64) -> Ints:
        """Return points as steps of value, each worth `step`."""
        return np.rint(points * self.scale).astype(np.int64) * self.step

    def read(self, whole: Ints) -> tuple[Ints, Floats]:
        """Return the levels and the points in whole numbers."""
        value = (whole + self.step // 2) // self.step
        if not self.level:
            return np.zeros(len(whole), dtype=np.int64), value / self.scale
        levels = (value + self.level // 2) // self.level
        return levels, (value - levels * self.level) / self.scale


def match(market: Market) -> Match:
    """Return the best match; equal markets give equal answers."""
    if not len(market.arc_door):
        first = market.by_class[market.first_ticket[:-1]]
        least = market.level.min() if len(first) else 0
        none = np.zeros(0, dtype=np.int64)
        return Match(none, 0.0, 0.0, -market.base[first], least - market.level[first])
    grid = _grid(market)
    net = _network(market, grid)
    crews = market.crews
    solution, gap = fit_units(net, crews.units, crews.door_units)
    value = deal(market, solution.flow).value
    levels, profit = grid.read(_profit(net, solution) + _offset(market, grid))
    bound = value + gap / grid.step / grid.scale
    return Match(solution.flow, value, bound, profit, levels)


def _grid(market: Market) -> _Grid:
    """Choose the finest steps that keep all numbers below `LARGEST`."""
    fit, base, points = market.arc_fit, market.base, market.crews.slot_points
    step = 4 * len(points) + 4
    least, greatest = float(fit.min()), float(fit.max())
    apart = float(points.max() - points.min())
    one = float(base.max()) + max(greatest, -least) + float(np.abs(points).max()) + apart
    levels = int(market.level.max() - market.level.min())
    level = 0.0
    if levels:
        visits = min(market.classes, len(market.crews.leader)) + 1
        level = 2.0 * (one + apart + visits * (greatest - least))
    total = one + levels * level
    scale = 1.0
    if total > 0.0:
        scale = 2.0 ** min(FINEST, math.floor(math.log2(LARGEST / step) - math.log2(total)) - 1)
    # One more step for each number that was rounded.
    return _Grid(scale, step, math.ceil(level * scale) + 4 * visits + 4 if levels else 0)


def _network(market: Market, grid: _Grid) -> Network:
    """Round the scores to whole numbers and add what levels are worth and what breaks ties."""
    crews = market.crews
    gain = grid.whole(market.base) + _offset(market, grid)
    if grid.level:
        gain += (market.level - market.level.min()) * (grid.level * grid.step)
    cost = grid.whole(crews.slot_points.max()) - grid.whole(crews.slot_points) + crews.slot_rank
    # Points that differ by less than a step must not let costs fall within a crew.
    cost = cost[np.lexsort((cost, crews.slot_crew))]
    return Network(
        queue=market.ticket_class.astype(np.uint32),
        first_ticket=market.first_ticket,
        gain=gain[market.by_class],
        first_arc=market.first_arc.astype(np.uint64),
        arc_class=market.arc_class.astype(np.uint32),
        arc_door=market.arc_door.astype(np.uint32),
        fit=grid.whole(market.arc_fit),
        first_door=crews.first_door,
        door_crew=crews.door_crew.astype(np.uint32),
        door_limit=crews.door_limit,
        first_slot=crews.first_slot,
        last_slot=crews.first_slot[1:],
        cost=cost,
    )


def _offset(market: Market, grid: _Grid) -> int:
    """Return what each served ticket counts besides its score.

    One for being served, and the points of the best slot, which the costs of slots start from.
    """
    slots = market.crews.slot_points
    return int(grid.whole(slots.max())) + len(slots)


def _profit(net: Network, solution: Solution) -> Ints:
    """Return the profits; classes that are not served at all would just not lose by it."""
    idle = (solution.served == 0) & (net.first_ticket[:-1] < net.first_ticket[1:])
    return np.where(idle, -net.gain[net.first_ticket[:-1] * idle], solution.profit)
