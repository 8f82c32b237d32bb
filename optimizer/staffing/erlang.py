"""Erlang B, C and A for one interval, compiled: the kernels under every staffing figure.

All three models are birth-death chains, and all their figures are sums of weights relative to
the state in which every agent is busy and nobody waits:

* the states *below* (some agent is free) give Erlang B: ``1 / B = 1 + below``;
* the states *above* (contacts wait) are geometric without abandonment (Erlang C) and, with
  exponential patience (Erlang A, M/M/n+M), the terms of an incomplete gamma function.

Time is measured in mean handling times, so that the arrival rate is the offered load in erlang
and an agent completes one contact per unit. Every sum has positive terms, starts at its largest
term and ends when the bounded rest is below rounding, so nothing cancels, overflows or
underflows: cost grows with the square root of the number of agents, not with the number.

The two halves are kept apart: `behind` takes the weight below as a number, so that whatever
happens while agents are free (chats shared among them, say), the queue behind them is the same.
Agents may be a fraction: the weight below then is its continuous extension.

The loops over intervals stand here too, because numba renews a compiled function only when the
file that holds it changes.

Sources: Erlang (1917); Palm (1957), *Research on telephone traffic carried by full availability
groups*; Jagerman (1974), *Some properties of the Erlang loss function*; Mandelbaum and Zeltyn
(2007), *Service engineering in action: the Palm/Erlang-A queue*.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = [
    "behind",
    "behind_all",
    "block_all",
    "busy_all",
    "busy_mass",
    "measure_all",
    "queue_tail",
]

Array = NDArray[np.float64]

_EPS = 1e-17
_HUGE = 1e290


@njit(cache=True)
def busy_mass(servers: float, load: float) -> float:
    """Return the weight of the states with a free agent, relative to the state without one.

    This is ``1 / B - 1`` of the Erlang B formula; past 1e290 it counts as infinite. For a
    fraction of agents ``1 / B`` is Jagerman's integral of ``A exp(-A t) (1 + t) ** N``, which
    obeys the same recurrence: whole agents are taken off until less than one is left.

    Parameters
    ----------
    servers
        0 or more.
    load
        Offered load in erlang, above 0.
    """
    total = 0.0
    term = 1.0
    busy = servers
    while busy >= 1.0:
        term *= busy / load
        total += term
        busy -= 1.0
        if total > _HUGE:
            return math.inf
        if term * busy < _EPS * total * (load - busy):
            return total
    if busy > 0.0:
        total += term * _part_mass(busy, load)
    return total


@njit(cache=True)
def _part_mass(part: float, load: float) -> float:
    """Return `busy_mass` of less than one agent: ``exp(A) A ** -N Gamma(N + 1, A) - 1``.

    The incomplete gamma function is its power series for small loads and its continued fraction
    (by Lentz's method) for others.
    """
    shape = part + 1.0
    if load < 1.5:
        term = 1.0 / shape
        series = term
        k = 1.0
        while term > _EPS * series:
            term *= load / (shape + k)
            series += term
            k += 1.0
        # The lower function is load ** shape * exp(-load) * series.
        whole = math.exp(math.lgamma(shape) + load - part * math.log(load))
        return whole - load * series - 1.0
    b = load + 1.0 - shape
    c = math.inf
    d = 1.0 / b
    fraction = d
    k = 1.0
    while True:
        numerator = -k * (k - shape)
        b += 2.0
        d = 1.0 / (b + numerator * d)
        c = b + numerator / c
        change = c * d
        fraction *= change
        k += 1.0
        if abs(change - 1.0) < 1e-16:
            return load * fraction - 1.0


@njit(cache=True)
def queue_tail(a: float, y: float) -> tuple[float, float, float]:
    """Sum the states in which contacts wait, for a queue with exponential patience.

    With ``j`` contacts ahead an arrival is served with probability ``a / (a + j + 1)``, and then
    its wait is on average ``sum(1 / (a + i), i = 1 .. j + 1)`` patiences. The weight of the
    state is ``y ** j / ((a + 1) ... (a + j))``.

    Parameters
    ----------
    a
        Completion rate of all agents over the rate of giving up, 0 or more.
    y
        Arrival rate over the rate of giving up, 0 or more.

    Returns
    -------
    log_mass
        Logarithm of the total weight, relative to the state where all agents are busy and
        nobody waits (which is included).
    abandoning
        Share of the arrivals to these states that give up.
    served_wait
        Mean over these arrivals of the wait if served, else 0, in mean patiences.
    """
    mode = max(0.0, math.floor(y - a))
    log_scale = 0.0
    if mode > 0.0:
        log_scale = mode * math.log(y) - math.lgamma(a + mode + 1.0) + math.lgamma(a + 1.0)
    wait_at_mode = _digamma(a + mode + 2.0) - _digamma(a + 1.0) if mode > 0.0 else 1.0 / (a + 1.0)

    mass = 0.0
    lost = 0.0
    waited = 0.0
    ahead = mode
    weight = 1.0
    wait = wait_at_mode
    while True:
        step = 1.0 / (a + ahead + 1.0)
        mass += weight
        lost += weight * (ahead + 1.0) * step
        waited += weight * a * step * wait
        weight *= y * step
        ahead += 1.0
        wait += 1.0 / (a + ahead + 1.0)
        if weight * y < _EPS * mass * (a + ahead + 1.0 - y):
            break

    ahead = mode
    weight = 1.0
    wait = wait_at_mode
    while ahead > 0.0:
        weight *= (a + ahead) / y
        wait -= 1.0 / (a + ahead + 1.0)
        ahead -= 1.0
        step = 1.0 / (a + ahead + 1.0)
        mass += weight
        lost += weight * (ahead + 1.0) * step
        waited += weight * a * step * wait
        if weight * (a + ahead) < _EPS * mass * (y - a - ahead):
            break
    return log_scale + math.log(mass), lost / mass, waited / mass


@njit(cache=True)
def behind(
    below: float, completions: float, load: float, patience: float, threshold: float
) -> tuple[float, float, float, float, float, float, float]:
    """Return what a steady queue does to its contacts, given the states in which none waits.

    The wait beyond a threshold has the law of the whole wait in a queue whose arrivals are
    thinned by ``exp(-threshold / patience)``; two calls of `queue_tail` therefore give every
    figure, without a sum of incomplete beta functions per state.

    Parameters
    ----------
    below
        Weight of the states in which an arrival is answered at once, relative to the state in
        which every agent is busy and nobody waits.
    completions
        Contacts that all agents complete per handling time while they are all busy, 0 or more.
    load
        Offered load in erlang, 0 or more.
    patience
        Mean patience in mean handling times, above 0; infinite for contacts that never give up.
    threshold
        The answer time that service levels look at, in mean handling times, 0 or more.

    Returns
    -------
    waiting
        Share of contacts that are not answered at once.
    abandoning, abandoning_within
        Share that gives up at all, and within the threshold.
    wait
        Mean wait of all contacts, in handling times.
    answer
        Mean wait of answered contacts, in handling times; infinite if nobody is answered.
    served_within
        Share of all contacts that is answered within the threshold.
    virtual_within
        Share of all contacts whose wait with endless patience would be within it.
    """
    if load == 0.0:
        return 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0
    if math.isinf(patience):
        if completions <= load:
            return 1.0, 0.0, 0.0, math.inf, math.inf, 0.0, 0.0
        spare = completions - load
        waiting = 1.0 / (1.0 + below * spare / completions)
        within = 1.0 - waiting * math.exp(-spare * threshold)
        return waiting, 0.0, 0.0, waiting / spare, waiting / spare, within, within

    a = completions * patience
    y = load * patience
    log_mass, lost, served_wait = queue_tail(a, y)
    waiting = 1.0 / (1.0 + below * math.exp(-log_mass))
    abandoning = waiting * lost
    answer = math.inf
    if completions > 0.0:
        answer = waiting * served_wait * patience / (1.0 - abandoning)

    kept = math.exp(-threshold / patience)
    late_log_mass, late_lost, _ = queue_tail(a, y * kept)
    exponent = (
        late_log_mass - log_mass - completions * threshold - y * math.expm1(-threshold / patience)
    )
    late = min(1.0, math.exp(min(0.0, exponent)))
    served_within = 1.0 - waiting + waiting * (1.0 - lost - late * kept * (1.0 - late_lost))
    return (
        waiting,
        abandoning,
        waiting * (lost - late * kept * late_lost),
        abandoning * patience,
        answer,
        max(0.0, served_within),
        1.0 - waiting * late,
    )


@njit(cache=True)
def _digamma(x: float) -> float:
    """Return the derivative of log gamma at x > 0 (recurrence, then the asymptotic series)."""
    shift = 0.0
    while x < 12.0:
        shift -= 1.0 / x
        x += 1.0
    r = 1.0 / (x * x)
    series = r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132)))))
    return shift + math.log(x) - 0.5 / x - series


@njit(cache=True)
def measure_all(servers: Array, load: Array, patience: Array, within: Array, out: Array) -> None:
    """Write the seven figures of `behind` for plain agents into `out`, [7, intervals]."""
    for i in range(load.size):
        below = busy_mass(servers[i], load[i]) if load[i] > 0.0 else 0.0
        out[:, i] = behind(below, servers[i], load[i], patience[i], within[i])


@njit(cache=True)
def behind_all(
    below: Array, completions: Array, load: Array, patience: Array, within: Array, out: Array
) -> None:
    """Write the seven figures of `behind` for every interval into `out`, [7, intervals]."""
    for i in range(load.size):
        out[:, i] = behind(below[i], completions[i], load[i], patience[i], within[i])


@njit(cache=True)
def busy_all(servers: Array, load: Array, out: Array) -> None:
    """Write `busy_mass` of every interval, whose loads are above 0, into `out`, [intervals]."""
    for i in range(load.size):
        out[i] = busy_mass(servers[i], load[i])


@njit(cache=True)
def block_all(servers: Array, load: Array, out: Array) -> None:
    """Write the Erlang B blocking probability of every interval into `out`, [intervals]."""
    for i in range(load.size):
        if load[i] > 0.0:
            out[i] = 1.0 / (1.0 + busy_mass(servers[i], load[i]))
        else:
            out[i] = 1.0 if servers[i] == 0.0 else 0.0
