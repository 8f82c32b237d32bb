"""The case that pyworkforce can say: one skill, no people, no shortage, fewest shifts a day.

Its `MinRequiredResources` chooses how many people take each shift on each day so that every
interval is covered. It knows no agents, no rest, no weeks and no meals that move. The same case is
given to the roster engine with as many on-call people as could ever be needed, who need no rest;
the engine also names them. For the verifier pyworkforce's numbers are given names, too.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from benchmarks.centre import centre
from optimizer.model import Range, Requirement, Roster, RosterProblem, Shift, Skill
from optimizer.roster import solve, verify
from optimizer.stop import Deadline

__all__ = ["PACKAGE", "beside_pyworkforce", "one_skill"]

PACKAGE = "pyworkforce"
INSTALL = "pip install 'callboard[bench]'"


def one_skill(agents: int, days: int, seed: int) -> RosterProblem:
    """Return the on-call part of a generated centre with one skill and whole requirements.

    Shifts are five hours long and start every half-hour; nobody works in an interval that no
    shift reaches, so that everything can be covered.
    """
    made = centre(agents, 1, days, seed)
    organisation = made.organisation
    template = next(t for t in organisation.templates if t.id == "on_call")
    contract = next(c for c in organisation.contracts if c.id == "elastic")
    reached = np.zeros(made.requirement.grid.count, dtype=bool)
    for day in range(days):
        for start in template.starts():
            first = (day * 24 * 60 + start) // 30
            reached[first : first + template.lengths[0] // 30] = True
    required = np.where(reached, np.ceil(made.requirement.agents / 3), 0.0)
    heads = int(required.max()) * 4
    one = organisation.agents[0]
    people = tuple(
        replace(one, id=f"called{n}", contract="elastic", skills={"skill1": 3})
        for n in range(heads)
    )
    organisation = replace(
        organisation,
        skills=(Skill("skill1"),),
        templates=(template,),
        contracts=(
            replace(
                contract,
                call_cost=1.0,
                shifts_per_week=Range(0, 7),
                max_consecutive_days=7,
                rest_minutes=0,
            ),
        ),
        agents=people,
        groups=tuple(replace(g, shortage_cost=1000.0) for g in organisation.groups),
    )
    return RosterProblem(
        organisation, Requirement(made.requirement.grid, made.requirement.groups, required)
    )


def beside_pyworkforce(agents: int, days: int, seed: int, seconds: float) -> dict[str, Any]:
    """Solve the same case with both, each for at most so many seconds.

    Returns
    -------
    dict
        Number of shifts, agents missing and seconds of each, judged by the verifier. Without the
        package it says how to get it.
    """
    problem = one_skill(agents, days, seed)
    began = time.perf_counter()
    built = solve(problem, deadline=Deadline.after(seconds), seed=seed)
    took = time.perf_counter() - began
    ours = {"bound": built.report.bound, "seconds": took, **_judged(problem, built.roster)}
    try:
        found = version(PACKAGE)
    except PackageNotFoundError:
        return {"package": PACKAGE, "absent": f"not installed: {INSTALL}", "callboard": ours}
    return {
        "package": PACKAGE,
        "version": found,
        "callboard": ours,
        "pyworkforce": _theirs(problem, days, seconds),
    }


def _theirs(problem: RosterProblem, days: int, seconds: float) -> dict[str, Any]:
    scheduling = import_module("pyworkforce.scheduling")
    template = problem.organisation.templates[0]
    step = problem.requirement.grid.interval_minutes
    slots = 24 * 60 // step
    coverage = {}
    for start in template.starts():
        row = np.zeros(slots, dtype=int)
        row[start // step : (start + template.lengths[0]) // step] = 1
        coverage[str(start)] = row.tolist()
    required = problem.requirement.agents[0].astype(int).reshape(days, slots)
    began = time.perf_counter()
    solution = scheduling.MinRequiredResources(
        num_days=days,
        periods=slots,
        shifts_coverage=coverage,
        required_resources=required.tolist(),
        max_period_concurrency=len(problem.organisation.agents),
        max_shift_concurrency=len(problem.organisation.agents),
        max_search_time=float(seconds),
    ).solve()
    took = time.perf_counter() - began
    roster = _with_names(problem, solution["resources_shifts"])
    return {"status": solution["status"], "seconds": took, **_judged(problem, roster)}


def _with_names(problem: RosterProblem, counts: Iterable[Mapping[str, Any]]) -> Roster:
    """Give the first people of the list the shifts of each day, one each."""
    grid, template = problem.requirement.grid, problem.organisation.templates[0]
    days, shifts = grid.days(), []
    free = [iter(problem.organisation.agents) for _ in days]
    for row in counts:
        start = grid.slot_of(days[row["day"]], int(row["shift"]))
        end = start + template.lengths[0] // grid.interval_minutes
        shifts += [
            Shift(next(free[row["day"]]).id, template.id, start, end)
            for _ in range(int(row["resources"]))
        ]
    return Roster(grid, tuple(sorted(shifts, key=lambda shift: (shift.agent, shift.start))))


def _judged(problem: RosterProblem, roster: Roster) -> dict[str, Any]:
    judged = verify(problem, roster)
    return {
        "shifts": len(roster.shifts),
        "short_agent_intervals": judged.short_agent_intervals,
        "verified": judged.sound,
    }
