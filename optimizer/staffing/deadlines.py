"""Work with deadlines in open time: earliest deadline first, and the least staff that keeps them.

Work of one class arrives and falls due in the same order, so a class is two cumulative curves
over open slots: what has arrived by a slot, and what is due by its end. In between lies all
freedom. Several classes share the capacity of a slot by *earliest deadline first* (EDF), which
keeps every deadline whenever anything does (Horn 1974, Dertouzos 1974).

Deadlines can be kept exactly if no stretch of slots has more work inside than capacity, where
the work inside has arrived and is due within the stretch (the demand bound of Baruah, Rosier and
Howell 1990). So the least constant capacity is the greatest density of such a stretch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.staffing.deferred import DeferredWork

__all__ = ["Curves", "Level", "curves_of", "earliest_deadline_first", "flattest", "least_level"]

Array = NDArray[np.float64]

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Classes of work over open slots; both curves end at the same figure.

    Parameters
    ----------
    arrived
        Work that has arrived by each slot, itself included, [classes, open slots].
    due
        Work that is due by the end of each slot, never more than `arrived`, in like shape.
    group
        Index of the group of each class, [classes].
    """

    arrived: Array
    due: Array
    group: NDArray[np.int64]

    def without(self, first: int, last: int) -> Curves:
        """Return what is left if the slots from `first` to `last` do all the work inside them.

        These slots are cut out: other work that is due in them has to be done before, and what
        arrives in them waits until after.
        """
        came = _before(self.arrived)[:, first, np.newaxis]
        falls = self.due[:, last, np.newaxis]
        inside = np.maximum(falls - came, 0.0)
        arrived, due = (
            np.hstack([curve[:, :first], curve[:, last + 1 :] - inside])
            for curve in (self.arrived, self.due)
        )
        if first > 0:
            due[:, first - 1] = np.minimum(came, falls)[:, 0]
        return Curves(arrived, due, self.group)


@dataclass(frozen=True, slots=True)
class Level:
    """The least constant capacity, and the open slots, both included, that ask for it.

    Without work there is no such stretch, and `last` lies before `first`.
    """

    agents: float
    first: int = 0
    last: int = -1


def curves_of(
    work: Sequence[DeferredWork], positions: NDArray[np.int64], *, beyond: bool
) -> Curves:
    """Return the curves of several groups' work over the open slots of a period.

    What arrives after the last open slot is no part of them.

    Parameters
    ----------
    positions
        Slots that are open, in order and at least one, [open slots].
    beyond
        Whether windows that are not over when the period ends run on into open slots that
        follow it; otherwise their work is due at the end of the last open slot.
    """
    count = len(positions)
    longest = max((window for item in work for window, _ in item.clocks), default=1)
    length = count + longest - 1 if beyond else count
    arrived, due, group = [], [], []
    for g, item in enumerate(work):
        total = np.cumsum(_by_position(item.arriving, positions, "left"))
        for window, share in item.clocks:
            came = np.full(length, share * total[-1])
            came[:count] = share * total
            falls = np.zeros(length)
            falls[window - 1 :] = came[: max(0, length - window + 1)]
            falls[-1] = came[-1]
            arrived.append(came)
            due.append(falls)
            group.append(g)
        if item.backlog is not None:
            falls = np.cumsum(_by_position(item.backlog, positions, "right"))
            falls = np.pad(falls, (0, length - count), mode="edge")
            arrived.append(np.full(length, falls[-1]))
            due.append(falls)
            group.append(g)
    shape = (len(group), length)
    return Curves(
        np.array(arrived).reshape(shape), np.array(due).reshape(shape), np.array(group, np.int64)
    )


def _by_position(work: Array, positions: NDArray[np.int64], side: str) -> Array:
    """Add the work of every slot up at the next open slot, or at the last one before ("right").

    What has no next one is left out; what has none before goes to the first.
    """
    slots = np.arange(len(work))
    if side == "left":
        place = np.searchsorted(positions, slots)
    else:
        place = np.maximum(np.searchsorted(positions, slots, side="right") - 1, 0)
    added = np.bincount(place, weights=work, minlength=len(positions))
    return added[: len(positions)].astype(np.float64)


