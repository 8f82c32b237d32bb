"""The exact state of a plan: what it costs, and what each shift of each agent would change.

Whoever is taken out of the plan can be priced against everybody else: `State.prices` tells for
each pattern what it would cost or save, activities placed best. Since nobody works two shifts in
one slot, these prices add up exactly over an agent's roster, but for rows that sum several days.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import PlannedActivity
from optimizer.roster.division import change, division_of, refresh_losses, refresh_values
from optimizer.roster.frame import Frame
from optimizer.roster.kept import Kept, kept_of
from optimizer.roster.placement import (
    FREE,
    pattern_values,
    place_best,
    shapes_of,
    working_slots,
)
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.totals import Totals

__all__ = ["Seat", "State"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """What one agent has in a plan.

    Parameters
    ----------
    worked
        Pattern of each day, or `FREE`, [days].
    begins
        Slot at which each activity begins, [days, activities].
    own
        What this roster costs by the agent's own forms.
    sessions
        Training within the shifts, apart from what a pattern keeps (`optimizer.roster.kept`).
    """

    worked: Integers
    begins: Integers
    own: float
    sessions: tuple[PlannedActivity, ...] = ()


class State:
    """A plan with its coverage, rows and watches; agents are taken out and put in one by one.

    Attributes
    ----------
    worked
        Pattern of each agent and day, or `FREE`, [agents, days].
    begins
        Slot at which each activity begins, [agents, days, activities].
    own
        Cost by each agent's own forms, [agents]; 0 for those who are out.
    inside
        Who is in the plan, [agents]; nobody at first.
    sessions
        Training of those who have some, in order of time.
    untrained
        Price of the training that is due and not had, also by those who are out.
    division, kind
        Who serves whom, and the kind of each team in it, [teams].
    needed, there, watched
        People whom each watch wants and who are present, [watches, slots], and the watches in
        which each team counts, [teams].
    """

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.shapes = shapes_of(frame.patterns)
        self.kept = kept_of(frame)
        self.sessions: dict[int, tuple[PlannedActivity, ...]] = {}
        numbers = {agent.id: n for n, agent in enumerate(frame.problem.organisation.agents)}
        self._due = {
            (numbers[name], training.id): training.cost
            for training in frame.problem.directives.trainings
            for name in training.agents
        }
        self.untrained = float(sum(self._due.values()))
        agents, days = len(frame.people), len(frame.calendar.days)
        self.worked = np.full((agents, days), FREE, dtype=np.int64)
        self.begins = np.zeros((agents, days, self.shapes.activities.shape[1]), dtype=np.int64)
        self.own = np.zeros(agents)
        self.inside = np.zeros(agents, dtype=bool)
        kinds = sorted(set(frame.serves))
        self.kind = [kinds.index(serves) for serves in frame.serves]
        self.division = division_of(frame.demand, kinds)
        self._totals = Totals(frame.shared, frame.teams, frame.patterns.day)
        self.needed = np.array([watch.needed for watch in frame.watches]).reshape(
            len(frame.watches), frame.demand.slots
        )
        self._fine = np.array([watch.price for watch in frame.watches])
        self.watched = [
            np.flatnonzero([members[0] in watch.agents for watch in frame.watches])
            for members in frame.teams
        ]
        self.there = np.zeros(self.needed.shape)
        self._horizon = max(frame.demand.slots, int(frame.patterns.end.max(initial=0)))

    @classmethod
    def of(cls, frame: Frame, worked: Integers, begins: Integers) -> State:
        """Return the state of a plan in which everybody has the given roster.

        Parameters
        ----------
        worked, begins
            [agents, days] and [agents, days, activities].
        """
        state = cls(frame)
        for agent in range(len(worked)):
            state.put_in(agent, worked[agent], begins[agent])
        return state

    @property
    def cost(self) -> float:
        """Return the objective, of those who are in; infinite if a hard rule is broken."""
        return math.inf if self.excess else self.weight

    @property
    def excess(self) -> float:
        """Return by how many units hard rows are out of bounds."""
        return self._totals.excess()

    @property
    def weight(self) -> float:
        """Return the objective with hard rows at a high price instead of infinity."""
        return float(self.own.sum()) + self.common

    @property
    def common(self) -> float:
        """Return the part of the weight that is no roster's own: all but `own`."""
        return self.shortage + self._totals.price() + self._fines() + self.untrained

    @property
    def shortage(self) -> float:
        """Return the price of the shortage."""
        return float(self.division.missing.sum(axis=0) @ self.division.price)

    @property
    def missing(self) -> Floats:
        """Return the agents missing, [groups, slots]."""
        return self.division.missing.T.copy()

    def put_in(
        self,
        agent: int,
        worked: Integers,
        begins: Integers,
        own: float | None = None,
        sessions: tuple[PlannedActivity, ...] = (),
    ) -> None:
        """Give somebody who is out a roster.

        Parameters
        ----------
        own
            Its cost by the agent's own forms; None to have it computed.
        sessions
            Training within the shifts.
        """
        if own is None:
            own = cost_of(self.frame.people[agent], self.frame.patterns, worked.tolist())
        self.worked[agent], self.begins[agent] = worked, begins
        self.own[agent], self.inside[agent] = own, True
        if sessions:
            self.sessions[agent] = sessions
        self._move(agent, comes=True)

    def take_out(self, agent: int) -> Seat:
        """Take somebody out, and return what `put_back` needs to undo it."""
        self._move(agent, comes=False)
        worked, begins = self.worked[agent].copy(), self.begins[agent].copy()
        seat = Seat(worked, begins, float(self.own[agent]), self.sessions.pop(agent, ()))
        self.worked[agent] = FREE
        self.own[agent], self.inside[agent] = 0.0, False
        return seat

    def put_back(self, agent: int, seat: Seat) -> None:
        """Give somebody who is out what a seat holds."""
        self.put_in(agent, seat.worked, seat.begins, seat.own, seat.sessions)

    def prices(self, agent: int) -> Floats:
        """Return what each pattern would add to the cost for somebody who is out, [patterns].

        Negative where it is worth having; the own cost is not part of it, and patterns that the
        agent may not work have 0. The prices of one roster add up exactly, except for rows that
        sum several days (`spanning`): each shift is then priced as if it were the only one.
        """
        person, team = self.frame.people[agent], int(self.frame.team[agent])
        out = np.zeros(len(self.frame.patterns))
        total = self._sums(self.values(team))
        pattern_values(self.shapes, total, person.patterns, out)
        for pattern, kept in self.kept.get(agent, {}).items():
            out[pattern] = self._worth(agent, total, pattern, kept)
        np.negative(out, out=out)
        terms = self._totals.terms(team)
        if len(terms.row):
            rise = self._totals.rise(team)
            out += np.bincount(terms.pattern, rise, len(out))
        return out

    def place(self, agent: int, worked: Integers) -> Integers:
        """Return the best begins of the activities of a roster of somebody who is out.

        Parameters
        ----------
        worked
            [days]

        Returns
        -------
        [days, activities]
        """
        begins: Integers = np.zeros(self.begins.shape[1:], dtype=np.int64)
        total = self._sums(self.values(int(self.frame.team[agent])))
        place_best(self.shapes, total, worked, begins)
        for pattern, kept in self.kept.get(agent, {}).items():
            begins[worked == pattern] = kept.begins
        return begins

    def values(self, team: int) -> Floats:
        """Return what one more of a team on contacts is worth in each slot, [slots]."""
        kind = self.kind[team]
        refresh_values(self.division, kind)
        values: Floats = self.division.value[kind].copy()
        for watch in self.watched[team]:
            short = self.needed[watch] - self.there[watch]
            values += self._fine[watch] * np.clip(short, 0.0, 1.0)
        return values

    def losses(self, team: int) -> Floats:
        """Return what one fewer of a team costs in each slot where one is on contacts, [slots]."""
        kind = self.kind[team]
        refresh_losses(self.division, kind)
        losses: Floats = self.division.loss[kind].copy()
        for watch in self.watched[team]:
            short = self.needed[watch] - self.there[watch]
            losses += self._fine[watch] * np.clip(short + 1.0, 0.0, 1.0)
        return losses

    def contact_slots(self, agent: int) -> Integers:
        """Return the slots of the grid in which an agent takes contacts, in order."""
        slots = self.frame.demand.slots
        worked = self.worked[agent]
        found = working_slots(self.shapes, worked, self.begins[agent], slots)
        for session in self.training(agent):
            found = found[(found < session.start) | (found >= session.end)]
        return found

    def training(self, agent: int) -> list[PlannedActivity]:
        """Return the training of an agent, with what worked patterns keep."""
        found = list(self.sessions.get(agent, ()))
        for pattern, kept in self.kept.get(agent, {}).items():
            if kept.sessions and (self.worked[agent] == pattern).any():
                found += kept.sessions
        return found

    def spanning(self, agent: int) -> NDArray[np.bool_] | None:
        """Return which patterns count in rows that sum several days, [patterns]; None if none."""
        return self._totals.terms(int(self.frame.team[agent])).spanning

    def closed(self, agent: int) -> NDArray[np.bool_]:
        """Return the patterns that rows refuse to somebody who is out, [patterns]."""
        return self._totals.closed(int(self.frame.team[agent]))

    def _move(self, agent: int, *, comes: bool) -> None:
        """Add somebody's shifts to coverage, watches and rows, or take them away."""
        team, worked = int(self.frame.team[agent]), self.worked[agent]
        slots = self.contact_slots(agent)
        change(self.division, self.kind[team], slots, comes)
        for watch in self.watched[team]:
            self.there[watch, slots] += 1.0 if comes else -1.0
        self._totals.add(team, worked[worked != FREE], 1.0 if comes else -1.0)
        had = self._had(agent, self.training(agent))
        self.untrained += -had if comes else had

    def _had(self, agent: int, sessions: Iterable[PlannedActivity]) -> float:
        """Return what it would cost if an agent did not have some sessions of training."""
        names = {session.training for session in sessions}
        return sum(self._due.get((agent, name or ""), 0.0) for name in names)

    def _fines(self) -> float:
        short = np.maximum(0.0, self.needed - self.there).sum(axis=1)
        return float(self._fine @ short)

    def _sums(self, values: Floats) -> Floats:
        """Return the sum of the values of all slots before each; none lie after the grid."""
        total = np.empty(self._horizon + 1)
        total[0] = 0.0
        np.cumsum(values, out=total[1 : len(values) + 1])
        total[len(values) + 1 :] = total[len(values)]
        return total

    def _worth(self, agent: int, total: Floats, pattern: int, kept: Kept) -> float:
        """Return what a pattern is worth with its activities where they are."""
        shapes = self.shapes
        sizes = shapes.activities[shapes.template[pattern], :, 0]
        worth = total[shapes.end[pattern]] - total[shapes.start[pattern]]
        worth -= (total[kept.begins + sizes] - total[kept.begins]).sum()
        worth -= sum(total[s.end] - total[s.start] for s in kept.sessions)
        return float(worth) + self._had(agent, kept.sessions)
