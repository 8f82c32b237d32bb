"""What callers experience while load and agents change: the exact M(t)/M/s(t)+M queue."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model.findings import Findings
from optimizer.staffing import chain
from optimizer.staffing.inputs import (
    LONGEST,
    MOST_AGENTS,
    MOST_CONTACTS,
    SHORTEST,
    aligned,
    check_numbers,
    check_patience,
    check_whole,
)
from optimizer.staffing.performance import Performance

__all__ = ["TransientPerformance", "transient_performance"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class TransientPerformance:
    """Figures of a queue in motion, per interval.

    Parameters
    ----------
    figures
        What contacts that arrive in an interval experience if its agents stay until they are
        answered, with the means over the interval of queue and occupancy, [..., slots]. Shares
        and waits of an interval without contacts are those of one that came all the same.
    waiting_at_end
        Share that would wait of contacts arriving just before the interval ends, [..., slots].
    in_system_at_end
        Mean number of contacts waiting or in hand when the interval ends, [..., slots].
    cut_off
        Probability of the states that were left out until the end, [...]: the error of every
        share is at most this.
    """

    figures: Performance
    waiting_at_end: Array
    in_system_at_end: Array
    cut_off: Array


def transient_performance(
    agents: ArrayLike,
    offered: ArrayLike,
    aht_s: ArrayLike,
    interval_s: float,
    *,
    patience_s: ArrayLike = math.inf,
    within_s: ArrayLike = 0.0,
) -> TransientPerformance:
    """Return the figures of queues that start empty and change from interval to interval.

    Poisson arrivals, exponential handling times and patience; what is given per interval holds
    from its start to its end. Only the number of contacts counts: an agent who leaves hands back
    the contact in hand, which goes to the head of the queue, and contacts in hand take the
    handling time of the current interval. In an interval with neither agents nor contacts the
    centre is closed: those who have contacts finish them, and the next interval starts empty.

    Every share is exact (:mod:`optimizer.staffing.chain`), except that waits look at the agents
    of the interval of arrival: a change of agents while somebody waits is not foreseen.

    A day has about as many jumps as contacts and agents times intervals in handling times; each
    costs some 16 standard deviations of states. A week of half-hours with 300 agents and calls
    of five minutes takes about half a second.

    Parameters
    ----------
    agents
        Whole numbers, 0 or more, [..., slots].
    offered
        Contacts that arrive per interval, 0 or more; broadcasts with `agents`, as do the others.
    aht_s
        Mean handling time in seconds, above 0.
    interval_s
        Length of an interval in seconds, above 0.
    patience_s
        Mean patience in seconds, above 0; infinite for contacts that never give up.
    within_s
        The threshold of the service level in seconds, 0 or more.

    Raises
    ------
    InvalidInput
        If shapes do not fit together, a number is out of range, or the queues would take more
        than about half a minute to follow.
    """
    found = Findings()
    names = ("agents", "offered", "aht_s", "patience_s", "within_s")
    arrays = aligned(found, names, (np.atleast_1d(agents), offered, aht_s, patience_s, within_s))
    servers, volume, aht, patience, within = arrays
    check_whole(found.at("agents"), servers)
    check_numbers(found.at("offered"), volume, 0.0, MOST_CONTACTS)
    check_numbers(found.at("aht_s"), aht, SHORTEST, LONGEST)
    found.within("interval_s", interval_s, SHORTEST, LONGEST)
    check_patience(found.at("patience_s"), patience, aht)
    check_numbers(found.at("within_s"), within, 0.0, LONGEST)
    raise_errors("The queue cannot be followed.", found.issues)
    load = volume * aht / interval_s
    check_numbers(found.at("offered"), load, 0.0, MOST_AGENTS)
    raise_errors("The queue cannot be followed.", found.issues)

    out, cut_off = _follow_all(found, servers, volume, aht, interval_s, patience, within)
    occupancy = np.zeros_like(load)
    # Where contacts come and nobody is there, all agents are busy.
    occupancy[volume > 0.0] = 1.0
    np.divide(out[chain.BUSY], servers, out=occupancy, where=servers > 0.0)
    figures = Performance(
        load=load,
        waiting=out[chain.WAITING],
        blocked=np.zeros_like(load),
        abandonment=out[chain.ABANDONED],
        abandonment_within=out[chain.ABANDONED_WITHIN],
        mean_wait_s=out[chain.WAIT] * interval_s,
        mean_answer_s=out[chain.ANSWER] * interval_s,
        mean_queue=out[chain.QUEUE],
        occupancy=np.minimum(occupancy, 1.0),
        served_within=out[chain.SERVED_WITHIN],
        virtual_within=out[chain.VIRTUAL_WITHIN],
    )
    return TransientPerformance(figures, out[chain.LAST_WAITING], out[chain.HELD], cut_off)


def _follow_all(
    found: Findings,
    servers: Array,
    volume: Array,
    aht_s: Array,
    interval_s: float,
    patience_s: Array,
    within_s: Array,
) -> tuple[Array, Array]:
    """Return the figures of every queue, [figures, ..., slots], and what was cut off, [...]."""
    *outer, slots = servers.shape
    out = np.empty((chain.FIGURES, *outer, slots))
    cut_off = np.empty(outer)
    work = 0.0
    for row in np.ndindex(*outer):
        figures = np.empty((chain.FIGURES, slots))
        cut_off[row], work, reached = chain.follow(
            servers[row],
            volume[row],
            interval_s / aht_s[row],
            interval_s / patience_s[row],
            within_s[row] / interval_s,
            figures,
            work,
        )
        if reached < slots:
            found.at("offered", *row, reached).error(
                "too_large", "The queue grows too long or changes too fast to be followed exactly."
            )
        raise_errors("The queue cannot be followed.", found.issues)
        out[(slice(None), *row)] = figures
    return out, cut_off
