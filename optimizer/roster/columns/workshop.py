"""What all parts of the search over rosters share: rows, tours, and the columns found."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.columns.pool import Column, Pool
from optimizer.roster.columns.rows import Rows
from optimizer.roster.frame import Frame
from optimizer.roster.tours import OPEN, Tours
from optimizer.stop import Deadline

__all__ = ["Priced", "Workshop"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ATTENTION = 0.05
"""Seconds of pricing after which the deadline is looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """The cheapest rosters of some agents at some duals.

    Parameters
    ----------
    columns
        One for each agent for whom the tours give a roster that may be.
    total
        Cost of all of them at the duals together, or less.
    """

    columns: list[Column]
    total: float


@dataclass(slots=True, eq=False)
class Workshop:
    """A frame with its coupling rows, the tours of its people, and the rosters found.

    Parameters
    ----------
    threads
        How many price at the same time.
    """

    frame: Frame
    tours: Tours
    rows: Rows
    pool: Pool
    threads: int
    _pace: float = ATTENTION
    """Seconds that the pricing of one agent takes."""

    @classmethod
    def of(cls, frame: Frame, tours: Tours, threads: int) -> Workshop:
        """Return the workshop of a frame, without any column."""
        rows = Rows.of(frame)
        return cls(frame, tours, rows, Pool(frame, rows, tours), threads)

    def loosened(self) -> Workshop:
        """Return a workshop of rosters that keep what automata hold by themselves."""
        tours = self.tours.loosened()
        pool = Pool(self.frame, self.rows, tours, trusting=True)
        return Workshop(self.frame, tours, self.rows, pool, self.threads)

    def price(
        self,
        duals: Floats,
        agents: Sequence[int],
        deadline: Deadline,
        days: NDArray[np.bool_] | None = None,
        current: Integers | None = None,
    ) -> Priced | None:
        """Return the cheapest roster of each agent; None if the deadline comes first.

        Parameters
        ----------
        days
            Days on which an agent's roster may differ from `current`, [days]; None means all.
        current
            A plan, [agents, days].
        """
        prices = self.rows.prices(duals)
        columns, total, done = [], 0.0, 0
        while done < len(agents):
            if deadline.passed():
                return None
            began = time.monotonic()
            some = agents[done : done + max(self.threads, int(ATTENTION / self._pace))]
            if days is None or current is None:
                costs, owns, worked = self.tours.best_all(prices, some, threads=self.threads)
            else:
                costs, owns, worked = self._price_days(prices, some, days, current)
            for agent, own, roster in zip(some, owns.tolist(), worked, strict=True):
                column = self.pool.add(agent, roster, own)
                if column is not None:
                    columns.append(column)
            total += float(costs.sum())
            done += len(some)
            self._pace = max(1e-6, (time.monotonic() - began) / len(some))
        return Priced(columns, total)

    def _price_days(
        self, prices: Floats, agents: Sequence[int], days: NDArray[np.bool_], current: Integers
    ) -> tuple[Floats, Floats, Integers]:
        found = [
            self.tours.within(
                agent, prices[self.frame.team[agent]], np.where(days, OPEN, current[agent])
            )
            for agent in agents
        ]
        return (
            np.array([tour.cost for tour in found]),
            np.array([tour.own for tour in found]),
            np.array([tour.worked for tour in found]),
        )
