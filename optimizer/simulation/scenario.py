"""Queueing models of the literature: contact types, agent groups and periods, no organisation.

A scenario has one line per contact type and one pool per agent group. Rates and staffing are
constant within a period; after the last one nothing more arrives and its agents stay until every
contact is served or has given up, as published studies of single days have it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from optimizer.model import Law, RoutingWeights
from optimizer.simulation.engine import Run, run
from optimizer.simulation.system import PLAIN, Floats, Ints, Staff, System
from optimizer.simulation.tables import Goals
from optimizer.simulation.traffic import Draws, Traffic

__all__ = ["Scenario"]

_FIRST_CHOICE = 1e-6
"""Points between two choices of an agent group: they decide between idle agents, never between
contacts whose waits differ by more than a microsecond (with the weights `PLAIN`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """A model of one day.

    Parameters
    ----------
    period_s
        Length of a period in seconds.
    offered
        Expected contacts, [types, periods].
    handling_s, patience_s
        Means in seconds by period of arrival, patience infinite for never, [types, periods].
    agents
        [agent groups, periods]. When fewer are wanted, those leave who are free first.
    choice
        Order in which a type looks for idle agents, 0 first, NaN for never, [types, groups].
    handling, patience
        Laws of the times of every type.
    balking
        Share of contacts that leave at once if they are not answered at once.
    busyness
        Shape of a gamma factor with mean 1 that multiplies all volumes of a day; None for none.
    rank, value, weights
        Of each type, [types], and what freed agents go by; by default the longest waiting.
    within_s
        Target time of the service level; None for none.
    """

    period_s: float
    offered: Floats
    handling_s: Floats
    patience_s: Floats
    agents: Ints
    choice: Floats
    handling: Law = field(default_factory=Law)
    patience: Law = field(default_factory=Law)
    balking: float = 0.0
    busyness: float | None = None
    rank: Ints | None = None
    value: Floats | None = None
    weights: RoutingWeights = PLAIN
    within_s: float | None = None

    @property
    def length_s(self) -> float:
        """Return the length of all periods together, in seconds."""
        return self.period_s * float(self.offered.shape[1])

    def run(self, draws: Draws, horizon_s: float = math.inf, *, keep_records: bool = False) -> Run:
        """Play a day up to the horizon; without one until its last contact is gone."""
        types = len(self.offered)
        within = np.full(types, math.nan if self.within_s is None else self.within_s)
        goals = replace(Goals.none(types), within_s=within)
        return run(
            self.system(),
            self.staff(),
            self.traffic(draws),
            draws,
            goals=goals,
            horizon_s=horizon_s,
            keep_records=keep_records,
        )

    def system(self) -> System:
        """Return the lines and pools."""
        types = len(self.offered)
        rank = np.full(types, 2) if self.rank is None else self.rank
        return System(
            fit=-_FIRST_CHOICE * self.choice,
            rank=rank,
            value=np.ones(types) if self.value is None else self.value,
            target=np.array(self.weights.wait_target_seconds)[rank],
            idle_until_s=np.zeros(types),
            units=np.ones(types, np.int64),
            weights=self.weights,
        )

    def staff(self) -> Staff:
        """Return the agents: number i of a group is there while the group has more than i."""
        most = self.agents.max(axis=1)
        pool = np.repeat(np.arange(len(most)), most)
        number = np.concatenate([np.zeros(0, np.int64), *map(np.arange, most)])
        there = number[:, None] < self.agents[pool]
        changes = np.diff(np.pad(there, ((0, 0), (1, 1))).astype(np.int8), axis=1)
        agent, begin = np.nonzero(changes == 1)
        end = np.nonzero(changes == -1)[1]
        return Staff(
            pool,
            agent,
            begin.astype(np.float64) * self.period_s,
            np.where(end == self.agents.shape[1], math.inf, end * self.period_s),
            interchangeable=True,
        )

    def traffic(self, draws: Draws) -> Traffic:
        """Return what the contacts of a day are drawn from."""
        factor = 1.0
        if self.busyness is not None:
            factor = draws.generator("busyness").gamma(self.busyness, 1.0 / self.busyness)
        types = len(self.offered)
        return Traffic(
            names=[str(row) for row in range(types)],
            slot_s=self.period_s,
            offered=self.offered * factor,
            handling_s=self.handling_s,
            patience_s=self.patience_s,
            handling=[self.handling] * types,
            patience=[self.patience] * types,
            balking=np.full(types, self.balking),
            after_contact=np.zeros(types),
        )
