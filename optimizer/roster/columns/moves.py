"""Which rosters to open next: moves of the local search, and how they adapt.

A move opens some agents on some days and leaves everybody and everything else as it is. How many
it opens adapts to how much work that was and whether it was proven that nothing better is in
reach; how often it is chosen, to what it has gained so far. Work is counted, not timed, so that
the same seed leads to the same moves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Move", "Opened", "Scene", "pick", "standard_moves"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

QUICK, SLOW = 0.3, 1.5
"""Nominal seconds of work below which a move opens more the next time, and above which less."""

GROWTH, DECLINE = 1.15, 0.85

MEMORY = 0.8
"""Weight of the past in what a move is worth."""

CHANCE = 0.1
"""Least share of the best move's worth by which every move is chosen."""


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """Agents and days whose shifts may change.

    Parameters
    ----------
    days
        [days]; None means all.
    """

    agents: list[int]
    days: Flags | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What moves choose by.

    Parameters
    ----------
    regrets
        By how much each agent's roster costs more, at the duals of the bound, than the agent's
        cheapest at them, [agents]. Their sum is nearly the gap.
    days
        Length of the calendar.
    """

    regrets: Floats
    days: int


@dataclass(slots=True, eq=False)
class Move:
    """A kind of neighbourhood.

    Parameters
    ----------
    choose
        Returns what to open.
    dives
        Whether the relaxation is made whole by diving, otherwise by an integer program.
    size, least, most
        How many agents or days are opened.
    worth
        Gain per nominal second in the past, smoothed.
    """

    name: str
    choose: Callable[[Scene, int, np.random.Generator], Opened]
    dives: bool
    size: float
    least: float
    most: float
    worth: float = 1.0

    def open(self, scene: Scene, rng: np.random.Generator) -> Opened:
        """Return what to open: half the size or more, so that sizes differ."""
        return self.choose(scene, math.ceil(self.size * rng.uniform(0.5, 1.0)), rng)

    def learn(self, gain: float, effort: float, *, proven: bool) -> None:
        """Adapt to an attempt; `proven` says that nothing better was in reach."""
        self.worth = MEMORY * self.worth + (1 - MEMORY) * gain / max(effort, 1e-3)
        if effort > SLOW:
            self.size = max(self.least, self.size * DECLINE)
        elif proven or effort < QUICK:
            self.size = min(self.most, self.size * GROWTH)


def pick(moves: Sequence[Move], rng: np.random.Generator) -> Move:
    """Return a move, one that has gained much rather than others."""
    worth = np.array([move.worth for move in moves])
    chance = worth + CHANCE * max(float(worth.max()), 1e-6)
    return moves[int(rng.choice(len(moves), p=chance / chance.sum()))]


def standard_moves(agents: int, days: int) -> list[Move]:
    """Return the moves for a problem of this size."""
    few, window = min(6.0, agents), min(7.0, max(1.0, days / 4))
    return [
        Move(f"{name}, {'dive' if dives else 'choice'}", choose, dives, size, least, most)
        for name, choose, size, least, most in (
            ("agents", some_agents, few, min(2.0, agents), agents),
            ("dear agents", dear_agents, few, min(2.0, agents), agents),
            ("days", some_days, window, 1.0, days),
            ("agents and days", agents_in_days, 2 * few, min(2.0, agents), agents),
        )
        for dives in (False, True)
    ]


def some_agents(scene: Scene, size: int, rng: np.random.Generator) -> Opened:
    """Open the whole rosters of a few agents."""
    agents = len(scene.regrets)
    return Opened(rng.choice(agents, min(agents, size), replace=False).tolist())


def dear_agents(scene: Scene, size: int, rng: np.random.Generator) -> Opened:
    """Open the whole rosters of a few agents, mostly of those that make the gap."""
    agents = len(scene.regrets)
    chance = scene.regrets + max(float(scene.regrets.mean()) / 10, 1e-9)
    chosen = rng.choice(agents, min(agents, size), replace=False, p=chance / chance.sum())
    return Opened(chosen.tolist())


def some_days(scene: Scene, size: int, rng: np.random.Generator) -> Opened:
    """Open some days in a row of everybody."""
    return Opened(list(range(len(scene.regrets))), _window(scene.days, size, rng))


def agents_in_days(scene: Scene, size: int, rng: np.random.Generator) -> Opened:
    """Open two weeks, or half of a shorter calendar, of some agents."""
    length = min(14, max(1, scene.days // 2))
    return Opened(some_agents(scene, size, rng).agents, _window(scene.days, length, rng))


def _window(days: int, length: int, rng: np.random.Generator) -> Flags:
    """Return a stretch of days, one that the ends cut being as likely as any other."""
    first = int(rng.integers(1 - length, days)) if length < days else 0
    opened = np.zeros(days, dtype=bool)
    opened[max(0, first) : first + length] = True
    return opened
