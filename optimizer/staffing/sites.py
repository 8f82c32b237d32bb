"""One pool or one desk per site: what centralised, distributed and hybrid service would need."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model import (
    Channel,
    Organisation,
    PlanningGroup,
    Requirement,
    Tier,
    TimeGrid,
)
from optimizer.model.findings import Findings
from optimizer.staffing.chat import chat_performance
from optimizer.staffing.inputs import aligned
from optimizer.staffing.performance import Performance, performance
from optimizer.staffing.requirement import Method, required_agents
from optimizer.staffing.shrinkage import with_shrinkage
from optimizer.staffing.splitting import Shares, SplitBySite, split_by_site

__all__ = ["Pooling", "SiteOutcome", "compare_sites"]

Array = NDArray[np.float64]


class Pooling(StrEnum):
    """How sites share the work.

    ``centralised``: one queue for all; ``distributed``: every site answers its own share;
    ``hybrid``: sites answer their own share, and experts, or a part of all contacts, are pooled.
    """

    CENTRALISED = "centralised"
    DISTRIBUTED = "distributed"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True, eq=False)
class SiteOutcome:
    """What one way to share the work needs and gives.

    Parameters
    ----------
    split
        The planning groups in this way, and where their contacts come from.
    requirement
        Agents on contacts, before shrinkage, [groups of the split, slots].
    agent_hours, scheduled_hours
        Agents over all slots, in hours, without and with shrinkage.
    peak_agents
        Most agents in a slot, all groups together.
    occupancy
        Share of the agents' time spent on contacts; None without agents.
    service_level
        By planning group of the organisation: share of contacts, by the goal's denominator,
        answered within the goal's time. None where contacts may wait, or none come, or the goal
        has no such time.
    overall_service_level
        The same over all groups that have one, weighted by their contacts.
    """

    pooling: Pooling
    split: SplitBySite
    requirement: Requirement
    agent_hours: float
    scheduled_hours: float
    peak_agents: float
    occupancy: float | None
    service_level: dict[str, float | None]
    overall_service_level: float | None

    @property
    def agents(self) -> Array:
        """Return agents of all groups together, [slots]."""
        total: Array = self.requirement.agents.sum(axis=0)
        return total

    @property
    def hours_by_group(self) -> Array:
        """Return agent-hours by planning group of the organisation before the split, [groups]."""
        hours = self.requirement.agents.sum(axis=1) * self.requirement.grid.hours_per_slot
        by_group: Array = np.bincount(self.split.sources, hours).astype(np.float64)
        return by_group


def compare_sites(
    organisation: Organisation,
    grid: TimeGrid,
    offered: ArrayLike,
    aht_s: ArrayLike,
    shares: Shares,
    *,
    of_groups: Mapping[str, Shares] | None = None,
    pooled: Collection[str] | None = None,
    pooled_share: float = 0.0,
) -> tuple[SiteOutcome, ...]:
    """Return what centralised, distributed and hybrid service need to meet the same goals.

    Every interval is staffed, and its service level computed, as a steady queue. Agents count
    for one group; what those of several skills bring besides is for `pooled_requirement`. Floors
    hold in every queue, so each site keeps its own. Groups that belong to one site are the same
    in all three.

    Parameters
    ----------
    offered, aht_s
        Contacts and mean handling times in seconds of all sites together, one row per planning
        group of the organisation in its order, [groups, slots].
    shares, of_groups
        Share of contacts by site, and other shares for some planning groups.
    pooled
        Planning groups that the hybrid pools; None means all groups of experts.
    pooled_share
        Part of each other group's contacts, in [0, 1), that the hybrid pools.

    Raises
    ------
    InvalidInput
        If anything of the input cannot be used; every problem is listed.
    """
    found = Findings()
    volume, aht = aligned(found, ("offered", "aht_s"), (offered, aht_s))
    shape = (len(organisation.groups), grid.count)
    if volume.shape != shape:
        found.at("offered").error(
            "bad_shape", f"offered is {volume.shape} but must be {shape}: groups by slots."
        )
    raise_errors("The sites cannot be compared.", found.issues)
    everything = [group.id for group in organisation.groups]
    if pooled is None:
        pooled = [group.id for group in organisation.groups if group.tier is not Tier.FRONT_LINE]
    splits = {
        Pooling.CENTRALISED: split_by_site(organisation, shares, pooled=everything),
        Pooling.DISTRIBUTED: split_by_site(organisation, shares, of_groups=of_groups),
        Pooling.HYBRID: split_by_site(
            organisation, shares, of_groups=of_groups, pooled=pooled, pooled_share=pooled_share
        ),
    }
    return tuple(
        _outcome(pooling, organisation, split, grid, split.offered(volume), split.aht_s(aht))
        for pooling, split in splits.items()
    )


def _outcome(
    pooling: Pooling,
    organisation: Organisation,
    split: SplitBySite,
    grid: TimeGrid,
    offered: Array,
    aht_s: Array,
) -> SiteOutcome:
    centre = split.organisation
    names = [group.id for group in centre.groups]
    requirement = required_agents(centre, grid, names, offered, aht_s, method=Method.BY_INTERVAL)
    scheduled = with_shrinkage(requirement, centre)
    interval_s = 60.0 * grid.interval_minutes
    channels = {channel.id: channel for channel in centre.channels}
    count = len(organisation.groups)
    counted, within = np.zeros(count), np.zeros(count)
    work_hours = 0.0
    for g, group in enumerate(centre.groups):
        channel, goal = channels[group.channel], group.goal
        busy = offered[g] > 0.0
        volume, aht, agents = offered[g, busy], aht_s[g, busy], requirement.agents[g, busy]
        hours = volume * aht * channel.aht_factor_at_limit / (3600.0 * channel.concurrency)
        if channel.deferred:
            work_hours += float(hours.sum())
            continue
        figures = _figures(group, channel, agents, volume, aht, interval_s)
        work_hours += float(hours @ (1.0 - figures.abandonment))
        if goal.within_seconds is not None:
            counted[split.sources[g]] += float(volume.sum())
            within[split.sources[g]] += float(volume @ figures.service_level(goal.denominator))
    agent_hours = float(requirement.agents.sum()) * grid.hours_per_slot
    return SiteOutcome(
        pooling,
        split,
        requirement,
        agent_hours=agent_hours,
        scheduled_hours=float(scheduled.agents.sum()) * grid.hours_per_slot,
        peak_agents=float(requirement.agents.sum(axis=0).max(initial=0.0)),
        occupancy=work_hours / agent_hours if agent_hours else None,
        service_level={
            group.id: float(within[g] / counted[g]) if counted[g] else None
            for g, group in enumerate(organisation.groups)
        },
        overall_service_level=float(within.sum() / counted.sum()) if counted.any() else None,
    )


def _figures(
    group: PlanningGroup,
    channel: Channel,
    agents: Array,
    volume: Array,
    aht_s: Array,
    interval_s: float,
) -> Performance:
    """Return what the contacts of a group experience in a steady queue, interval by interval."""
    patience_s = math.inf if group.patience_seconds is None else group.patience_seconds
    within_s = group.goal.within_seconds or 0.0
    if channel.aht_factors:
        return chat_performance(
            agents,
            volume,
            aht_s[:, np.newaxis] * np.array(channel.aht_factors),
            interval_s,
            patience_s=patience_s,
            within_s=within_s,
        )
    return performance(
        agents * channel.concurrency,
        volume,
        aht_s,
        interval_s,
        patience_s=patience_s,
        within_s=within_s,
    )
