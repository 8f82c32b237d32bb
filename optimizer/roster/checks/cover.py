"""How well a roster covers the requirement, with multi-skilled agents counted once.

In every slot the people at work are matched to groups. The sets of requirements that can be met
together form a polymatroid, so serving the groups in the order of falling shortage cost, each as
far as it goes without taking from those before, gives the least priced shortage (Edmonds 1971).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Roster, RosterProblem, can_serve

__all__ = ["shortage_of"]

EPS = 1e-9

Groups = tuple[int, ...]


def shortage_of(problem: RosterProblem, roster: Roster) -> NDArray[np.float64]:
    """Return the agents missing per group and slot, [groups, slots], at the least price."""
    requirement = problem.requirement
    groups = {group.id: group for group in problem.organisation.groups}
    rows = [groups[name] for name in requirement.groups]
    order = sorted(range(len(rows)), key=lambda row: -rows[row].shortage_cost)
    serves = {
        agent.id: tuple(row for row, group in enumerate(rows) if can_serve(agent, group))
        for agent in problem.organisation.agents
    }
    at_work: list[Counter[Groups]] = [Counter() for _ in range(requirement.grid.count)]
    for shift in roster.shifts:
        for slot in shift.working_slots():
            if 0 <= slot < len(at_work):
                at_work[slot][serves[shift.agent]] += 1
    missing = np.array(requirement.agents)
    for slot, people in enumerate(at_work):
        required = requirement.agents[:, slot].tolist()
        missing[:, slot] = _missing(required, people, order)
    return missing


def _missing(
    required: Sequence[float], people: Counter[Groups], order: Sequence[int]
) -> list[float]:
    """Return what is missing per group in one slot."""
    idle = {kind: float(number) for kind, number in people.items()}
    serving: list[dict[Groups, float]] = [{} for _ in required]
    missing = list(required)
    for group in order:
        while missing[group] > EPS:
            path = _path(group, idle, serving)
            if path is None:
                break
            # Somebody idle takes over from the last on the path, who takes over from the next,
            # until somebody is free for the group.
            kinds, passed = path
            amount = min(missing[group], idle[kinds[-1]])
            for kind, other in zip(kinds, passed, strict=False):
                amount = min(amount, serving[other][kind])
            idle[kinds[-1]] -= amount
            into = group
            for kind, other in zip(kinds, [*passed, -1], strict=True):
                serving[into][kind] = serving[into].get(kind, 0.0) + amount
                if other >= 0:
                    serving[other][kind] -= amount
                    into = other
            missing[group] -= amount
    return missing


def _path(
    group: int, idle: dict[Groups, float], serving: Sequence[dict[Groups, float]]
) -> tuple[list[Groups], list[int]] | None:
    """Find the shortest chain of people from a group to somebody idle, by breadth first search.

    Returns
    -------
    tuple or None
        Kinds of people, the first of whom serves `group` next and the last of whom is idle now,
        and the groups that all but the last leave.
    """
    came: dict[int, tuple[Groups, int]] = {}
    queue = deque([group])
    seen = {group}
    while queue:
        at = queue.popleft()
        for kind, free in idle.items():
            if free > EPS and at in kind:
                kinds, passed = [kind], list[int]()
                while at != group:
                    by, before = came[at]
                    kinds.insert(0, by)
                    passed.insert(0, at)
                    at = before
                return kinds, passed
        # Whoever can serve this group but serves another may leave that one, if it finds somebody.
        for other, people in enumerate(serving):
            if other in seen:
                continue
            for kind, number in people.items():
                if number > EPS and at in kind:
                    came[other] = (kind, at)
                    seen.add(other)
                    queue.append(other)
                    break
    return None
