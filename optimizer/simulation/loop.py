"""The compiled event loop; `optimizer.simulation.engine` prepares what it works on.

The state is a handful of arrays of records, and each function is handed just those it needs:
the fields of one agent lie side by side in memory, and numba counts a reference for every array
that crosses a call. Both together make the loop several times faster than parallel arrays in one
tuple.

Everything compiled stands in this one file, because numba renews a cached function only when the
file that holds it changes. The one exception is the score, `base_score`, which is the live
router's own: after changing it, remove ``__pycache__`` here (a test notices). For the same reason
arguments are arrays and never objects of our own: a cache that names a class does not survive
the class.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.routing.score import base_score
from optimizer.simulation.records import NOBODY, Records

__all__ = ["run"]


@njit(cache=True)
def run(
    contacts: Records,
    lines: Records,
    agents: Records,
    options: Records,
    free: Records,
    changes: Records,
    finishes: Records,
    weights: NDArray[np.float64],
    horizon: float,
    most_events: int,
) -> tuple[int, float]:
    """Play every event up to the horizon, or until `most_events` are played.

    Parameters
    ----------
    contacts
        In order of arrival.
    lines, agents
        Lines are empty, agents absent and idle at first.
    options
        The pools of each line, best fit first, and the lines of each pool, deferred ones last.
    free
        Lists of agents with free units, [pools, capacity]; the column is the load.
    changes
        In the order in which they are to be played.
    finishes
        Room for every unit of every agent, and place 0.
    weights
        From `optimizer.routing.score.weight_vector`.

    Returns
    -------
    events
        Number of events played.
    last
        Time of the last of them, 0 if there was none.
    """
    next_contact, next_change = 0, 0
    events, last = 0, 0.0
    while events < most_events:
        arrival_at = contacts[next_contact].arrival if next_contact < len(contacts) else np.inf
        change_at = changes[next_change].time if next_change < len(changes) else np.inf
        finish_at = finishes[1].time if finishes[0].contact else np.inf
        now = min(arrival_at, change_at, finish_at)
        if now > horizon or now == np.inf:
            break
        events, last = events + 1, now

        if change_at == now and (finish_at > now or not changes[next_change].begins):
            who = changes[next_change].agent
            agent = agents[who]
            agent.present = changes[next_change].begins
            next_change += 1
            if agent.present:
                if agent.load:
                    agent.overrun += now - agent.left
                _take_waiting(who, now, contacts, lines, agents, options, free, finishes, weights)
                _join(who, events, agents, free)
            else:
                agent.left = now
                _leave(who, agents, free)
        elif finish_at == now:
            contact = contacts[_pop(finishes)]
            agent = agents[contact.agent]
            if agent.present:
                _leave(contact.agent, agents, free)
            agent.load -= lines[contact.line].units
            if not agent.load:
                agent.busy += now - agent.since
                if not agent.present:
                    agent.overrun += now - agent.left
            if agent.present:
                who = contact.agent
                _take_waiting(who, now, contacts, lines, agents, options, free, finishes, weights)
                _join(who, events, agents, free)
        else:
            who = _find_agent(lines[contacts[next_contact].line], agents, options, free)
            if who == NOBODY:
                _queue(next_contact, contacts, lines)
            else:
                _leave(who, agents, free)
                _serve(next_contact, who, now, contacts, lines, agents, finishes)
                _join(who, events, agents, free)
            next_contact += 1

    end = last if horizon == np.inf else horizon
    for agent in agents:
        if agent.load:
            agent.busy += end - agent.since
            if not agent.present:
                agent.overrun += end - agent.left
    return events, last


@njit(cache=True)
def _find_agent(line: Any, agents: Records, options: Records, free: Records) -> int:
    """Return the agent for a new contact: best fit, then least loaded, then longest idle."""
    best, best_fit = NOBODY, 0.0
    most_load = free.shape[1] - line.units
    for index in range(line.first, line.end):
        option = options[index]
        if best != NOBODY and option.fit < best_fit:
            break
        for load in range(most_load + 1):
            who = free[option.to, load].first
            if who != NOBODY:
                if best == NOBODY or load < most_load or agents[who].turn < agents[best].turn:
                    best, best_fit, most_load = who, option.fit, load
                break
    return best


@njit(cache=True)
def _find_contact(
    agent: Any,
    units: int,
    now: float,
    contacts: Records,
    lines: Records,
    options: Records,
    weights: NDArray[np.float64],
) -> int:
    """Return the contact for an agent with free units: highest score, then longest waiting.

    Deferred contacts count only if nobody else waits. Those who gave up leave the lines.
    """
    best, best_score, best_deferred = NOBODY, 0.0, True
    for index in range(agent.first, agent.end):
        option = options[index]
        line = lines[option.to]
        if line.deferred and not best_deferred:
            break
        if line.units > units:
            continue
        while line.head != NOBODY and contacts[line.head].gives_up < now:
            line.head = contacts[line.head].behind
        if line.head != NOBODY:
            wait = now - contacts[line.head].arrival
            score = base_score(line.rank, line.value, wait, line.target, weights)
            score += option.fit
            waits_longer = score == best_score and line.head < best
            if best == NOBODY or score > best_score or waits_longer:
                best, best_score, best_deferred = line.head, score, line.deferred
    return best


@njit(cache=True)
def _take_waiting(
    who: int,
    now: float,
    contacts: Records,
    lines: Records,
    agents: Records,
    options: Records,
    free: Records,
    finishes: Records,
    weights: NDArray[np.float64],
) -> None:
    """Let an agent take contacts that wait while there are units free for one."""
    agent = agents[who]
    while agent.load < free.shape[1]:
        units = free.shape[1] - agent.load
        contact = _find_contact(agent, units, now, contacts, lines, options, weights)
        if contact == NOBODY:
            break
        lines[contacts[contact].line].head = contacts[contact].behind
        _serve(contact, who, now, contacts, lines, agents, finishes)


@njit(cache=True)
def _serve(
    whom: int,
    who: int,
    now: float,
    contacts: Records,
    lines: Records,
    agents: Records,
    finishes: Records,
) -> None:
    """Begin a service."""
    contact, agent = contacts[whom], agents[who]
    if not agent.load:
        agent.since = now
    agent.load += lines[contact.line].units
    contact.start = now
    contact.agent = who
    _push(now + contact.service, whom, finishes)


@njit(cache=True)
def _queue(whom: int, contacts: Records, lines: Records) -> None:
    """Add a contact at the end of its line."""
    line = lines[contacts[whom].line]
    if line.head == NOBODY:
        line.head = whom
    else:
        contacts[line.tail].behind = whom
    line.tail = whom


@njit(cache=True)
def _join(who: int, turn: int, agents: Records, free: Records) -> None:
    """Add an agent at the end of the list of the own pool and load, unless the load is full."""
    agent = agents[who]
    if agent.load == free.shape[1]:
        return
    ends = free[agent.pool, agent.load]
    if ends.last == NOBODY:
        ends.first = who
    else:
        agents[ends.last].following = who
    agent.preceding = ends.last
    agent.following = NOBODY
    agent.turn = turn
    ends.last = who


@njit(cache=True)
def _leave(who: int, agents: Records, free: Records) -> None:
    """Take an agent out of the list of the own pool and load, unless the load is full."""
    agent = agents[who]
    if agent.load == free.shape[1]:
        return
    ends = free[agent.pool, agent.load]
    if agent.preceding == NOBODY:
        ends.first = agent.following
    else:
        agents[agent.preceding].following = agent.following
    if agent.following == NOBODY:
        ends.last = agent.preceding
    else:
        agents[agent.following].preceding = agent.preceding


@njit(cache=True)
def _push(time: float, contact: int, heap: Records) -> None:
    """Add an end of service."""
    heap[0].contact += 1
    hole = heap[0].contact
    while hole > 1 and _earlier(time, contact, heap[hole // 2]):
        _copy(heap[hole // 2], heap[hole])
        hole //= 2
    heap[hole].time = time
    heap[hole].contact = contact


@njit(cache=True)
def _pop(heap: Records) -> int:
    """Remove the next end of service and return its contact."""
    first = heap[1].contact
    moved = heap[heap[0].contact]
    heap[0].contact -= 1
    size = heap[0].contact
    hole, below = 1, 2
    while below <= size:
        if below < size and _earlier(heap[below + 1].time, heap[below + 1].contact, heap[below]):
            below += 1
        if _earlier(moved.time, moved.contact, heap[below]):
            break
        _copy(heap[below], heap[hole])
        hole, below = below, 2 * below
    _copy(moved, heap[hole])
    return int(first)


@njit(cache=True)
def _earlier(time: float, contact: int, other: Any) -> bool:
    """Tell whether an end of service comes before another one."""
    return bool(time < other.time or (time == other.time and contact < other.contact))


@njit(cache=True)
def _copy(source: Any, target: Any) -> None:
    """Copy an end of service from one place of the heap to another."""
    target.time = source.time
    target.contact = source.contact
