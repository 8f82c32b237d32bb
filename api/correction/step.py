"""From what was experienced to the requirement that is tried next.

The step is that of square-root staffing: a share within the target of ``s`` instead of ``t`` is
worth about ``sqrt(agents) * (z(t) - z(s))`` agents, with ``z`` the normal quantile (Halfin and
Whitt 1981: the share is a function of the spare agents over the root of the load). Groups whose
agents help each other share one reserve: what all of them lack or have to spare at the same time
is that of the root of their sum. It is taken from what the roster gave, not from what was asked:
asking for still less where shifts cover more by the way, or for still more of what nobody is
there for, would change nothing today and too much tomorrow.

Steps become smaller where they change direction, and only there (Kesten 1958, *Accelerated
stochastic approximation*), so that what swings settles while the rest still moves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from api.correction.judge import Stretch
from optimizer.model import Organisation, PlanningGroup, Requirement, can_serve

__all__ = ["Steps"]

Figures = NDArray[np.float64]
Mask = NDArray[np.bool_]

_DAMPING = 0.8
"""Part of the surplus that one step takes away: neighbours lend, and miss what is taken."""

_SHORTER = 0.5
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

    def next(
        self,
        asked: Requirement,
        given: Figures,
        stretches: Sequence[Stretch],
        *,
        only_more: bool = False,
    ) -> Requirement:
        """Return the requirement to try next.

        Parameters
        ----------
        given
            Agents at work for each group (`api.correction.cover.delivered`), [groups, slots].
        only_more
            Ask for more where it is needed, and for fewer nowhere.
        """
        agents = asked.agents
        missed, wasted, met = (np.zeros(agents.shape, dtype=np.bool_) for _ in range(3))
        for stretch in stretches:
            reading = stretch.reading
            state = missed if reading.missed else wasted if reading.wasted else met
            state[stretch.place] = True
        more = given + self.missing(stretches, agents)
        # Whose agents could help where a goal is missed keeps them.
        helping = (self._helping[:, :, None] * missed).max(axis=1, initial=0.0)
        less = given - (1.0 - helping) * self._surplus(stretches, wasted, given)
        aim = np.where(missed, np.maximum(agents, more), agents)
        aim = np.where(wasted, np.minimum(agents, less), aim)
        # Where a goal is just met, what is there is what it takes.
        aim = np.where(met, given, aim)
        if only_more:
            aim = np.maximum(aim, agents)
        # Nothing is known of more than a part of the way.
        aim = np.clip(aim, _LEAST_KEPT * agents, agents / _LEAST_KEPT + 1.0)
        way = np.sign(aim - agents)
        self._size[way * self._went < 0.0] *= _SHORTER
        self._went = np.where(way != 0.0, way, self._went)
        moved = np.round(agents + self._size * (aim - agents), 2)
        return Requirement(asked.grid, asked.groups, np.clip(moved, self._least, self._most))

    def shorten(self) -> None:
        """Make all steps from here on half as long."""
        self._size *= _SHORTER

    def missing(self, stretches: Sequence[Stretch], agents: Figures) -> Figures:
        """Return the agents that are missing for the goals, [groups, slots].

        Groups that answer at once lack spare agents by the square-root rule, deferred ones the
        hours of what is late, spread over their stretch.
        """
        need, missing = np.zeros(agents.shape), np.zeros(agents.shape)
        for stretch in stretches:
            at = stretch.place
            if not stretch.reading.missed or not self._opened[at].any():
                continue
            if stretch.deferred:
                late = stretch.short * float(self._work[at][self._opened[at]].mean())
                missing[at] = late / self._opened[at].sum()
            else:
                need[at] = stretch.reading.need
        missing += need * self._roots(need > 0.0, agents)
        return np.where(self._opened, missing, 0.0)

    def _surplus(self, stretches: Sequence[Stretch], wasted: Mask, given: Figures) -> Figures:
        """Return the agents that wasted stretches can do without, [groups, slots]."""
        spare, surplus = np.zeros(given.shape), np.zeros(given.shape)
        for stretch in stretches:
            at = stretch.place
            if stretch.deferred:
                surplus[at] = _DEFERRED_LESS * given[at]
            else:
                spare[at] = -_DAMPING * stretch.reading.need
        spare = np.where(wasted, spare, 0.0)
        return surplus + spare * self._roots(spare > 0.0, given)

    def _roots(self, alike: Mask, agents: Figures) -> Figures:
        """Return the root of each group's agents, less where others share its reserve.

        Parameters
        ----------
        alike
            Groups that lack, or have to spare, at the same time, [groups, slots].
        """
        here = np.where(alike, np.maximum(agents, 1.0), 0.0)
        root = np.sqrt(here)
        alone = self._helping @ root
        common = np.sqrt(self._helping @ here)
        return root * np.divide(common, alone, out=np.ones_like(alone), where=alone > 0.0)


def _able(organisation: Organisation, rows: Sequence[PlanningGroup]) -> Figures:
    """Return 1 where an agent can serve a group, [groups, agents]."""
    able = [[can_serve(agent, group) for agent in organisation.agents] for group in rows]
    return np.array(able, dtype=np.float64).reshape(len(rows), len(organisation.agents))


def _helping(able: Figures) -> Figures:
    """Return which share of a group's agents can serve another group, [groups, groups]."""
    both, own = able @ able.T, able.sum(axis=1)[:, None]
    shares: Figures = np.divide(both, own, out=np.zeros_like(both), where=own > 0.0)
    return shares
