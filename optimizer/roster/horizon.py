"""A stretch of days of a roster problem as a problem of its own."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from optimizer.model import (
    Agent,
    Contract,
    Directives,
    Limits,
    Range,
    Requirement,
    Roster,
    RosterProblem,
    Shift,
    TimeGrid,
    contracts_of,
)
from optimizer.roster.carry import carried_agents
from optimizer.roster.checks.worker import Worker, workers

__all__ = ["joined", "part_of", "stretch_of"]


def stretch_of(problem: RosterProblem, done: Roster, first: date, last: date) -> RosterProblem:
    """Return the problem of the days `first` to `last`, both included, after what is done.

    Limits on the whole period are shared out by days: until the end of each stretch an agent may
    reach, and has to reach, what is proportional to the days so far, give or take a shift, so
    that neither all the work nor all the freedom comes at the beginning. A stretch that reaches
    the period's end keeps them to the letter.

    Parameters
    ----------
    done
        The shifts before `first`; later ones are ignored.
    """
    grid = problem.requirement.grid
    begin = max(0, grid.slot_of(first, 0))
    end = min(grid.count, grid.slot_of(last + timedelta(days=1), 0))
    here = TimeGrid(grid.local(begin), grid.interval_minutes, end - begin, grid.zone)
    required = problem.requirement.agents[:, begin:end]
    before = part_of(done, grid, 0, begin)
    agents = (
        _limited(agent, contract, worker, grid, last)
        for agent, contract, worker in zip(
            carried_agents(problem, before, first),
            contracts_of(problem.organisation),
            workers(problem, before),
            strict=True,
        )
    )
    previous = problem.previous
    return RosterProblem(
        replace(problem.organisation, agents=tuple(agents)),
        Requirement(here, problem.requirement.groups, required),
        _directives(problem.directives, before, first, last),
        None if previous is None else part_of(previous, here, begin, end),
    )


def part_of(roster: Roster, grid: TimeGrid, begin: int, end: int) -> Roster:
    """Return the shifts that start in slots `begin` to `end`, on a grid that starts at `begin`."""
    shifts = (_moved(s, -begin) for s in roster.shifts if begin <= s.start < end)
    return Roster(grid, tuple(shifts), roster.relaxed)


def joined(grid: TimeGrid, rosters: Iterable[Roster]) -> Roster:
    """Return one roster on `grid` of the shifts and relaxations of several."""
    shifts: list[Shift] = []
    relaxed = []
    for roster in rosters:
        begin = grid.slot_at(roster.grid.start)
        shifts += [_moved(shift, begin) for shift in roster.shifts]
        relaxed += [relaxation for relaxation in roster.relaxed if relaxation not in relaxed]
    shifts.sort(key=lambda shift: (shift.agent, shift.start))
    return Roster(grid, tuple(shifts), tuple(relaxed))


def _moved(shift: Shift, slots: int) -> Shift:
    activities = tuple(
        replace(what, start=what.start + slots, end=what.end + slots) for what in shift.activities
    )
    return replace(shift, start=shift.start + slots, end=shift.end + slots, activities=activities)


def _limited(agent: Agent, contract: Contract, worker: Worker, grid: TimeGrid, last: date) -> Agent:
    """Return an agent with the share of a stretch in what the contract says of the period."""
    days = grid.days()
    share = ((last - days[0]).days + 1) / len(days)
    longest = max((t.paid_minutes(n) for t in worker.templates for n in t.lengths), default=0)
    paid = sum(duty.paid for duty in worker.duties)
    limits = agent.limits or Limits()
    if contract.minutes_per_period != Range():
        bounds = _share(contract.minutes_per_period, paid, share, longest)
        limits = replace(limits, minutes_per_period=bounds)
    if contract.template_limits:
        worked = [duty.template.id for duty in worker.duties]
        limits = replace(
            limits,
            template_limits={
                name: _share(bounds, worked.count(name), share, 1)
                for name, bounds in contract.template_limits.items()
            },
        )
    if contract.max_weekends is not None:
        limits = replace(limits, max_weekends=_weekends_left(contract.max_weekends, worker, last))
    return agent if limits == Limits() else replace(agent, limits=limits)


def _share(total: Range, done: int, share: float, slack: int) -> Range:
    """Return what is left to do until `share` of the days, give or take `slack` before the end."""
    if share >= 1.0:
        slack = 0
    most = None
    if total.maximum is not None:
        most = min(total.maximum, math.ceil(total.maximum * share) + slack)
        most = max(0, most - done)
    least = max(0, math.floor(total.minimum * share) - slack - done)
    return Range(least if most is None else min(least, most), most)


def _weekends_left(total: int, worker: Worker, last: date) -> int:
    """Return how many weekends may be worked until `last`, so that later ones may be, too."""
    days = worker.clock.days()
    worked = {
        duty.day - timedelta(days=duty.day.weekday()) for duty in worker.duties if duty.weekend
    }
    saturdays = [day for day in days if day.weekday() == 5]
    until = sum(day <= last for day in saturdays)
    share = math.ceil(total * until / len(saturdays)) if saturdays else total
    return max(0, min(total, share) - len(worked))


def _directives(directives: Directives, done: Roster, first: date, last: date) -> Directives:
    """Keep what is said of the days of a stretch, and the trainings that are still to be held."""
    held = {(shift.agent, what.training) for shift in done.shifts for what in shift.activities}
    trainings = (
        replace(t, agents=tuple(agent for agent in t.agents if (agent, t.id) not in held))
        for t in directives.trainings
    )
    return replace(
        directives,
        shift_demand=tuple(d for d in directives.shift_demand if first <= d.day <= last),
        pins=tuple(pin for pin in directives.pins if first <= pin.day <= last),
        trainings=tuple(training for training in trainings if training.agents),
    )
