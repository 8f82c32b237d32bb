"""When activities should begin while the shifts stay as they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.coupling import Begins, add_coupling, begins_in
from optimizer.roster.frame import Frame
from optimizer.roster.linear import LinearModel
from optimizer.stop import Deadline

__all__ = ["best_begins_of"]


def best_begins_of(
    frame: Frame,
    worked: NDArray[np.int64],
    deadline: Deadline,
    *,
    relative_gap: float,
    seed: int = 0,
) -> Begins | None:
    """Return the numbers of activities that begin in each slot at the least cost.

    Parameters
    ----------
    worked
        Pattern of each agent on each day, -1 for none, [agents, days].

    Returns
    -------
    Begins or None
        None if the time did not suffice.
    """
    agent, day = np.nonzero(worked >= 0)
    teams = frame.team[agent]
    keys, number = np.unique(teams * len(frame.patterns) + worked[agent, day], return_counts=True)
    team, pattern = np.divmod(keys, max(1, len(frame.patterns)))
    model = LinearModel()
    coupling = add_coupling(model, frame, list(zip(team.tolist(), pattern.tolist(), strict=True)))
    fixed = number.astype(np.float64)
    solution = model.solve(
        deadline, relative_gap=relative_gap, seed=seed, within=(coupling.shifts, fixed, fixed)
    )
    return None if solution.values is None else begins_in(coupling, solution.values)
