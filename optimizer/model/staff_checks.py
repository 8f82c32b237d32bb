"""Is there enough staff for a requirement at all? Heads in every slot, and hours in the period."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from optimizer.model.contracts import Contract, Range
from optimizer.model.findings import Findings
from optimizer.model.organisation import can_serve
from optimizer.model.people import Agent
from optimizer.model.period import Period
from optimizer.model.rule_names import RuleName
from optimizer.model.shifts import ShiftTemplate

__all__ = ["check_staff"]

Groups = tuple[int, ...]
_ROUNDING = 0.5
"""Minutes that do not count as missing."""


def check_staff(found: Findings, period: Period) -> None:
    """Warn of groups that need more people, or together more hours, than there are.

    What is found cannot be helped by any roster: it is the part of the shortage that is known
    before solving. The period is that of a sound problem.

    Notes
    -----
    Hours are compared by a flow from the agents, who can each work so many minutes at most, to
    the groups that they can serve. By the theorem of the greatest flow and the least cut, the
    groups on the wrong side of the cut need together more than everybody who can serve any of
    them can work, by exactly what is missing.
    """
    problem, requirement = period.problem, period.problem.requirement
    groups = {group.id: group for group in problem.organisation.groups}
    rows = [groups[name] for name in requirement.groups]
    minutes = requirement.agents.sum(axis=1) * requirement.grid.interval_minutes
    agents = problem.organisation.agents
    most = _most_minutes(period)
    heads: defaultdict[Groups, int] = defaultdict(int)
    hours: defaultdict[Groups, float] = defaultdict(float)
    for agent, its_most in zip(agents, most, strict=True):
        serves = tuple(row for row, group in enumerate(rows) if can_serve(agent, group))
        heads[serves] += 1
        hours[serves] += its_most
    for row, group in enumerate(rows):
        here = found.at("requirement", "agents", row)
        able = sum(number for serves, number in heads.items() if row in serves)
        above = np.maximum(0, requirement.agents[row] - able)
        missing = float(above.sum()) * requirement.grid.hours_per_slot
        if able == 0 and missing > 0:
            here.warning(
                "nobody_can_serve",
                f"Nobody can take the contacts of {group.id!r}: {missing:,.1f} hours are missing.",
            )
        elif missing > 0:
            here.warning(
                "requirement_above_heads",
                f"Group {group.id!r} needs up to {requirement.agents[row].max():g} people, but "
                f"only {able} can serve it: {missing:,.1f} hours are missing.",
            )
    for needing, missing in _deficits(minutes, {s: h for s, h in hours.items() if s}):
        able = sum(number for serves, number in heads.items() if set(serves) & set(needing))
        if able == 0:
            continue  # has been told
        names = ", ".join(repr(rows[row].id) for row in needing)
        needed = float(minutes[list(needing)].sum())
        found.at("requirement", "agents").warning(
            "requirement_above_staff",
            f"{names}: {needed / 60:,.1f} hours are required, but the {able} people who can serve "
            f"{'it' if len(needing) == 1 else 'any of these'} work "
            f"{(needed - missing) / 60:,.1f} hours at most: {missing / 60:,.1f} hours are missing.",
        )


def _deficits(
    minutes: NDArray[np.float64], hours: Mapping[Groups, float]
) -> list[tuple[Groups, float]]:
    """Return the sets of groups whose need is above what their people can work, by how much.

    Groups that no one serves both of are told apart.
    """
    found: list[tuple[Groups, float]] = []
    needing = set(_cut(minutes, hours))
    while needing:
        part, grown = {min(needing)}, True
        while grown:
            linked = {
                row
                for serves in hours
                if part.intersection(serves)
                for row in serves
                if row in needing
            }
            grown = not linked <= part
            part |= linked
        needing -= part
        work = sum(amount for serves, amount in hours.items() if part.intersection(serves))
        missing = float(minutes[list(part)].sum()) - work
        if missing > _ROUNDING:
            found.append((tuple(sorted(part)), missing))
    return found


def _cut(minutes: NDArray[np.float64], hours: Mapping[Groups, float]) -> Sequence[int]:
    """Return the groups that cannot be reached from what is left over once the flow is greatest.

    Augmenting paths by breadth first search (Edmonds and Karp 1972); there are few sets of
    groups that somebody serves, however many agents there are.
    """
    lacks, left = minutes.copy(), dict(hours)
    gives: dict[tuple[Groups, int], float] = defaultdict(float)
    while True:
        # From sets with minutes left to groups that lack some, over what has been given.
        came: dict[int, tuple[Groups, int | None]] = {}
        queue: list[int] = []
        for serves, amount in left.items():
            if amount > _ROUNDING:
                for row in serves:
                    if row not in came:
                        came[row] = (serves, None)
                        queue.append(row)
        for at in queue:
            for (serves, row), amount in list(gives.items()):
                if row == at and amount > _ROUNDING:
                    for other in serves:
                        if other not in came:
                            came[other] = (serves, at)
                            queue.append(other)
        ends = [row for row in queue if lacks[row] > _ROUNDING]
        if not ends:
            return [row for row in range(len(minutes)) if row not in came and minutes[row] > 0]
        path, at_row = [], ends[0]
        amount = float(lacks[at_row])
        while True:
            serves, before = came[at_row]
            path.append((serves, at_row, before))
            if before is None:
                amount = min(amount, left[serves])
                break
            amount = min(amount, gives[serves, before])
            at_row = before
        lacks[ends[0]] -= amount
        for serves, row, before in path:
            gives[serves, row] += amount
            if before is None:
                left[serves] -= amount
            else:
                gives[serves, before] -= amount


def _most_minutes(period: Period) -> list[float]:
    """Return the most minutes that each agent can be on contacts in the period."""
    days = period.grid.days()
    weeks = Counter(map(_week, days))
    inside = frozenset(days)
    cache: dict[int, float] = {}
    found = []
    for agent in period.problem.organisation.agents:
        contract = period.contracts[agent.id]
        if id(contract) not in cache:
            cache[id(contract)] = _shift_minutes(contract, period.templates)
        found.append(_of_agent(agent, contract, cache[id(contract)], weeks, inside))
    return found


def _of_agent(
    agent: Agent,
    contract: Contract,
    shift: float,
    weeks: Mapping[int, int],
    inside: frozenset[date],
) -> float:
    def most(rule: RuleName, bounds: Range) -> float:
        hard = rule not in contract.soft and bounds.maximum is not None
        return math.inf if not hard else float(bounds.maximum or 0)

    off = Counter(_week(day) for day in set(agent.days_off) & inside)
    total = 0.0
    for week, length in weeks.items():
        shifts = min(length - off[week], most(RuleName.SHIFTS_PER_WEEK, contract.shifts_per_week))
        total += min(shifts * shift, most(RuleName.MINUTES_PER_WEEK, contract.minutes_per_week))
    return min(total, most(RuleName.MINUTES_PER_PERIOD, contract.minutes_per_period))


def _week(day: date) -> int:
    """Return a number that the days from a Monday to the next Sunday share."""
    return (day.toordinal() - 1) // 7


def _shift_minutes(contract: Contract, templates: Mapping[str, ShiftTemplate]) -> float:
    """Return the most minutes on contacts of one of the contract's shifts."""
    return max(
        (
            length - sum(activity.minutes for activity in templates[name].activities)
            for name in contract.templates
            for length in templates[name].lengths
            if RuleName.MINUTES_PER_DAY in contract.soft
            or not contract.minutes_per_day.excess(templates[name].paid_minutes(length))
        ),
        default=0,
    )
