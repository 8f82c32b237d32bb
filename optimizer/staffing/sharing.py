"""How much agents with several skills can lend each other's groups, compiled.

Agents of one *profile* may serve the same groups. Who covers whom is a flow from profiles to
groups with a bottleneck on either side, so one algorithm answers both questions asked here: does
a given staff cover a requirement with every agent counted once, and how much of a chance peak in
one group the idle agents of the others can take. It finds shortest augmenting paths (Edmonds and
Karp 1972): what a group still lacks is taken from a free agent, or from one who is replaced
elsewhere by a free agent, and so on.

All of it stands in one file, because numba renews a compiled function only when the file that
holds it changes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["Links", "cover_all", "exchange_all", "links_of"]

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

_NOTHING = 1e-9
"""Parts of an agent below this are rounding."""

_ROUNDS = 200
"""Most rounds of fitting: a staff that just fits its groups, or does not, would take for ever."""

_FITS = 1e-4
"""Relative change of a profile at which the fitting ends."""


class Links(NamedTuple):
    """Who serves what, from both sides, as neighbours in a row.

    Parameters
    ----------
    group_first, profiles
        The profiles that serve group g are ``profiles[group_first[g]:group_first[g + 1]]``.
    profile_first, groups
        The groups that profile p serves, likewise.
    """

    group_first: Indices
    profiles: Indices
    profile_first: Indices
    groups: Indices


def links_of(serves: NDArray[np.bool_]) -> Links:
    """Return the links of a table of who serves what, [profiles, groups]."""
    profile_of, groups = np.nonzero(serves)
    group_of, profiles = np.nonzero(serves.T)
    return Links(
        np.searchsorted(group_of, np.arange(serves.shape[1] + 1)),
        np.ascontiguousarray(profiles),
        np.searchsorted(profile_of, np.arange(serves.shape[0] + 1)),
        np.ascontiguousarray(groups),
    )


@njit(cache=True)
def _augment(lack: Array, free: Array, flow: Array, links: Links, first: int) -> None:
    """Cover as much as can be covered, in place.

    Parameters
    ----------
    lack
        What groups still need, [groups].
    free
        Agents of each profile who do nothing, [profiles].
    flow
        Agents of each profile on each group, [profiles, groups].
    first
        Group that is looked at first: who goes without, if not all can be covered, is decided
        by the order.
    """
    reached_from = np.empty(len(free), np.int64)
    reached_by = np.empty(len(lack), np.int64)
    seen = np.empty(len(lack), np.bool_)
    queue = np.empty(len(lack), np.int64)
    for turn in range(len(lack)):
        start = (first + turn) % len(lack)
        while lack[start] > _NOTHING:
            reached_from[:] = -1
            seen[:] = False
            seen[start] = True
            queue[0] = start
            head, tail, last = 0, 1, -1
            while head < tail and last < 0:
                group = queue[head]
                head += 1
                for i in range(links.group_first[group], links.group_first[group + 1]):
                    profile = links.profiles[i]
                    if reached_from[profile] >= 0:
                        continue
                    reached_from[profile] = group
                    if free[profile] > _NOTHING:
                        last = profile
                        break
                    for j in range(links.profile_first[profile], links.profile_first[profile + 1]):
                        other = links.groups[j]
                        if not seen[other] and flow[profile, other] > _NOTHING:
                            seen[other] = True
                            reached_by[other] = profile
                            queue[tail] = other
                            tail += 1
            if last < 0:
                break

            amount = min(lack[start], free[last])
            profile = last
            while reached_from[profile] != start:
                group = reached_from[profile]
                profile = reached_by[group]
                amount = min(amount, flow[profile, group])
            lack[start] -= amount
            free[last] -= amount
            profile = last
            while True:
                group = reached_from[profile]
                flow[profile, group] += amount
                if group == start:
                    break
                profile = reached_by[group]
                flow[profile, group] -= amount


@njit(cache=True)
def cover_all(required: Array, available: Array, links: Links, missing: Array) -> None:
    """Write what no agent is left for into `missing`; every agent is counted once.

    Parameters
    ----------
    required
        Agents needed, [slots, groups].
    available
        Agents there, [slots, profiles].
    missing
        [slots, groups]; its sum in a slot is the least there is.
    """
    for slot in range(len(required)):
        lack = required[slot].copy()
        flow = np.zeros((available.shape[1], len(lack)))
        _augment(lack, available[slot].copy(), flow, links, 0)
        missing[slot] = np.where(lack > _NOTHING, lack, 0.0)


@njit(cache=True)
def _fit(staff: Array, agents: Array, links: Links) -> Array:
    """Return agents of each profile for each group, [profiles, groups]; columns are `agents`.

    Iterative proportional fitting: of all ways to staff the groups from the profiles in the
    proportion of `staff`, the one that is least particular. Where there is none, the groups get
    their agents all the same.
    """
    fitted = np.zeros((len(staff), len(agents)))
    for p in range(len(staff)):
        fitted[p, links.groups[links.profile_first[p] : links.profile_first[p + 1]]] = staff[p]
    scale = agents.sum() / staff.sum()
    for _ in range(_ROUNDS):
        change = 0.0
        for p in range(len(staff)):
            served = links.groups[links.profile_first[p] : links.profile_first[p + 1]]
            total = 0.0
            for g in served:
                total += fitted[p, g]
            if total > 0.0:
                factor = staff[p] * scale / total
                change = max(change, abs(factor - 1.0))
                for g in served:
                    fitted[p, g] *= factor
        for g in range(len(agents)):
            serving = links.profiles[links.group_first[g] : links.group_first[g + 1]]
            total = 0.0
            for p in serving:
                total += fitted[p, g]
            for p in serving:
                fitted[p, g] *= agents[g] / total if total > 0.0 else 0.0
        if change < _FITS:
            break
    return fitted


@njit(cache=True)
def _movable(fitted: Array, fixed: Array, links: Links) -> Array:
    """Return the part of `fitted` that is free to go to where it is needed.

    A flexible agent who is in the middle of a contact cannot go; that costs half the help of a
    few such agents and none where all can do all. And a group that lends without ever borrowing
    suffers by it, which costs three fifths of the rest. `fixed` agents of a group stay with it.
    Both parts were fitted to simulations of two to eight groups.
    """
    groups = fitted.shape[1]
    width = np.diff(links.profile_first)
    by_profile = fitted.sum(axis=1)
    total = by_profile.sum()
    breadth = (by_profile * (width - 1)).sum() / (total * (groups - 1))
    part = 0.5 + 0.5 * breadth * breadth
    movable = np.zeros_like(fitted)
    for g in range(groups):
        serving = links.profiles[links.group_first[g] : links.group_first[g + 1]]
        agents, lent, borrowed = 0.0, 0.0, 0.0
        for p in serving:
            agents += fitted[p, g]
            if width[p] > 1:
                lent += fitted[p, g]
                borrowed += by_profile[p] - fitted[p, g]
        wanted = min(lent, total - agents)
        if wanted > 0.0:
            returned = 0.4 + 0.6 * min(1.0, borrowed / wanted)
            free = part * returned * max(0.0, 1.0 - fixed[g] / agents)
            for p in serving:
                movable[p, g] = free * fitted[p, g]
    return movable


@njit(cache=True)
def exchange_all(
    load: Array,
    spread: Array,
    agents: Array,
    fixed: Array,
    staff: Array,
    links: Links,
    normal: Array,
    benefit: Array,
    helped: Array,
) -> None:
    """Write how much of the gain of one common queue the skills of the staff can bring.

    `benefit` compares the expected lack with agents as they are, with the lack of groups
    that keep to themselves (0) and of one common pool (1). Cost is draws x links, and more
    where much help has to go by several hands.

    Parameters
    ----------
    load, spread
        Mean and standard deviation of the agents at work, if there were enough of them,
        [slots, groups].
    agents
        Agents of each group, [slots, groups].
    fixed
        Agents that stay with their group, [slots, groups].
    staff
        Agents of each profile in the organisation, above 0, [profiles].
    normal
        Standard normal figures, [draws, groups].
    benefit
        [slots], from 0 to 1; 0 where there is nothing to gain.
    helped
        Share of each group in the lack that is avoided, [slots, groups]; they add up to 1, or
        are all 0.
    """
    profiles, groups = len(staff), load.shape[1]
    flow = np.zeros((profiles, groups))
    for slot in range(len(load)):
        benefit[slot] = 0.0
        helped[slot] = 0.0
        if agents[slot].sum() <= 0.0:
            continue
        movable = _movable(_fit(staff, agents[slot], links), fixed[slot], links)
        alone, together, shared = 0.0, 0.0, 0.0
        avoided = np.zeros(groups)
        for draw in range(len(normal)):
            lack = np.zeros(groups)
            free = np.zeros(profiles)
            flow[:] = 0.0
            total = 0.0
            for g in range(groups):
                if agents[slot, g] <= 0.0:
                    continue
                work = max(0.0, load[slot, g] + normal[draw, g] * spread[slot, g])
                total += work - agents[slot, g]
                lack[g] = max(0.0, work - agents[slot, g])
                busy = min(1.0, work / agents[slot, g])
                for p in links.profiles[links.group_first[g] : links.group_first[g + 1]]:
                    flow[p, g] = movable[p, g] * busy
                    free[p] += movable[p, g] * (1.0 - busy)
            alone += lack.sum()
            together += max(0.0, total)
            avoided += lack
            _augment(lack, free, flow, links, draw % groups)
            avoided -= lack
            shared += lack.sum()
        if alone - together > _NOTHING * len(normal) and alone - shared > 0.0:
            benefit[slot] = min(1.0, (alone - shared) / (alone - together))
            helped[slot] = avoided / avoided.sum()
