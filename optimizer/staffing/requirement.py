"""From a forecast to agents needed: every planning group of an organisation in one call."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import InvalidInput, Issue, Severity, raise_errors
from optimizer.model import (
    Channel,
    Law,
    Organisation,
    PlanningGroup,
    Requirement,
    TimeGrid,
    check_grid,
    check_organisation,
)
from optimizer.model.findings import Findings
from optimizer.staffing.chat import least_chat_agents
from optimizer.staffing.deferred_groups import DeferredMethod, staff_deferred
from optimizer.staffing.inputs import (
    LONGEST,
    MOST_AGENTS,
    MOST_CONTACTS,
    SHORTEST,
    aligned,
    check_numbers,
)
from optimizer.staffing.offered_load import offered_load
from optimizer.staffing.search import least_agents

__all__ = ["Method", "required_agents"]

log = logging.getLogger(__name__)

Array = NDArray[np.float64]


class Method(StrEnum):
    """Which load an interval is staffed for, in groups that are answered at once.

    ``offered_load``: the mean number of contacts that would be in hand if nobody waited (the
    modified offered load; Jennings, Mandelbaum, Massey and Whitt 1996, Feldman et al. 2008),
    which follows the arrivals by about a handling time. An interval that opens, with no contacts
    in the one before, is staffed for the load at its end: it climbs from nothing, and who is
    staffed for the mean of such a climb has a queue well before the interval is over.
    ``by_interval``: contacts times handling time of the interval, as if it had always been like
    that.
    """

    OFFERED_LOAD = "offered_load"
    BY_INTERVAL = "by_interval"


def required_agents(
    organisation: Organisation,
    grid: TimeGrid,
    groups: Sequence[str],
    offered: ArrayLike,
    aht_s: ArrayLike,
    *,
    open_slots: ArrayLike | None = None,
    method: Method = Method.OFFERED_LOAD,
    deferred: DeferredMethod = DeferredMethod.SPREAD,
    backlog: ArrayLike | None = None,
) -> Requirement:
    """Return the agents needed on contacts, before shrinkage, per planning group and slot.

    Groups that are answered at once get the least whole number with which their goal holds in a
    steady queue (`least_agents`, or `least_chat_agents` where the handling time depends on the
    chats in hand) that has the load of the interval. Contacts still in hand in an interval in
    which none is expected, such as after closing, are finished by those who have them and need
    nobody more. Deferred groups get the workload spread over the window of their first response,
    divided by the maximum occupancy, as a fraction; or what of it does not fit into the idle time
    of the others.

    A group never has less than its floor while it is open, contacts or not.

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
        When groups are open, [slots] or [groups, slots]: their floors hold and deferred work can
        be done. Groups that are answered at once are open wherever they expect contacts too. By
        default deferred groups are open when any of those is; if all groups are deferred, when
        any expects contacts.
    method
        Which load of an interval counts.
    deferred
        Where deferred work is done. With ``fill`` the agents of the other groups do it as far as
        they have time and skills, and a deferred group's row holds the extra agents alone.
    backlog
        Contacts that are open at the start, 0 or more and none in groups that are answered at
        once, [groups]; they are worked on like contacts that arrive in slot 0. None for none.

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
    channel_of = [channels[group.channel] for group in rows]
    busy = volume > 0.0
    slow = np.array([channel.deferred for channel in channel_of], dtype=np.bool_)
    contacts = volume if backlog is None else _with_backlog(found, slow, volume, backlog)
    aht = np.where(contacts != 0.0, aht, 1.0)
    load = _load(found, rows, grid, contacts, aht)
    raise_errors("The requirement cannot be computed.", found.issues)

    # What has to be answered at once is expected only while somebody is there.
    is_open = busy & ~slow[:, np.newaxis]
    if open_slots is not None:
        is_open |= opened != 0.0
    elif slow.any():
        is_open[slow] = (busy if slow.all() else is_open).any(axis=0)
    if method is Method.OFFERED_LOAD:
        volume = _as_if_steady(rows, channel_of, grid, volume, aht)
    agents = np.zeros(shape)
    for g in np.flatnonzero(~slow):
        try:
            agents[g] = _immediate(rows[g], channel_of[g], grid, volume[g], aht[g])
        except InvalidInput as error:
            found.issues += [
                _placed(issue, organisation, rows[g], channel_of[g]) for issue in error.issues
            ]
    raise_errors("The goals cannot be met.", found.issues)
    floors = np.array([group.floor for group in rows], dtype=np.float64)[:, np.newaxis]
    np.maximum(agents, floors, out=agents, where=is_open)
    # Idle is who is there, floors included, and has none of the contacts staffed for.
    load = np.where(slow[:, np.newaxis], load, volume * aht / (60.0 * grid.interval_minutes))
    staffed = staff_deferred(organisation, grid, rows, load, is_open, agents, deferred)
    agents[slow] = np.maximum(agents[slow], staffed.agents)
    for g, hours in zip(np.flatnonzero(slow), staffed.carried, strict=True):
        if hours > 0.0:
            log.warning(
                "group %s: %.1f agent-hours arrive after the last open slot and are left over",
                rows[g].id,
                hours,
            )
    return Requirement(grid, tuple(groups), agents)


