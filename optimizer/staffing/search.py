"""The least number of agents that meets a goal, exactly, for every interval of a group."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model import Denominator, ServiceGoal
from optimizer.model.findings import Findings
from optimizer.staffing.erlang import (
    ANSWERED,
    EXCLUDING,
    OFFERED,
    SLACK,
    VIRTUAL,
    EncodedGoal,
    least_all,
)
from optimizer.staffing.inputs import (
    LONGEST,
    LONGEST_PATIENCE,
    MOST_AGENTS,
    MOST_CONTACTS,
    SHORTEST,
    aligned,
    check_numbers,
)

__all__ = ["least_agents"]

_CODES = {
    Denominator.OFFERED: OFFERED,
    Denominator.ANSWERED: ANSWERED,
    Denominator.VIRTUAL: VIRTUAL,
    Denominator.EXCLUDING_SHORT_ABANDONS: EXCLUDING,
}


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
    fails and from which it holds; it is bracketed by doubling steps away from the offered load
    and then bisected, in about ``2 log2(distance)`` evaluations.

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
    found = Findings()
    _check_goal(found.at("goal"), goal)
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

    servers = np.empty(load.size)
    least_all(load.ravel(), aht.ravel(), _encode(goal, patience_seconds), servers)
    agents: NDArray[np.int64] = -(-servers.astype(np.int64) // concurrency)
    return agents.reshape(load.shape)


def _check_goal(found: Findings, goal: ServiceGoal) -> None:
    """Report goals that mean nothing or need infinitely many agents."""
    found.within("target_share", goal.target_share, 0, 1, open_low=True, open_high=True)
    found.within("within_seconds", goal.within_seconds, 0, LONGEST)
    found.within("mean_answer_seconds", goal.mean_answer_seconds, SHORTEST)
    found.within("max_abandonment", goal.max_abandonment, SLACK, 1)
    found.within("max_occupancy", goal.max_occupancy, 0, 1, open_low=True)
    if (goal.target_share is None) != (goal.within_seconds is None):
        found.error("half_a_goal", "target_share and within_seconds belong together.")


def _encode(goal: ServiceGoal, patience: float | None) -> EncodedGoal:
    return EncodedGoal(
        patience=math.inf if patience is None else float(patience),
        within=float(goal.within_seconds or 0.0),
        share=float(goal.target_share or 0.0),
        denominator=_CODES[goal.denominator],
        answer=float(goal.mean_answer_seconds or math.inf),
        abandonment=float(goal.max_abandonment or 1.0),
        occupancy=float(goal.max_occupancy),
    )
