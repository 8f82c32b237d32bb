"""From agents on contacts to agents on the roster: shrinkage."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model import Organisation, Requirement
from optimizer.model.findings import Findings
from optimizer.staffing.inputs import aligned, check_numbers

__all__ = ["scheduled_agents", "with_shrinkage"]

_ROUNDING = 1e-9


def scheduled_agents(required: ArrayLike, shrinkage: ArrayLike) -> NDArray[np.int64]:
    """Return the least whole number of scheduled agents that leaves `required` of them available.

    ``scheduled * (1 - shrinkage) >= required``, up to a relative 1e-9: 14 agents at 30 % are 20,
    although ``14 / (1 - 0.3)`` is a little more than 20 in binary.

    Parameters
    ----------
    required
        Agents needed on contacts, 0 or more.
    shrinkage
        Share of paid time not available for contacts, in [0, 1); broadcasts with `required`.

    Raises
    ------
    InvalidInput
        If shapes do not fit together or a number is out of range.
    """
    found = Findings()
    agents, share = aligned(found, ("required", "shrinkage"), (required, shrinkage))
    check_numbers(found.at("required"), agents, 0.0)
    # The greatest share below 1 that still leaves a usable divisor.
    check_numbers(found.at("shrinkage"), share, 0.0, 1.0 - _ROUNDING)
    raise_errors("Shrinkage cannot be applied.", found.issues)
    exact = agents / (1.0 - share)
    return np.ceil(exact - _ROUNDING * exact).astype(np.int64)


def with_shrinkage(requirement: Requirement, organisation: Organisation) -> Requirement:
    """Return the requirement to roster for: every group's row with its own shrinkage applied.

    Groups that are answered at once are rounded up to whole agents in every interval; deferred
    groups keep their fractions, since their work can wait for the interval in which an agent
    has time for it.

    Parameters
    ----------
    requirement
        Agents needed on contacts; each of its groups belongs to `organisation`.
    """
    groups = {group.id: group for group in organisation.groups}
    channels = {channel.id: channel for channel in organisation.channels}
    rows = np.empty_like(requirement.agents)
    for row, agents, name in zip(rows, requirement.agents, requirement.groups, strict=True):
        group = groups[name]
        if channels[group.channel].deferred:
            row[:] = agents / (1.0 - group.shrinkage)
        else:
            row[:] = scheduled_agents(agents, group.shrinkage)
    return Requirement(requirement.grid, requirement.groups, rows)
