"""Who worked when, and on what, as far as a log of calls tells.

A log shows agents at their calls alone. Between two calls they may have been idle, on a break, or
at other work; before the first call and after the last they may have been there as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulation.bank_log import NOBODY, Log
from optimizer.simulation.system import Floats, Ints

__all__ = ["Attendance", "crew", "handover_s", "skills", "stretches"]

_DAY_S = 86_400.0

LEAST_AWAY_S = 30.0
"""Shorter gaps in which somebody waits are the way from one call to the next."""


@dataclass(frozen=True, slots=True)
class Attendance:
    """What the time between two calls of an agent is taken for.

    Parameters
    ----------
    longest_gap_s
        An agent with a longer gap was away.
    away_while_waited_for
        Whether an agent was also away in a gap from the first to the last moment at which
        somebody waited whom this agent may serve, if these are half a minute apart or more.
        Whoever is there takes the next call.
    """

    longest_gap_s: float = 1800.0
    away_while_waited_for: bool = False


def crew(log: Log, *, by_day: bool) -> Ints:
    """Return who took each call as the number of an agent, `NOBODY` if the caller hung up, [calls].

    Parameters
    ----------
    by_day
        Count the same person on two days as two agents, who may serve different types.
    """
    days = (log.begin // _DAY_S).astype(np.int64) if by_day else np.zeros(len(log), np.int64)
    key = log.server * (days.max(initial=0) + 1) + days
    agents = np.unique(key[log.answered])
    return np.where(log.answered, np.searchsorted(agents, key), NOBODY)


def skills(log: Log, agents: Ints, least_share: float) -> NDArray[np.bool_]:
    """Return who serves which types, [agents, types].

    Parameters
    ----------
    agents
        From `crew`.
    least_share
        Share of an agent's calls that a type must have, in [0, 1].
    """
    calls = np.zeros((agents.max(initial=NOBODY) + 1, len(log.types)))
    np.add.at(calls, (agents[log.answered], log.type[log.answered]), 1)
    enough: NDArray[np.bool_] = calls >= least_share * calls.sum(axis=1, keepdims=True)
    return enough & (calls > 0)


def stretches(
    log: Log, agents: Ints, attendance: Attendance, may_serve: NDArray[np.bool_]
) -> tuple[Ints, Floats, Floats]:
    """Return agents, begins and ends of the time they were there, [stretches] each.

    Parameters
    ----------
    agents
        From `crew`.
    may_serve
        From `skills`.
    """
    found = [
        _of_one(log, own, attendance, types)
        for own, types in zip(_calls(log, agents), may_serve, strict=True)
    ]
    agent = np.repeat(np.arange(len(found)), [len(begin) for begin, _ in found])
    begin, end = (np.concatenate([np.zeros(0), *(pair[k] for pair in found)]) for k in range(2))
    return agent, begin, end


def handover_s(log: Log) -> float:
    """Return the median time from one call to the next while the next one waited already."""
    times = [np.zeros(0)]
    for own in _calls(log, log.server):
        gap = np.maximum(log.begin[own][1:] - (log.begin + log.service)[own][:-1], 0.0)
        times.append(gap[log.wait[own][1:] > gap])
    together = np.concatenate(times)
    return float(np.median(together)) if len(together) else 0.0


def _calls(log: Log, agents: Ints) -> list[Ints]:
    """Return the places of each agent's calls in the order in which they began."""
    order = np.lexsort((log.begin, agents))
    order = order[agents[order] != NOBODY]
    return np.split(order, np.flatnonzero(np.diff(agents[order])) + 1) if len(order) else []


def _of_one(
    log: Log, own: Ints, attendance: Attendance, may_serve: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    begin, end = log.begin[own], (log.begin + log.service)[own]
    away, back = end[:-1], begin[1:]
    long = back - away > attendance.longest_gap_s
    if attendance.away_while_waited_for:
        first, last = _waited_for(log, may_serve, away, back)
        waited_for = (last - first >= LEAST_AWAY_S) & ~long
        away, back = np.where(waited_for, first, away), np.where(waited_for, last, back)
        long |= waited_for
    begins = np.concatenate([begin[:1], back[long]])
    ends = np.concatenate([away[long], end[-1:]])
    there = begins < ends
    return begins[there], ends[there]


def _waited_for(
    log: Log, may_serve: NDArray[np.bool_], begin: Floats, end: Floats
) -> tuple[Floats, Floats]:
    """Return the first and the last moment of each gap at which somebody waited, [gaps] each.

    The last is before the first where nobody did.
    """
    waiting = may_serve[log.type] & (log.wait > 0)
    since = log.arrival[waiting]
    # Of all who have come up to a moment, when does the last one go?
    until = np.maximum.accumulate(log.begin[waiting])
    come = np.searchsorted(since, end, side="left")
    if not len(since):
        return end, begin
    there_before = np.searchsorted(until, begin, side="right")
    first = np.maximum(begin, np.append(since, np.inf)[there_before])
    last = np.minimum(end, np.append(until, -np.inf)[come - 1])
    return first, last
