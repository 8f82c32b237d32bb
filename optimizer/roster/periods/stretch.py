"""Days of a roster problem as a problem of their own: those that come next, or opened again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from optimizer.model import (
    Agent,
    ChangePrices,
    Contract,
    Directives,
    Keep,
    Limits,
    Pin,
    Range,
    Requirement,
    Roster,
    RosterProblem,
    Shift,
    TimeGrid,
    contracts_of,
)
from optimizer.roster.checks.worker import Worker, workers
from optimizer.roster.periods.carry import carried_agents

__all__ = ["cut", "joined", "opened", "part_of", "stretch_of"]

LONGEST_MEMORY = 13
"""Days after an opened window that are looked at, at most; soft runs may reach further."""

DAY = timedelta(days=1)


def stretch_of(
    problem: RosterProblem, done: Roster, first: date, last: date, *, share_templates: bool = True
) -> RosterProblem:
    """Return the problem of the days `first` to `last`, both included, after what is done.

    Limits on the whole period are shared out by days: until the end of each stretch an agent may
    reach, and has to reach, what is proportional to the days so far, give or take a shift, so
    that neither all the work nor all the freedom comes at the beginning. A stretch that reaches
    the period's end keeps them to the letter.

    Parameters
    ----------
    done
        The shifts before `first`; later ones are ignored.
    share_templates
        Whether limits of single templates are shared out as well. Counting them makes automata
        large, and as long as more is left than a stretch has days, nobody needs to.
    """
    grid = cut(problem.requirement.grid, first, last)
    days = problem.requirement.grid.days()
    before = _outside(done, grid, later=False)
    share = min(1.0, ((last - days[0]).days + 1) / len(days))
    agents = carried_agents(problem, before, first)
    return RosterProblem(
        replace(
            problem.organisation,
            agents=_limited(problem, agents, before, last, share, share_templates),
        ),
        _requirement(problem.requirement, grid),
        _directives(problem.directives, before, first, last),
        None if problem.previous is None else part_of(problem.previous, grid),
    )


def opened(problem: RosterProblem, whole: Roster, first: date, last: date) -> RosterProblem:
    """Return the problem of the days `first` to `last` with all shifts around as they stand.

    The days after `last` that rules about runs, rest and weeks can see belong to the problem,
    and are pinned. Limits on the whole period are what the shifts outside leave of them, exactly.

    Parameters
    ----------
    whole
        A roster of the whole period; its shifts from `first` to `last` are ignored.
    """
    all_days = problem.requirement.grid.days()
    seen = min(all_days[-1], _sunday(last + _memory(problem) * DAY))
    grid = cut(problem.requirement.grid, first, seen)
    around = _outside(whole, grid, later=True)
    here = _outside(whole, cut(problem.requirement.grid, first, last), later=True)
    agents = zip(
        carried_agents(problem, whole, first),
        carried_agents(problem, around, all_days[-1] + DAY),
        strict=True,
    )
    shared = (_with_shares(agent, outside) for agent, outside in agents)
    directives = _directives(problem.directives, here, first, seen)
    if problem.previous is None:
        # Then nothing counts as a change, and pins keep nothing.
        loose = tuple(replace(pin, keep=None) for pin in directives.pins)
        directives = replace(directives, pins=loose, changes=ChangePrices(), now=None)
    later = [last + number * DAY for number in range(1, (seen - last).days + 1)]
    stays = (
        Pin(agent.id, day, Keep.ACTIVITIES)
        for agent in problem.organisation.agents
        for day in later
    )
    pins = (*(pin for pin in directives.pins if pin.day <= last), *stays)
    return RosterProblem(
        replace(problem.organisation, agents=_limited(problem, shared, around, seen)),
        _requirement(problem.requirement, grid),
        replace(directives, pins=pins),
        _standing(problem, whole, grid, last) if later or problem.previous else None,
    )


def cut(grid: TimeGrid, first: date, last: date) -> TimeGrid:
    """Return the part of a grid from one day to another, both included."""
    begin = max(0, grid.slot_of(first, 0))
    end = min(grid.count, grid.slot_of(last + DAY, 0))
    return TimeGrid(grid.local(begin), grid.interval_minutes, end - begin, grid.zone)


def part_of(roster: Roster, grid: TimeGrid) -> Roster:
    """Return the shifts that start within a grid, on that grid."""
    shifts = _on(roster, grid)
    return Roster(grid, tuple(s for s in shifts if 0 <= s.start < grid.count), roster.relaxed)


def joined(grid: TimeGrid, rosters: Iterable[Roster]) -> Roster:
    """Return one roster on `grid` of the shifts and relaxations of several."""
    shifts: list[Shift] = []
    relaxed = []
    for roster in rosters:
        shifts += _on(roster, grid)
        relaxed += [relaxation for relaxation in roster.relaxed if relaxation not in relaxed]
    shifts.sort(key=lambda shift: (shift.agent, shift.start))
    return Roster(grid, tuple(shifts), tuple(relaxed))


def _on(roster: Roster, grid: TimeGrid) -> Iterator[Shift]:
    """Yield the shifts of a roster in the slots of another grid."""
    later = grid.slot_at(roster.grid.start)
    for shift in roster.shifts:
        yield replace(
            shift,
            start=shift.start + later,
            end=shift.end + later,
            activities=tuple(
                replace(what, start=what.start + later, end=what.end + later)
                for what in shift.activities
            ),
        )


def _outside(roster: Roster, grid: TimeGrid, *, later: bool) -> Roster:
    """Return the shifts that start before a grid and, if asked, those after it."""
    begin = roster.grid.slot_at(grid.start)
    kept = (
        s for s in roster.shifts if s.start < begin or (later and s.start >= begin + grid.count)
    )
    return Roster(roster.grid, tuple(kept), roster.relaxed)


def _standing(problem: RosterProblem, whole: Roster, grid: TimeGrid, last: date) -> Roster:
    """Return what stood before until `last`, and what stands now after it."""
    open_ = cut(problem.requirement.grid, grid.local(0).date(), last)
    old = [] if problem.previous is None else [part_of(problem.previous, open_)]
    now = part_of(whole, grid)
    pinned = Roster(grid, tuple(s for s in now.shifts if s.start >= open_.count))
    return replace(joined(grid, [*old, pinned]), relaxed=())


def _memory(problem: RosterProblem) -> int:
    """Return how many days later a shift can still matter to a hard rule about days."""
    longest = 2
    for contract in contracts_of(problem.organisation):
        runs = (
            contract.max_consecutive_days,
            contract.min_consecutive_days,
            contract.min_consecutive_days_off,
            contract.max_consecutive_days_off or 0,
        )
        # A limit that no run can reach is none.
        longest = max(longest, *(run for run in runs if run <= LONGEST_MEMORY))
    return longest + 1


def _sunday(day: date) -> date:
    return day + (6 - day.weekday()) * DAY


def _requirement(requirement: Requirement, grid: TimeGrid) -> Requirement:
    begin = requirement.grid.slot_at(grid.start)
    agents = requirement.agents[:, begin : begin + grid.count]
    return Requirement(grid, requirement.groups, agents)


def _with_shares(agent: Agent, outside: Agent) -> Agent:
    """Return an agent with the weekends and late shifts of all days outside."""
    weekends, late = outside.history.weekends, outside.history.late_shifts
    return replace(agent, history=replace(agent.history, weekends=weekends, late_shifts=late))


def _limited(
    problem: RosterProblem,
    agents: Iterable[Agent],
    outside: Roster,
    last: date,
    share: float = 1.0,
    share_templates: bool = True,
) -> tuple[Agent, ...]:
    """Return the agents with what the shifts outside leave of the period's limits."""
    staff = zip(agents, contracts_of(problem.organisation), workers(problem, outside), strict=True)
    return tuple(
        _with_limits(agent, c, worker, last, share, share_templates) for agent, c, worker in staff
    )


