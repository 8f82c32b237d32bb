"""Rosters as jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from api.jobs.records import Document, Outcome
from api.tasks import results
from api.tasks.context import Context
from api.tasks.requests.rosters import AgentsNeeded, RosterRequest
from optimizer.errors import InvalidInput, Issue, NoSolution
from optimizer.model import (
    Directives,
    Requirement,
    Roster,
    RosterProblem,
    check_grid,
)

if TYPE_CHECKING:
    from optimizer.roster import RosterResult

__all__ = [
    "build_roster",
    "needed",
    "problem_of",
    "requirement_of",
    "roster_documents",
    "run_roster",
    "short_hours",
]


def run_roster(request: RosterRequest, context: Context) -> Outcome:
    """Build a roster; see `Kind.run`."""
    assert not isinstance(request.warm_start, str), "it was filled in"
    problem = problem_of(request)
    built = build_roster(
        problem, context, seed=request.seed, gap=request.limits.gap, start=request.warm_start
    )
    report = built.report
    return Outcome(
        roster_documents(problem, built),
        report.termination,
        report.objective,
        report.bound,
        short_hours(problem, built),
    )


def problem_of(request: RosterRequest) -> RosterProblem:
    """Return the problem of a complete request."""
    assert request.organisation is not None, "it was filled in"
    assert request.requirement is not None, "it was filled in"
    assert not isinstance(request.previous, str), "it was filled in"
    return RosterProblem(
        request.organisation,
        requirement_of(request.requirement),
        request.directives or Directives(),
        request.previous,
    )


def build_roster(
    problem: RosterProblem,
    context: Context,
    *,
    seed: int,
    gap: float = 1e-4,
    start: Roster | None = None,
) -> RosterResult:
    """Return a verified roster, parts that share nothing each solved by itself.

    Raises
    ------
    NoSolution
        If there is none, or it was stopped before there was one.
    """
    from optimizer.roster import solve_parts

    try:
        return solve_parts(
            problem,
            deadline=context.deadline,
            executor=context.executor,
            parallel=context.parallel,
            link=context.link,
            observer=context.observer,
            seed=seed,
            workers=context.threads,
            gap=gap,
            start=start,
        )
    except NoSolution as error:
        if not context.deadline.stopped.is_set():
            raise
        stopped = Issue("stopped", "", "It was stopped before there was a roster.")
        others = [issue for issue in error.issues if issue.code != "out_of_time"]
        raise NoSolution(stopped.detail, [stopped, *others]) from None


def roster_documents(problem: RosterProblem, built: RosterResult) -> tuple[Document, ...]:
    """Return a roster with what it answers and what it comes to."""
    from api.roster_figures import built_figures

    return (
        results.roster_document(built.roster),
        *results.problem_documents(problem),
        results.json_document(results.REPORT, built_figures(problem, built)),
    )


def short_hours(problem: RosterProblem, built: RosterResult) -> dict[str, float]:
    """Return the agent-hours that are missing, for those who watch the service."""
    hours = problem.requirement.grid.hours_per_slot
    return {"short_hours": built.verification.short_agent_intervals * hours}


def requirement_of(table: AgentsNeeded) -> Requirement:
    """Return a requirement as an array.

    Raises
    ------
    InvalidInput
        If rows are missing, or are not as long as the grid; every one is listed.
    """
    issues = check_grid(table.grid, "/requirement/grid")
    count = table.grid.count
    issues += [
        Issue(
            "bad_shape",
            f"/requirement/agents/{row}",
            f"The row has {len(values)} values but the grid has {count} slots.",
        )
        for row, values in enumerate(table.agents)
        if len(values) != count
    ]
    if len(table.agents) != len(table.groups):
        detail = f"There are {len(table.agents)} rows for {len(table.groups)} groups."
        issues.append(Issue("bad_shape", "/requirement/agents", detail))
    if issues:
        raise InvalidInput("The requirement cannot be used.", issues)
    agents = np.array(table.agents, dtype=np.float64).reshape(len(table.groups), count)
    return Requirement(table.grid, table.groups, agents)


def needed(requirement: Requirement) -> AgentsNeeded:
    """Return a requirement the way it stands in JSON."""
    rows = tuple(tuple(row) for row in requirement.agents.tolist())
    return AgentsNeeded(requirement.grid, requirement.groups, rows)