def _with_backlog(
    found: Findings, slow: NDArray[np.bool_], volume: Array, backlog: ArrayLike
) -> Array:
    """Return the contacts to work on: those that arrive, and in slot 0 those that are open."""
    (start,) = aligned(found, ("backlog",), (backlog,))
    if start.shape != slow.shape:
        found.at("backlog").error("bad_shape", f"backlog is {start.shape}, not {slow.shape}.")
        return volume
    check_numbers(found.at("backlog"), start, 0.0, MOST_CONTACTS)
    for g in np.flatnonzero((start > 0.0) & ~slow):
        found.at("backlog", int(g)).error(
            "backlog_at_once", f"{start[g]:g} contacts cannot wait: they are answered at once."
        )
    contacts = volume.copy()
    contacts[:, 0] += np.where(start > 0.0, start, 0.0)
    return contacts


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


def _as_if_steady(
    rows: Sequence[PlanningGroup],
    channels: Sequence[Channel],
    grid: TimeGrid,
    volume: Array,
    aht_s: Array,
) -> Array:
    """Return the contacts with which a steady queue has the offered load, [groups, slots].

    Where the handling time depends on the chats in hand, that of an agent at the limit counts.
    """
    interval_s = 60.0 * grid.interval_minutes
    by_law: dict[Law, list[int]] = {}
    for g, (group, channel) in enumerate(zip(rows, channels, strict=True)):
        if not channel.deferred:
            by_law.setdefault(group.handling_law, []).append(g)
    busy = volume > 0.0
    opens = busy.copy()
    opens[:, 1:] &= ~busy[:, :-1]
    slowest = np.array([channel.aht_factor_at_limit for channel in channels])
    aht_s = aht_s * slowest[:, np.newaxis]
    contacts = np.zeros_like(volume)
    for law, members in by_law.items():
        in_hand = offered_load(volume[members], aht_s[members], interval_s, law=law)
        at_end = np.maximum(in_hand.mean, in_hand.edges[:, 1:])
        load = np.where(opens[members], at_end, in_hand.mean)
        contacts[members] = load * interval_s / aht_s[members]
    return np.where(busy, contacts, 0.0)


def _immediate(
    group: PlanningGroup, channel: Channel, grid: TimeGrid, volume: Array, aht_s: Array
) -> NDArray[np.int64]:
    interval_s = 60.0 * grid.interval_minutes
    if channel.aht_factors:
        by_level_s = aht_s[:, np.newaxis] * np.array(channel.aht_factors)
        return least_chat_agents(
            group.goal, volume, by_level_s, interval_s, patience_seconds=group.patience_seconds
        )
    return least_agents(
        group.goal,
        volume,
        aht_s,
        interval_s,
        patience_seconds=group.patience_seconds,
        concurrency=channel.concurrency,
    )


def _placed(
    issue: Issue, organisation: Organisation, group: PlanningGroup, channel: Channel
) -> Issue:
    """Return an issue of one group with a pointer into the organisation."""
    pointer = f"/organisation/groups/{organisation.groups.index(group)}{issue.pointer}"
    if issue.pointer.startswith("/aht_by_level_s"):
        rest = issue.pointer.removeprefix("/aht_by_level_s")
        place = organisation.channels.index(channel)
        pointer = f"/organisation/channels/{place}/aht_factors{rest}"
    return replace(issue, pointer=pointer)
