"""From a forecast, which speaks in clock time, to work and agents on the grid of a plan.

The packages below know nothing of each other's shapes; what turns one's answer into the next
one's question stands here and in :mod:`api.planning`, once, for the command line and the API.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasts import Forecast
from optimizer.errors import Issue, Severity, raise_errors
from optimizer.model import Organisation, Requirement, TimeGrid
from optimizer.staffing import (
    DeferredMethod,
    Method,
    pooled_requirement,
    required_agents,
    staff_deferred,
    with_shrinkage,
)

__all__ = ["Volumes", "on_contacts", "requirement_for", "volumes_of"]

Figures = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Volumes:
    """Expected work on the grid of a plan.

    Parameters
    ----------
    grid
        The slots, in the organisation's time zone.
    groups
        Identifiers of planning groups, [groups].
    offered
        Contacts per slot, [groups, slots]; 0 where closed.
    aht_s
        Mean handling time in seconds, [groups, slots].
    open
        When contacts can come, [groups, slots].
    """

    grid: TimeGrid
    groups: tuple[str, ...]
    offered: NDArray[np.float64]
    aht_s: NDArray[np.float64]
    open: Mask

    def on(self, grid: TimeGrid) -> Volumes:
        """Return the same work on another grid of the same interval; 0 outside this one.

        Slots are matched by their local clock time, the way they are forecast.
        """
        column, inside = _columns(self.grid.wall_times(), grid)
        offered = np.where(inside, self.offered[:, column], 0.0)
        is_open = inside & self.open[:, column]
        return Volumes(grid, self.groups, offered, self.aht_s[:, column], is_open)

    def for_all(self, organisation: Organisation) -> tuple[Figures, Figures]:
        """Return contacts and handling times with a row for every group of an organisation.

        Groups of which nothing is known expect no contacts.
        """
        row = {name: index for index, name in enumerate(self.groups)}
        offered = np.zeros((len(organisation.groups), self.grid.count))
        aht_s = np.ones_like(offered)
        for index, group in enumerate(organisation.groups):
            if group.id in row:
                offered[index] = self.offered[row[group.id]]
                aht_s[index] = self.aht_s[row[group.id]]
        return offered, aht_s


def volumes_of(organisation: Organisation, forecast: Forecast) -> Volumes:
    """Put a forecast, which speaks in local clock time, on a grid of elapsed time.

    An hour that the clocks skip is left out; one that comes twice is expected twice.

    Raises
    ------
    InvalidInput
        If the forecast has groups that the organisation lacks, or no handling times; every
        problem is listed.
    """
    known = {group.id for group in organisation.groups}
    issues = [
        Issue("unknown_group", f"/groups/{name}", f"The organisation has no group {name!r}.")
        for name in forecast.groups
        if name not in known
    ]
    issues += [
        Issue(
            "group_without_forecast",
            f"/groups/{name}",
            f"Nothing is forecast for group {name!r}; it will need nobody.",
            Severity.WARNING,
        )
        for name in sorted(known - set(forecast.groups))
    ]
    if forecast.aht_s is None:
        issues.append(
            Issue("no_handling_times", "/aht_s", "The forecast has no handling times (aht_s).")
        )
    raise_errors("The forecast does not fit the organisation.", issues)
    assert forecast.aht_s is not None

    days = forecast.days
    grid = TimeGrid.of_days(days[0].item(), len(days), forecast.interval_minutes, organisation.zone)
    column, inside = _columns(forecast.starts.to_numpy().astype("datetime64[m]"), grid)
    assert inside.all(), "a forecast covers whole days"
    return Volumes(
        grid,
        forecast.groups,
        forecast.offered[:, column],
        forecast.aht_s[:, column],
        forecast.open[:, column],
    )


def requirement_for(
    organisation: Organisation,
    volumes: Volumes,
    *,
    method: Method = Method.OFFERED_LOAD,
    deferred: DeferredMethod = DeferredMethod.SPREAD,
    pooled: bool = False,
) -> Requirement:
    """Return the agents to roster so that every goal holds, shrinkage included.

    The arguments are those of `on_contacts`.

    Raises
    ------
    InvalidInput
        If the organisation or a figure cannot be used; every problem is listed.
    """
    needed = on_contacts(organisation, volumes, method=method, deferred=deferred, pooled=pooled)
    return with_shrinkage(needed, organisation)


def on_contacts(
    organisation: Organisation,
    volumes: Volumes,
    *,
    method: Method = Method.OFFERED_LOAD,
    deferred: DeferredMethod = DeferredMethod.SPREAD,
    pooled: bool = False,
) -> Requirement:
    """Return the agents that have to be available for contacts: the requirement, no shrinkage.

    Groups that are answered at once are open when their forecast says so. Deferred contacts may
    arrive at any hour; their groups work when any of those is open.

    Parameters
    ----------
    method
        Staff for the contacts in hand, or for each interval as if it had always been like that.
    deferred
        Spread deferred work over its window, or fill it into idle time first.
    pooled
        Whether agents of several skills are counted once instead of every group by itself.

    Raises
    ------
    InvalidInput
        If the organisation or a figure cannot be used; every problem is listed.
    """
    slow_channels = {channel.id for channel in organisation.channels if channel.deferred}
    channel_of = {group.id: group.channel for group in organisation.groups}
    slow = np.array([channel_of[name] in slow_channels for name in volumes.groups])
    is_open = volumes.open.copy()
    is_open[slow] = volumes.open[slow if slow.all() else ~slow].any(axis=0)

    def required(deferred: DeferredMethod) -> Requirement:
        return required_agents(
            organisation,
            volumes.grid,
            volumes.groups,
            volumes.offered,
            volumes.aht_s,
            open_slots=is_open,
            method=method,
            deferred=deferred,
        )

    if not pooled:
        return required(deferred)
    counted_once = pooled_requirement(
        required(DeferredMethod.SPREAD), organisation, volumes.offered, volumes.aht_s
    )
    if deferred is DeferredMethod.SPREAD:
        return counted_once
    # Pooled groups have less idle time: what is left after pooling is filled.
    return _filled(organisation, volumes, counted_once, is_open, slow)


def _filled(
    organisation: Organisation, volumes: Volumes, needed: Requirement, is_open: Mask, slow: Mask
) -> Requirement:
    """Return a requirement with deferred work in the idle time of the other groups."""
    groups = {group.id: group for group in organisation.groups}
    rows = [groups[name] for name in needed.groups]
    load = volumes.offered * volumes.aht_s / (60.0 * needed.grid.interval_minutes)
    staffed = staff_deferred(
        organisation, needed.grid, rows, load, is_open, needed.agents, DeferredMethod.FILL
    )
    floors = np.array([[group.floor] for group in rows], dtype=np.float64)
    agents = needed.agents.copy()
    agents[slow] = np.maximum(staffed.agents, np.where(is_open, floors, 0.0)[slow])
    return Requirement(needed.grid, needed.groups, agents)


def _columns(walls: NDArray[np.datetime64], grid: TimeGrid) -> tuple[NDArray[np.int64], Mask]:
    """Return for every slot of `grid` where its clock time stands in `walls`, and whether."""
    order = np.argsort(walls, kind="stable")
    wanted = grid.wall_times()
    found = np.minimum(np.searchsorted(walls, wanted, sorter=order), len(walls) - 1)
    column = order[found]
    return column, walls[column] == wanted
