"""Parts of a roster problem that have nothing to do with each other: sites, teams, vendors.

Two agents belong together if both can serve a group that needs somebody, if a vendor lends both
and caps it, or if a directive counts both. Where sites share nothing, each is a problem of its
own; the parts together are the whole, exactly, and so are their objectives and bounds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optimizer.model import (
    Agent,
    Directives,
    Floor,
    Organisation,
    Requirement,
    Roster,
    RosterProblem,
    ShiftDemand,
    can_serve,
)

__all__ = ["components"]


def components(problem: RosterProblem) -> list[RosterProblem]:
    """Return the independent parts of a problem, those with the most agents first.

    A limit on the share of elastic staff speaks of everybody, and ties all together, as does the
    comparison of fair shares between agents of one contract; where the fewest changes go first,
    their price is above all that everybody can cost. Groups that nobody can serve come with the
    first part.
    """
    organisation = problem.organisation
    agents = organisation.agents
    if organisation.max_elastic_share is not None or problem.directives.changes.fewest_first:
        return [problem]
    root = list(range(len(agents)))
    for together in _ties(problem):
        for one, other in pairwise(together):
            root[_root(root, other)] = _root(root, one)
    parts: dict[int, list[int]] = defaultdict(list)
    for agent in range(len(agents)):
        parts[_root(root, agent)].append(agent)
    if len(parts) <= 1:
        return [problem]
    ordered = sorted(parts.values(), key=lambda members: -len(members))
    homes = _homes(problem, ordered)
    left = _of_nobody(problem)
    return [
        _part(problem, members, homes == part, left if part == 0 else Directives())
        for part, members in enumerate(ordered)
    ]


def _root(root: list[int], agent: int) -> int:
    while root[agent] != agent:
        root[agent] = root[root[agent]]
        agent = root[agent]
    return agent


def _ties(problem: RosterProblem) -> Iterator[Iterator[int]]:
    """Yield sets of agents who belong together, by position."""
    organisation, directives = problem.organisation, problem.directives
    groups = {group.id: group for group in organisation.groups}
    contracts = {contract.id: contract for contract in organisation.contracts}
    people = list(enumerate(organisation.agents))
    needed = np.any(problem.requirement.agents > 0, axis=1).tolist()
    for name, wanted in zip(problem.requirement.groups, needed, strict=True):
        if wanted:
            yield (i for i, agent in people if can_serve(agent, groups[name]))
    for vendor in organisation.vendors:
        if vendor.max_shifts_per_day is not None or vendor.max_minutes_per_week is not None:
            yield (i for i, agent in people if contracts[agent.contract].vendor == vendor.id)
    fairness = organisation.fairness
    if fairness.weekends or fairness.late_shifts or fairness.requests:
        for contract in organisation.contracts:
            yield (i for i, agent in people if agent.contract == contract.id)
    for demand in directives.shift_demand:
        yield (i for i, agent in people if _counts(organisation, demand, agent))
    for floor in directives.floors:
        # Without hours of its own a floor holds while any group is open: all have to be seen.
        everybody = floor.group is None and floor.start_minute is None
        yield (i for i, agent in people if everybody or _counts(organisation, floor, agent))
    for training in directives.trainings:
        names = set(training.agents)
        yield (i for i, agent in people if agent.id in names)


def _counts(organisation: Organisation, rule: Floor | ShiftDemand, agent: Agent) -> bool:
    if isinstance(rule, Floor):
        group = next((g for g in organisation.groups if g.id == rule.group), None)
        if group is not None and not can_serve(agent, group):
            return False
    elif rule.skill is not None and rule.skill not in agent.skills:
        return False
    return rule.site in (None, agent.site) and rule.tier in (None, agent.tier)


def _homes(problem: RosterProblem, parts: list[list[int]]) -> NDArray[np.int64]:
    """Return the part that serves each row of the requirement; the first where nobody does."""
    organisation = problem.organisation
    groups = {group.id: group for group in organisation.groups}
    homes = np.zeros(len(problem.requirement.groups), dtype=np.int64)
    for row, name in enumerate(problem.requirement.groups):
        for part, members in enumerate(parts):
            if any(can_serve(organisation.agents[agent], groups[name]) for agent in members):
                homes[row] = part
                break
    return homes


def _of_nobody(problem: RosterProblem) -> Directives:
    """Return the demands and floors that no agent counts for: they cost what they cost."""
    organisation, directives = problem.organisation, problem.directives

    def counts(rule: Floor | ShiftDemand) -> bool:
        return any(_counts(organisation, rule, agent) for agent in organisation.agents)

    return Directives(
        shift_demand=tuple(demand for demand in directives.shift_demand if not counts(demand)),
        floors=tuple(floor for floor in directives.floors if not counts(floor)),
    )


def _part(
    problem: RosterProblem, members: list[int], rows: NDArray[np.bool_], more: Directives
) -> RosterProblem:
    organisation, requirement = problem.organisation, problem.requirement
    agents = tuple(organisation.agents[agent] for agent in sorted(members))
    names = {agent.id for agent in agents}
    groups = tuple(name for name, mine in zip(requirement.groups, rows, strict=True) if mine)
    directives = problem.directives
    previous = problem.previous
    if previous is not None:
        kept = tuple(shift for shift in previous.shifts if shift.agent in names)
        previous = Roster(previous.grid, kept, previous.relaxed)
    return RosterProblem(
        replace(organisation, agents=agents),
        Requirement(requirement.grid, groups, requirement.agents[rows]),
        _directives(organisation, directives, agents, names, more),
        previous,
    )


def _directives(
    organisation: Organisation,
    directives: Directives,
    agents: Iterable[Agent],
    names: set[str],
    more: Directives,
) -> Directives:
    """Keep what counts some of the agents, and add `more` demands and floors."""
    mine = list(agents)

    def counts(rule: Floor | ShiftDemand) -> bool:
        return any(_counts(organisation, rule, agent) for agent in mine)

    return replace(
        directives,
        shift_demand=(*(d for d in directives.shift_demand if counts(d)), *more.shift_demand),
        floors=(*(floor for floor in directives.floors if counts(floor)), *more.floors),
        trainings=tuple(t for t in directives.trainings if names & set(t.agents)),
        pins=tuple(pin for pin in directives.pins if pin.agent in names),
    )
