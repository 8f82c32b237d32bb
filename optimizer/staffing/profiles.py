"""Agents by what they may serve, and whether they cover a requirement, each counted once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model import Organisation, PlanningGroup, Requirement, can_serve
from optimizer.model.findings import Findings
from optimizer.staffing.inputs import aligned, check_numbers
from optimizer.staffing.sharing import cover_all, links_of

__all__ = ["Cover", "Profiles", "flow_cover", "groups_named", "profiles_of", "staff_profiles"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """The agents of an organisation by what they may serve.

    Parameters
    ----------
    groups
        Identifiers of the planning groups, in the order of the columns.
    serves
        Whether a profile serves a group, [profiles, groups]; every profile serves one at least.
    agents
        Number of agents of each profile, [profiles].
    """

    groups: tuple[str, ...]
    serves: Mask
    agents: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """Whether agents cover a requirement.

    Parameters
    ----------
    missing
        Agents that are missing when each is counted once, [groups, slots]; in every slot their
        sum is the least possible.
    missing_by_skill
        The same when every agent is counted in full in each of the groups, [groups, slots]:
        what a plan that looks at one skill after the other believes.
    """

    missing: Array
    missing_by_skill: Array

    @property
    def complete(self) -> Mask:
        """Return whether nobody is missing, each agent counted once, [slots]."""
        whole: Mask = self.missing.max(axis=0, initial=0.0) <= 0.0
        return whole


def staff_profiles(organisation: Organisation, groups: Sequence[str]) -> Profiles:
    """Return the profiles of the agents who may serve any of these groups.

    Raises
    ------
    InvalidInput
        If the organisation has no such group.
    """
    rows = groups_named(organisation, groups)
    counts = Counter(tuple(can_serve(agent, row) for row in rows) for agent in organisation.agents)
    return profiles_of(groups, counts)


def flow_cover(requirement: Requirement, profiles: Profiles, available: ArrayLike) -> Cover:
    """Tell whether agents of several skills cover a requirement, each of them counted once.

    A maximum flow per slot, exact for fractions too.

    Parameters
    ----------
    profiles
        Of the groups of the requirement, in its order.
    available
        Agents there, 0 or more, [profiles, slots] or a shape that broadcasts to it.

    Raises
    ------
    InvalidInput
        If groups or shapes do not fit together, or a number is out of range.
    """
    found = Findings()
    if profiles.groups != requirement.groups:
        found.at("groups").error("other_groups", "The profiles are those of other groups.")
    shape = (len(profiles.agents), requirement.grid.count)
    there, _ = aligned(found, ("available", "profiles"), (available, np.zeros(shape)))
    if there.shape != shape:
        found.at("available").error(
            "bad_shape", f"available is {there.shape} but must be {shape}: profiles by slots."
        )
    check_numbers(found.at("available"), there, 0.0)
    check_numbers(found.at("agents"), requirement.agents, 0.0)
    raise_errors("The cover cannot be computed.", found.issues)
    required = np.ascontiguousarray(requirement.agents.T)
    missing = np.empty_like(required)
    cover_all(required, np.ascontiguousarray(there.T), links_of(profiles.serves), missing)
    by_skill = np.maximum(requirement.agents - profiles.serves.T.astype(np.float64) @ there, 0.0)
    return Cover(missing.T, by_skill)


def groups_named(organisation: Organisation, groups: Sequence[str]) -> list[PlanningGroup]:
    """Return the planning groups of these names."""
    known = {group.id: group for group in organisation.groups}
    found = Findings()
    for i, name in enumerate(groups):
        found.at("groups").known(str(i), name, known, "group")
    raise_errors("The groups are not those of the organisation.", found.issues)
    return [known[name] for name in groups]


def profiles_of(groups: Sequence[str], counts: Counter[tuple[bool, ...]]) -> Profiles:
    """Return profiles from how many agents serve each set of groups."""
    sets = [one for one in counts if any(one)]
    serves = np.array(sets, dtype=np.bool_).reshape(len(sets), len(groups))
    return Profiles(tuple(groups), serves, np.array([counts[one] for one in sets], dtype=np.int64))
