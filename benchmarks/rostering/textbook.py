"""The textbook model: one Boolean per agent, day and shift with its lunch, in CP-SAT.

What tutorials and most libraries do, written as well as it can be: one-shift-a-day and rest as
at-most-one constraints, weekly bounds and working days in a row as sums, skills as flows per
interval, requests as prices. It knows the rules of the generated centre in whole weeks and no
others; the objective is that of the engine.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from itertools import product

import numpy as np
from ortools.sat.python import cp_model

from optimizer.model import (
    PlannedActivity,
    Request,
    RequestKind,
    Roster,
    RosterProblem,
    Shift,
    ShiftTemplate,
    can_serve,
)
from optimizer.stop import Deadline

__all__ = ["Textbook", "textbook_roster"]


@dataclass(frozen=True, slots=True, eq=False)
class Textbook:
    """What the textbook model came to.

    Parameters
    ----------
    roster
        None if no roster was found in time.
    bound
        Proven lower bound on the model's objective.
    variables
        Number of Booleans for shifts.
    build_seconds
        Of the time, what went into building the model.
    """

    roster: Roster | None
    bound: float
    variables: int
    build_seconds: float


def textbook_roster(
    problem: RosterProblem, deadline: Deadline, *, seed: int = 0, workers: int = 2
) -> Textbook:
    """Return the roster that CP-SAT finds in time, model building included."""
    began = time.perf_counter()
    model = cp_model.CpModel()
    shifts = _shifts(problem)
    works: dict[tuple[int, int], cp_model.IntVar] = {}
    costs: list[tuple[cp_model.LinearExprT, float]] = []
    organisation = problem.organisation
    contracts = {contract.id: contract for contract in organisation.contracts}
    for index, agent in enumerate(organisation.agents):
        contract = contracts[agent.contract]
        mine = [
            number
            for number, shift in enumerate(shifts)
            if shift.template.id in contract.templates and _available(problem, index, shift)
        ]
        for number in mine:
            works[index, number] = model.new_bool_var("")
            if contract.call_cost:
                costs.append((works[index, number], contract.call_cost))
        costs += _person(model, problem, works, index, [(n, shifts[n]) for n in mine])
    costs += _coverage(model, problem, shifts, works)
    model.minimize(cp_model.LinearExpr.weighted_sum(*map(list, zip(*costs, strict=True))))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    build_seconds = time.perf_counter() - began
    nothing = Textbook(None, 0.0, len(works), build_seconds)
    if deadline.passed():
        return nothing
    solver.parameters.max_time_in_seconds = deadline.remaining()
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return nothing
    chosen = [key for key, literal in works.items() if solver.boolean_value(literal)]
    names = [agent.id for agent in organisation.agents]
    roster = Roster(
        problem.requirement.grid,
        tuple(
            sorted(
                (shifts[number].of(names[agent]) for agent, number in chosen),
                key=lambda shift: (shift.agent, shift.start),
            )
        ),
    )
    return Textbook(roster, solver.best_objective_bound, len(works), build_seconds)


@dataclass(frozen=True, slots=True)
class _Variant:
    """A shift with its activities in place."""

    template: ShiftTemplate
    day: int
    start: int
    end: int
    activities: tuple[PlannedActivity, ...]

    def of(self, agent: str) -> Shift:
        return Shift(agent, self.template.id, self.start, self.end, self.activities)

    def working(self) -> list[int]:
        return self.of("").working_slots()


def _shifts(problem: RosterProblem) -> list[_Variant]:
    grid = problem.requirement.grid
    step = grid.interval_minutes
    found = []
    for day, date in enumerate(grid.days()):
        for template in problem.organisation.templates:
            if date.weekday() not in template.weekdays:
                continue
            places = [
                range(a.earliest_minute, a.latest_minute + 1, a.step_minutes)
                for a in template.activities
            ]
            for minute, length, begins in product(
                template.starts(), template.lengths, list(product(*places))
            ):
                start = grid.slot_of(date, minute)
                activities = tuple(
                    PlannedActivity(
                        a.kind, start + b // step, start + (b + a.minutes) // step, a.paid
                    )
                    for a, b in zip(template.activities, begins, strict=True)
                )
                end = start + length // step
                found.append(_Variant(template, day, start, end, activities))
    return found


def _available(problem: RosterProblem, index: int, shift: _Variant) -> bool:
    agent, grid = problem.organisation.agents[index], problem.requirement.grid
    date = grid.days()[shift.day]
    if date in agent.days_off:
        return False
    return not agent.availability or any(
        date.weekday() in window.weekdays
        and grid.slot_of(date, window.start_minute) <= shift.start
        and shift.end <= grid.slot_of(date, window.end_minute)
        for window in agent.availability
    )


def _person(
    model: cp_model.CpModel,
    problem: RosterProblem,
    works: dict[tuple[int, int], cp_model.IntVar],
    index: int,
    mine: list[tuple[int, _Variant]],
) -> list[tuple[cp_model.LinearExprT, float]]:
    """Add one shift a day, rest, working days and shifts of a week; return priced requests."""
    contracts = {contract.id: contract for contract in problem.organisation.contracts}
    contract = contracts[problem.organisation.agents[index].contract]
    by_day: dict[int, list[tuple[_Variant, cp_model.IntVar]]] = defaultdict(list)
    for number, shift in mine:
        by_day[shift.day].append((shift, works[index, number]))
    for today in by_day.values():
        model.add_at_most_one(literal for _, literal in today)
    rest = -(-contract.rest_minutes // problem.requirement.grid.interval_minutes)
    for day, today in by_day.items():
        tomorrow = by_day.get(day + 1, [])
        for end in sorted({shift.end for shift, _ in today}):
            soon = [literal for shift, literal in tomorrow if shift.start < end + rest]
            if soon:
                late = [literal for shift, literal in today if shift.end >= end]
                model.add_at_most_one(late + soon)
    day_of = {
        day: cp_model.LinearExpr.sum([literal for _, literal in today])
        for day, today in by_day.items()
    }
    days, bounds = problem.requirement.grid.days(), contract.shifts_per_week
    for monday in range(0, len(days), 7):
        week = [day_of[day] for day in range(monday, monday + 7) if day in day_of]
        most = len(week) if bounds.maximum is None else bounds.maximum
        model.add_linear_constraint(cp_model.LinearExpr.sum(week), bounds.minimum, most)
    run = contract.max_consecutive_days
    for first in range(len(days) - run):
        window = [day_of[day] for day in range(first, first + run + 1) if day in day_of]
        if len(window) > run:
            model.add(cp_model.LinearExpr.sum(window) <= run)
    return [
        _priced(request, day_of.get(days.index(request.day), 0))
        for request in problem.organisation.agents[index].requests
    ]


def _priced(request: Request, works: cp_model.LinearExprT) -> tuple[cp_model.LinearExprT, float]:
    """Return what is 1 if a request for a whole day is denied, and its price."""
    return (1 - works if request.kind is RequestKind.ON else works), request.price


def _coverage(
    model: cp_model.CpModel,
    problem: RosterProblem,
    shifts: list[_Variant],
    works: dict[tuple[int, int], cp_model.IntVar],
) -> list[tuple[cp_model.LinearExprT, float]]:
    """Add flows of skill sets to groups in every slot, and return the priced shortage."""
    organisation, requirement = problem.organisation, problem.requirement
    groups = {group.id: group for group in organisation.groups}
    rows = [groups[name] for name in requirement.groups]
    serves = [
        frozenset(row for row, group in enumerate(rows) if can_serve(agent, group))
        for agent in organisation.agents
    ]
    there: dict[tuple[frozenset[int], int], list[cp_model.IntVar]] = defaultdict(list)
    working = [shift.working() for shift in shifts]
    for (agent, number), literal in works.items():
        for slot in working[number]:
            there[serves[agent], slot].append(literal)
    costs: list[tuple[cp_model.LinearExprT, float]] = []
    hours = requirement.grid.hours_per_slot
    for slot in range(requirement.grid.count):
        needed = np.ceil(requirement.agents[:, slot]).astype(int)
        if not needed.any():
            continue
        given: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for skills in sorted(set(serves), key=sorted):
            present = there.get((skills, slot), [])
            useful = [row for row in sorted(skills) if needed[row]]
            if not present or not useful:
                continue
            flows = [model.new_int_var(0, len(present), "") for _ in useful]
            model.add(cp_model.LinearExpr.sum(flows) <= cp_model.LinearExpr.sum(present))
            for row, flow in zip(useful, flows, strict=True):
                given[row].append(flow)
        for row in np.flatnonzero(needed).tolist():
            short = model.new_int_var(0, int(needed[row]), "")
            model.add(cp_model.LinearExpr.sum([*given[row], short]) >= int(needed[row]))
            costs.append((short, rows[row].shortage_cost * hours))
    return costs
