"""The case that pyworkforce can say: one skill, no people, no shortage, fewest shifts a day.

Its `MinRequiredResources` chooses how many people take each shift on each day so that every
interval is covered. It knows no agents, no rest, no weeks and no meals that move. The same case is
given to the roster engine with as many on-call people as could ever be needed; the engine also
names them.
"""

from __future__ import annotations

import time
from dataclasses import replace
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from benchmarks.centre import centre
from optimizer.model import Range, Requirement, RosterProblem, Skill
from optimizer.roster import solve
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
            replace(contract, call_cost=1.0, shifts_per_week=Range(0, 7), max_consecutive_days=7),
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
        Number of shifts and seconds of each. Without the package it says how to get it.
    """
    problem = one_skill(agents, days, seed)
    began = time.perf_counter()
    built = solve(problem, deadline=Deadline.after(seconds), seed=seed)
    ours = {
        "shifts": len(built.roster.shifts),
        "bound": built.report.bound,
        "short_agent_intervals": built.verification.short_agent_intervals,
        "seconds": time.perf_counter() - began,
    }
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
        coverage[f"from {start}"] = row.tolist()
    required = problem.requirement.agents[0].astype(int).reshape(days, slots)
    began = time.perf_counter()
    solution = scheduling.MinRequiredResources(
        num_days=days,
        periods=slots,
        shifts_coverage=coverage,
        required_resources=required.tolist(),
        max_period_concurrency=len(problem.organisation.agents),
        max_shift_concurrency=len(problem.organisation.agents),
        max_search_time=seconds,
    ).solve()
    return {
        "status": solution["status"],
        "shifts": int(sum(row["resources"] for row in solution["resources_shifts"])),
        "seconds": time.perf_counter() - began,
    }
