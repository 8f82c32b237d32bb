"""A first relaxation over the rosters that automata hold, where these leave forms out.

What is left out seldom stands in the way at duals that are near the best, but it does so at the
wild ones of the first rounds, and searches for it then take long. Without it the relaxation is
solved soon. Its duals are a good guess, its bound holds, and many of its rosters may be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.columns.generate import generate
from optimizer.roster.columns.master import Master
from optimizer.roster.columns.pool import Column
from optimizer.roster.columns.workshop import Workshop
from optimizer.stop import Deadline

__all__ = ["Loose", "relax_loosely"]


@dataclass(frozen=True, slots=True, eq=False)
class Loose:
    """What a relaxation without the forms left out is good for.

    Parameters
    ----------
    bound
        Proven lower bound on the cost of every plan.
    duals
        Those of the bound, [rows].
    columns
        Rosters found that keep all forms, in the pool of the workshop.
    rounds
        How often the relaxation was solved.
    """

    bound: float
    duals: NDArray[np.float64]
    columns: list[Column]
    rounds: int


def relax_loosely(
    workshop: Workshop, deadline: Deadline, *, rounds: int, tell: Callable[[float, float], None]
) -> Loose | None:
    """Return what the relaxation over everybody gives without the forms left out.

    Parameters
    ----------
    rounds, tell
        As for `generate`.

    Returns
    -------
    Loose or None
        None if the deadline comes before everybody has a roster.
    """
    loose = workshop.loosened()
    agents, nothing = list(range(len(workshop.frame.people))), np.zeros(len(workshop.rows))
    master = Master(loose.rows, agents, nothing)
    priced = loose.price(nothing, agents, deadline)
    if priced is None:
        return None
    master.add(priced.columns)
    found = generate(loose, master, nothing, deadline, rounds=rounds, tell=tell)
    kept = [workshop.pool.add(column.agent, column.worked) for column in loose.pool.columns]
    columns = [column for column in kept if column is not None]
    return Loose(found.bound, found.duals, columns, found.rounds)
