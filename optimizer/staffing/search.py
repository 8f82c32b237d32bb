"""The least number of agents that meets a goal, exactly, for every interval of a group."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model import ServiceGoal
from optimizer.model.findings import Findings
from optimizer.staffing.bracket import least_real, least_whole
from optimizer.staffing.goals import check_goal, goal_holds
from optimizer.staffing.inputs import (
    LONGEST,
    LONGEST_PATIENCE,
    MOST_AGENTS,
    MOST_CONTACTS,
    SHORTEST,
    aligned,
    check_numbers,
)
from optimizer.staffing.performance import steady_state

__all__ = ["fractional_agents", "least_agents"]

Array = NDArray[np.float64]


def least_agents(
    goal: ServiceGoal,
    offered: ArrayLike,
    aht_s: ArrayLike,
    interval_s: float,
    *,
    patience_seconds: float | None = None,
    concurrency: int = 1,
) -> NDArray[np.int64]:
    """Return the least agents per interval with which every part of a goal holds.

    Each part of a goal, whatever its denominator, can only improve with one more agent: the
    waits with ``n + 1`` agents are smaller in the likelihood-ratio order, and that order
    survives the weighting by who is still there. So there is one number below which the goal
    fails and from which it holds; `least_whole` brackets and bisects it.

    An agent who handles `concurrency` contacts at a time counts as so many servers; `aht_s` is
    then the handling time of one contact among as many.

    Parameters
    ----------
    goal
        Service level, mean answer time, abandonment and occupancy; what is None does not bind.
    offered
        Contacts that arrive per interval, 0 or more; no contacts need no agent.
    aht_s
        Mean handling time in seconds, above 0 wherever contacts arrive; broadcasts with
        `offered`.
    interval_s
        Length of an interval in seconds, above 0.
    patience_seconds
        Mean patience, above 0 and at most `LONGEST_PATIENCE` handling times; None if nobody
        gives up.
    concurrency
        Contacts per agent at the same time, at least 1.

    Raises
    ------
    InvalidInput
        If a number is out of range, or the goal cannot be reached by any number of agents
        (such as a target share of 1).
    """
    work = _work(goal, offered, aht_s, interval_s, patience_seconds, concurrency)
    agents = np.zeros(work.shape, dtype=np.int64)
    agents.flat[work.busy] = -(-work.servers().astype(np.int64) // concurrency)
    return agents


def fractional_agents(
    goal: ServiceGoal,
    offered: ArrayLike,
    aht_s: ArrayLike,
    interval_s: float,
    *,
    patience_seconds: float | None = None,
    concurrency: int = 1,
) -> Array:
    """Return the least real number of agents per interval with which a goal holds.

    Erlang B, C and A are continued to fractions of agents (Jagerman 1974), in which every part
    of a goal can only improve as well. Requirements that are pooled, or covered by agents who
    divide their time, add up as fractions without a part of an agent lost in each; rounded up
    they are those of `least_agents`, whose parameters and errors are the same. The result lies
    within 1e-12 above the least number.
    """
    work = _work(goal, offered, aht_s, interval_s, patience_seconds, concurrency)
    agents = np.zeros(work.shape)
    agents.flat[work.busy] = least_real(work.holds, work.servers()) / concurrency
    return agents


@dataclass(frozen=True, slots=True, eq=False)
class _Work:
    """The intervals with contacts, and the goal they are staffed for.

    Parameters
    ----------
    shape
        Of all intervals.
    busy
        Places of the intervals with contacts in the flattened shape.
    load, aht_s
        Their loads in erlang and handling times.
    """

    goal: ServiceGoal
    shape: tuple[int, ...]
    busy: NDArray[np.intp]
    load: Array
    aht_s: Array
    patience_s: float

    def holds(self, servers: Array, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Tell where the goal holds with so many servers in the intervals `rows`."""
        within_s = self.goal.within_seconds or 0.0
        return goal_holds(
            self.goal,
            steady_state(servers, self.load[rows], self.aht_s[rows], self.patience_s, within_s),
        )

    def servers(self) -> Array:
        """Return the least whole number of servers of every interval with contacts."""
        return least_whole(self.holds, np.floor(self.load) + 1.0)


def _work(
    goal: ServiceGoal,
    offered: ArrayLike,
    aht_s: ArrayLike,
    interval_s: float,
    patience_seconds: float | None,
    concurrency: int,
) -> _Work:
    found = Findings()
    check_goal(found.at("goal"), goal)
    found.within("interval_s", interval_s, SHORTEST, LONGEST)
    found.within("concurrency", concurrency, 1)
    volume, aht = aligned(found, ("offered", "aht_s"), (offered, aht_s))
    busy = volume != 0.0
    # What is written beside an interval without contacts does not matter.
    aht = np.where(busy, aht, 1.0)
    check_numbers(found.at("offered"), volume, 0.0, MOST_CONTACTS)
    check_numbers(found.at("aht_s"), aht, SHORTEST, LONGEST)
    shortest_call = max(SHORTEST, np.min(aht, where=busy, initial=LONGEST))
    longest = LONGEST_PATIENCE * shortest_call
    found.within("patience_seconds", patience_seconds, SHORTEST, longest)
    raise_errors("The goal cannot be staffed.", found.issues)
    load = volume * aht / interval_s
    check_numbers(found.at("offered"), load / goal.max_occupancy, 0.0, MOST_AGENTS)
    raise_errors("The goal cannot be staffed.", found.issues)
    places = np.flatnonzero(load)
    patience_s = math.inf if patience_seconds is None else float(patience_seconds)
    return _Work(goal, load.shape, places, load.flat[places], aht.flat[places], patience_s)
