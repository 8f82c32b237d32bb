"""Deferred work in the idle time of agents who answer at once, and the extra agents it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model.findings import Findings
from optimizer.staffing.deadlines import Curves, curves_of, earliest_deadline_first, flattest
from optimizer.staffing.deferred import DeferredWork, check_work
from optimizer.staffing.inputs import MOST_AGENTS, aligned, check_numbers

__all__ = ["FilledWork", "fill_idle_time", "idle_time"]

Array = NDArray[np.float64]

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class FilledWork:
    """Where deferred work is done and by whom, in agent-slots.

    Parameters
    ----------
    work
        Work done per slot, [groups, slots].
    extra
        The part of it that needs extra agents, at full occupancy, [groups, slots].
    used
        Idle time that is spent, [pools, slots].
    backlog
        Work that has arrived and is not done at the end of each slot, [groups, slots].
    late
        Work due by the end of each slot and not done by then, [groups, slots]. It stays in the
        backlog, and is done first of all.
    """

    work: Array
    extra: Array
    used: Array
    backlog: Array
    late: Array

    @property
    def carried(self) -> Array:
        """Return the work that is left at the end of the period, [groups]."""
        return self.backlog[:, -1]


def idle_time(agents: ArrayLike, load: ArrayLike, max_occupancy: ArrayLike = 0.95) -> Array:
    """Return the agent time per slot that can be filled: ``max_occupancy * agents - load``.

    At 85 % immediate occupancy and at most 95 %, that is a tenth of the agents' time.

    Parameters
    ----------
    agents
        Agents on groups that are answered at once, 0 or more.
    load
        Their time spent on contacts, in agents; broadcasts with `agents`.
    max_occupancy
        Greatest share of time spent on contacts and deferred work together, in [0, 1].

    Raises
    ------
    InvalidInput
        If shapes do not fit together or a number is out of range.
    """
    found = Findings()
    names = ("agents", "load", "max_occupancy")
    there, busy, most = aligned(found, names, (agents, load, max_occupancy))
    check_numbers(found.at("agents"), there, 0.0, MOST_AGENTS)
    check_numbers(found.at("load"), busy, 0.0, MOST_AGENTS)
    check_numbers(found.at("max_occupancy"), most, 0.0, 1.0)
    raise_errors("Idle time cannot be computed.", found.issues)
    return np.maximum(most * there - busy, 0.0)


def fill_idle_time(
    work: Sequence[DeferredWork],
    open_slots: ArrayLike,
    idle: ArrayLike,
    *,
    may_use: ArrayLike = True,
    most_extra: float | None = None,
) -> FilledWork:
    """Do deferred work in idle time, earliest deadline first, and add the least extra agents.

    Extra agents come only for what idle time cannot do before its deadline, and as flat as that
    can be: no plan needs fewer extra agent-hours, none has a lower peak. This is exact where all
    groups may use the same pools in the same hours. Groups that differ are served one set after
    the other, those with the fewest pools first; deadlines hold all the same, the extra is then
    near the least. A pool that the fewest others may use is filled first.

    Windows that are not over when the period ends are cut at its last open slot, so that all
    that arrives by then is staffed; what arrives after it is carried.

    Parameters
    ----------
    work
        The groups with deferred work, [groups].
    open_slots
        Slots in which each may be worked on, [slots] or [groups, slots].
    idle
        Time of each pool that can be filled (`idle_time`), [pools, slots].
    may_use
        Whether a group's work can be done in the idle time of a pool (skills),
        [groups, pools] or a single answer.
    most_extra
        Greatest number of extra agents in a slot, all groups together; None for no limit. Where
        a set of groups would need more, it takes extra agents as early as there is work for
        them, and what is late all the same is told.

    Raises
    ------
    InvalidInput
        If a shape, a window or a figure cannot be used; every problem is listed.
    """
    free, opened, allowed = _checked(work, open_slots, idle, may_use, most_extra)
    groups, slots = opened.shape
    plan = FilledWork(
        work=np.zeros((groups, slots)),
        extra=np.zeros((groups, slots)),
        used=np.zeros_like(free),
        backlog=np.zeros((groups, slots)),
        late=np.zeros((groups, slots)),
    )
    for members in _alike(allowed, opened):
        positions = np.flatnonzero(opened[members[0]])
        if not len(positions):
            continue
        pools = np.flatnonzero(allowed[members[0]])
        pools = pools[np.argsort(allowed[:, pools].sum(axis=0), kind="stable")]
        left = np.maximum(free - plan.used, 0.0)[np.ix_(pools, positions)]
        curves = curves_of([work[g] for g in members], positions, beyond=False)
        limit = np.full(len(positions), np.inf if most_extra is None else most_extra)
        limit = np.maximum(limit - plan.extra[:, positions].sum(axis=0), 0.0)
        _fill(plan, members, positions, curves, left, limit)
        spent = (plan.work - plan.extra)[np.ix_(members, positions)].sum(axis=0)
        for pool, time in zip(pools, left, strict=True):
            plan.used[pool, positions] += np.minimum(spent, time)
            spent = np.maximum(spent - time, 0.0)
    for g, item in enumerate(work):
        start = 0.0 if item.backlog is None else item.backlog.sum()
        waits = start + np.cumsum(item.arriving - plan.work[g])
        plan.backlog[g] = np.where(waits > _ROUNDING * item.total, waits, 0.0)
    return plan


def _checked(
    work: Sequence[DeferredWork],
    open_slots: ArrayLike,
    idle: ArrayLike,
    may_use: ArrayLike,
    most_extra: float | None,
) -> tuple[Array, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return idle time, open slots and eligibility, each in full shape."""
    found = Findings()
    (free,) = aligned(found, ("idle",), (idle,))
    if free.ndim != 2:
        found.at("idle").error("bad_shape", f"idle is {free.shape}: not [pools, slots].")
        raise_errors("The work cannot be filled in.", found.issues)
    pools, slots = free.shape
    marks = []
    for name, value, shape in (
        ("open_slots", open_slots, (len(work), slots)),
        ("may_use", may_use, (len(work), pools)),
    ):
        mark = np.asarray(value, dtype=np.bool_)
        try:
            marks.append(np.broadcast_to(mark, shape))
        except ValueError:
            found.at(name).error("bad_shape", f"{name} is {mark.shape} but must be {shape}.")
    check_work(found, work, slots)
    check_numbers(found.at("idle"), free, 0.0, MOST_AGENTS)
    found.within("most_extra", most_extra, 0)
    raise_errors("The work cannot be filled in.", found.issues)
    opened, allowed = marks
    return free, opened, allowed


