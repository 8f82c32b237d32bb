"""What callers experience with a given number of agents: Erlang C and A over whole arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model import Denominator
from optimizer.model.findings import Findings
from optimizer.staffing.erlang import block_all, measure_all
from optimizer.staffing.inputs import (
    MOST_AGENTS,
    aligned,
    check_numbers,
    check_whole,
    checked_load,
)

__all__ = ["Performance", "blocking_probability", "performance", "steady_state"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Performance:
    """Steady-state figures of a queue, every one an array of the same shape.

    Parameters
    ----------
    load
        Offered load in erlang.
    waiting
        Share of contacts that wait, whether they are answered in the end or not.
    blocked
        Share of contacts that find no place to wait and are turned away: 0 unless waiting
        places are limited. They are neither answered nor abandon, and wait 0 seconds.
    abandonment, abandonment_within
        Share of contacts that give up, at all and within the threshold.
    mean_wait_s
        Mean wait of all contacts, in seconds.
    mean_answer_s
        Mean wait of answered contacts (ASA), in seconds; infinite where nobody is answered.
    mean_queue
        Mean number of contacts that wait.
    occupancy
        Share of the agents' time spent on contacts.
    served_within
        Share of all contacts that is answered within the threshold.
    virtual_within
        Share of all contacts whose wait, had they endless patience, is within the threshold.
    """

    load: Array
    waiting: Array
    blocked: Array
    abandonment: Array
    abandonment_within: Array
    mean_wait_s: Array
    mean_answer_s: Array
    mean_queue: Array
    occupancy: Array
    served_within: Array
    virtual_within: Array

    def service_level(self, denominator: Denominator) -> Array:
        """Return the share answered within the threshold, of the contacts that are counted.

        Contacts that were turned away count as not answered in time, except among those that
        were answered. The share is 0 where contacts come but none is counted, and 1 where none
        comes.
        """
        if denominator is Denominator.VIRTUAL:
            return self.virtual_within
        counted = {
            Denominator.OFFERED: np.ones_like(self.load),
            Denominator.ANSWERED: 1.0 - self.abandonment - self.blocked,
            Denominator.EXCLUDING_SHORT_ABANDONS: 1.0 - self.abandonment_within,
        }[denominator]
        level = np.zeros_like(counted)
        np.divide(self.served_within, counted, out=level, where=counted > 0.0)
        return np.minimum(level, 1.0)


def performance(
    agents: ArrayLike,
    offered: ArrayLike,
    aht_s: ArrayLike,
    interval_s: ArrayLike,
    *,
    patience_s: ArrayLike = math.inf,
    within_s: ArrayLike = 0.0,
) -> Performance:
    """Return the figures of queues in steady state; all arguments broadcast.

    Poisson arrivals, exponential handling times and patience. Endless patience is Erlang C, any
    other Erlang A (see :mod:`optimizer.staffing.erlang` for formulas and sources). An Erlang C
    queue whose load is not below its agents has no steady state: everybody waits for ever.

    Parameters
    ----------
    agents
        Whole numbers, 0 or more.
    offered
        Contacts that arrive per interval, 0 or more.
    aht_s
        Mean handling time in seconds, above 0.
    interval_s
        Length of the interval in seconds, above 0.
    patience_s
        Mean patience in seconds, above 0; infinite for contacts that never give up.
    within_s
        The threshold of the service level in seconds, 0 or more.

    Raises
    ------
    InvalidInput
        If shapes do not fit together or a number is out of range.
    """
    found = Findings()
    names = ("agents", "offered", "aht_s", "interval_s", "patience_s", "within_s")
    arrays = aligned(found, names, (agents, offered, aht_s, interval_s, patience_s, within_s))
    load = checked_load(found, *arrays)
    servers, _, aht, _, patience, within = arrays
    return steady_state(servers, load, aht, patience, within)


def steady_state(
    servers: Array, load: Array, aht_s: Array, patience_s: Array | float, within_s: Array | float
) -> Performance:
    """Return the figures of queues whose numbers are known to be sound; servers may be real."""
    patience = np.full(load.size, (patience_s / aht_s).ravel())
    within = np.full(load.size, (within_s / aht_s).ravel())
    figures = np.empty((7, load.size))
    measure_all(servers.ravel(), load.ravel(), patience, within, figures)
    waiting, lost, lost_within, wait, answer, served, virtual = figures.reshape(7, *load.shape)
    occupancy = np.where(load > 0.0, 1.0, 0.0)
    np.divide(load * (1.0 - lost), servers, out=occupancy, where=servers > 0.0)
    return Performance(
        load=load,
        waiting=waiting,
        blocked=np.zeros_like(load),
        abandonment=lost,
        abandonment_within=lost_within,
        mean_wait_s=wait * aht_s,
        mean_answer_s=answer * aht_s,
        mean_queue=load * wait,
        occupancy=np.minimum(occupancy, 1.0),
        served_within=served,
        virtual_within=virtual,
    )


def blocking_probability(servers: ArrayLike, load: ArrayLike) -> Array:
    """Return the share of contacts that find all lines busy and are lost (Erlang B).

    Parameters
    ----------
    servers
        Lines or agents, whole numbers, 0 or more.
    load
        Offered load in erlang, 0 or more; broadcasts with `servers`.

    Raises
    ------
    InvalidInput
        If shapes do not fit together or a number is out of range.
    """
    found = Findings()
    lines, erlangs = aligned(found, ("servers", "load"), (servers, load))
    check_whole(found.at("servers"), lines)
    check_numbers(found.at("load"), erlangs, 0.0, MOST_AGENTS)
    raise_errors("The blocking probability cannot be computed.", found.issues)
    result = np.empty(erlangs.size)
    block_all(lines.ravel(), erlangs.ravel(), result)
    return result.reshape(erlangs.shape)
