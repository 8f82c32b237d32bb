"""What a requirement asks for, as the solvers take it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import RosterProblem

__all__ = ["Demand"]

NOTHING = 1e-9
"""A shortage that costs less than this is the noise of a forecast, and would only blur a model."""


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """A requirement as the models take it.

    Parameters
    ----------
    agents
        Agents whose lack costs something, [groups, slots].
    price
        Of one agent missing for one slot, [groups].
    needed
        Groups that need somebody in a slot, as bits, [slots].
    """

    agents: NDArray[np.float64]
    price: NDArray[np.float64]
    needed: tuple[int, ...]

    @classmethod
    def of(cls, problem: RosterProblem) -> Demand:
        """Return the demand of a problem."""
        requirement = problem.requirement
        cost = {group.id: group.shortage_cost for group in problem.organisation.groups}
        price = np.array([cost[name] for name in requirement.groups])
        price = price * requirement.grid.hours_per_slot
        agents = np.where(requirement.agents * price[:, None] > NOTHING, requirement.agents, 0.0)
        agents.setflags(write=False)
        needed = (sum(1 << int(row) for row in np.flatnonzero(column)) for column in agents.T)
        return cls(agents, price, tuple(needed))

    @property
    def slots(self) -> int:
        """Return the number of slots."""
        return len(self.needed)
