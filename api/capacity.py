"""Weekly hours of a capacity plan from a forecast: what goals need, by staff group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from api.volumes import Volumes, on_contacts, volumes_of
from forecasts import Forecast
from optimizer.errors import raise_errors
from optimizer.model import Organisation, Requirement, TimeGrid
from optimizer.model.findings import Findings
from optimizer.staffing.capacity import CapacityProblem, StaffGroup, check_capacity

__all__ = ["with_forecast"]


def with_forecast(
    problem: CapacityProblem, organisation: Organisation, forecast: Forecast
) -> CapacityProblem:
    """Return the problem with the hours on contacts that a forecast's goals need.

    A staff group without hours of its own gets the agents required by its planning groups (or
    by those of its tier), before shrinkage, as hours by week. Groups that have hours keep them.

    Raises
    ------
    InvalidInput
        If the forecast does not cover the weeks of the plan, a planning group is unknown or
        belongs to two staff groups, or a goal cannot be staffed; every problem is listed.
    """
    unsound = [
        issue
        for issue in check_capacity(problem, "/capacity")
        if issue.code != "no_required_hours"  # that is what the forecast is for
    ]
    raise_errors("The capacity plan cannot be made.", unsound)
    volumes = volumes_of(organisation, forecast)
    found = Findings("/capacity")
    served = _served(found, problem, organisation)
    _check_cover(found, problem, volumes)
    raise_errors("The forecast does not fit the capacity plan.", found.issues)
    grid = TimeGrid.of_days(
        problem.first_monday, 7 * problem.weeks, volumes.grid.interval_minutes, organisation.zone
    )
    needed = on_contacts(organisation, volumes.on(grid))
    hours = dict(zip(needed.groups, _weekly_hours(needed, problem.weeks), strict=True))
    nothing = np.zeros(problem.weeks)
    return replace(
        problem,
        groups=tuple(
            replace(group, required_hours=_together(hours.get(name, nothing) for name in names))
            if (names := served.get(group.id))
            else group
            for group in problem.groups
        ),
    )


def _together(rows: Iterator[NDArray[np.float64]]) -> tuple[float, ...]:
    return tuple(np.sum(list(rows), axis=0).round(3).tolist())


def _served(
    found: Findings, problem: CapacityProblem, organisation: Organisation
) -> dict[str, tuple[str, ...]]:
    """Return the planning groups of each staff group whose hours come from the forecast."""
    known = {group.id for group in organisation.groups}
    served: dict[str, tuple[str, ...]] = {}
    taken: dict[str, str] = {}
    for g, group in enumerate(problem.groups):
        if group.required_hours:
            continue
        here = found.at("groups", g)
        for i, name in enumerate(group.planning_groups):
            here.at("planning_groups").known(str(i), name, known, "group")
        served[group.id] = tuple(name for name in _asked(group, organisation) if name in known)
        if not served[group.id]:
            here.error(
                "nothing_to_serve", f"No planning group of the organisation is {group.id}'s."
            )
        for name in served[group.id]:
            if name in taken:
                here.error("served_twice", f"{name!r} is served by {taken[name]!r} already.")
            taken[name] = group.id
    return served


def _asked(group: StaffGroup, organisation: Organisation) -> Iterator[str]:
    if group.planning_groups:
        yield from group.planning_groups
    else:
        yield from (one.id for one in organisation.groups if one.tier is group.tier)


def _check_cover(found: Findings, problem: CapacityProblem, volumes: Volumes) -> None:
    days = volumes.grid.days()
    last = problem.monday(problem.weeks) - timedelta(days=1)
    if days[0] > problem.first_monday or days[-1] < last:
        found.at("weeks").error(
            "forecast_too_short",
            f"The plan runs from {problem.first_monday} to {last}, "
            f"the forecast from {days[0]} to {days[-1]}.",
        )


def _weekly_hours(requirement: Requirement, weeks: int) -> NDArray[np.float64]:
    """Return agent-hours by week, [groups, weeks]."""
    hours = np.zeros((weeks, len(requirement.groups)))
    week = requirement.grid.day_of_slot() // 7
    np.add.at(hours, week, requirement.agents.T * requirement.grid.hours_per_slot)
    return hours.T
