"""How late a roster comes when time is short, at a size where it is.

Every limit has a process of its own and is measured twice: the first call of a process loads what
was compiled, as after a restart; the second is what a service sees.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from benchmarks.centre import centre
from benchmarks.registry import peak_memory_mb
from benchmarks.rostering.apart import apart
from benchmarks.rostering.engine import measure
from optimizer.errors import NoSolution
from optimizer.model import RosterProblem

__all__ = ["CALLS", "call_twice", "held"]

CALLS = ("first", "again")

_KEPT = (
    "objective",
    "bound",
    "gap",
    "short_agent_intervals",
    "verified",
    "termination",
    "first_roster_seconds",
)


def held(
    agents: int, skills: int, days: int, seed: int, limits: Iterable[float], *, distinct: bool
) -> list[dict[str, Any]]:
    """Return, for each limit in seconds, how late both calls were and what they came to."""
    return [
        apart(call_twice, agents, skills, days, seed, limit, distinct=distinct) for limit in limits
    ]


def call_twice(
    agents: int, skills: int, days: int, seed: int, limit: float, *, distinct: bool
) -> dict[str, Any]:
    """Return the figures of two calls with one limit, and the peak memory of this process."""
    problem = centre(agents, skills, days, seed, distinct=distinct)
    calls = {name: _call(problem, limit, seed) for name in CALLS}
    return {"limit": limit, **calls, "peak_memory_mb": peak_memory_mb()}


def _call(problem: RosterProblem, limit: float, seed: int) -> dict[str, Any]:
    """Return the figures of one call; lateness below 0 means that it came earlier."""
    began = time.perf_counter()
    try:
        _, figures = measure(problem, limit, seed=seed)
    except NoSolution:
        took = time.perf_counter() - began
        return {"seconds": took, "late": took - limit, **dict.fromkeys(_KEPT)}
    seconds = figures["seconds"]
    return {"seconds": seconds, "late": seconds - limit} | {key: figures[key] for key in _KEPT}
