"""From what was experienced to the requirement that is tried next.

The step is that of square-root staffing: a share within the target of ``s`` instead of ``t`` is
worth about ``sqrt(agents) * (z(t) - z(s))`` agents, with ``z`` the normal quantile (Halfin and
Whitt 1981: the share is a function of the spare agents over the root of the load). It is taken
from what the roster gave, not from what was asked: asking for still less where shifts cover more
by the way, or for still more of what nobody is there for, would change nothing today and too much
tomorrow.

Steps become smaller where they change direction, and only there (Kesten 1958, *Accelerated
stochastic approximation*), so that what swings settles while the rest still moves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from api.correction.judge import Stretch
from optimizer.model import Organisation, PlanningGroup, Requirement, can_serve

__all__ = ["Steps", "missing_agents"]

Figures = NDArray[np.float64]
Mask = NDArray[np.bool_]

_DAMPING = 0.8
"""Part of the surplus that one step takes away: neighbours lend, and miss what is taken."""

_REVERSED = 0.5
"""A step is so much smaller where the last one went the other way."""

_LEAST_KEPT = 0.7
"""Share of the agents that one step leaves at least."""

_DEFERRED_LESS = 0.3
"""Share of the agents that deferred work in time can do without."""


class Steps:
    """Steps from one requirement to the next, smaller where they went to and fro.

    Parameters
    ----------
    groups
        Identifiers of the planning groups, in the order of the rows.
    opened
        Slots in which a group may ask for somebody, [groups, slots]; the others stay at 0.
    work
        Handling time of a contact over the length of a slot, [groups, slots].
    """

    def __init__(
        self, organisation: Organisation, groups: Sequence[str], opened: Mask, work: Figures
    ) -> None:
        known = {group.id: group for group in organisation.groups}
        rows = [known[name] for name in groups]
        able = _able(organisation, rows)
        floors = np.array([[group.floor] for group in rows], dtype=np.float64)
        self._opened, self._work = opened, work
        self._least = np.where(opened, floors, 0.0)
        self._most = np.where(opened, np.maximum(able.sum(axis=1)[:, None], floors), 0.0)
        self._helping = _helping(able)
        self._size = np.ones(opened.shape)
        self._went = np.zeros(opened.shape)

    def next(self, asked: Requirement, given: Figures, stretches: Sequence[Stretch]) -> Requirement:
        """Return the requirement to try next.

        Parameters
        ----------
        given
            Agents at work for each group (`api.correction.cover.delivered`), [groups, slots].
        """
        agents = asked.agents
        aim = agents.copy()
        kept = self._kept_for_others(stretches)
        missing = missing_agents(stretches, agents, self._opened, self._work)
        for stretch in stretches:
            at = stretch.place
            if stretch.reading.missed:
                aim[at] = np.maximum(agents[at], given[at] + missing[at])
            elif stretch.reading.wasted:
                less = (1.0 - kept[at]) * _surplus(stretch, given[at])
                aim[at] = np.minimum(agents[at], given[at] - less)
            else:
                # What is there is what it takes.
                aim[at] = given[at]
        # Nothing is known of more than a part of the way.
        aim = np.clip(aim, _LEAST_KEPT * agents, agents / _LEAST_KEPT + 1.0)
        way = np.sign(aim - agents)
        self._size[way * self._went < 0.0] *= _REVERSED
        self._went = np.where(way != 0.0, way, self._went)
        moved = agents + self._size * (aim - agents)
        return Requirement(
            asked.grid, asked.groups, np.clip(np.round(moved, 2), self._least, self._most)
        )

    def _kept_for_others(self, stretches: Sequence[Stretch]) -> Figures:
        """Return the share of a surplus that stays, because a group that lacks may need it."""
        kept = np.zeros(self._opened.shape)
        for stretch in stretches:
            if stretch.reading.missed:
                row, slots = stretch.place
                kept[:, slots] = np.maximum(kept[:, slots], self._helping[:, [row]])
        return kept


def missing_agents(
    stretches: Sequence[Stretch], agents: Figures, opened: Mask, work: Figures
) -> Figures:
    """Return the agents that are missing for the goals, [groups, slots].

    Groups that answer at once lack spare agents by the square-root rule, deferred ones the hours
    of what is late, spread over their stretch.
    """
    missing = np.zeros(agents.shape)
    for stretch in stretches:
        at = stretch.place
        if not stretch.reading.missed or not opened[at].any():
            continue
        if stretch.deferred:
            late = stretch.short * float(work[at][opened[at]].mean())
            missing[at] = late / opened[at].sum()
        else:
            missing[at] = stretch.reading.need * np.sqrt(np.maximum(agents[at], 1.0))
    return np.where(opened, missing, 0.0)


def _surplus(stretch: Stretch, given: Figures) -> Figures:
    """Return the agents that a wasted stretch can do without, [slots]."""
    if stretch.deferred:
        return _DEFERRED_LESS * given
    surplus: Figures = -_DAMPING * stretch.reading.need * np.sqrt(np.maximum(given, 1.0))
    return surplus


def _able(organisation: Organisation, rows: Sequence[PlanningGroup]) -> Figures:
    """Return 1 where an agent can serve a group, [groups, agents]."""
    able = [[can_serve(agent, group) for agent in organisation.agents] for group in rows]
    return np.array(able, dtype=np.float64).reshape(len(rows), len(organisation.agents))


def _helping(able: Figures) -> Figures:
    """Return which share of a group's agents can serve another group, [groups, groups]."""
    both, own = able @ able.T, able.sum(axis=1)[:, None]
    shares: Figures = np.divide(both, own, out=np.zeros_like(both), where=own > 0.0)
    return shares
