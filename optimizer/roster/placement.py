"""Where the meals and breaks of a shift go: exact, by dynamic programming over its activities.

Somebody works at most one shift at a time, so that what an agent is worth in a slot does not
depend on the other slots: a shift is worth the sum of its slots less the cheapest places of its
activities. The activities keep their order, their windows and steps, and the least and greatest
stretch of work between them; work of no length at all is no stretch. With prefix sums a shift
without activities takes two look-ups; one with activities takes time in proportion to its length
times its activities.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.roster.patterns import FREE, Patterns

__all__ = [
    "FREE",
    "Shapes",
    "nearest_places",
    "pattern_values",
    "place_best",
    "shapes_of",
    "working_slots",
]

SIZE, EARLIEST, LATEST, STEP = range(4)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Shapes(NamedTuple):
    """Patterns and the activities of their templates, as compiled code takes them.

    Parameters
    ----------
    start, end, template
        Of each pattern, [patterns].
    activities
        ``SIZE, EARLIEST, LATEST, STEP`` in slots, [templates, most activities, 4]; the size is
        zero after a template's last activity.
    stretch
        Least and greatest number of slots without interruption, [templates, 2].
    """

    start: Integers
    end: Integers
    template: Integers
    activities: Integers
    stretch: Integers


def shapes_of(patterns: Patterns) -> Shapes:
    """Return the patterns as compiled code takes them."""
    most = max((len(activities) for activities in patterns.activities), default=0)
    activities = np.zeros((len(patterns.activities), most, 4), dtype=np.int64)
    for template, contained in enumerate(patterns.activities):
        for place, a in enumerate(contained):
            activities[template, place] = a.slots, a.earliest, a.latest, a.step
    longest = int((patterns.end - patterns.start).max(initial=0))
    stretch = np.array(
        patterns.stretches or [(0, longest)] * len(patterns.activities), dtype=np.int64
    )
    return Shapes(
        patterns.start, patterns.end, patterns.template, activities, stretch.reshape(-1, 2)
    )


@njit(cache=True)
def pattern_values(shapes: Shapes, total: Floats, patterns: Integers, out: Floats) -> None:
    """Write what each of some patterns is worth, its activities placed where they cost least.

    Parameters
    ----------
    total
        Sum of the values of all slots before each, from 0 up to the last end of a pattern.
    out
        [all patterns]
    """
    places = np.empty(shapes.activities.shape[1], dtype=np.int64)
    for pattern in patterns:
        worth = total[shapes.end[pattern]] - total[shapes.start[pattern]]
        # Where nothing is lacking nothing is lost either.
        if worth > 0.0:
            worth -= _cheapest(shapes, total, pattern, places)
        out[pattern] = worth


@njit(cache=True)
def place_best(shapes: Shapes, total: Floats, worked: Integers, begins: Integers) -> None:
    """Place the activities of one agent's shifts where they cost least.

    Parameters
    ----------
    total
        As for `pattern_values`.
    worked, begins
        [days] and, filled in place, [days, activities].
    """
    places = np.empty(shapes.activities.shape[1], dtype=np.int64)
    for day in range(len(worked)):
        pattern = worked[day]
        if pattern == FREE:
            continue
        _cheapest(shapes, total, pattern, places)
        _write(shapes, pattern, places, begins[day])


@njit(cache=True)
def nearest_places(shapes: Shapes, pattern: int, wanted: Integers, begins: Integers) -> None:
    """Place a shift's activities so that they differ least, in sum, from wanted begins.

    Parameters
    ----------
    wanted, begins
        Slots; the second filled in place, [activities].
    """
    start, length = shapes.start[pattern], shapes.end[pattern] - shapes.start[pattern]
    most = shapes.activities.shape[1]
    loss = np.zeros((most, length + 1))
    for place in range(most):
        for begin in range(length + 1):
            loss[place, begin] = abs(start + begin - wanted[place])
    places = np.empty(most, dtype=np.int64)
    _arrange(shapes, pattern, loss, places)
    _write(shapes, pattern, places, begins)


@njit(cache=True)
def working_slots(shapes: Shapes, worked: Integers, begins: Integers, slots: int) -> Integers:
    """Return the slots of the grid in which an agent takes contacts, in order.

    Parameters
    ----------
    slots
        Number of slots of the grid; what lies after it does not count.
    """
    found = np.zeros(slots, dtype=np.bool_)
    for day in range(len(worked)):
        pattern = worked[day]
        if pattern == FREE:
            continue
        found[shapes.start[pattern] : min(slots, shapes.end[pattern])] = True
        activities = shapes.activities[shapes.template[pattern]]
        for place in range(len(activities)):
            begin = begins[day, place]
            found[min(slots, begin) : min(slots, begin + activities[place, SIZE])] = False
    return np.flatnonzero(found)


@njit(cache=True)
def _write(shapes: Shapes, pattern: int, places: Integers, begins: Integers) -> None:
    activities = shapes.activities[shapes.template[pattern]]
    for place in range(len(activities)):
        if activities[place, SIZE] > 0:
            begins[place] = shapes.start[pattern] + places[place]


@njit(cache=True)
def _cheapest(shapes: Shapes, total: Floats, pattern: int, places: Integers) -> float:
    """Place activities where the slots are worth least; return what is lost."""
    start, length = shapes.start[pattern], shapes.end[pattern] - shapes.start[pattern]
    activities = shapes.activities[shapes.template[pattern]]
    loss = np.zeros((len(activities), length + 1))
    for place in range(len(activities)):
        size = activities[place, SIZE]
        for begin in range(length - size + 1):
            loss[place, begin] = total[start + begin + size] - total[start + begin]
    return _arrange(shapes, pattern, loss, places)


@njit(cache=True)
def _arrange(shapes: Shapes, pattern: int, loss: Floats, places: Integers) -> float:
    """Choose the places of least loss; there are some, or it would not be a pattern.

    ``least[i, e]`` is the least loss of the first ``i`` activities when the last of them ends at
    ``e``. The ends from which a begin can follow form a window that only moves on, so that the
    best of them is the head of a queue of rising losses.

    Parameters
    ----------
    loss
        Of beginning each activity at each slot after the shift's start, [activities, length + 1].
    places
        Receives the slots after the shift's start.
    """
    length = shapes.end[pattern] - shapes.start[pattern]
    template = shapes.template[pattern]
    activities = shapes.activities[template]
    low, high = shapes.stretch[template, 0], shapes.stretch[template, 1]
    number = 0
    while number < len(activities) and activities[number, SIZE] > 0:
        number += 1
    least = np.full((number + 1, length + 1), np.inf)
    came = np.zeros((number + 1, length + 1), dtype=np.int64)
    queue = np.empty(length + 1, dtype=np.int64)
    least[0, 0] = 0.0
    for place in range(number):
        before = least[place]
        size, step = activities[place, SIZE], activities[place, STEP]
        head, tail, entered = 0, 0, 0
        last = min(activities[place, LATEST], length - size)
        for begin in range(activities[place, EARLIEST], last + 1, step):
            while entered <= begin - low:
                if before[entered] < np.inf:
                    while tail > head and before[queue[tail - 1]] >= before[entered]:
                        tail -= 1
                    queue[tail] = entered
                    tail += 1
                entered += 1
            while head < tail and begin - queue[head] > high:
                head += 1
            # An activity may follow the one before at once, whatever the least stretch is.
            best, end = before[begin], begin
            if head < tail and before[queue[head]] < best:
                best, end = before[queue[head]], queue[head]
            least[place + 1, begin + size] = best + loss[place, begin]
            came[place + 1, begin + size] = end
    best, end = least[number, length], length
    for free in range(max(0, length - high), length - low + 1):
        if least[number, free] < best:
            best, end = least[number, free], free
    for place in range(number, 0, -1):
        places[place - 1] = end - activities[place - 1, SIZE]
        end = came[place, end]
    return float(best)
