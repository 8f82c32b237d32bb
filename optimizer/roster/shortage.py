"""Shortage kept up to date while shifts are added, and what one more agent would be worth.

For every slot the state holds a best division of the people at work among the groups: ``flow``
from each skill set to each group. An agent who is added is pushed along the path that reaches the
dearest shortage, moving colleagues between groups where that frees somebody with the right skill.
The requirements that can be met together form a polymatroid, so that adding people one by one
along such paths keeps the priced shortage at its minimum.

The kernels use plain loops and few arrays on purpose: they compile in a third of the time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.roster.cover import Demand
from optimizer.roster.patterns import Patterns

__all__ = [
    "DAY",
    "END",
    "PAID",
    "START",
    "TEMPLATE",
    "Cover",
    "Shapes",
    "add_shift",
    "best_begins",
    "cover_of",
    "shapes_of",
]

EPS = 1e-9
DAY, START, END, PAID, TEMPLATE = range(5)
SIZE, EARLIEST, LATEST, STEP = range(4)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Shapes(NamedTuple):
    """Patterns and the activities of their templates, as compiled code takes them.

    Parameters
    ----------
    patterns
        ``DAY, START, END, PAID, TEMPLATE`` of each pattern, [patterns, 5].
    activities
        ``SIZE, EARLIEST, LATEST, STEP`` in slots, [templates, most activities, 4]; the size is
        zero after a template's last activity.
    """

    patterns: Integers
    activities: Integers


class Cover(NamedTuple):
    """The state: who serves whom in each slot.

    Parameters
    ----------
    price
        Of one agent missing for one slot, [groups].
    serves
        [skill sets, groups].
    missing
        Shortage, [slots, groups].
    flow
        [slots, skill sets, groups].
    value
        By how much one more agent lowers the priced shortage, [slots, skill sets].
    """

    price: Floats
    serves: Flags
    missing: Floats
    flow: Floats
    value: Floats


def shapes_of(patterns: Patterns) -> Shapes:
    """Return the patterns as compiled code takes them."""
    most = max((len(activities) for activities in patterns.activities), default=0)
    activities = np.zeros((len(patterns.activities), most, 4), dtype=np.int64)
    for template, contained in enumerate(patterns.activities):
        for place, a in enumerate(contained):
            activities[template, place] = a.slots, a.earliest, a.latest, a.step
    columns = patterns.day, patterns.start, patterns.end, patterns.paid, patterns.template
    return Shapes(np.stack(columns, axis=1), activities)


def cover_of(demand: Demand, skill_sets: list[int]) -> Cover:
    """Return the state in which nobody works."""
    groups, slots = demand.agents.shape
    serves = np.array([[bits >> g & 1 for g in range(groups)] for bits in skill_sets], dtype=bool)
    cover = Cover(
        demand.price,
        serves.reshape(len(skill_sets), groups),
        np.array(demand.agents.T, order="C"),
        np.zeros((slots, len(skill_sets), groups)),
        np.zeros((slots, len(skill_sets))),
    )
    for slot in range(slots):
        _update_value(cover, slot)
    return cover


@njit(cache=True)
def best_begins(
    shapes: Shapes, cover: Cover, pattern: int, skill_set: int, begins: Integers
) -> float:
    """Place a shift's activities where they hurt least, and return the value of its work.

    Each activity takes the cheapest place that the one before leaves and the next ones allow.

    Parameters
    ----------
    begins
        Receives the slot at which each activity begins.
    """
    start, end = shapes.patterns[pattern, START], shapes.patterns[pattern, END]
    activities = shapes.activities[shapes.patterns[pattern, TEMPLATE]]
    slots = len(cover.value)
    total = 0.0
    for slot in range(start, min(end, slots)):
        total += cover.value[slot, skill_set]
    free = start
    for place in range(len(activities)):
        size = activities[place, SIZE]
        if size == 0:
            break
        lowest, where = np.inf, -1
        latest = start + _latest(activities, place, end - start)
        for slot in range(start + activities[place, EARLIEST], latest + 1, activities[place, STEP]):
            if slot < free:
                continue
            loss = 0.0
            for at in range(slot, min(slot + size, slots)):
                loss += cover.value[at, skill_set]
            if loss < lowest:
                lowest, where = loss, slot
        begins[place] = where
        free = where + size
        total -= lowest
    return total


@njit(cache=True)
def add_shift(
    shapes: Shapes, cover: Cover, pattern: int, skill_set: int, begins: Integers
) -> float:
    """Put one agent to work and return by how much the priced shortage falls.

    That is less than `best_begins` promised where a slot lacks only a part of an agent.
    """
    gain = 0.0
    start, end = shapes.patterns[pattern, START], shapes.patterns[pattern, END]
    activities = shapes.activities[shapes.patterns[pattern, TEMPLATE]]
    for slot in range(start, min(end, len(cover.value))):
        away = False
        for place in range(len(activities)):
            if begins[place] <= slot < begins[place] + activities[place, SIZE]:
                away = True
        if not away:
            gain += _push(cover, slot, skill_set)
            _update_value(cover, slot)
    return gain


@njit(cache=True)
def _latest(activities: Integers, place: int, length: int) -> int:
    """Return the last offset of an activity that leaves room for those after it."""
    room = length
    for after in range(len(activities) - 1, place - 1, -1):
        size, first = activities[after, SIZE], activities[after, EARLIEST]
        if size > 0:
            step = activities[after, STEP]
            room = first + (min(activities[after, LATEST], room - size) - first) // step * step
    return room


@njit(cache=True)
def _update_value(cover: Cover, slot: int) -> None:
    """Recompute what one more agent of each skill set is worth in a slot."""
    skill_sets, groups = cover.serves.shape
    worth = np.zeros(groups)
    for g in range(groups):
        if cover.missing[slot, g] > EPS:
            worth[g] = cover.price[g]
    value = cover.value[slot]
    for k in range(skill_sets):
        value[k] = 0.0
    changed = True
    while changed:
        changed = False
        for k in range(skill_sets):
            for g in range(groups):
                if cover.serves[k, g] and worth[g] > value[k]:
                    value[k] = worth[g]
                    changed = True
                elif cover.flow[slot, k, g] > EPS and value[k] > worth[g]:
                    worth[g] = value[k]
                    changed = True


@njit(cache=True)
def _push(cover: Cover, slot: int, skill_set: int) -> float:
    """Give one agent's slot to the dearest shortage in reach, along augmenting paths."""
    skill_sets, groups = cover.serves.shape
    left, gain = 1.0, 0.0
    via = np.empty(groups, dtype=np.int64)  # the skill set from which a group was reached
    back = np.empty(skill_sets, dtype=np.int64)  # the group from which a skill set was reached
    queue = np.empty(skill_sets, dtype=np.int64)
    while left > EPS and cover.value[slot, skill_set] > 0.0:
        for g in range(groups):
            via[g] = -1
        for k in range(skill_sets):
            back[k] = -1
        queue[0] = skill_set
        head, tail, target = 0, 1, -1
        while head < tail:
            k = queue[head]
            head += 1
            for g in range(groups):
                if not cover.serves[k, g] or via[g] >= 0:
                    continue
                via[g] = k
                if cover.missing[slot, g] > EPS and (
                    target < 0 or cover.price[g] > cover.price[target]
                ):
                    target = g
                for other in range(skill_sets):
                    if other != skill_set and back[other] < 0 and cover.flow[slot, other, g] > EPS:
                        back[other] = g
                        queue[tail] = other
                        tail += 1
        if target < 0:
            break
        amount = min(left, cover.missing[slot, target])
        g = target
        while via[g] != skill_set:
            amount = min(amount, cover.flow[slot, via[g], back[via[g]]])
            g = back[via[g]]
        g = target
        while via[g] != skill_set:
            k = via[g]
            cover.flow[slot, k, g] += amount
            cover.flow[slot, k, back[k]] -= amount
            g = back[k]
        cover.flow[slot, skill_set, g] += amount
        cover.missing[slot, target] -= amount
        left -= amount
        gain += amount * cover.price[target]
    return gain