def _with_limits(
    agent: Agent,
    contract: Contract,
    worker: Worker,
    last: date,
    share: float,
    share_templates: bool,
) -> Agent:
    longest = max((t.paid_minutes(n) for t in worker.templates for n in t.lengths), default=0)
    limits = agent.limits or Limits()
    if contract.minutes_per_period != Range():
        paid = sum(duty.paid for duty in worker.duties)
        bounds = _left(contract.minutes_per_period, paid, share, longest)
        limits = replace(limits, minutes_per_period=bounds)
    if contract.template_limits:
        worked = [duty.template.id for duty in worker.duties]
        limits = replace(
            limits,
            template_limits={
                name: _left(bounds, worked.count(name), share, 1, capped=share_templates)
                for name, bounds in contract.template_limits.items()
            },
        )
    if contract.max_weekends is not None:
        most = contract.max_weekends
        if share < 1.0:
            most = min(most, math.ceil(most * _weekends_until(worker, last)))
        worked_weekends = {_sunday(duty.day) for duty in worker.duties if duty.weekend}
        limits = replace(limits, max_weekends=max(0, most - len(worked_weekends)))
    return agent if limits == Limits() else replace(agent, limits=limits)


def _left(total: Range, done: int, share: float, slack: int, *, capped: bool = True) -> Range:
    """Return what is left to do until `share` of the days, give or take `slack` before the end.

    Unless `capped`, all that is left of the greatest value may be done at once.
    """
    if share >= 1.0:
        slack = 0
    most = total.maximum
    if most is not None:
        if capped:
            most = min(most, math.ceil(most * share) + slack)
        most = max(0, most - done)
    least = max(0, math.floor(total.minimum * share) - slack - done)
    return Range(least if most is None else min(least, most), most)


def _weekends_until(worker: Worker, last: date) -> float:
    """Return the share of the period's weekends that end or begin until a day."""
    weekends = [_sunday(day) for day in worker.clock.days() if day.weekday() >= 5]
    return sum(day - DAY <= last for day in weekends) / len(weekends) if weekends else 1.0


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
