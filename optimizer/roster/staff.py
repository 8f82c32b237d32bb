"""Agents who are alike: everybody of a type may work the same shifts under the same limits.

The number of types, not of heads, is what the counts model grows with. Two agents are of one
type if they have the same contract, can serve the same planning groups, may work the same
patterns (availability, days off and the rest after the last shift included) and carry the same
history. Requests do not separate types: they are no part of the objective, only of who gets what.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from optimizer.model import (
    Agent,
    Contract,
    Range,
    RosterProblem,
    TimeGrid,
    can_serve,
)
from optimizer.roster.patterns import Calendar, Patterns

__all__ = ["AgentType", "Week", "group_agents", "shift_cost"]


@dataclass(frozen=True, slots=True)
class Week:
    """A contract's limits for the part of a week that lies in the period.

    What was worked in the week before the period is taken off already. The least values are
    zero in a week that goes on after the period, since they can be reached later.

    Parameters
    ----------
    first, last
        Indices of its days, the last excluded.
    shifts, minutes
        Bounds on shifts and on paid minutes.
    guaranteed
        Paid minutes that cost nothing more.
    """

    first: int
    last: int
    shifts: Range
    minutes: Range
    guaranteed: int


@dataclass(frozen=True, slots=True, eq=False)
class AgentType:
    """Agents who are interchangeable but for their requests.

    Parameters
    ----------
    agents
        Indices into the organisation's agents.
    serves
        Rows of the requirement whose contacts they take, as bits.
    patterns
        Indices of the patterns that they may work.
    first_day, last_day
        Their days in the calendar, the last excluded.
    run
        Days worked in a row up to the day before the period.
    weeks, period
        Limits per week, and on the paid minutes of the period.
    """

    agents: tuple[int, ...]
    contract: Contract
    serves: int
    patterns: NDArray[np.int64]
    first_day: int
    last_day: int
    run: int
    weeks: tuple[Week, ...]
    period: Range

    @property
    def count(self) -> int:
        """Return the number of agents."""
        return len(self.agents)

    @property
    def days(self) -> range:
        """Return the days on which they may work at all, as indices of the calendar."""
        return range(self.first_day, self.last_day)

    def longest_week(self, week: Week, longest_shift: int) -> int:
        """Return an upper limit on the paid minutes of a week, given those of a shift."""
        shifts = week.last - week.first
        if week.shifts.maximum is not None:
            shifts = min(shifts, week.shifts.maximum)
        most = shifts * longest_shift
        return most if week.minutes.maximum is None else min(most, week.minutes.maximum)

    def has_minimum(self) -> bool:
        """Tell whether anything must be worked."""
        return self.period.minimum > 0 or any(
            week.shifts.minimum > 0 or week.minutes.minimum > 0 for week in self.weeks
        )


def shift_cost(contract: Contract, paid_minutes: int, *, weekend: bool) -> float:
    """Return what one shift adds to the cost whatever else is worked.

    Paid time beyond the guarantee of a week is priced with the week, unless nothing is
    guaranteed, when every paid hour counts.
    """
    hours = paid_minutes / 60
    share = contract.weekend_premium if weekend else 0.0
    if not contract.guaranteed_minutes_per_week:
        share += 1.0
    return contract.call_cost + contract.hourly_cost * hours * share


def group_agents(
    problem: RosterProblem, calendar: Calendar, patterns: Patterns
) -> tuple[AgentType, ...]:
    """Return the types of a problem's agents, in the order of their first agents."""
    organisation = problem.organisation
    contracts = {contract.id: contract for contract in organisation.contracts}
    clock_of = {site.id: calendar.zones.get(site.zone, -1) for site in organisation.sites}
    groups = {group.id: group for group in organisation.groups}
    rows = [groups[name] for name in problem.requirement.groups]
    allowed = _Allowed(problem, calendar, patterns)
    members: dict[tuple[object, ...], list[int]] = defaultdict(list)
    shared: dict[tuple[object, ...], AgentType] = {}
    for index, agent in enumerate(organisation.agents):
        contract, clock = contracts[agent.contract], clock_of[agent.site]
        serves = sum(1 << row for row, group in enumerate(rows) if can_serve(agent, group))
        possible = allowed.patterns(agent, contract, clock)
        first, last = calendar.span(clock)
        history = agent.history
        run = 0 if history.days_off else min(history.days_worked, contract.max_consecutive_days)
        week = (history.minutes_this_week, history.shifts_this_week)
        key = (contract.id, clock, serves, possible.tobytes(), run, week)
        members[key].append(index)
        if key not in shared:
            weeks = tuple(_weeks(contract, agent, calendar, first, last))
            shared[key] = AgentType(
                (), contract, serves, possible, first, last, run, weeks, contract.minutes_per_period
            )
    return tuple(replace(shared[key], agents=tuple(alike)) for key, alike in members.items())


