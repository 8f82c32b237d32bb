"""Closing a small gap: all rosters that a better plan could use, and one integer program.

At the duals of the bound a plan costs at least the bound plus what its rosters cost more than
their agents' cheapest. A roster that costs more by as much as the whole gap is in no better plan.
Where few are left, all of them are listed, and the program over them proves what there is.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.columns.choose import Chosen, best_choice
from optimizer.roster.columns.pool import Column
from optimizer.roster.columns.within import Paths
from optimizer.roster.columns.workshop import Workshop
from optimizer.stop import Deadline

__all__ = ["close_gap"]

log = logging.getLogger(__name__)

Floats = NDArray[np.float64]


MOST = 3_000
"""Rosters of all agents together, beyond which an integer program does not come to an end."""


def close_gap(
    workshop: Workshop,
    duals: Floats,
    known: Sequence[Column],
    below: float,
    deadline: Deadline,
    *,
    seed: int,
) -> Chosen | None:
    """Search among all rosters that a better plan could use; None if these are too many.

    Parameters
    ----------
    duals
        Of the rows, those of a good bound.
    known
        The best plan so far.
    below
        What a plan must cost to be better.

    Returns
    -------
    Chosen or None
        The best plan of these rosters, and a bound that holds for all plans.
    """
    frame, nothing = workshop.frame, np.zeros(len(workshop.rows))
    prices = workshop.rows.prices(duals)
    paths = [
        Paths.of(frame, workshop.tours, agent, prices[frame.team[agent]])
        for agent in range(len(frame.people))
    ]
    bound = workshop.rows.constant(duals, nothing) + sum(path.least for path in paths)
    gap = below - bound
    columns, room = list(known), MOST
    for agent, path in enumerate(paths):
        found = path.up_to(path.least + gap, room)
        if found is None:
            return None
        room -= len(found)
        made = (workshop.pool.add(agent, worked) for worked in found)
        columns += [column for column in made if column is not None]
    columns = list({column.number: column for column in columns}.values())
    log.info("closing a gap of %.2f with %d rosters", gap, len(columns))
    chosen = best_choice(workshop.rows, columns, nothing, deadline, start=known, seed=seed)
    return Chosen(chosen.columns, min(chosen.bound, below))
