"""Queueing models of the literature: contact types, agent groups and periods, no organisation.

A scenario has one line per contact type and one pool per agent group. Rates and staffing are
constant within a period; after the last one nothing more arrives and its agents stay until every
contact is served or has given up, as published studies of single days have it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from optimizer.model import RoutingWeights
from optimizer.simulation.arrivals import HandlingTime, Law, Traffic, draw_contacts
from optimizer.simulation.engine import Played, play
from optimizer.simulation.system import PLAIN, Contacts, Floats, Ints, Staff, System

__all__ = ["Scenario"]

FIRST_CHOICE = 1e-6
"""Points between two choices of an agent group: they decide between idle agents, never between
contacts whose waits differ by more than a microsecond (with the weights `PLAIN`)."""

EXPONENTIAL = HandlingTime(Law.EXPONENTIAL)


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
        [agent groups, periods]. When fewer are wanted, the last ones leave once they are free.
    choice
        Order in which a type looks for idle agents, 0 first, NaN for never, [types, groups].
    handling
        Law of the handling times.
    balking
        Share of contacts that leave at once if they are not answered at once.
    busyness
        Shape of a gamma factor with mean 1 that multiplies all volumes of a day; None for none.
    rank, value, weights
        Of each type, [types], and what freed agents go by; by default the longest waiting.
    """

    period_s: float
    offered: Floats
    handling_s: Floats
    patience_s: Floats
    agents: Ints
    choice: Floats
    handling: HandlingTime = EXPONENTIAL
    balking: float = 0.0
    busyness: float | None = None
    rank: Ints | None = None
    value: Floats | None = None
    weights: RoutingWeights = PLAIN

    @property
    def length_s(self) -> float:
        """Return the length of all periods together, in seconds."""
        return self.period_s * float(self.offered.shape[1])

    def draw(self, seed: int, day: int = 0) -> Contacts:
        """Draw the contacts of one day."""
        return draw_contacts(self._traffic(seed, day), seed, day)

    def play(self, contacts: Contacts, horizon_s: float = math.inf) -> Played:
        """Play a day up to the horizon; without one until its last contact is gone."""
        return play(self.system(), self.staff(), contacts, horizon_s=horizon_s)

    def system(self) -> System:
        """Return the lines and pools."""
        types = len(self.offered)
        rank = np.full(types, 2) if self.rank is None else self.rank
        return System(
            fit=-FIRST_CHOICE * self.choice,
            rank=rank,
            value=np.ones(types) if self.value is None else self.value,
            target=np.array(self.weights.wait_target_seconds)[rank],
            deferred=np.zeros(types, np.bool_),
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
        )

    def _traffic(self, seed: int, day: int) -> Traffic:
        factor = 1.0
        if self.busyness is not None:
            random = np.random.default_rng([seed, day])
            factor = random.gamma(self.busyness, 1.0 / self.busyness)
        return Traffic(
            names=[str(row) for row in range(len(self.offered))],
            slot_s=self.period_s,
            offered=self.offered * factor,
            handling_s=self.handling_s,
            patience_s=self.patience_s,
            handling=self.handling,
            balking=self.balking,
        )
