"""Classes of contacts served in order of priority, without interrupting calls: M/M/n.

All classes share the agents and one mean handling time; who is answered next is the first come
of the highest class that waits. With ``sigma_k`` the load of the classes up to ``k`` per agent,
the mean wait of class ``k`` is ::

    P(wait) / n / ((1 - sigma_{k-1}) (1 - sigma_k))    in mean handling times,

``P(wait)`` being that of Erlang C with the load of all classes: priorities only move waits from
one class to another, and the mean over all contacts stays that of a single queue.

Sources: Cobham (1954), *Priority assignment in waiting line problems*; Kella and Yechiali (1985),
*Waiting times in the non-preemptive priority M/M/c queue*.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model.findings import Findings
from optimizer.staffing.bracket import least_whole
from optimizer.staffing.erlang import block_all
from optimizer.staffing.goals import SLACK
from optimizer.staffing.inputs import (
    LONGEST,
    MOST_AGENTS,
    MOST_CONTACTS,
    SHORTEST,
    aligned,
    check_numbers,
    check_whole,
)

__all__ = ["PriorityWaits", "least_priority_agents", "priority_waits"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PriorityWaits:
    """What each class waits for.

    Parameters
    ----------
    load
        Offered load of all classes in erlang, [...].
    waiting
        Share of contacts that are not answered at once, the same for every class, [...].
    mean_answer_s
        Mean wait of each class in seconds, [classes, ...]; infinite for classes that the agents
        do not get to. Nobody gives up, so that it is the wait of all contacts of the class.
    """

    load: Array
    waiting: Array
    mean_answer_s: Array


def priority_waits(
    agents: ArrayLike, offered: ArrayLike, aht_s: ArrayLike, interval_s: ArrayLike
) -> PriorityWaits:
    """Return the waits of classes that are answered in order of priority.

    Where the agents are too few for all classes, the highest ones still have a mean wait: those
    whose load, with all above them, is below the agents.

    Parameters
    ----------
    agents
        Whole numbers, 0 or more, [...].
    offered
        Contacts of each class per interval, 0 or more, the most urgent first, [classes, ...].
    aht_s
        Mean handling time of every class in seconds, above 0, [...].
    interval_s
        Length of the interval in seconds, above 0, [...].

    Raises
    ------
    InvalidInput
        If shapes do not fit together or a number is out of range.
    """
    found = Findings()
    volume = _by_class(found, offered)
    names = ("agents", "offered", "aht_s", "interval_s")
    staff, _, aht, interval = aligned(found, names, (agents, volume[0], aht_s, interval_s))
    check_whole(found.at("agents"), staff)
    check_numbers(found.at("offered"), volume, 0.0, MOST_CONTACTS)
    check_numbers(found.at("aht_s"), aht, SHORTEST, LONGEST)
    check_numbers(found.at("interval_s"), interval, SHORTEST, LONGEST)
    raise_errors("The waits cannot be computed.", found.issues)
    load = np.cumsum(_spread(volume, aht.shape) * aht / interval, axis=0)
    check_numbers(found.at("offered"), load[-1], 0.0, MOST_AGENTS)
    raise_errors("The waits cannot be computed.", found.issues)
    waiting, waits = _waits(staff, load)
    return PriorityWaits(load[-1], waiting, waits * aht)


def least_priority_agents(
    mean_answer_s: ArrayLike,
    offered: ArrayLike,
    aht_s: ArrayLike,
    interval_s: float,
    *,
    max_occupancy: float = 1.0,
) -> NDArray[np.int64]:
    """Return the least agents with which every class meets its mean answer time.

    The agents are more than the load of all classes together, so that none waits for ever. Every
    wait shrinks with each agent: there is one least number.

    Parameters
    ----------
    mean_answer_s
        Greatest mean wait of each class in seconds, above 0, [classes]; infinite for a class
        without a goal.
    offered
        Contacts of each class per interval, 0 or more, the most urgent first, [classes, ...].
        Classes without contacts do not bind; no contacts at all need no agent.
    aht_s
        Mean handling time of every class in seconds, above 0 wherever contacts arrive, [...].
    interval_s
        Length of an interval in seconds, above 0.
    max_occupancy
        Greatest share of the agents' time spent on contacts, in (0, 1].

    Raises
    ------
    InvalidInput
        If shapes do not fit together or a number is out of range.
    """
    found = Findings()
    volume = _by_class(found, offered)
    (goals,) = aligned(found, ("mean_answer_s",), (mean_answer_s,))
    if goals.shape != (len(volume),):
        found.at("mean_answer_s").error(
            "bad_shape", f"There are goals {goals.shape} for {len(volume)} classes."
        )
    finite = np.where(np.isposinf(goals), LONGEST, goals)
    check_numbers(found.at("mean_answer_s"), finite, SHORTEST, LONGEST)
    found.within("interval_s", interval_s, SHORTEST, LONGEST)
    found.within("max_occupancy", max_occupancy, 0, 1, open_low=True)
    _, aht = aligned(found, ("offered", "aht_s"), (volume[0], aht_s))
    volume = _spread(volume, aht.shape)
    # What is written beside an interval without contacts does not matter.
    aht = np.where((volume != 0.0).any(axis=0), aht, 1.0)
    check_numbers(found.at("offered"), volume, 0.0, MOST_CONTACTS)
    check_numbers(found.at("aht_s"), aht, SHORTEST, LONGEST)
    raise_errors("The classes cannot be staffed.", found.issues)
    load = np.cumsum(volume * aht / interval_s, axis=0)
    check_numbers(found.at("offered"), load[-1] / max_occupancy, 0.0, MOST_AGENTS)
    raise_errors("The classes cannot be staffed.", found.issues)

    places = np.flatnonzero(load[-1])
    demand = load.reshape(len(load), -1)[:, places]
    present = volume.reshape(len(volume), -1)[:, places] > 0.0
    limits = np.where(present, goals[:, np.newaxis] / aht.flat[places], np.inf) * (1.0 + SLACK)

    def holds(staff: Array, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        total = demand[-1, rows]
        _, waits = _waits(staff, demand[:, rows])
        calm = (total < staff) & (total <= max_occupancy * staff * (1.0 + SLACK))
        return np.asarray(calm & (waits <= limits[:, rows]).all(axis=0), np.bool_)

    agents = np.zeros(aht.shape, dtype=np.int64)
    start = np.floor(demand[-1]) + 1.0
    agents.flat[places] = least_whole(holds, start).astype(np.int64)
    return agents


def _by_class(found: Findings, offered: ArrayLike) -> Array:
    (volume,) = aligned(found, ("offered",), (offered,))
    if volume.ndim == 0 or len(volume) == 0:
        found.at("offered").error("bad_shape", "There is no class of contacts.")
    raise_errors("The classes cannot be used.", found.issues)
    return volume


def _spread(volume: Array, shape: tuple[int, ...]) -> Array:
    """Return the contacts of every class in the common shape of all arguments."""
    return np.stack([np.broadcast_to(contacts, shape) for contacts in volume])


def _waits(staff: Array, load: Array) -> tuple[Array, Array]:
    """Return who waits and for how many handling times; `load` [classes, ...] is cumulative."""
    total = load[-1]
    blocked = np.empty(total.size)
    block_all(staff.ravel(), total.ravel(), blocked)
    blocked = blocked.reshape(total.shape)
    spare = np.maximum(staff - load, 0.0)
    above = np.concatenate([staff[np.newaxis], spare[:-1]])
    waiting = np.ones_like(total)
    # Erlang C from Erlang B; everybody waits where the agents are too few.
    np.divide(blocked * staff, staff - total * (1.0 - blocked), out=waiting, where=total < staff)
    waits = np.full_like(load, np.inf)
    np.divide(waiting * staff, above * spare, out=waits, where=spare > 0.0)
    return waiting, waits
