"""Numbers of activities for shifts that are given: the best there are, by the coupling rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.coupling import Begins, add_coupling, begins_in
from optimizer.roster.frame import Frame
from optimizer.roster.linear import LinearModel
from tests.optimizer.roster.cases import soon

__all__ = ["best_begins_of"]


def best_begins_of(frame: Frame, worked: NDArray[np.int64]) -> Begins | None:
    """Return how many activities begin in each slot at the least cost; None if no way is sound.

    Parameters
    ----------
    worked
        Pattern of each agent on each day, -1 for none, [agents, days].
    """
    agent, day = np.nonzero(worked >= 0)
    keys = frame.team[agent] * len(frame.patterns) + worked[agent, day]
    keys, number = np.unique(keys, return_counts=True)
    team, pattern = np.divmod(keys, max(1, len(frame.patterns)))
    model = LinearModel()
    coupling = add_coupling(model, frame, list(zip(team.tolist(), pattern.tolist(), strict=True)))
    fixed = number.astype(np.float64)
    solution = model.solve(soon(), within=(coupling.shifts, fixed, fixed))
    return None if solution.values is None else begins_in(coupling, solution.values)
