"""Forms against checks: what solvers and verifier make of the same shifts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import ModuleType

import numpy as np
import numpy.typing as npt

from optimizer.model import (
    PlannedActivity,
    Roster,
    RosterProblem,
    Shift,
    contracts_of,
)
from optimizer.roster.checks.worker import workers
from optimizer.roster.frame import Person
from optimizer.roster.patterns import Calendar, expand_patterns
from optimizer.roster.rules.evaluate import FREE, cost_of
from optimizer.roster.rules.shared import SharedRow, Watch
from optimizer.roster.rules.view import View, Whole

__all__ = [
    "as_roster",
    "checked",
    "drawn_plan",
    "formed",
    "price_of_row",
    "price_of_watch",
    "views_of",
]

Plan = npt.NDArray[np.int64]


def views_of(problem: RosterProblem) -> list[View]:
    """Return the views that rules write their forms from."""
    calendar = Calendar.of(problem)
    whole = Whole.of(problem, calendar, expand_patterns(problem, calendar))
    sites = {site.id: site for site in problem.organisation.sites}
    return [
        View(whole, i, agent, sites[agent.site], contract, calendar.zones[sites[agent.site].zone])
        for i, (agent, contract) in enumerate(
            zip(problem.organisation.agents, contracts_of(problem.organisation), strict=True)
        )
    ]


def drawn_plan(views: Sequence[View], seed: int, free: float = 0.3) -> Plan:
    """Return random patterns of the contract for every agent and day, [agents, days]."""
    rng, whole = np.random.default_rng(seed), views[0].whole
    patterns = whole.patterns
    plan = np.full((len(views), len(whole.calendar.days)), FREE)
    for view in views:
        templates = [whole.template_ids[name] for name in view.contract.templates]
        own = np.isin(patterns.template, templates) & (patterns.clock == view.clock)
        for day in view.days:
            mine = np.flatnonzero(own & (patterns.day == day))
            if len(mine) and rng.random() > free:
                plan[view.number, day] = rng.choice(mine)
    return plan


def as_roster(views: Sequence[View], plan: Plan) -> Roster:
    """Return a plan as a roster, every activity as early as it can be."""
    problem, patterns = views[0].whole.problem, views[0].whole.patterns
    shifts = []
    for view in views:
        for pattern in plan[view.number]:
            if pattern == FREE:
                continue
            template = problem.organisation.templates[patterns.template[pattern]]
            start, free, activities = int(patterns.start[pattern]), 0, []
            places = patterns.activities[patterns.template[pattern]]
            for shape, place in zip(template.activities, places, strict=True):
                late = max(0, free - place.earliest)
                begin = place.earliest + -(-late // place.step) * place.step
                free = begin + place.slots
                activities.append(
                    PlannedActivity(shape.kind, start + begin, start + free, shape.paid)
                )
            end = int(patterns.end[pattern])
            shifts.append(Shift(view.agent.id, template.id, start, end, tuple(activities)))
    return Roster(problem.requirement.grid, tuple(shifts))


def formed(rule: ModuleType, views: Sequence[View], plan: Plan) -> list[float]:
    """Return what a rule's forms make every agent's part of a plan cost."""
    return [
        cost_of(Person.of(view, rule.forms(view)), view.whole.patterns, plan[view.number].tolist())
        for view in views
    ]


def checked(rule: ModuleType, problem: RosterProblem, roster: Roster) -> list[float]:
    """Return what a rule's check makes every agent's part of a roster cost."""
    return [sum(match.cost for match in rule.check(worker)) for worker in workers(problem, roster)]


def price_of_row(row: SharedRow, plan: Plan) -> float:
    """Return what a plan pays for a row."""
    total = 0.0
    for part in row.parts:
        units = dict(zip(part.patterns.tolist(), part.units.tolist(), strict=True))
        total += sum(units.get(p, 0.0) for p in plan[part.agents].ravel().tolist() if p != FREE)
    below, above = row.lower - total, total - row.upper
    return (below * row.below_price if below > 1e-9 else 0.0) + (
        above * row.above_price if above > 1e-9 else 0.0
    )


def price_of_watch(watch: Watch, problem: RosterProblem, roster: Roster) -> float:
    """Return what a roster pays for the people it lacks in a watch."""
    names = {problem.organisation.agents[i].id for i in watch.agents}
    there = np.zeros(problem.requirement.grid.count)
    for slot in _present(roster, names):
        if 0 <= slot < len(there):
            there[slot] += 1
    return float(watch.price * np.maximum(0.0, watch.needed - there).sum())


def _present(roster: Roster, names: set[str]) -> Iterator[int]:
    for shift in roster.shifts:
        if shift.agent in names:
            yield from shift.working_slots()
