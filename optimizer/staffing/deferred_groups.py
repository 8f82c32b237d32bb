"""Deferred planning groups of an organisation: their work, who has time for it, their agents."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Organisation, PlanningGroup, TimeGrid, can_serve
from optimizer.staffing.deferred import DeferredWork, spread_work
from optimizer.staffing.fill import fill_idle_time, idle_time

__all__ = ["DeferredMethod", "DeferredStaffing", "staff_deferred"]

Array = NDArray[np.float64]


class DeferredMethod(StrEnum):
    """Where deferred work is done.

    ``spread``: evenly over its window, by agents of its own; ``fill``: in the idle time of
    agents who answer at once, with the least and flattest extra agents.
    """

    SPREAD = "spread"
    FILL = "fill"


@dataclass(frozen=True, slots=True, eq=False)
class DeferredStaffing:
    """Agents for deferred groups.

    Parameters
    ----------
    agents
        Fractions, [deferred groups, slots].
    carried
        Work left at the end of the period, in agent-hours on contacts, [deferred groups].
    """

    agents: Array
    carried: Array


def staff_deferred(
    organisation: Organisation,
    grid: TimeGrid,
    rows: Sequence[PlanningGroup],
    load: Array,
    opened: NDArray[np.bool_],
    agents: Array,
    method: DeferredMethod,
) -> DeferredStaffing:
    """Return agents for the deferred groups among `rows`, in their order.

    To fill idle time, the agents required by a group that is answered at once are taken to have
    the skills of those who can serve it in the organisation: if 60 % of these can serve a
    deferred group as well, so can 60 % of the idle time. The limit of a pool is the maximum
    occupancy of the group that it answers.

    Parameters
    ----------
    rows
        The groups of the arrays, [groups].
    load
        Offered load in erlang, a start's backlog included, [groups, slots].
    opened
        Slots in which each group's work can be done, [groups, slots].
    agents
        Agents required by the groups that are answered at once, [groups, slots]; rows of
        deferred groups are not read.
    """
    channels = {channel.id: channel for channel in organisation.channels}
    own = [channels[group.channel] for group in rows]
    slow = [g for g, channel in enumerate(own) if channel.deferred]
    quick = [g for g, channel in enumerate(own) if not channel.deferred]
    occupancy = np.array([group.goal.max_occupancy for group in rows])[:, np.newaxis]
    # With several contacts in hand, an agent's time is shared and each of them takes longer.
    share = [channel.aht_factor_at_limit / channel.concurrency for channel in own]
    time = load * np.array(share)[:, np.newaxis]
    work = [DeferredWork(time[g], _window(rows[g], grid)) for g in slow]
    if method is DeferredMethod.FILL:
        free = idle_time(agents[quick], time[quick], occupancy[quick])
        idle, may_use = _pools(
            organisation, [rows[g] for g in quick], [rows[g] for g in slow], free
        )
        filled = fill_idle_time(work, opened[slow], idle, may_use=may_use)
        needed, carried = filled.extra, filled.carried
    else:
        needed, carried = np.zeros((len(slow), grid.count)), np.zeros(len(slow))
        for row, (g, item) in enumerate(zip(slow, work, strict=True)):
            spread = spread_work(item.arriving, opened[g], item.window)
            needed[row], carried[row] = spread.work, spread.carried
    return DeferredStaffing(needed / occupancy[slow], carried * grid.hours_per_slot)


def _window(group: PlanningGroup, grid: TimeGrid) -> int:
    """Return the whole slots that fit into the first window that the goal sets, at least one.

    Without any window, work is done in the slot in which it arrives. All work is due by the first
    response; a resolution alone leaves the work until then.
    """
    goal = group.goal
    seconds = goal.first_response_seconds or goal.within_seconds or goal.resolution_seconds or 0.0
    # However the division was rounded.
    slots = math.floor(seconds / (60.0 * grid.interval_minutes) + 1e-9)
    return min(max(1, slots), grid.count)


def _pools(
    organisation: Organisation,
    quick: Sequence[PlanningGroup],
    slow: Sequence[PlanningGroup],
    free: Array,
) -> tuple[Array, NDArray[np.bool_]]:
    """Split idle time by the deferred groups that can use it.

    Returns
    -------
    The time, [pools, slots], and whether a deferred group can use it, [deferred groups, pools].
    """
    able = {
        agent.id: tuple(can_serve(agent, group) for group in slow) for agent in organisation.agents
    }
    pools: dict[tuple[bool, ...], Array] = defaultdict(lambda: np.zeros(free.shape[1]))
    for group, time in zip(quick, free, strict=True):
        kinds = Counter(able[agent.id] for agent in organisation.agents if can_serve(agent, group))
        for kind, agents in kinds.items():
            pools[kind] += agents / kinds.total() * time
    may_use = np.array(list(pools), dtype=np.bool_).reshape(len(pools), len(slow))
    return np.array(list(pools.values())).reshape(len(pools), free.shape[1]), may_use.T
