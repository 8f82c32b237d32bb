"""From agents on contacts to agents on the roster: shrinkage, by weekday and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model import Organisation, Requirement, TimeGrid
from optimizer.model.findings import Findings
from optimizer.model.grid import weekdays
from optimizer.staffing.inputs import aligned, check_numbers

__all__ = ["Shrinkage", "scheduled_agents", "shrinkage_of", "with_shrinkage"]

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Shrinkage:
    """Shares of paid time that are not available for contacts, [groups, slots].

    Parameters
    ----------
    planned
        Known when the roster is made: meetings, training, coaching.
    unplanned
        Not known then: sickness, lateness.
    """

    planned: NDArray[np.float64]
    unplanned: NDArray[np.float64]

    @property
    def total(self) -> NDArray[np.float64]:
        """Return planned and unplanned together, in [0, 1), [groups, slots]."""
        return self.planned + self.unplanned


def shrinkage_of(
    organisation: Organisation, grid: TimeGrid, groups: Sequence[str] | None = None
) -> Shrinkage:
    """Return the shrinkage of planning groups in every slot.

    A slot takes the first of its group's windows in which it begins on the local clock. Where
    there is none the group's plain `shrinkage` holds, and counts as unplanned: nobody knows
    when it will be.

    Parameters
    ----------
    groups
        Identifiers of planning groups, in the order of the rows; None takes all.

    Raises
    ------
    InvalidInput
        If the organisation has no such group.
    """
    known = {group.id: group for group in organisation.groups}
    names = tuple(known) if groups is None else groups
    found = Findings()
    for i, name in enumerate(names):
        found.at("groups").known(str(i), name, known, "group")
    raise_errors("The shrinkage is not known.", found.issues)

    walls = grid.wall_times()
    days = walls.astype("datetime64[D]")
    weekday, minute = weekdays(days), (walls - days).astype(np.int64)
    planned = np.zeros((len(names), grid.count))
    unplanned = np.zeros_like(planned)
    for g, name in enumerate(names):
        unplanned[g] = known[name].shrinkage
        for window in reversed(known[name].shrinkage_windows):
            inside = np.isin(weekday, window.weekdays)
            inside &= (minute >= window.start_minute) & (minute < window.end_minute)
            planned[g, inside] = window.planned
            unplanned[g, inside] = window.unplanned
    return Shrinkage(planned, unplanned)


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
    """Return the requirement to roster for: planned and unplanned shrinkage applied per slot.

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
    shares = shrinkage_of(organisation, requirement.grid, requirement.groups).total
    rows = np.empty_like(requirement.agents)
    for g, name in enumerate(requirement.groups):
        if channels[groups[name].channel].deferred:
            rows[g] = requirement.agents[g] / (1.0 - shares[g])
        else:
            rows[g] = scheduled_agents(requirement.agents[g], shares[g])
    return Requirement(requirement.grid, requirement.groups, rows)
