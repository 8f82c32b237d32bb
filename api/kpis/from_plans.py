"""Counts of a day from what was planned for it: the roster in force, and the forecast before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from api.kpis.attributes import Centre, Slice
from api.kpis.figures import Tally
from optimizer.model import Roster, RosterProblem, StaffClass

if TYPE_CHECKING:
    from forecasts import Forecast, History

__all__ = ["count_forecast", "count_roster"]

Tallies = Mapping[Slice, Tally]


def count_roster(problem: RosterProblem, roster: Roster, day: date) -> Tallies:
    """Return hours and pay of a roster on a day of its grid, by whoever works them.

    Hours that are required are those of groups, hours that are paid those of people: people
    serve several groups, so no group has hours of its own.
    """
    # Imported here: it brings the compiled simulation along.
    from optimizer.simulation.presence import pay

    grid = roster.grid
    local = np.array(grid.days(), dtype="datetime64[D]")[grid.day_of_slot()]
    slots = np.flatnonzero(local == np.datetime64(day))
    if not len(slots):
        return {}
    of_day = range(int(slots[0]), int(slots[-1]) + 1)
    organisation = problem.organisation
    centre = Centre.of(organisation)
    counts: defaultdict[Slice, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    elastic = {c.id for c in organisation.contracts if c.staff_class is StaffClass.ELASTIC}
    paid, cost = pay(organisation, roster, of_day)
    for agent, hours, money in zip(organisation.agents, paid, cost, strict=True):
        if hours > 0 or money > 0:
            tally = counts[centre.of_agent(agent.id)]
            tally["paid_h"] += float(hours)
            tally["cost"] += float(money)
            tally["elastic_h"] += float(hours) if agent.contract in elastic else 0.0
    for shift in roster.shifts:
        worked = sum(slot in of_day for slot in shift.working_slots())
        if worked:
            place = centre.of_agent(shift.agent)
            counts[place]["scheduled_h"] += worked * grid.hours_per_slot
    needed = problem.requirement
    for name, agents in zip(needed.groups, needed.agents, strict=True):
        hours = float(agents[of_day.start : of_day.stop].sum()) * grid.hours_per_slot
        counts[centre.of_group(name)]["required_h"] += hours
    return counts


def count_forecast(forecast: Forecast, actual: History, centre: Centre) -> Tallies:
    """Return the errors of a forecast over the days of a history that it reaches.

    The errors are those of `forecasts.accuracy`: of intervals that were forecast open, or in
    which somebody came.
    """
    from forecasts import accuracy

    counts: dict[Slice, Tally] = {}
    for name, errors in accuracy(forecast, actual).groups.items():
        missed = errors.wape * errors.actual if errors.actual > 0 else errors.forecast
        counts[centre.of_group(name)] = {
            "forecast": errors.forecast,
            "forecast_came": errors.actual,
            "forecast_missed": missed,
            "forecast_over": errors.forecast - errors.actual,
        }
    return counts