def _weeks(
    contract: Contract, agent: Agent, calendar: Calendar, first: int, last: int
) -> list[Week]:
    weeks = []
    history = agent.history
    begin = first
    while begin < last:
        end = min(last, begin + 7 - calendar.days[begin].weekday())
        complete = calendar.days[end - 1].weekday() == 6
        shifts, minutes = contract.shifts_per_week, contract.minutes_per_week
        guaranteed = contract.guaranteed_minutes_per_week
        if begin == first:
            shifts = _less(shifts, history.shifts_this_week)
            minutes = _less(minutes, history.minutes_this_week)
            guaranteed = max(0, guaranteed - history.minutes_this_week)
        if not complete:
            shifts, minutes = Range(0, shifts.maximum), Range(0, minutes.maximum)
        weeks.append(Week(begin, end, shifts, minutes, guaranteed))
        begin = end
    return weeks


def _less(bounds: Range, done: int) -> Range:
    most = None if bounds.maximum is None else max(0, bounds.maximum - done)
    return Range(max(0, bounds.minimum - done), most)


class _Allowed:
    """Which patterns an agent may work, with what agents share computed once."""

    def __init__(self, problem: RosterProblem, calendar: Calendar, patterns: Patterns) -> None:
        self._calendar, self._all = calendar, patterns
        self._step = problem.requirement.grid.interval_minutes
        self._template = {t.id: i for i, t in enumerate(problem.organisation.templates)}
        self._of_contract: dict[tuple[str, int], NDArray[np.bool_]] = {}
        self._slots: dict[tuple[int, date, int], int] = {}

    def patterns(self, agent: Agent, contract: Contract, clock: int) -> NDArray[np.int64]:
        """Return the indices of the patterns that break no rule by themselves."""
        patterns, days, step = self._all, self._calendar.days, self._step
        possible = self._contract(contract, clock).copy()
        if agent.availability:
            within = np.zeros(len(patterns), dtype=bool)
            for window in agent.availability:
                low = np.full(len(days), np.iinfo(np.int64).max)
                high = np.zeros(len(days), dtype=np.int64)
                for day in range(*self._calendar.span(clock)):
                    if days[day].weekday() in window.weekdays:
                        # The first slot that begins within the window, should it start amid one.
                        low[day] = self._slot(clock, days[day], window.start_minute + step - 1)
                        high[day] = self._slot(clock, days[day], window.end_minute)
                within |= (patterns.start >= low[patterns.day]) & (
                    patterns.end <= high[patterns.day]
                )
            possible &= within
        for day_off in agent.days_off:
            if days[0] <= day_off <= days[-1]:
                possible &= patterns.day != (day_off - days[0]).days
        first, _ = self._calendar.span(clock)
        history = agent.history
        if history.last_shift_end is not None:
            rested = history.last_shift_end + timedelta(minutes=contract.rest_minutes)
            since = (rested - self._calendar.clocks[clock].start) / timedelta(minutes=step)
            possible &= patterns.start >= math.ceil(since)
        if not history.days_off and history.days_worked >= contract.max_consecutive_days:
            possible &= patterns.day != first
        if 0 < history.days_off < contract.min_consecutive_days_off:
            possible &= patterns.day >= first + contract.min_consecutive_days_off - history.days_off
        return np.flatnonzero(possible)

    def _contract(self, contract: Contract, clock: int) -> NDArray[np.bool_]:
        key = contract.id, clock
        if key not in self._of_contract:
            patterns, bounds = self._all, contract.minutes_per_day
            templates = [self._template[name] for name in contract.templates]
            paid = patterns.paid * self._step
            possible = np.isin(patterns.template, templates) & (patterns.clock == clock)
            possible &= paid >= bounds.minimum
            if bounds.maximum is not None:
                possible &= paid <= bounds.maximum
            self._of_contract[key] = possible
        return self._of_contract[key]

    def _slot(self, clock: int, day: date, minute: int) -> int:
        key = clock, day, minute
        if key not in self._slots:
            grid: TimeGrid = self._calendar.clocks[clock]
            self._slots[key] = grid.slot_of(day, minute)
        return self._slots[key]