def _alike(allowed: NDArray[np.bool_], opened: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Return sets of groups with the same pools and hours, those with the fewest pools first."""
    _, kind = np.unique(np.hstack([allowed, opened]), axis=0, return_inverse=True)
    sets = [np.flatnonzero(kind == k) for k in range(kind.max(initial=-1) + 1)]
    return sorted(sets, key=lambda members: int(allowed[members[0]].sum()))


def _fill(
    plan: FilledWork,
    members: NDArray[np.int64],
    positions: NDArray[np.int64],
    curves: Curves,
    left: Array,
    limit: Array,
) -> None:
    """Write into the plan what a set of groups does in its pools and with extra agents."""
    already = left.sum(axis=0)
    added = flattest(curves, already)
    if (added > limit * (1.0 + _ROUNDING)).any():
        added = limit
    done = earliest_deadline_first(curves.arrived, curves.due, already + added)
    work = np.diff(done, axis=1, prepend=0.0)
    total = work.sum(axis=0)
    # Within a slot nobody can say who does what: extra agents take their share of all groups.
    share = np.maximum(total - already, 0.0) / np.where(total > 0.0, total, 1.0)
    overdue = np.diff(curves.due, axis=1, prepend=0.0)
    late = np.clip(curves.due - done, 0.0, overdue)
    late[late <= _ROUNDING * curves.due[:, -1].sum()] = 0.0
    for row, group in enumerate(members):
        mine = curves.group == row
        plan.work[group, positions] = work[mine].sum(axis=0)
        plan.extra[group, positions] = plan.work[group, positions] * share
        plan.late[group, positions] = late[mine].sum(axis=0)
