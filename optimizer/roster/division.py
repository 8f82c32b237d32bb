"""Who serves whom in each slot, kept optimal while people come and go, one at a time.

For every slot the state holds a best division of the people at work among the groups: ``flow``
from each kind of people (one set of groups that they serve) to each group. It is a minimum-cost
flow, and both changes keep it so by shortest augmenting paths (Ahuja, Magnanti & Orlin 1993,
ch. 9): somebody who comes is pushed along the path that ends at the dearest shortage in reach;
somebody who goes is replaced along the path that ends with idle people or, if there is none, at
the cheapest group in reach. Colleagues move between groups on the way. All other arcs are free,
so that every path is found by breadth first search, in kinds x groups x kinds steps at most.

What one more of a kind is worth in a slot is computed by the same search on a copy, for a whole
person: where a slot lacks only half a person, only half a person counts. Values are kept until
the slot changes.

The kernels are in one file on purpose: numba keeps stale code of functions of other files.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.roster.demand import Demand

__all__ = ["Division", "change", "division_of", "refresh_losses", "refresh_values"]

EPS = 1e-9

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Division(NamedTuple):
    """The state, as compiled code takes it; filled in place.

    Parameters
    ----------
    price
        Of one agent missing for one slot, [groups].
    serves
        [kinds, groups].
    present
        People on contacts, [slots, kinds].
    missing
        Shortage, [slots, groups].
    flow
        [slots, kinds, groups].
    stamp
        How often a slot has changed, [slots].
    value, loss
        By how much one more lowers the priced shortage, and one fewer raises it,
        [kinds, slots]; the loss is only meant where somebody of the kind is present.
    valued, lost
        The stamps at which these were computed, [kinds, slots].
    """

    price: Floats
    serves: Flags
    present: Integers
    missing: Floats
    flow: Floats
    stamp: Integers
    value: Floats
    loss: Floats
    valued: Integers
    lost: Integers


def division_of(demand: Demand, kinds: list[int]) -> Division:
    """Return the state in which nobody works.

    Parameters
    ----------
    kinds
        The groups that each kind of people serves, as bits.
    """
    groups, slots = demand.agents.shape
    serves = np.array([[bits >> g & 1 for g in range(groups)] for bits in kinds], dtype=bool)
    return Division(
        np.array(demand.price, dtype=np.float64),
        serves.reshape(len(kinds), groups),
        np.zeros((slots, len(kinds)), dtype=np.int64),
        np.array(demand.agents.T, dtype=np.float64, order="C"),
        np.zeros((slots, len(kinds), groups)),
        np.zeros(slots, dtype=np.int64),
        np.zeros((len(kinds), slots)),
        np.zeros((len(kinds), slots)),
        np.full((len(kinds), slots), -1, dtype=np.int64),
        np.full((len(kinds), slots), -1, dtype=np.int64),
    )


@njit(cache=True)
def change(division: Division, kind: int, slots: Integers, comes: bool) -> None:
    """Put one more of a kind to work in some slots, or take one away."""
    for slot in slots:
        present, flow = division.present[slot], division.flow[slot]
        if comes:
            present[kind] += 1
            amount = 1.0
        else:
            present[kind] -= 1
            amount = -_idle(present, flow, kind)
        _reroute(division, present, division.missing[slot], flow, kind, amount, comes)
        division.stamp[slot] += 1


@njit(cache=True)
def refresh_values(division: Division, kind: int) -> None:
    """Recompute what one more of a kind is worth in the slots that have changed."""
    flow = np.empty_like(division.flow[0])
    missing = np.empty_like(division.missing[0])
    for slot in range(len(division.stamp)):
        if division.valued[kind, slot] == division.stamp[slot]:
            continue
        division.valued[kind, slot] = division.stamp[slot]
        lacks = False
        for g in range(len(division.price)):
            lacks = lacks or division.missing[slot, g] > EPS
        division.value[kind, slot] = 0.0
        if lacks:
            missing[:], flow[:] = division.missing[slot], division.flow[slot]
            division.value[kind, slot] = -_reroute(
                division, division.present[slot], missing, flow, kind, 1.0, True
            )


@njit(cache=True)
def refresh_losses(division: Division, kind: int) -> None:
    """Recompute what one fewer of a kind costs in the slots that have changed."""
    flow = np.empty_like(division.flow[0])
    missing = np.empty_like(division.missing[0])
    present = np.empty_like(division.present[0])
    for slot in range(len(division.stamp)):
        if division.lost[kind, slot] == division.stamp[slot]:
            continue
        division.lost[kind, slot] = division.stamp[slot]
        division.loss[kind, slot] = 0.0
        if division.present[slot, kind] > 0:
            missing[:], flow[:] = division.missing[slot], division.flow[slot]
            present[:] = division.present[slot]
            present[kind] -= 1
            amount = -_idle(present, flow, kind)
            division.loss[kind, slot] = _reroute(
                division, present, missing, flow, kind, amount, False
            )


@njit(cache=True)
def _idle(present: Integers, flow: Floats, kind: int) -> float:
    """Return the people of a kind who serve nobody; negative if more serve than are present."""
    idle = float(present[kind])
    for g in range(flow.shape[1]):
        idle -= flow[kind, g]
    return idle


@njit(cache=True)
def _reroute(
    division: Division,
    present: Integers,
    missing: Floats,
    flow: Floats,
    kind: int,
    amount: float,
    comes: bool,
) -> float:
    """Push people of a kind into one slot, or draw them out; return the rise of the price.

    Both searches alternate between kinds and groups. Who comes serves a group, and whoever
    serves that one now may leave it; who goes leaves a group, and whoever can serve that one may
    step in.
    """
    price, serves = division.price, division.serves
    kinds, groups = serves.shape
    via = np.empty(groups, dtype=np.int64)  # the kind from which a group was reached
    back = np.empty(kinds, dtype=np.int64)  # the group from which a kind was reached
    queue = np.empty(kinds, dtype=np.int64)
    rise, left = 0.0, amount
    while left > EPS:
        via[:] = -1
        back[:] = -1
        queue[0] = kind
        head, tail, target, helper = 0, 1, -1, -1
        while head < tail and helper < 0:
            k = queue[head]
            head += 1
            for g in range(groups):
                passes = serves[k, g] if comes else flow[k, g] > EPS
                if not passes or via[g] >= 0:
                    continue
                via[g] = k
                if comes:
                    if missing[g] > EPS and (target < 0 or price[g] > price[target]):
                        target = g
                elif target < 0 or price[g] < price[target]:
                    target = g
                for other in range(kinds):
                    passes = flow[other, g] > EPS if comes else serves[other, g]
                    if not passes or other == kind or back[other] >= 0:
                        continue
                    back[other] = g
                    queue[tail] = other
                    tail += 1
                    if not comes and helper < 0 and _idle(present, flow, other) > EPS:
                        helper = other
        if target < 0:
            break
        step = left
        if helper >= 0:
            target = back[helper]
            step = min(step, _idle(present, flow, helper))
        elif comes:
            step = min(step, missing[target])
        g = target
        while True:
            k = via[g]
            if comes and k != kind:
                step = min(step, flow[k, back[k]])
            elif not comes:
                step = min(step, flow[k, g])
            if k == kind:
                break
            g = back[k]
        moved = step if comes else -step
        g = target
        while True:
            k = via[g]
            flow[k, g] += moved
            if k == kind:
                break
            flow[k, back[k]] -= moved
            g = back[k]
        if helper >= 0:
            flow[helper, target] += step
        else:
            missing[target] -= moved
            rise -= moved * price[target]
        left -= step
    return rise
