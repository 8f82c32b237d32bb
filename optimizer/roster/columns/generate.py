"""Column generation: price rosters at the duals, add them, solve the relaxation again.

Duals of coverage are degenerate and jump. They are smoothed towards those of the best Lagrangian
bound so far (Wentges 1997): ``0.6 x best + 0.4 x last``. The bound needs no optimum of the
relaxation: for any duals, what they make of the rows plus every agent's cheapest roster at their
prices is less than or equal to the cost of every plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.columns.master import Master, Relaxed
from optimizer.roster.columns.pool import Column
from optimizer.roster.columns.workshop import Workshop
from optimizer.stop import Deadline

__all__ = ["Generated", "generate", "reduced_cost"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SMOOTHING = 0.6
"""Weight of the duals of the best bound."""

ROUGH = 3
"""First rounds, in which there is nothing yet that would be worth staying near to."""

USEFUL = 1e-6
"""A column must be cheaper than its agent's dual by more than this."""

ARC, AGENT = 4e-9, 2e-4
"""Nominal seconds of pricing, for each arc and for each agent."""

KEPT_ROUNDS, FEW = 20, 20
"""Every so many rounds, agents with more than so many columns lose the dearest half of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Generated:
    """Where column generation ended.

    Parameters
    ----------
    relaxed
        The last optimum of the relaxation; None if the deadline came before the first.
    bound
        No choice of rosters for the master's agents costs less, together with the rows.
    duals
        Those of the bound, [rows].
    rounds
        How often the relaxation was solved.
    """

    relaxed: Relaxed | None
    bound: float
    duals: Floats
    rounds: int


def generate(
    workshop: Workshop,
    master: Master,
    load: Floats,
    deadline: Deadline,
    *,
    rounds: int,
    gap: float = 0.0,
    enough: float = np.inf,
    fixed: float = 0.0,
    guess: Floats | None = None,
    days: NDArray[np.bool_] | None = None,
    current: Integers | None = None,
    tell: Callable[[float, float], None] | None = None,
) -> Generated:
    """Add columns to a master until its relaxation is solved.

    Parameters
    ----------
    load
        What rosters that are given add to each row, [rows].
    rounds
        Greatest number of times that the relaxation is solved.
    gap
        Stop when the bound is as near as this to the relaxation.
    enough
        Stop when the bound reaches this.
    fixed
        Own cost of rosters that the master has fixed; `load` includes what they add to the rows.
    guess
        Duals that are likely to be near the best, such as those of a like problem; the first
        rosters are priced at them.
    days, current
        As for `Workshop.price`.
    tell
        Is told the relaxation's objective and the bound after each round.
    """
    bound, best = -np.inf, np.zeros(len(workshop.rows))
    relaxed: Relaxed | None = None
    pricing = _pricing_effort(workshop, master, days)
    if guess is not None:
        priced = workshop.price(guess, master.agents, deadline, days, current)
        master.effort += pricing
        if priced is None:
            return Generated(relaxed, bound, best, 0)
        bound = workshop.rows.constant(guess, load) + priced.total + fixed
        best = guess
        master.add(priced.columns)
    for done in range(rounds):
        solved = master.solve(deadline)
        if solved is None:
            return Generated(relaxed, bound, best, done)
        relaxed = solved
        if tell is not None:
            tell(relaxed.objective, bound)
        if relaxed.objective - bound <= gap or bound >= enough:
            return Generated(relaxed, bound, best, done + 1)
        smooth = (done >= ROUGH or guess is not None) and np.isfinite(bound)
        added = 0
        for duals in [_between(best, relaxed.duals), relaxed.duals] if smooth else [relaxed.duals]:
            priced = workshop.price(duals, master.agents, deadline, days, current)
            master.effort += pricing
            if priced is None:
                return Generated(relaxed, bound, best, done + 1)
            value = workshop.rows.constant(duals, load) + priced.total + fixed
            if value > bound:
                bound, best = value, duals
            added = master.add(_useful(priced.columns, relaxed))
            if added:
                break
        if not added:
            return Generated(relaxed, bound, best, done + 1)
        if done % KEPT_ROUNDS == KEPT_ROUNDS - 1:
            master.drop(_dear(master, relaxed))
    return Generated(relaxed, bound, best, rounds)


def reduced_cost(column: Column, duals: Floats) -> float:
    """Return what a roster costs at the duals of the rows."""
    return column.own - float(duals[column.rows] @ column.values)


def _pricing_effort(workshop: Workshop, master: Master, days: NDArray[np.bool_] | None) -> float:
    """Return the nominal seconds of one round of pricing."""
    agents = master.agents
    arcs = sum(len(workshop.tours.structure(agent).following) for agent in agents)
    return ARC * arcs * (1.0 if days is None else float(days.mean())) + AGENT * len(agents)


def _between(best: Floats, last: Floats) -> Floats:
    return SMOOTHING * best + (1 - SMOOTHING) * last


def _useful(columns: list[Column], relaxed: Relaxed) -> list[Column]:
    """Return the columns that would lower the objective of the relaxation."""
    return [
        column
        for column in columns
        if reduced_cost(column, relaxed.duals) < relaxed.agents[column.agent] - USEFUL
    ]


def _dear(master: Master, relaxed: Relaxed) -> list[Column]:
    """Return columns that are far from being of use; they stay in the pool."""
    mine: dict[int, list[tuple[float, int, Column]]] = {}
    for column in master.columns:
        if column.number not in relaxed.shares:
            cost = reduced_cost(column, relaxed.duals)
            mine.setdefault(column.agent, []).append((cost, column.number, column))
    return [
        column
        for columns in mine.values()
        if len(columns) > FEW
        for _, _, column in sorted(columns)[len(columns) // 2 :]
    ]
