"""Improve a plan: open a part of it, solve that by CP-SAT, keep what is better, and again.

Which kind of part is opened next is drawn by how much its kind has gained per effort; how large
it is grows while searches end with a proof, and shrinks when they do not. What a search returns
is judged by the exact state of the plan. With one worker a seed repeats its result: searches are
limited by deterministic effort, and the clock ends the last one only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from optimizer.roster.near.choosing import CHOOSERS, Chooser, Outlook
from optimizer.roster.near.neighbourhood import Found, Job, Rows, job_of
from optimizer.roster.state import State
from optimizer.roster.totals import HARD
from optimizer.stop import Deadline

__all__ = ["Move", "NearMove", "improve", "near_moves"]

log = logging.getLogger(__name__)

EFFORT = 0.1
"""Deterministic seconds of one search."""

SIZES = 60, 12_000
"""Bounds on the literals of one search."""

GROWTH, SHRINKAGE = 1.15, 0.8

MEMORY = 0.9
"""Share of a kind's record that it keeps from turn to turn."""

CHANCE = 0.05
"""Share of the turns that every kind gets at least, so that none is forgotten."""

LEAST_GAIN = 1e-6


class Move(Protocol):
    """A kind of change that may improve a plan."""

    def propose(self, state: State, random: np.random.Generator, barred: set[int]) -> Job | None:
        """Prepare a search; None if this kind has nothing to offer now.

        Parameters
        ----------
        barred
            Agents who must stay as they are: another search has them in hand. Those that the job
            may change are added.
        """
        ...

    def learn(self, found: Found, gain: float) -> None:
        """Take note of how a search of this kind has ended."""
        ...


class NearMove:
    """Neighbourhoods of one chooser, as large as can be searched to the end."""

    def __init__(self, outlook: Outlook, chooser: Chooser, size: int) -> None:
        self._outlook, self._chooser, self._size = outlook, chooser, float(size)
        self.name = chooser.__name__

    def propose(self, state: State, random: np.random.Generator, barred: set[int]) -> Job | None:
        """Open agents in the chooser's order until the search is large enough."""
        proposed = self._chooser(state, self._outlook, random)
        days = range(proposed.first, proposed.last)
        counts = self._outlook.open_count[:, days.start : days.stop].sum(axis=1)
        opened: dict[int, range] = {}
        size = 0
        for agent in proposed.agents.tolist():
            if agent in barred or agent in state.sessions or not counts[agent]:
                continue
            # One alone is for best responses, which need no search.
            if len(opened) > 1 and size + counts[agent] > self._size:
                break
            size += int(counts[agent])
            opened[agent] = days
        if not opened:
            return None
        barred |= set(opened)
        seed = int(random.integers(2**31 - 1))
        return job_of(state, self._outlook.totals, opened, effort=EFFORT, seed=seed)

    def learn(self, found: Found, gain: float) -> None:
        """Grow while searches are done soon, shrink when they are cut off."""
        low, high = SIZES
        if found.proven and found.effort < EFFORT / 2:
            self._size = min(high, self._size * GROWTH)
        elif not found.proven:
            self._size = max(low, self._size * SHRINKAGE)


@dataclass(slots=True)
class _Record:
    gain: float = 0.0
    effort: float = 0.0

    def add(self, gain: float, effort: float) -> None:
        self.gain = MEMORY * self.gain + gain
        self.effort = MEMORY * self.effort + effort

    @property
    def rate(self) -> float:
        return self.gain / self.effort if self.effort else 0.0


def near_moves(state: State) -> list[Move]:
    """Return the neighbourhoods of this package, one move for each kind."""
    outlook = Outlook(state.frame)
    # At least the weeks of four people to begin with.
    size = max(200, round(4 * 7 * float(outlook.open_count.mean())))
    return [NearMove(outlook, chooser, size) for chooser in CHOOSERS]


def improve(
    state: State,
    moves: Sequence[Move],
    deadline: Deadline,
    *,
    seed: int = 0,
    workers: int = 1,
    searches: int | None = None,
    target: float = -np.inf,
    better: Callable[[State], None] = lambda _: None,
) -> int:
    """Improve a plan in place until the deadline, and return the number of searches made.

    Parameters
    ----------
    moves
        Kinds of change, of this package or any other.
    workers
        Searches at the same time, of different people.
    searches
        Number of searches after which to end; None for no limit.
    target
        A weight at which to end: a proven bound.
    better
        Called after every improvement.
    """
    random = np.random.default_rng(seed)
    records = [_Record() for _ in moves]
    turns = 0
    with ThreadPoolExecutor(max_workers=workers) as pool:
        while (
            not deadline.passed()
            and _burden(state) > target + LEAST_GAIN
            and (searches is None or turns < searches)
        ):
            barred: set[int] = set()
            jobs: list[tuple[int, Job]] = []
            for _ in range(workers):
                kind = _next(records, turns, random)
                turns += 1
                job = moves[kind].propose(state, random, barred)
                if job is not None:
                    jobs.append((kind, job))
                else:
                    records[kind].add(0.0, EFFORT)
            results = list(pool.map(lambda one: one[1](deadline), jobs))
            for (kind, _), found in zip(jobs, results, strict=True):
                gain = 0.0 if found.rows is None else _accept(state, found.rows)
                records[kind].add(gain, found.effort)
                moves[kind].learn(found, gain)
                if gain > LEAST_GAIN:
                    better(state)
    return turns


def _next(records: Sequence[_Record], turn: int, random: np.random.Generator) -> int:
    """Return the kind to try next: each once, then by what it has gained."""
    if turn < len(records):
        return turn
    rates = np.array([record.rate for record in records])
    share = rates / rates.sum() if rates.sum() > 0 else np.full(len(rates), 1 / len(rates))
    share = CHANCE + (1 - CHANCE * len(rates)) * share
    return int(random.choice(len(rates), p=share / share.sum()))


def _burden(state: State) -> float:
    """Return the objective with a high price for every roster that may not be."""
    return state.common + float(np.minimum(state.own, HARD).sum())


def _accept(state: State, rows: Rows) -> float:
    """Put new rosters into a plan if that makes it better, and return what is gained."""
    before = _burden(state)
    changed = [
        agent for agent, (worked, _) in rows.items() if (worked != state.worked[agent]).any()
    ]
    moved = [agent for agent, (_, begins) in rows.items() if (begins != state.begins[agent]).any()]
    touched = sorted({*changed, *moved})
    if not touched:
        return 0.0
    seats = {agent: state.take_out(agent) for agent in touched}
    for agent in touched:
        worked, begins = rows[agent]
        own = None if agent in changed else seats[agent].own
        state.put_in(agent, worked, begins, own)
    gain = before - _burden(state)
    # Equal plans are taken too: they lead the search elsewhere.
    if gain > -1e-9:
        return gain
    for agent in touched:
        state.take_out(agent)
        state.put_back(agent, seats[agent])
    return 0.0
