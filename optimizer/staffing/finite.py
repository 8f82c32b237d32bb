"""A limited waiting room: M/M/n/K, and M/M/n/K+M where customers give up.

Contacts that find every agent busy and every waiting place taken are turned away. Without
waiting places this is Erlang B, with endless ones Erlang C or A; a limit makes every queue
stable, even an overloaded one whose customers never give up.

With ``j`` contacts ahead, one of those in the system leaves at rate ``n + i theta`` while ``i``
wait, so the wait with endless patience is a sum of ``j + 1`` exponential times. Its tail at T is
the incomplete beta function ``I_x(a, j + 1)`` with ``x = exp(-theta T)`` and ``a = n / theta``
(an Erlang distribution for ``theta = 0``), which grows by one closed term per ``j``: one pass over
the waiting places gives every figure.

Source: Riordan (1962), *Stochastic service systems*; Mandelbaum and Zeltyn (2007), *Service
engineering in action: the Palm/Erlang-A queue*, for waits with patience.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from optimizer.model.findings import Findings
from optimizer.staffing.erlang import busy_all
from optimizer.staffing.inputs import aligned, check_whole, checked_load
from optimizer.staffing.performance import Performance

__all__ = ["finite_performance", "finite_room"]

Array = NDArray[np.float64]

_EPS = 1e-17
_HUGE = 1e250


def finite_performance(
    agents: ArrayLike,
    waiting_places: ArrayLike,
    offered: ArrayLike,
    aht_s: ArrayLike,
    interval_s: ArrayLike,
    *,
    patience_s: ArrayLike = math.inf,
    within_s: ArrayLike = 0.0,
) -> Performance:
    """Return the figures of queues with a limited waiting room; all arguments broadcast.

    Linear in the number of waiting places that are ever taken.

    Parameters
    ----------
    agents
        Whole numbers, 0 or more.
    waiting_places
        Contacts that can wait, whole numbers, 0 or more: lines less agents.
    offered
        Contacts that arrive per interval, 0 or more, those that are turned away included.
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
    names = ("agents", "waiting_places", "offered", "aht_s", "interval_s", "patience_s", "within_s")
    values = (agents, waiting_places, offered, aht_s, interval_s, patience_s, within_s)
    servers, places, volume, aht, interval, patience, within = aligned(found, names, values)
    check_whole(found.at("waiting_places"), places)
    load = checked_load(found, servers, volume, aht, interval, patience, within)
    return finite_room(servers, places, load, aht, patience, within)


def finite_room(
    servers: Array, places: Array, load: Array, aht_s: Array, patience_s: Array, within_s: Array
) -> Performance:
    """Return the figures of queues whose numbers, all of one shape, are known to be sound."""
    below = np.zeros(load.size)
    busy = np.flatnonzero(load)
    weights = np.empty(busy.size)
    busy_all(servers.flat[busy], load.flat[busy], weights)
    below[busy] = weights
    figures = np.empty((8, load.size))
    _room_all(
        below,
        servers.ravel(),
        load.ravel(),
        (aht_s / patience_s).ravel(),
        places.ravel(),
        (within_s / aht_s).ravel(),
        figures,
    )
    waiting, blocked, lost, lost_within, queue, answer, served, virtual = figures.reshape(
        8, *load.shape
    )
    wait = np.zeros_like(load)
    np.divide(queue, load, out=wait, where=load > 0.0)
    occupancy = np.where(load > 0.0, 1.0, 0.0)
    np.divide(load * (1.0 - lost - blocked), servers, out=occupancy, where=servers > 0.0)
    return Performance(
        load=load,
        waiting=waiting,
        blocked=blocked,
        abandonment=lost,
        abandonment_within=lost_within,
        mean_wait_s=wait * aht_s,
        mean_answer_s=answer * aht_s,
        mean_queue=queue,
        occupancy=np.clip(occupancy, 0.0, 1.0),
        served_within=served,
        virtual_within=virtual,
    )


@njit(cache=True)
def _room(
    below: float, servers: float, load: float, leaving: float, places: float, threshold: float
) -> tuple[float, float, float, float, float, float, float, float]:
    """Walk through the states in which all agents are busy, from the empty queue on.

    Weights are relative to the first of them and are scaled down together before they overflow.
    The walk ends at the last place, or where the bounded rest is below rounding.

    Parameters
    ----------
    below
        Weight of the states with a free agent (`erlang.busy_mass`).
    leaving
        Rate of giving up per waiting contact, in handling times; 0 if nobody does.

    Returns
    -------
    waiting, blocked, abandoning, abandoning_within
        Shares of all contacts.
    queue
        Mean number of waiting contacts.
    answer
        Mean wait of answered contacts, in handling times; infinite if nobody is answered.
    served_within, virtual_within
        Shares of all contacts.
    """
    if load == 0.0 or math.isinf(below):
        return 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0
    if servers == 0.0 and leaving == 0.0:
        # Nobody ever leaves the full room.
        return 0.0, 1.0, 0.0, 0.0, places, math.inf, 0.0, 0.0
    kept = math.exp(-leaving * threshold)
    growth = -math.expm1(-leaving * threshold) / leaving if leaving > 0.0 else threshold
    # The j-th terms of the two tails, for the wait as it is and if served.
    log_virtual = -servers * threshold
    log_served = -(servers + leaving) * threshold
    virtual_late = math.exp(log_virtual)
    served_late = math.exp(log_served)

    waited = lost = lost_within = queue = answer = served = served_in_time = virtual = 0.0
    weight = 1.0
    wait = 0.0
    ahead = 0.0
    while ahead < places:
        rate = servers + (ahead + 1.0) * leaving
        answered = servers / rate
        wait += 1.0 / rate
        in_time = answered * (1.0 - served_late)
        waited += weight
        queue += weight * ahead
        lost += weight * (1.0 - answered)
        gone = max(0.0, 1.0 - in_time - kept * virtual_late)
        lost_within += weight * min(gone, 1.0 - answered)
        served += weight * answered
        served_in_time += weight * in_time
        answer += weight * answered * wait
        virtual += weight * (1.0 - virtual_late)

        weight *= load / rate
        ahead += 1.0
        if weight > _HUGE:
            below /= _HUGE
            waited /= _HUGE
            queue /= _HUGE
            lost /= _HUGE
            lost_within /= _HUGE
            served /= _HUGE
            served_in_time /= _HUGE
            answer /= _HUGE
            virtual /= _HUGE
            weight /= _HUGE
        if weight * rate < _EPS * waited * (rate - load):
            break
        if virtual_late < 1.0:
            log_virtual += math.log(growth * (rate - leaving) / ahead)
            virtual_late = min(1.0, virtual_late + math.exp(log_virtual))
        if served_late < 1.0:
            log_served += math.log(growth * rate / ahead)
            served_late = min(1.0, served_late + math.exp(log_served))
    turned_away = weight if ahead == places else 0.0
    queue += turned_away * places
    total = below + waited + turned_away
    answered_all = below + served
    return (
        waited / total,
        turned_away / total,
        lost / total,
        lost_within / total,
        queue / total,
        answer / answered_all if answered_all > 0.0 else math.inf,
        (below + served_in_time) / total,
        (below + virtual) / total,
    )


@njit(cache=True)
def _room_all(
    below: Array,
    servers: Array,
    load: Array,
    leaving: Array,
    places: Array,
    within: Array,
    out: Array,
) -> None:
    """Write the eight figures of `_room` for every interval into `out`, [8, intervals]."""
    for i in range(load.size):
        out[:, i] = _room(below[i], servers[i], load[i], leaving[i], places[i], within[i])
