"""From the relaxation to one whole roster for each agent: diving, and an integer program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.columns.generate import generate
from optimizer.roster.columns.master import Master, Relaxed
from optimizer.roster.columns.pool import Column
from optimizer.roster.columns.rows import Rows
from optimizer.roster.columns.workshop import Workshop
from optimizer.roster.linear import LinearModel
from optimizer.stop import Deadline

__all__ = ["Chosen", "best_choice", "dive", "greatest", "whole"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SURE = 0.85
"""A roster that the relaxation uses to this share is taken."""

AT_LEAST = 10
"""At least one of so many open agents is given a roster each time."""

DISTURBED = 0.1
"""By so much a share may seem smaller than it is."""

WHOLE, WORSE = 1e-6, 1e-6

ROUNDS = 30
"""Greatest number of rounds of pricing after rosters have been fixed. On published instances of
4 weeks and 16 to 20 people, dives end 0 to 11 % above the bound, with 3 rounds 0 to 49 %."""

NODES = 500
"""Greatest number of nodes of an integer program: a measure that does not change with the clock."""


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """An outcome of an integer program.

    Parameters
    ----------
    columns
        The best choice, one for each agent; None if none was found.
    bound
        No choice of the program's columns costs less.
    """

    columns: list[Column] | None
    bound: float


def whole(master: Master, relaxed: Relaxed) -> list[Column] | None:
    """Return the rosters of a relaxation, if each is used as a whole or not at all."""
    if any(WHOLE < share < 1 - WHOLE for share in relaxed.shares.values()):
        return None
    return [column for column in master.columns if relaxed.shares.get(column.number, 0.0) > 0.5]


def dive(
    workshop: Workshop,
    master: Master,
    load: Floats,
    relaxed: Relaxed,
    deadline: Deadline,
    *,
    below: float = np.inf,
    days: NDArray[np.bool_] | None = None,
    current: Integers | None = None,
    rng: np.random.Generator | None = None,
) -> list[Column] | None:
    """Fix the rosters that the relaxation is surest of, price again, and so on to the end.

    Parameters
    ----------
    below
        Give up when the relaxation costs as much as this.
    days, current
        As for `Workshop.price`.
    rng
        Disturbs the order in which rosters are fixed; None keeps to it.

    Returns
    -------
    list of Column or None
        A roster for each agent of the master; None if it was given up. When the deadline comes,
        those that are left take the roster of which the relaxation uses most.
    """
    fixed = 0.0
    load = load.copy()
    while (chosen := whole(master, relaxed)) is None:
        open_, columns = set(master.agents), {column.number: column for column in master.columns}
        least = max(1, len(open_) // AT_LEAST)
        shares = [
            (share if rng is None else share * rng.uniform(1 - DISTURBED, 1), number)
            for number, share in relaxed.shares.items()
            if columns[number].agent in open_
        ]
        for place, (share, number) in enumerate(sorted(shares, reverse=True)):
            if place >= least and share < SURE:
                break
            column = columns[number]
            if column.agent not in open_:
                continue
            open_.remove(column.agent)
            master.fix(column)
            fixed += column.own
            load[column.rows] += column.values
        solved = master.solve(deadline)
        if solved is not None and solved.objective > relaxed.objective + WORSE:
            # Only where what was fixed does harm can other rosters make up for it.
            solved = generate(
                workshop, master, load, deadline,
                rounds=ROUNDS, fixed=fixed, enough=below, days=days, current=current,
            ).relaxed  # fmt: skip
        if solved is None or deadline.passed():
            # What is fixed by now is worth more than what the relaxation was sure of before.
            return greatest(master, relaxed)
        if solved.objective >= below:
            return None
        relaxed = solved
    return chosen


def greatest(master: Master, relaxed: Relaxed) -> list[Column]:
    """Return the roster of each agent that is fixed or of which the relaxation uses most."""
    best: dict[int, Column] = {}
    for number in sorted(relaxed.shares, key=lambda number: relaxed.shares[number]):
        column = master.known(number)
        if column is not None:
            best[column.agent] = column
    best.update({column.agent: column for column in master.fixed})
    return list(best.values())


def best_choice(
    rows: Rows,
    columns: Sequence[Column],
    load: Floats,
    deadline: Deadline,
    *,
    start: Sequence[Column] = (),
    absolute_gap: float = 0.0,
    seed: int = 0,
) -> Chosen:
    """Return the rosters, one of each agent's columns, that cost least.

    Parameters
    ----------
    load
        What all other agents' rosters add to each row, [rows].
    start
        A choice that is known; it must be among the columns.
    """
    model = LinearModel()
    elastic = model.add_variables(len(rows.cost), rows.most, rows.cost, lower=rows.least)
    chosen = model.add_variables(len(columns), 1.0, [c.own for c in columns], integer=True)
    coupling = model.add_rows(len(rows), lower=rows.lower - load, upper=rows.upper - load)
    model.add_terms(coupling[rows.row], elastic[rows.elastic], rows.value)
    for variable, column in zip(chosen.tolist(), columns, strict=True):
        model.add_terms(coupling[column.rows], variable, column.values)
    agents = {agent: place for place, agent in enumerate(sorted({c.agent for c in columns}))}
    own = model.add_rows(len(agents), lower=1.0, upper=1.0)
    model.add_terms(own[[agents[c.agent] for c in columns]], chosen)
    known = None
    if start:
        numbers = {column.number for column in start}
        known = np.zeros(model.variables)
        known[chosen] = [column.number in numbers for column in columns]
    solution = model.solve(
        deadline, absolute_gap=absolute_gap, relative_gap=0.0, seed=seed, start=known,
        by_simplex=True, most_nodes=NODES,
    )  # fmt: skip
    taken = None
    if solution.values is not None:
        values = solution.values[chosen].tolist()
        taken = [c for c, value in zip(columns, values, strict=True) if value > 0.5]
    return Chosen(taken, solution.bound)
