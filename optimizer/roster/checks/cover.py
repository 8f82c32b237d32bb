"""How well a roster covers the requirement, with multi-skilled agents counted once.

In every slot the people at work are matched to groups. The sets of requirements that can be met
together form a polymatroid, so serving the groups in the order of falling shortage cost, each as
far as it goes without taking from those before, gives the least priced shortage (Edmonds 1971).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Roster, RosterProblem, RuleName, can_serve
from optimizer.roster.rules.match import Match

__all__ = ["check_shortage", "shortage_of"]

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


def check_shortage(problem: RosterProblem, shortage: NDArray[np.float64]) -> Iterator[Match]:
    """Yield every stretch of a day in which a group is short, and what it costs.

    Parameters
    ----------
    shortage
        Agents missing, [groups, slots].
    """
    grid = problem.requirement.grid
    price = {group.id: group.shortage_cost for group in problem.organisation.groups}
    days, day_of = grid.days(), grid.day_of_slot().tolist()
    for name, row in zip(problem.requirement.groups, shortage.tolist(), strict=True):
        short = (slot for slot, missing in enumerate(row) if missing > EPS)
        # Slots in a row keep their distance to the number of those before them.
        for (_, day), run in groupby(enumerate(short), lambda at: (at[1] - at[0], day_of[at[1]])):
            slots = [slot for _, slot in run]
            hours = sum(row[slot] for slot in slots) * grid.hours_per_slot
            begin, end = grid.local(slots[0]), grid.local(slots[-1] + 1)
            detail = (
                f"{name} is short of {hours:.3g} agent-hours on {days[day]} "
                f"from {begin:%H:%M} to {end:%H:%M}."
            )
            yield Match(RuleName.SHORTAGE, None, days[day], hours, price[name] * hours, detail)


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
