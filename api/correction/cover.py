"""What a roster gives each group, whatever was asked: shifts cover more by the way, or less."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Organisation, Requirement, Roster, can_serve

__all__ = ["delivered"]

Figures = NDArray[np.float64]

_SWEEPS = 20
_NOBODY = 1e-9
_LEAST_WEIGHT = 1e-100
"""Weights of groups that get much more than they ask for would vanish otherwise."""


def delivered(organisation: Organisation, requirement: Requirement, roster: Roster) -> Figures:
    """Return the agents at work for each group, each of them counted once, [groups, slots].

    People of several skills are divided so that their groups get, as far as skills allow, the
    same multiple of what they ask for (proportional fitting). Whoever works where nothing is
    asked counts nowhere.

    Each sweep costs profiles x groups x slots multiplications.
    """
    groups = {group.id: group for group in organisation.groups}
    rows = [groups[name] for name in requirement.groups]
    profiles: dict[tuple[bool, ...], int] = {}
    profile_of = {
        agent.id: profiles.setdefault(
            tuple(can_serve(agent, group) for group in rows), len(profiles)
        )
        for agent in organisation.agents
    }
    serves = np.array(list(profiles), dtype=np.float64).reshape(len(profiles), len(rows))
    working = np.zeros((len(profiles), requirement.grid.count))
    for shift in roster.shifts:
        working[profile_of[shift.agent], shift.working_slots()] += 1.0
    asked = requirement.agents
    weight = asked.copy()
    given = np.zeros_like(weight)
    for _ in range(_SWEEPS):
        claims = serves @ weight
        share = np.divide(working, claims, out=np.zeros_like(claims), where=claims > 0.0)
        given = weight * (serves.T @ share)
        weight *= np.divide(asked, given, out=np.ones_like(given), where=given > _NOBODY)
        np.maximum(weight, _LEAST_WEIGHT, out=weight, where=asked > 0.0)
    return given
