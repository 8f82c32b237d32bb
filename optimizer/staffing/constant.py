"""The least constant number of agents that finishes deferred work within its windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from optimizer.errors import raise_errors
from optimizer.model.findings import Findings
from optimizer.staffing.deadlines import curves_of, earliest_deadline_first, least_level
from optimizer.staffing.deferred import DeferredWork, check_work
from optimizer.staffing.inputs import MOST_AGENTS, aligned, check_numbers

__all__ = ["ConstantAgents", "least_constant_agents"]


@dataclass(frozen=True, slots=True)
class ConstantAgents:
    """A number of agents that is the same in all open slots.

    Parameters
    ----------
    agents
        The least that keeps every deadline, a fraction, at full occupancy.
    first_slot, last_slot
        The stretch that leaves no choice: its agents are busy throughout with work that arrives
        and is due inside. Both are included; a last slot past the end of the period lies in the
        open time that follows it. None if nobody is needed.
    carried
        Work not yet done when the period ends, worked on earliest deadline first.
    """

    agents: float
    first_slot: int | None
    last_slot: int | None
    carried: float


def least_constant_agents(
    work: Sequence[DeferredWork], open_slots: ArrayLike, *, already: ArrayLike = 0.0
) -> ConstantAgents:
    """Return the least constant number of agents with which every deadline holds.

    The demand bound: the greatest, over stretches of open slots, of the work that arrives and is
    due inside by the length of the stretch (Baruah, Rosier and Howell 1990). It is necessary,
    and as work is a fluid, earliest deadline first makes it sufficient. Both clocks of a group
    and several groups that share their agents count together. Exact; linear in the slots for
    each of a handful of steps.

    Windows that are not over at the end of the period run on into the open time that follows,
    with the same agents and no further work; what arrives after the last open slot is carried.

    Parameters
    ----------
    work
        The groups that share the agents.
    open_slots
        Slots in which the work can be done, [slots].
    already
        Work that others do of it per slot, 0 or more, [slots] or a single one; nothing after the
        end.

    Raises
    ------
    InvalidInput
        If a shape, a window or a figure cannot be used; every problem is listed.
    """
    found = Findings()
    opened, others = aligned(found, ("open_slots", "already"), (open_slots, already))
    if opened.ndim != 1:
        found.at("open_slots").error("bad_shape", f"open_slots is {opened.shape}: not [slots].")
    raise_errors("The work cannot be staffed.", found.issues)
    check_work(found, work, len(opened))
    check_numbers(found.at("already"), others, 0.0, MOST_AGENTS)
    raise_errors("The work cannot be staffed.", found.issues)

    asked = sum(item.total for item in work)
    positions = np.flatnonzero(opened)
    if not len(positions) or not work:
        return ConstantAgents(0.0, None, None, asked)
    curves = curves_of(work, positions, beyond=True)
    length = curves.due.shape[1]
    capacity = np.pad(others[positions], (0, length - len(positions)))
    level = least_level(curves, capacity)
    done = earliest_deadline_first(curves.arrived, curves.due, capacity + level.agents)
    # What is left of a large sum is at least nothing, however it was rounded.
    carried = max(0.0, asked - float(done[:, len(positions) - 1].sum()))
    if level.last < level.first:
        return ConstantAgents(0.0, None, None, carried)
    slots = np.concatenate([positions, len(opened) + np.arange(length - len(positions))])
    return ConstantAgents(level.agents, int(slots[level.first]), int(slots[level.last]), carried)
