"""Rosters that keep totals which an automaton had to leave out.

Limits on many templates at once make too many states (`Tours.exact`). What is left out is then
put into prices: a *levy* on every unit of a total that is broken, raised until the cheapest
roster keeps it. That roster is a column; and the cheapest cost under any levy, less what the levy
takes from a roster at the total's limit, is a lower bound (a Lagrangian relaxation of the total).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.frame import Frame
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.rules.forms import Tally
from optimizer.roster.tours import Tours

__all__ = ["Amended", "Amends"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TRIES = 12
"""Each raises the levies by twice as much as the one before."""

FIRST_STEP = 1 / 64
"""The first one does by this share of the greatest price."""

DECAY = 0.8
"""What is left of a levy the next time: it may have been raised too far."""

FREE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Amended:
    """What is known of an agent's cheapest roster.

    Parameters
    ----------
    bound
        No roster that may be costs less, with the prices.
    worked
        A cheap one that may be, [days]; None if none was found.
    """

    bound: float
    worked: Integers | None


@dataclass(slots=True, eq=False)
class Amends:
    """The levies of the agents whose automata leave something out."""

    frame: Frame
    tours: Tours
    _levies: dict[int, Floats] = field(default_factory=dict)

    def amend(self, agent: int, prices: Floats, worked: Integers, cost: float) -> Amended:
        """Return a roster that keeps all totals.

        Parameters
        ----------
        prices
            Added to the own prices, [patterns].
        worked, cost
            The cheapest roster by the automaton, and its cost with the prices.
        """
        person, patterns = self.frame.people[agent], self.frame.patterns
        if np.isfinite(cost_of(person, patterns, worked.tolist())):
            return Amended(cost, worked)
        tallies = [t for t in person.tallies if t.block is None and t.free_units is None]
        levies = DECAY * self._levies.get(agent, np.zeros(len(tallies)))
        step = FIRST_STEP * max(1.0, float(np.abs(prices).max(initial=0.0)))
        per_unit = [self._per_unit(tally) for tally in tallies]
        bound, found = cost, None
        for _ in range(TRIES):
            for place, tally in enumerate(tallies):
                levies[place] += step * _sign(tally, worked)
            step *= 2
            extra = sum((levy * unit for levy, unit in zip(levies, per_unit, strict=True)), 0.0)
            tour = self.tours.best(agent, prices + extra)
            if not np.isfinite(tour.cost):
                break
            worked = tour.worked
            taken = sum(levy * _limit(t, levy) for levy, t in zip(levies, tallies, strict=True))
            bound = max(bound, tour.cost - taken)
            if np.isfinite(cost_of(person, patterns, worked.tolist())):
                found = worked
                break
        self._levies[agent] = levies
        return Amended(bound, found)

    def _per_unit(self, tally: Tally) -> Floats:
        """Return what each pattern adds to a total, [patterns]."""
        day = self.frame.patterns.day
        return np.where((day >= tally.first) & (day < tally.last), tally.units, 0).astype(float)


def _sign(tally: Tally, worked: Integers) -> float:
    """Return 1 if a roster has too much of a total, -1 if too little, 0 if it may be."""
    mine = worked[tally.first : tally.last]
    total = int(tally.units[mine[mine != FREE]].sum())
    if np.isfinite(tally.price[min(total, len(tally.price) - 1)]):
        return 0.0
    allowed = np.flatnonzero(np.isfinite(tally.price))
    return 1.0 if len(allowed) and total > allowed[-1] else -1.0


def _limit(tally: Tally, levy: float) -> float:
    """Return the total at which a levy takes most from a roster that may be."""
    allowed = np.flatnonzero(np.isfinite(tally.price))
    if levy == 0 or not len(allowed):
        return 0.0
    if levy < 0:
        return float(allowed[0])
    # The last price holds for all greater totals, which then have no limit.
    return np.inf if allowed[-1] == len(tally.price) - 1 else float(allowed[-1])