def _before(curves: Array) -> Array:
    """Return the curves one slot later: what had been by the start of each slot."""
    return np.pad(curves, ((0, 0), (1, 0)))[:, :-1]


def least_level(curves: Curves, already: Array) -> Level:
    """Return the least constant capacity on top of `already` that keeps every deadline.

    Newton's method on the worst lateness under EDF, which is convex and piecewise linear in the
    level: every step moves to the density of a stretch that was overloaded, so it rises to the
    greatest density and ends there, after a handful of steps. A step is linear in the slots
    times the square of the classes.

    Parameters
    ----------
    already
        Work that others do in each slot, 0 or more, [open slots].
    """
    level = Level(0.0)
    others = np.concatenate([[0.0], np.cumsum(already)])
    before = _before(curves.arrived)
    rounding = _ROUNDING * float(curves.due[:, -1].sum())
    while True:
        done = earliest_deadline_first(curves.arrived, curves.due, already + level.agents)
        late = np.maximum(curves.due - done, 0.0).sum(axis=0)
        last = int(late.argmax())
        if late[last] <= rounding:
            return level
        inside = np.maximum(curves.due[:, last, np.newaxis] - before[:, : last + 1], 0.0)
        missing = inside.sum(axis=0) - (others[last + 1] - others[: last + 1])
        density = missing / np.arange(last + 1, 0, -1)
        first = int(density.argmax())
        if density[first] <= level.agents:
            return level
        level = Level(float(density[first]), first, last)


def flattest(curves: Curves, already: Array) -> Array:
    """Return capacity per slot on top of `already` that keeps every deadline: the flattest.

    No plan has a lower peak, none fewer agent-hours, and none is better by any other convex cost
    that is the same in all slots: among all capacities that keep the deadlines this one is least
    majorised. The stretch that asks for the greatest level gets that level, which its own work
    fills to the brim; it is cut out and the rest is treated alike (Yao, Demers and Shenker 1995;
    Fujishige 1980). One `least_level` per stretch of equal level.

    Returns
    -------
    [open slots]
    """
    added = np.zeros(len(already))
    left = np.arange(len(already))
    while len(left):
        level = least_level(curves, already[left])
        if level.last < level.first:
            break
        stretch = slice(level.first, level.last + 1)
        added[left[stretch]] = level.agents
        curves = curves.without(level.first, level.last)
        left = np.delete(left, stretch)
    return added


@njit(cache=True)
def _serve(
    arrived: Array, due: Array, slot: int, capacity: float, done: Array, head: NDArray[np.int64]
) -> None:
    """Spend the capacity of one slot by EDF; `done` is what each class has had, `head` its due."""
    last = due.shape[1] - 1
    while True:
        urgent = -1
        for c in range(len(done)):
            while head[c] < last and due[c, head[c]] <= done[c]:
                head[c] += 1
            waits = done[c] < arrived[c, slot]
            if waits and (urgent < 0 or head[c] < head[urgent]):
                urgent = c
        if urgent < 0:
            return
        # Done becomes a point of a curve and no sum, so that nothing is left by rounding.
        goal = min(arrived[urgent, slot], due[urgent, head[urgent]])
        if goal - done[urgent] > capacity:
            done[urgent] += capacity
            return
        capacity -= goal - done[urgent]
        done[urgent] = goal


@njit(cache=True)
def earliest_deadline_first(arrived: Array, due: Array, capacity: Array) -> Array:
    """Return what each class has had by the end of each slot, [classes, open slots].

    Overdue work keeps its deadline and so comes first, which makes the greatest lateness least.
    Linear in the slots times the square of the classes.

    Parameters
    ----------
    arrived, due
        The arrays of `Curves`.
    capacity
        Work that can be done per slot, 0 or more, [open slots].
    """
    classes, slots = arrived.shape
    done = np.zeros(classes)
    head = np.zeros(classes, dtype=np.int64)
    course = np.empty((classes, slots))
    for slot in range(slots):
        _serve(arrived, due, slot, capacity[slot], done, head)
        course[:, slot] = done
    return course
