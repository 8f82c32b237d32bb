"""Meals and breaks of a whole plan: from counts to people, then shift by shift until none moves.

Counts say how many activities begin in each slot (`optimizer.roster.coupling.Begins`); they are
handed out first come, first served. Each agent's activities are then placed anew where they cost
least while everybody else's stay. That is exact for one agent, and its rounds end where nobody's
activities can be moved alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.coupling import Begins, Pool, presence_of
from optimizer.roster.frame import Frame
from optimizer.roster.kept import kept_of
from optimizer.roster.placement import FREE, nearest_places, shapes_of
from optimizer.roster.state import State
from optimizer.roster.stretches import windows_of
from optimizer.stop import Deadline

__all__ = ["hand_out_begins", "improve_places", "keep_places"]

LEAST_GAIN = 1e-6

Integers = NDArray[np.int64]


def hand_out_begins(frame: Frame, worked: Integers, begins: Begins) -> Integers:
    """Return begins for every shift of a plan, close to those that were counted.

    In each pool the shift that starts first gets the first of the planned begins; where a pool
    has more shifts than begins, or where a shift's activities would overlap or leave too short a
    stretch of work, the nearest places that fit are taken. What may not move stays.

    Parameters
    ----------
    worked
        [agents, days]

    Returns
    -------
    [agents, days, activities]
    """
    patterns, shapes, presence = frame.patterns, shapes_of(frame.patterns), presence_of(frame)
    queues: dict[tuple[Pool, int, int], list[int]] = {}
    for (pool, place), counts in begins.items():
        step = patterns.activities[pool[1]][place].step
        # Last first, to be taken from the end.
        for slot in sorted(counts.elements(), reverse=True):
            queues.setdefault((pool, place, slot % step), []).append(slot)
    found = np.zeros((*worked.shape, shapes.activities.shape[1]), dtype=np.int64)
    agents, days = np.nonzero(worked != FREE)
    order = np.lexsort((days, agents, patterns.start[worked[agents, days]]))
    for agent, day in zip(agents[order].tolist(), days[order].tolist(), strict=True):
        pattern = int(worked[agent, day])
        start, template = int(patterns.start[pattern]), int(patterns.template[pattern])
        length = int(patterns.end[pattern]) - start
        pool = int(presence[frame.team[agent]]), template, length
        wanted = np.zeros(found.shape[2], dtype=np.int64)
        for place, window in enumerate(windows_of(frame, template, length)):
            first = start + window.first
            queue = queues.get((pool, place, first % window.step), [])
            wanted[place] = queue.pop() if queue else first
        nearest_places(shapes, pattern, wanted, found[agent, day])
    for agent, shifts in kept_of(frame).items():
        for pattern, kept in shifts.items():
            found[agent, worked[agent] == pattern] = kept.begins
    return found


def improve_places(state: State, deadline: Deadline) -> float:
    """Move activities to better places, agent by agent, until none can be moved; return the gain.

    What is kept where it was stays, and so does everything of those who have training.
    """
    contained = state.shapes.activities[state.shapes.template, :, 0].sum(axis=1) > 0
    movable = [
        agent
        for agent, row in enumerate(state.worked)
        if contained[row[row != FREE]].any() and agent not in state.sessions
    ]
    saved, idle = 0.0, 0
    while idle < len(movable):
        for agent in movable:
            if deadline.passed() or idle >= len(movable):
                return saved
            before = state.common
            seat = state.take_out(agent)
            state.put_in(agent, seat.worked, state.place(agent, seat.worked), seat.own)
            gain = before - state.common
            if gain <= LEAST_GAIN:
                state.take_out(agent)
                state.put_back(agent, seat)
                idle += 1
            else:
                saved, idle = saved + gain, 0
    return saved


def keep_places(state: State, worked: Integers, begins: Integers) -> None:
    """Put activities back to where another plan has them, where shifts agree and it costs nothing.

    Parameters
    ----------
    worked, begins
        The other plan; a begin of -1 means that nothing is known.
    """
    same = (worked == state.worked) & (worked != FREE) & (begins >= 0).all(axis=2)
    moved = same & (begins != state.begins).any(axis=2)
    for agent in np.flatnonzero(moved.any(axis=1)).tolist():
        if agent in state.sessions or agent in state.kept:
            continue
        before = state.common
        seat = state.take_out(agent)
        back = np.where(moved[agent][:, None], begins[agent], seat.begins)
        state.put_in(agent, seat.worked, back, seat.own)
        if state.common > before + LEAST_GAIN:
            state.take_out(agent)
            state.put_back(agent, seat)
