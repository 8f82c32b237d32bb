"""Meals and breaks of the shifts in a plan: from counts to people, and the best counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from optimizer.roster.cover import Begins, Pool, add_cover, begins_in
from optimizer.roster.linear import LinearModel
from optimizer.roster.patterns import Activity
from optimizer.roster.plan import Plan
from optimizer.roster.setting import Setting
from optimizer.stop import Deadline

__all__ = ["best_begins_of", "place_activities"]


def best_begins_of(
    setting: Setting, plan: Plan, deadline: Deadline, *, relative_gap: float, seed: int = 0
) -> Begins | None:
    """Return when activities should begin, the shifts being as they are; None without time."""
    serves = setting.serves()
    working = Counter((serves[agent], pattern) for agent, _, pattern in plan.shifts())
    pairs = sorted(pair for pair in working if pair[0])
    model = LinearModel()
    cover = add_cover(model, setting.demand, setting.patterns, pairs)
    columns = np.array([cover.shifts[pair] for pair in pairs], dtype=np.int64)
    number = np.array([working[pair] for pair in pairs], dtype=np.float64)
    solution = model.solve(
        deadline, relative_gap=relative_gap, seed=seed, within=(columns, number, number)
    )
    return None if solution.values is None else begins_in(cover, solution.values)


def place_activities(setting: Setting, plan: Plan, begins: Begins) -> None:
    """Give every shift of a plan its activities, first come, first served, in place.

    In each pool the shift that starts first gets the first of the planned begins; where a pool
    has more shifts than begins, or where an agent's activities would overlap, the nearest places
    that fit are taken.
    """
    patterns, serves = setting.patterns, setting.serves()
    queues: dict[tuple[Pool, int, int], list[int]] = {}
    for (pool, place), counts in begins.items():
        step = patterns.activities[pool[1]][place].step
        # Last first, to be taken from the end.
        for slot in sorted(counts.elements(), reverse=True):
            queues.setdefault((pool, place, slot % step), []).append(slot)
    for agent, day, pattern in sorted(plan.shifts(), key=lambda s: (patterns.start[s[2]], s)):
        start, end = int(patterns.start[pattern]), int(patterns.end[pattern])
        template = int(patterns.template[pattern])
        activities = patterns.activities[template]
        pool = serves[agent], template, end - start
        wanted = []
        for place, activity in enumerate(activities):
            first = start + activity.earliest
            queue = queues.get((pool, place, first % activity.step), [])
            wanted.append(queue.pop() if queue else first)
        places = _nearest(activities, start, end - start, wanted)
        plan.begins[agent, day, : len(places)] = places


def _nearest(
    activities: Sequence[Activity], start: int, length: int, wanted: Sequence[int]
) -> list[int]:
    """Return begins in order, without overlap, that differ least in sum from those wanted.

    Dynamic program over the activities; the number of places of each is small.
    """
    # Per begin of the last activity placed: least sum so far, and the begins.
    best: dict[int, tuple[int, list[int]]] = {start: (0, [])}
    for activity, target in zip(activities, wanted, strict=True):
        following: dict[int, tuple[int, list[int]]] = {}
        first, last = start + activity.earliest, start + activity.last_start(length)
        for begin in range(first, last + 1, activity.step):
            reachable = [
                (cost + abs(begin - target), begins)
                for free, (cost, begins) in best.items()
                if free <= begin
            ]
            if reachable:
                cost, begins = min(reachable)
                following[begin + activity.slots] = (cost, [*begins, begin])
        best = following
    return min(best.values())[1]
