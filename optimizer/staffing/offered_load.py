"""The offered load of contacts that come at a changing rate.

If nobody ever waited, the number of contacts in hand at t would be Poisson with mean

    m(t) = integral of rate(u) P(S > t - u) du   over u < t,

the work that is there at t, which lags the arrivals by about the (residual) handling time and is
flatter than they are. Staffing a steady queue for m(t) instead of rate(t) E[S] keeps the service
level where the load changes within a few handling times.

Sources: Eick, Massey and Whitt (1993), *The physics of the M(t)/G/infinity queue*; Jennings,
Mandelbaum, Massey and Whitt (1996), *Server staffing to meet time-varying demand*.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from optimizer.errors import raise_errors
from optimizer.model import Law, LawKind
from optimizer.model.findings import Findings
from optimizer.staffing.excess import excess, reach
from optimizer.staffing.inputs import (
    LONGEST,
    MOST_AGENTS,
    MOST_CONTACTS,
    SHORTEST,
    aligned,
    check_numbers,
)

__all__ = ["OfferedLoad", "offered_load"]

Array = NDArray[np.float64]

_EXPONENTIAL = Law()

_MOST_STEPS = 1e10
"""Most pairs of an interval of arrival and a later one that are added up; a minute or so."""

_MOST_WEIGHTS = 1_000_000
"""Most weights that are held at once."""

_GONE = 1e-18


@dataclass(frozen=True, slots=True, eq=False)
class OfferedLoad:
    """The mean number of contacts in hand if every contact found an agent at once, in erlang.

    Parameters
    ----------
    mean
        Mean over each interval, [..., slots].
    edges
        At the start of each interval and at the end of the last, [..., slots + 1].
    """

    mean: Array
    edges: Array

    @property
    def maximum(self) -> Array:
        """Return the greater of the loads at the two ends of each interval, [..., slots].

        No load within the interval is greater where handling times are exponential with a mean
        that does not change: the load then moves towards its limit without turning.
        """
        return np.maximum(self.edges[..., :-1], self.edges[..., 1:])


def offered_load(
    offered: ArrayLike,
    aht_s: ArrayLike,
    interval_s: float,
    *,
    law: Law = _EXPONENTIAL,
    initial: ArrayLike = 0.0,
) -> OfferedLoad:
    """Return the offered load of Poisson arrivals whose rate is constant within each interval.

    Exact up to rounding: all integrals are closed forms. Where the mean handling time changes
    from one interval to the next, every contact keeps the one of the interval in which it
    arrived, however long it takes.

    Exponential times cost one step per interval while the mean stays the same, and otherwise one
    per interval of arrival of which somebody may still be in hand (some 40 handling times); the
    other laws always cost the latter, up to the longest time (log-normal with variation 1: some
    500 handling times, beyond which at most 1e-12 of the work is left).

    Parameters
    ----------
    offered
        Contacts that arrive per interval, 0 or more, [..., slots].
    aht_s
        Mean handling time in seconds, above 0 wherever contacts arrive; broadcasts with
        `offered`.
    interval_s
        Length of an interval in seconds, above 0.
    law
        How single handling times scatter around their mean.
    initial
        Load in hand when the first interval starts, in erlang, 0 or more, [...]: of a flow that
        was steady until then, with the handling time of the first interval.

    Raises
    ------
    InvalidInput
        If shapes do not fit together or a number is out of range.
    """
    found = Findings()
    volume, aht = aligned(found, ("offered", "aht_s"), (np.atleast_1d(offered), aht_s))
    before, _ = aligned(found, ("initial", "offered"), (initial, volume[..., 0]))
    busy = volume != 0.0
    busy[..., 0] |= before != 0.0
    aht = np.where(busy, aht, 1.0)
    found.within("interval_s", interval_s, SHORTEST, LONGEST)
    check_numbers(found.at("offered"), volume, 0.0, MOST_CONTACTS)
    check_numbers(found.at("aht_s"), aht, SHORTEST, LONGEST)
    check_numbers(found.at("initial"), before, 0.0, MOST_AGENTS)
    raise_errors("The offered load cannot be computed.", found.issues)
    slots = volume.shape[-1]
    lags = int(min(slots, math.ceil(reach(law) * float(aht.max()) / interval_s) + 1))
    if volume.size * lags > _MOST_STEPS:
        found.at("aht_s").error(
            "too_long",
            f"Handling times of up to {aht.max():g} s reach over {lags} of {slots} intervals.",
        )
    raise_errors("The offered load cannot be computed.", found.issues)

    shape = volume.shape
    volume, aht, before = volume.reshape(-1, slots), aht.reshape(-1, slots), before.ravel()
    load = OfferedLoad(np.zeros(shape), np.zeros((*shape[:-1], slots + 1)))
    mean, edges = load.mean.reshape(-1, slots), load.edges.reshape(-1, slots + 1)
    if law.kind is LawKind.EXPONENTIAL:
        for row in range(len(volume)):
            _decay(volume[row], aht[row], interval_s, before[row], mean[row], edges[row])
    else:
        _spread(volume, aht, interval_s, law, lags, mean, edges)
        _keep(aht[:, 0], interval_s, law, before, mean, edges)
    return load


@njit(cache=True)
def _decay(
    contacts: Array, aht: Array, interval: float, initial: float, mean: Array, edges: Array
) -> None:
    """Follow contacts with exponential times, those with the same mean together, of one group."""
    in_hand = np.empty(contacts.size + 1)
    times = np.empty(contacts.size + 1)
    in_hand[0], times[0] = initial, aht[0]
    oldest, count = 0, 1
    edges[0] = initial
    for slot in range(contacts.size):
        total = 0.0
        for i in range(oldest, count):
            x = interval / times[i]
            mean[slot] += in_hand[i] * -math.expm1(-x) / x
            in_hand[i] *= math.exp(-x)
            total += in_hand[i]
        if contacts[slot] > 0.0:
            x = interval / aht[slot]
            stays = -math.expm1(-x) / x
            # 1 - stays loses its digits where the interval is short against the handling time.
            own = x * (1 / 2 - x * (1 / 6 - x * (1 / 24 - x / 120))) if x < 1e-3 else 1.0 - stays
            mean[slot] += contacts[slot] * own / x
            if times[count - 1] != aht[slot]:
                in_hand[count], times[count] = 0.0, aht[slot]
                count += 1
            in_hand[count - 1] += contacts[slot] * stays
            total += contacts[slot] * stays
        while oldest < count - 1 and in_hand[oldest] <= _GONE * total:
            oldest += 1
        edges[slot + 1] = total


def _spread(
    contacts: Array, aht: Array, interval: float, law: Law, lags: int, mean: Array, edges: Array
) -> None:
    """Add the load that the contacts of each interval bring to it and to the next `lags`.

    With the interval as x handling times, contacts that arrive evenly in one interval are in
    hand d intervals later on average in proportion to the second difference of the second excess
    at ``d x``, and at the end of that interval to the difference of the first.
    """
    times, which = np.unique(aht, return_inverse=True)
    which = which.reshape(aht.shape)
    chunk = max(1, _MOST_WEIGHTS // lags)
    for start in range(0, times.size, chunk):
        x = interval / times[start : start + chunk, np.newaxis]
        first, second = excess(law, x * np.arange(lags + 1))
        at_end = -np.diff(first, axis=1) / x
        over = np.empty_like(at_end)
        over[:, 0] = (x[:, 0] - (second[:, 0] - second[:, 1])) / x[:, 0] ** 2
        over[:, 1:] = np.diff(second, n=2, axis=1) / x**2
        # What is left of differences far out can be a hair below zero.
        np.maximum(over, 0.0, out=over)
        _add(contacts, which - start, over, at_end, mean, edges)


@njit(cache=True)
def _add(
    contacts: Array, which: NDArray[np.intp], over: Array, at_end: Array, mean: Array, edges: Array
) -> None:
    """Add contacts times the weights of their handling time, of those with weights here."""
    groups, slots = contacts.shape
    kinds, lags = over.shape
    for g in range(groups):
        for slot in range(slots):
            kind = which[g, slot]
            if contacts[g, slot] == 0.0 or kind < 0 or kind >= kinds:
                continue
            for lag in range(min(lags, slots - slot)):
                mean[g, slot + lag] += contacts[g, slot] * over[kind, lag]
                edges[g, slot + lag + 1] += contacts[g, slot] * at_end[kind, lag]


def _keep(aht: Array, interval: float, law: Law, initial: Array, mean: Array, edges: Array) -> None:
    """Add what is left of the load in hand at the start, whose times follow the excess law."""
    for g in np.flatnonzero(initial):
        x = interval / aht[g]
        first, second = excess(law, x * np.arange(edges.shape[1]))
        edges[g] += initial[g] * first
        mean[g] += initial[g] * -np.diff(second) / x
