"""Customers who gave up, or were turned away, and try again.

A share of the lost contacts comes back later, so that the agents see more attempts than there
are customers. With ``lost(x)`` the share that is lost at ``x`` attempts per interval and ``r`` the
share that tries again, the attempts solve ::

    x = offered + r x lost(x)

*The approximation*: retries join a Poisson stream, as if each came long after the attempt before
it. That is exact as the delay of a retry goes to infinity. Customers who redial at once find the
same crowd again, so that more attempts are lost than this says: with a delay of the order of a
handling time the losses are understated. `docs/staffing.md` gives measured errors beside the
exact chain.

Sources: Greenberg and Wolff (1987), *An upper bound on the performance of queues with returning
customers*; Aguir, Karaesmen, Aksin and Chauvet (2004), *The impact of retrials on call center
performance*, for the fixed point.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model.findings import Findings
from optimizer.staffing.finite import finite_room
from optimizer.staffing.inputs import (
    MOST_AGENTS,
    aligned,
    check_numbers,
    check_whole,
    checked_load,
)
from optimizer.staffing.performance import Performance, steady_state

__all__ = ["RetrialPerformance", "retrial_performance"]

Array = NDArray[np.float64]

_HALVINGS = 60


@dataclass(frozen=True, slots=True, eq=False)
class RetrialPerformance:
    """A queue that lost customers come back to.

    Parameters
    ----------
    attempts
        Contacts per interval, retries included.
    served
        Share of the customers who are answered in the end, after however many attempts. Where
        nobody gives up and the agents are too few, the share that they get to.
    per_attempt
        The figures of a single attempt; ``load`` and shares are those of all attempts.
    """

    attempts: Array
    served: Array
    per_attempt: Performance


def retrial_performance(
    agents: ArrayLike,
    offered: ArrayLike,
    aht_s: ArrayLike,
    interval_s: ArrayLike,
    *,
    retry_share: ArrayLike,
    patience_s: ArrayLike = math.inf,
    waiting_places: ArrayLike | None = None,
    within_s: ArrayLike = 0.0,
) -> RetrialPerformance:
    """Return the figures of queues whose lost customers try again; all arguments broadcast.

    Attempts that end for good, answered or given up, grow with all attempts, so the fixed point
    is unique; it is bisected.

    Parameters
    ----------
    agents
        Whole numbers, 0 or more.
    offered
        Customers who call per interval for the first time, 0 or more.
    aht_s
        Mean handling time in seconds, above 0.
    interval_s
        Length of the interval in seconds, above 0.
    retry_share
        Share of those who gave up or were turned away that tries again, in [0, 1); it may be
        so high only that ``load / (1 - retry_share)`` is at most `MOST_AGENTS`.
    patience_s
        Mean patience in seconds, above 0; infinite for contacts that never give up.
    waiting_places
        Contacts that can wait, whole numbers; None for no limit.
    within_s
        The threshold of the service level in seconds, 0 or more.

    Raises
    ------
    InvalidInput
        If shapes do not fit together or a number is out of range.
    """
    found = Findings()
    names = ["agents", "offered", "aht_s", "interval_s", "patience_s", "within_s", "retry_share"]
    values = [agents, offered, aht_s, interval_s, patience_s, within_s, retry_share]
    if waiting_places is not None:
        names.append("waiting_places")
        values.append(waiting_places)
    servers, volume, aht, interval, patience, within, retry, *room = aligned(found, names, values)
    check_numbers(found.at("retry_share"), retry, 0.0, 1.0 - 1e-9)
    for places in room:
        check_whole(found.at("waiting_places"), places)
    load = checked_load(found, servers, volume, aht, interval, patience, within)
    check_numbers(found.at("offered"), load / (1.0 - retry), 0.0, MOST_AGENTS)
    raise_errors("The queue cannot be computed.", found.issues)

    def figures(attempted: Array) -> Performance:
        if room:
            return finite_room(servers, room[0], attempted, aht, patience, within)
        return steady_state(servers, attempted, aht, patience, within)

    low, high = load, load / (1.0 - retry)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        found_there = figures(middle)
        ending = middle * (1.0 - retry * (found_there.abandonment + found_there.blocked))
        enough = ending >= load
        high = np.where(enough, middle, high)
        low = np.where(enough, low, middle)
    per_attempt = figures(high)
    lost = per_attempt.abandonment + per_attempt.blocked
    carried = np.minimum(high * (1.0 - lost), servers)
    served = np.ones_like(load)
    np.divide(carried, load, out=served, where=load > 0.0)
    return RetrialPerformance(high * interval / aht, np.clip(served, 0.0, 1.0), per_attempt)
