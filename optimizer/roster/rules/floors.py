"""Floors: people who must be there in every open interval, whatever contacts they take."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from optimizer.model import (
    Agent,
    Floor,
    Organisation,
    RosterProblem,
    RuleName,
    TimeGrid,
    can_serve,
)
from optimizer.roster.checks.worker import Worker
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.shared import Watch
from optimizer.roster.rules.view import View, Whole

__all__ = ["check", "shared"]


def shared(whole: Whole, views: Sequence[View]) -> Iterator[Watch]:
    """Yield a watch for every floor that holds in some slot."""
    problem = whole.problem
    for floor in problem.directives.floors:
        holds = _slots(problem, floor)
        if holds.any():
            agents = [v.number for v in views if _counts(problem.organisation, floor, v.agent)]
            yield Watch(
                RuleName.FLOORS,
                np.array(agents, dtype=np.int64),
                np.where(holds, float(floor.agents), 0.0),
                floor.cost * problem.requirement.grid.hours_per_slot,
            )


def _slots(problem: RosterProblem, floor: Floor) -> NDArray[np.bool_]:
    """Return in which slots a floor holds, [slots]."""
    requirement = problem.requirement
    clock = _clock(problem, floor)
    if floor.start_minute is None or floor.end_minute is None:
        rows = [floor.group in (None, name) for name in requirement.groups]
        wanted = (requirement.agents[rows] > 0).any(axis=0)
        on_day = np.isin([day.weekday() for day in clock.days()], floor.weekdays)
        return wanted & on_day[clock.day_of_slot()]
    holds = np.zeros(clock.count, dtype=np.bool_)
    # A window that runs past midnight may have begun on the day before the period.
    for day in (clock.days()[0] - timedelta(days=1), *clock.days()):
        if day.weekday() in floor.weekdays:
            begin = clock.slot_of(day, floor.start_minute)
            end = clock.slot_of(day, floor.end_minute)
            holds[max(0, begin) : max(0, end)] = True
    return holds


def _clock(problem: RosterProblem, floor: Floor) -> TimeGrid:
    """Return the grid on the clock of a floor's site, or of the organisation."""
    zones = {site.id: site.zone for site in problem.organisation.sites}
    zone = problem.organisation.zone if floor.site is None else zones[floor.site]
    return replace(problem.requirement.grid, zone=zone)


def _counts(organisation: Organisation, floor: Floor, agent: Agent) -> bool:
    """Tell whether an agent is one of those whom a floor asks for."""
    if floor.site not in (None, agent.site) or floor.tier not in (None, agent.tier):
        return False
    group = next((group for group in organisation.groups if group.id == floor.group), None)
    return group is None or can_serve(agent, group)


def check(problem: RosterProblem, staff: Sequence[Worker]) -> Iterator[Match]:
    """Yield every stretch of time in which a floor lacks people."""
    floors = problem.directives.floors
    if not floors:
        return
    # People who count for the same floors are looked at together.
    there: defaultdict[tuple[bool, ...], Counter[int]] = defaultdict(Counter)
    for worker in staff:
        marks = tuple(_counts(problem.organisation, floor, worker.agent) for floor in floors)
        for duty in worker.duties:
            there[marks].update(duty.shift.working_slots())
    for number, floor in enumerate(floors):
        present = sum((slots for marks, slots in there.items() if marks[number]), Counter[int]())
        yield from _missing(problem, floor, present)


def _missing(problem: RosterProblem, floor: Floor, present: Counter[int]) -> Iterator[Match]:
    clock = _clock(problem, floor)
    missing = [
        max(0, floor.agents - present[slot]) if _holds(problem, floor, clock, slot) else 0
        for slot in range(clock.count)
    ]
    who = " ".join(str(part) for part in (floor.group, floor.site, floor.tier) if part is not None)
    for lack, run in groupby(range(clock.count), key=missing.__getitem__):
        slots = list(run)
        if lack:
            hours = lack * len(slots) * clock.hours_per_slot
            begin, end = clock.local(slots[0]), clock.local(slots[-1] + 1)
            detail = (
                f"{lack} of {floor.agents} {who or 'people'} are missing on {begin:%Y-%m-%d} "
                f"from {begin:%H:%M} to {end:%H:%M}."
            )
            yield Match(RuleName.FLOORS, None, begin.date(), hours, floor.cost * hours, detail)


def _holds(problem: RosterProblem, floor: Floor, clock: TimeGrid, slot: int) -> bool:
    """Tell whether a floor holds in a slot."""
    today = clock.local(slot).date()
    if floor.start_minute is None or floor.end_minute is None:
        requirement = problem.requirement
        return today.weekday() in floor.weekdays and any(
            floor.group in (None, name) and requirement.agents[row, slot] > 0
            for row, name in enumerate(requirement.groups)
        )
    return any(
        day.weekday() in floor.weekdays
        and clock.slot_of(day, floor.start_minute) <= slot
        and slot < clock.slot_of(day, floor.end_minute)
        for day in (today - timedelta(days=1), today)
    )
