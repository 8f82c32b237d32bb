"""Ruin and recreate: take a few people out together and let them respond one after the other.

Nobody alone can improve a plan of best responses; a handful who make room for each other can
(large neighbourhood search, Shaw 1998; Schrimpf et al. 2000). Each step takes milliseconds, since
a response is exact and cheap. Prices are blurred a little, so that the same people do not end
where they came from, and slightly worse plans are accepted at first, ever less so (record-to-record
travel, Dueck 1993).
"""

from __future__ import annotations

import logging

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.placement import FREE
from optimizer.roster.respond import respond
from optimizer.roster.state import Seat, State
from optimizer.roster.tours import Tours
from optimizer.stop import Deadline

__all__ = ["recreate"]

log = logging.getLogger(__name__)

MOST = 8
"""People taken out at once, at most."""

NEAR_MINUTES = 240
"""Whoever may work so close to a shortage, before or after it, is near."""

BLUR = 0.1
"""Prices are multiplied by factors of this spread."""

TOLERANCE = 0.003
"""Plans so much worse than the best are accepted in the beginning, as a share of its cost."""

Integers = NDArray[np.int64]


def recreate(
    state: State,
    tours: Tours,
    deadline: Deadline,
    seed: int = 0,
    *,
    steps: int,
    enough: float = -np.inf,
) -> float:
    """Improve a plan in place; it ends as the best plan found. Return what is saved.

    Parameters
    ----------
    steps
        How often people are taken out.
    enough
        Stop when the cost is as low as this.
    """
    rng = np.random.default_rng(seed)
    picker = _Picker(state, rng)
    first = cost = best = state.cost
    kept = _copy(state)
    for done in range(steps):
        agents = [] if cost <= enough or deadline.passed() else picker.pick()
        if len(agents) < 2:
            break
        seats = {agent: state.take_out(agent) for agent in agents}
        for agent in agents:
            _respond_blurred(state, tours, agent, seats[agent], rng)
        if state.cost < cost:
            for agent in agents:
                respond(state, tours, agent)
        # By steps and not by the clock, so that a seed repeats its plan.
        worst = best + TOLERANCE * (1 - done / steps) * abs(best)
        if state.cost <= worst:
            cost = state.cost
            if cost < best - 1e-6:
                best, kept = cost, _copy(state)
        else:
            for agent in agents:
                state.take_out(agent)
            for agent in agents:
                state.put_back(agent, seats[agent])
    if cost > best + 1e-6:
        _restore(state, kept)
    log.debug("recreated up to %d times, to %.2f", steps, best)
    return first - best


class _Picker:
    """Chooses people who have something to do with each other."""

    def __init__(self, state: State, rng: np.random.Generator) -> None:
        self._state, self._rng = state, rng
        frame = state.frame
        self._movable = np.array(
            [agent for agent in range(len(frame.people)) if len(frame.people[agent].patterns)]
        )
        self._serves = np.array(frame.serves, dtype=object)[frame.team]

    def pick(self) -> list[int]:
        """Return a few agents in random order."""
        rng, state = self._rng, self._state
        movable = self._movable[[agent not in state.sessions for agent in self._movable]]
        if len(movable) < 2:
            return []
        number = min(len(movable), int(rng.integers(2, MOST + 1)))
        way = rng.random()
        if way < 0.3:
            chosen = rng.choice(movable, number, replace=False)
        elif way < 0.6:
            chosen = self._alike(movable, number)
        else:
            chosen = self._around_shortage(movable, number)
        picked: list[int] = rng.permutation(chosen).tolist()
        return picked

    def _alike(self, movable: Integers, number: int) -> Integers:
        """Return people who share a group of contacts with one of them."""
        first = self._rng.choice(movable)
        near = np.array(
            [bool(self._serves[a] & self._serves[first]) or a == first for a in movable]
        )
        return self._some(movable[near], movable, number)

    def _around_shortage(self, movable: Integers, number: int) -> Integers:
        """Return people who could serve a group on a day on which it is short."""
        state, rng = self._state, self._rng
        missing = state.missing
        places = np.argwhere(missing > 1e-6)
        if not len(places):
            return rng.choice(movable, number, replace=False)
        group, slot = places[rng.integers(len(places))]
        patterns = state.frame.patterns
        there = np.array([bool(self._serves[agent] >> int(group) & 1) for agent in movable])
        able = movable[there]
        reach = NEAR_MINUTES // state.frame.step
        around = (patterns.start <= slot + reach) & (patterns.end >= slot - reach)
        days = np.unique(patterns.day[around])
        busy = (state.worked[np.ix_(able, days)] != FREE).any(axis=1) if len(days) else None
        pool = able if busy is None or busy.sum() < 2 or rng.random() < 0.5 else able[busy]
        return self._some(pool, movable, number)

    def _some(self, pool: Integers, movable: Integers, number: int) -> Integers:
        chosen = self._rng.choice(pool, min(number, len(pool)), replace=False)
        if len(chosen) >= 2:
            return chosen
        return self._rng.choice(movable, number, replace=False)


def _respond_blurred(
    state: State, tours: Tours, agent: int, seat: Seat, rng: np.random.Generator
) -> None:
    """Put somebody back in with the best roster at prices that are a little off."""
    prices = state.prices(agent)
    prices *= 1.0 + BLUR * rng.standard_normal(len(prices))
    tour = tours.best(agent, prices)
    if np.isfinite(tour.cost):
        state.put_in(agent, tour.worked, state.place(agent, tour.worked))
    else:
        state.put_back(agent, seat)


def _copy(state: State) -> tuple[Integers, Integers]:
    return state.worked.copy(), state.begins.copy()


def _restore(state: State, kept: tuple[Integers, Integers]) -> None:
    worked, begins = kept
    for agent in range(len(worked)):
        if (state.worked[agent] != worked[agent]).any() or (
            state.begins[agent] != begins[agent]
        ).any():
            state.take_out(agent)
            state.put_in(agent, worked[agent], begins[agent])
