"""The number of contacts in a queue whose rates change, followed exactly: compiled kernels.

The number in the system is a birth-death chain with rates that are constant within an interval.
Its law is carried through an interval by uniformisation: with jumps at a constant rate above all
rates of the chain, the law after a while is a Poisson mixture of powers of one stochastic matrix,
and so is its mean over that while, which is what Poisson arrivals see (PASTA). All terms are
positive, so nothing cancels. Only states with a probability above 1e-18 are kept from jump to
jump; what is left out is summed up and told.

Time is measured in intervals, so that the arrival rate is the number of contacts.

Source: Jensen (1953), *Markoff chains as an aid in the study of Markoff processes*; Ingolfsson,
Akhmetshina, Budge, Li and Wu (2007), *A survey and experimental comparison of service-level
approximation methods for nonstationary M(t)/M/s(t) queueing systems*.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = [
    "ABANDONED",
    "ABANDONED_WITHIN",
    "ANSWER",
    "BUSY",
    "FIGURES",
    "HELD",
    "LAST_WAITING",
    "QUEUE",
    "SERVED_WITHIN",
    "VIRTUAL_WITHIN",
    "WAIT",
    "WAITING",
    "follow",
]

Array = NDArray[np.float64]

FIGURES = 11
(
    WAITING,
    ABANDONED,
    ABANDONED_WITHIN,
    WAIT,
    ANSWER,
    SERVED_WITHIN,
    VIRTUAL_WITHIN,
    QUEUE,
    BUSY,
    LAST_WAITING,
    HELD,
) = range(FIGURES)
"""Rows of what `follow` writes."""

_CUT = 1e-18
_SPILL = 1e-16
"""Probability at the upper end of the states from which on they do not suffice."""

_ROOM = 16
"""States above the present ones to begin with."""

_JUMPS = 1000.0
"""Mean jumps after which the states and the rate of jumps are chosen anew."""

_MOST_STATES = 10_000_000
_FIXED = 32.0
"""What a jump costs besides its products, in products."""

_MOST_WORK = 4e10
"""Most products of jumps and states: about half a minute."""


@njit(cache=True)
def follow(
    servers: Array,
    arrivals: Array,
    service: Array,
    giving_up: Array,
    within: Array,
    out: Array,
    work: float,
) -> tuple[float, float, int]:
    """Follow one queue, empty at first, over all intervals.

    Parameters
    ----------
    servers, arrivals, service, giving_up
        Agents, and rates per interval: of contacts, of each agent and of each waiting contact,
        [slots].
    within
        Thresholds of the service level in intervals, [slots].
    out
        Where the figures go, [FIGURES, slots].
    work
        Products of jumps and states that were computed before.

    Returns
    -------
    cut_off
        Probability of the states that were left out.
    work
        The products so far.
    reached
        How many intervals were computed before there was too much to do.
    """
    law, low = np.ones(1), 0
    cut_off = 0.0
    for slot in range(servers.size):
        s, birth, mu, theta = servers[slot], arrivals[slot], service[slot], giving_up[slot]
        if s == 0.0 and birth == 0.0:
            cut_off += max(0.0, 1.0 - law.sum())
            law, low = np.ones(1), 0
            out[:, slot] = 0.0
            out[SERVED_WITHIN, slot] = out[VIRTUAL_WITHIN, slot] = 1.0
            continue

        seen = np.zeros(low + law.size)
        left, room = 1.0, _ROOM
        while left > 0.0:
            top = low + law.size + room
            rate = birth + _leaving(top, s, mu, theta)
            if top > _MOST_STATES or work + rate * left > _MOST_WORK:
                return cut_off, work, slot
            span = min(left, _JUMPS / rate)
            ends, new_low, spent, base, products = _advance(
                law, low, top, rate, span, birth, s, mu, theta
            )
            work += products + seen.size
            if ends.size == 0:
                room *= 2
                continue
            law, low = ends, new_low
            left -= span
            if base + spent.size > seen.size:
                larger = np.zeros(2 * (base + spent.size))
                larger[: seen.size] = seen
                seen = larger
            seen[base : base + spent.size] += spent
        _summarise(seen, s, mu, theta, within[slot], out[:, slot])
        out[LAST_WAITING, slot] = law[max(0, int(s) - low) :].sum()
        out[HELD, slot] = (law * np.arange(low, low + law.size)).sum()
    return cut_off + max(0.0, 1.0 - law.sum()), work, servers.size


@njit(cache=True)
def _leaving(n: int, s: float, mu: float, theta: float) -> float:
    """Return the rate at which contacts leave when there are `n`."""
    return mu * min(s, float(n)) + theta * max(0.0, n - s)


@njit(cache=True)
def _advance(
    law: Array,
    low: int,
    top: int,
    rate: float,
    span: float,
    birth: float,
    s: float,
    mu: float,
    theta: float,
) -> tuple[Array, int, Array, int, float]:
    """Carry the law of the states from `low` on over a span of time, with jumps at `rate`.

    Returns
    -------
    ends, ends_low
        The law at the end and its first state; empty if states from `top` on matter.
    spent, base
        Mean time spent in the states from `base` on.
    products
        Products of jumps and states that were computed.
    """
    mean = rate * span
    # A Poisson variable passes this with a probability below 1e-17.
    jumps = int(mean + 8.5 * math.sqrt(mean)) + 16
    weights = np.empty(jumps + 1)
    tails = np.empty(jumps + 1)
    for k in range(jumps + 1):
        weights[k] = math.exp(k * math.log(mean) - mean - math.lgamma(k + 1.0))
    # Rounding in the exponents would let probability grow or shrink from span to span.
    weights /= weights.sum()
    after = 0.0
    for k in range(jumps, -1, -1):
        tails[k] = after / rate
        after += weights[k]

    base = max(0, low - jumps)
    size = top - base
    up = birth / rate
    # One step of the chain mixes each state with its neighbours; powers have a zero on each side.
    down, stay = np.empty(size + 1), np.empty(size + 1)
    for i in range(size + 1):
        down[i] = _leaving(base + i, s, mu, theta) / rate
        stay[i] = 1.0 - up - down[i]
    ends, spent = np.zeros(size), np.zeros(size)
    power, spare = np.zeros(size + 2), np.zeros(size + 2)
    first, last = low - base, low - base + law.size
    power[first + 1 : last + 1] = law
    products = 0.0
    for k in range(jumps + 1):
        here = power[first + 1 : last + 1]
        _add(spent[first:last], here, tails[k])
        if weights[k] > _CUT:
            _add(ends[first:last], here, weights[k])
        power[first] = power[last + 1] = 0.0
        if first > 0:
            power[first - 1] = 0.0
            first -= 1
        if last < size:
            power[last + 2] = 0.0
            last += 1
        _jump(power[first : last + 2], up, stay[first:], down[first:], spare[first + 1 : last + 1])
        products += last - first + _FIXED
        while last - first > 1 and spare[first + 1] < _CUT:
            first += 1
        while last - first > 1 and spare[last] < _CUT:
            last -= 1
        power, spare = spare, power
        if last == size and power[last] > _SPILL:
            return np.empty(0), 0, spent, base, products

    first, last = 0, size
    while last - first > 1 and ends[first] < _CUT:
        first += 1
    while last - first > 1 and ends[last - 1] < _CUT:
        last -= 1
    return ends[first:last].copy(), base + first, spent, base, products


@njit(cache=True)
def _add(total: Array, values: Array, weight: float) -> None:
    for i in range(values.size):
        total[i] += weight * values[i]


@njit(cache=True)
def _jump(power: Array, up: float, stay: Array, down: Array, out: Array) -> None:
    """Write one step of the chain; `power` has one more state on each side."""
    for i in range(out.size):
        out[i] = power[i] * up + power[i + 1] * stay[i] + power[i + 2] * down[i + 1]


@njit(cache=True)
def _summarise(seen: Array, s: float, mu: float, theta: float, within: float, out: Array) -> None:
    """Write what contacts experience that find the queue as it was `seen`.

    Of one with j ahead in the queue, the virtual wait is a sum of exponential times with rates
    ``s mu + i theta``, i = 0 .. j: longer than the threshold with probability ``I_x(a, j + 1)``,
    where ``a = s mu / theta`` and ``x = exp(-theta within)``, or a Poisson tail without patience.
    It is served with probability ``a / (a + j + 1)``, and then within the threshold with
    ``1 - I_x(a + 1, j + 1)``. Both are sums of positive terms over j.
    """
    out[:] = 0.0
    at_once = 0.0
    for n in range(seen.size):
        weight = seen[n]
        out[BUSY] += weight * min(s, float(n))
        if n < s:
            at_once += weight
        else:
            out[WAITING] += weight
            out[QUEUE] += weight * (n - s)
    out[SERVED_WITHIN] = out[VIRTUAL_WITHIN] = at_once
    patient = theta == 0.0
    if s == 0.0:
        out[ABANDONED] = 0.0 if patient else out[WAITING]
        out[WAIT] = math.inf if patient else out[WAITING] / theta
        out[ABANDONED_WITHIN] = -math.expm1(-theta * within) * out[WAITING]
        out[ANSWER] = math.inf
        return

    a = math.inf if patient else s * mu / theta
    staying = math.exp(-theta * within)
    late_log, served_late_log = -s * mu * within, -(s * mu + theta) * within
    late, served_late, waits = 0.0, 0.0, 0.0
    for ahead in range(max(0, seen.size - int(s))):
        if ahead > 0 and within > 0.0:
            if patient:
                late_log += math.log(s * mu * within / ahead)
            else:
                late_log += math.log((1.0 - staying) * (a + ahead - 1.0) / ahead)
                served_late_log += math.log((1.0 - staying) * (a + ahead) / ahead)
        if ahead == 0 or within > 0.0:
            late = min(1.0, late + math.exp(late_log))
            served_late = min(1.0, served_late + math.exp(served_late_log))
        weight = seen[ahead + int(s)]
        out[VIRTUAL_WITHIN] += weight * (1.0 - late)
        if patient:
            out[WAIT] += weight * (ahead + 1.0) / (s * mu)
            continue
        served = a / (a + ahead + 1.0)
        waits += 1.0 / (a + ahead + 1.0)
        in_time = served * (1.0 - served_late)
        out[SERVED_WITHIN] += weight * in_time
        out[ABANDONED] += weight * (1.0 - served)
        out[ABANDONED_WITHIN] += weight * max(0.0, 1.0 - staying * late - in_time)
        out[WAIT] += weight * (1.0 - served) / theta
        out[ANSWER] += weight * served * waits / theta
    if patient:
        out[SERVED_WITHIN] = out[VIRTUAL_WITHIN]
        out[ANSWER] = out[WAIT]
    else:
        out[ANSWER] /= 1.0 - out[ABANDONED]
