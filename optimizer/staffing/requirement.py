"""From a forecast to agents needed: every planning group of an organisation in one call."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import InvalidInput, Severity, raise_errors
from optimizer.model import (
    Channel,
    Organisation,
    PlanningGroup,
    Requirement,
    TimeGrid,
    check_grid,
    check_organisation,
)
from optimizer.model.findings import Findings
from optimizer.staffing.deferred import spread_work
from optimizer.staffing.inputs import (
    LONGEST,
    MOST_AGENTS,
    MOST_CONTACTS,
    SHORTEST,
    aligned,
    check_numbers,
)
from optimizer.staffing.search import least_agents

__all__ = ["required_agents"]

log = logging.getLogger(__name__)

Array = NDArray[np.float64]


def required_agents(
    organisation: Organisation,
    grid: TimeGrid,
    groups: Sequence[str],
    offered: ArrayLike,
    aht_s: ArrayLike,
    *,
    open_slots: ArrayLike | None = None,
) -> Requirement:
    """Return the agents needed on contacts, before shrinkage, per planning group and slot.

    Groups that are answered at once get the least whole number that meets their goal in a
    steady queue (`least_agents`), interval by interval. Deferred groups get the workload spread
    over the window of their first response, divided by the maximum occupancy, as a fraction.
    A slot in which a group expects contacts never has less than the group's floor; one in which
    it expects none, and has no deferred work to do, has no agents.

    Parameters
    ----------
    groups
        Identifiers of the planning groups, in the order of the rows of the arrays.
    offered
        Expected contacts, 0 or more, [groups, slots].
    aht_s
        Mean handling times in seconds, [groups, slots] or a shape that broadcasts to it; above 0
        wherever contacts are expected. For chat, of one contact among `concurrency`.
    open_slots
        Slots in which deferred work can be done, [slots] or [groups, slots]. By default those
        in which a group that is answered at once expects contacts, or in which any group does
        if all are deferred.

    Raises
    ------
    InvalidInput
        If the organisation, the grid or a figure cannot be used; every problem is listed.
    """
    found = Findings()
    issues = check_organisation(organisation, "/organisation") + check_grid(grid, "/grid")
    # Warnings were given when the organisation was read.
    found.issues.extend(issue for issue in issues if issue.severity is Severity.ERROR)
    known = {group.id: group for group in organisation.groups}
    for i, name in enumerate(groups):
        found.at("groups").known(str(i), name, known, "group")
        if name in groups[:i]:
            found.at("groups", i).error("duplicate_id", f"{name!r} stands here twice.")
    shape = (len(groups), grid.count)
    volume, aht, opened = aligned(
        found,
        ("offered", "aht_s", "open_slots"),
        (offered, aht_s, np.True_ if open_slots is None else open_slots),
    )
    if volume.shape != shape:
        found.at("offered").error(
            "bad_shape", f"offered is {volume.shape} but must be {shape}: groups by slots."
        )
    raise_errors("The requirement cannot be computed.", found.issues)

    rows = [known[name] for name in groups]
    channels = {channel.id: channel for channel in organisation.channels}
    busy = volume > 0.0
    load = _load(found, rows, grid, volume, np.where(volume != 0.0, aht, 1.0))
    raise_errors("The requirement cannot be computed.", found.issues)

    deferred = np.array([channels[group.channel].deferred for group in rows], dtype=np.bool_)
    if open_slots is None:
        opened = np.broadcast_to((busy if deferred.all() else busy[~deferred]).any(axis=0), shape)
    agents = np.zeros(shape)
    for g, group in enumerate(rows):
        if deferred[g]:
            agents[g] = _deferred(group, channels[group.channel], grid, load[g], opened[g] != 0.0)
            continue
        try:
            agents[g] = _immediate(group, channels[group.channel], grid, volume[g], aht[g])
        except InvalidInput as error:
            place = f"/organisation/groups/{organisation.groups.index(group)}"
            found.issues += [replace(i, pointer=place + i.pointer) for i in error.issues]
    raise_errors("The goals cannot be met.", found.issues)
    floors = np.array([group.floor for group in rows], dtype=np.float64)[:, np.newaxis]
    np.maximum(agents, floors, out=agents, where=busy)
    return Requirement(grid, tuple(groups), agents)


def _load(
    found: Findings, rows: Sequence[PlanningGroup], grid: TimeGrid, volume: Array, aht_s: Array
) -> Array:
    """Return the offered load in erlang, [groups, slots]; report what cannot be staffed."""
    check_numbers(found.at("offered"), volume, 0.0, MOST_CONTACTS)
    check_numbers(found.at("aht_s"), aht_s, SHORTEST, LONGEST)
    load = volume * aht_s / (60.0 * grid.interval_minutes)
    occupancy = np.array([group.goal.max_occupancy for group in rows])
    if not found.issues:
        check_numbers(found.at("offered"), load / occupancy[:, np.newaxis], 0.0, MOST_AGENTS)
    return load


def _immediate(
    group: PlanningGroup, channel: Channel, grid: TimeGrid, volume: Array, aht_s: Array
) -> NDArray[np.int64]:
    return least_agents(
        group.goal,
        volume,
        aht_s,
        60.0 * grid.interval_minutes,
        patience_seconds=group.patience_seconds,
        concurrency=channel.concurrency,
    )


def _deferred(
    group: PlanningGroup, channel: Channel, grid: TimeGrid, load: Array, opened: NDArray[np.bool_]
) -> Array:
    """Return agents as fractions; without a deadline, work is done in the slot it arrives in."""
    goal = group.goal
    window_s = goal.first_response_seconds or goal.within_seconds or 0.0
    # Whole intervals that fit into the window, however the division was rounded.
    window = math.floor(window_s / (60.0 * grid.interval_minutes) + 1e-9)
    spread = spread_work(load, opened, min(max(1, window), grid.count))
    if spread.carried > 0.0:
        log.warning(
            "group %s: %.1f agent-hours arrive after the last open slot and are left over",
            group.id,
            spread.carried * grid.hours_per_slot,
        )
    return spread.work / (goal.max_occupancy * channel.concurrency)
