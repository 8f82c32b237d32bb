"""A staffing tried against time: what callers get while load and agents change, without sampling.

The basis is the exact queue of :func:`optimizer.staffing.transient_performance` with the agents
required on contacts: Poisson arrivals, exponential handling times and patience, each group by
itself, empty when it opens. An agent with several chats counts as so many, each at the handling
time of an agent at the limit.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.volumes import Volumes
from optimizer.errors import InvalidInput
from optimizer.model import Denominator, Organisation, Requirement
from optimizer.staffing import transient_performance

__all__ = ["ShareInTime", "shares_in_time"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ShareInTime:
    """The service level of a group over the intervals in which it expects contacts.

    Parameters
    ----------
    group
        Identifier of the planning group.
    within_seconds, denominator
        Which share it is: of the goal, or of all contacts at once (0 s) if the goal has none.
    target
        The share the goal asks for; None if it asks for none.
    mean
        Mean share of the contacts.
    worst, worst_slot
        Least share of an interval, and which.
    below, intervals
        Intervals in which the share is below the target, and all of them.
    """

    group: str
    within_seconds: float
    denominator: Denominator
    target: float | None
    mean: float
    worst: float
    worst_slot: int
    below: int
    intervals: int


def shares_in_time(
    organisation: Organisation, volumes: Volumes, requirement: Requirement
) -> tuple[ShareInTime, ...]:
    """Return the service level in motion of every group that is answered at once.

    Groups without contacts are left out, and those whose queue is too large to be followed within
    a minute or two, which is said as a warning.

    Parameters
    ----------
    requirement
        Agents on contacts, before shrinkage, for the groups and slots of `volumes`.
    """
    groups = {group.id: group for group in organisation.groups}
    channels = {channel.id: channel for channel in organisation.channels}
    found = []
    for name, agents, offered, aht_s in zip(
        volumes.groups, requirement.agents, volumes.offered, volumes.aht_s, strict=True
    ):
        group = groups[name]
        channel = channels[group.channel]
        if channel.deferred or not offered.any():
            continue
        goal = group.goal
        within_s = goal.within_seconds or 0.0
        try:
            moving = transient_performance(
                agents * channel.concurrency,
                offered,
                aht_s * channel.aht_factor_at_limit,
                60.0 * volumes.grid.interval_minutes,
                patience_s=np.inf if group.patience_seconds is None else group.patience_seconds,
                within_s=within_s,
            )
        except InvalidInput as error:
            log.warning("group %s is not followed through time: %s", name, error.issues[0].detail)
            continue
        share = moving.figures.service_level(goal.denominator)
        found.append(
            _summed_up(name, within_s, goal.denominator, goal.target_share, share, offered)
        )
    return tuple(found)


def _summed_up(
    name: str,
    within_s: float,
    denominator: Denominator,
    target: float | None,
    share: NDArray[np.float64],
    offered: NDArray[np.float64],
) -> ShareInTime:
    busy = np.flatnonzero(offered)
    worst = int(busy[share[busy].argmin()])
    return ShareInTime(
        group=name,
        within_seconds=within_s,
        denominator=denominator,
        target=target,
        mean=float(share @ offered / offered.sum()),
        worst=float(share[worst]),
        worst_slot=worst,
        below=0 if target is None else int((share[busy] < target).sum()),
        intervals=len(busy),
    )
