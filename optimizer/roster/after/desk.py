"""A roster laid out for questions of what it would cost if some people worked otherwise.

Which changes are worth a look is told by the state of the plan, which knows the coverage and the
price of every shift. What they cost is then told by the checks of the rules, the same that the
verifier judges by, of whoever is changed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import InvalidInput, Issue
from optimizer.model import (
    PlannedActivity,
    Roster,
    RosterProblem,
    Shift,
)
from optimizer.roster.after.diff import Change, change_between
from optimizer.roster.after.effect import Effect
from optimizer.roster.after.layout import check_layout, lay_out, relaxed
from optimizer.roster.checks.worker import Duty, Worker, workers
from optimizer.roster.frame import Frame
from optimizer.roster.placement import FREE
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.registry import CHECKS, SHARED_CHECKS
from optimizer.roster.state import Seat, State
from optimizer.roster.tours import Tours

__all__ = ["Desk"]

Integers = NDArray[np.int64]
Rows = Mapping[int, Integers]
"""Patterns of each day, or `FREE`, [days], of the agents that change."""


class Desk:
    """A problem, a roster and the state of that plan.

    Parameters
    ----------
    problem
        One that passed its checks.
    roster
        On the problem's grid; it may break hard rules.

    Raises
    ------
    InvalidInput
        If the roster cannot be laid out: unknown names, another grid, two shifts of one person on
        a day, or a shift that its template does not allow.
    """

    def __init__(self, problem: RosterProblem, roster: Roster) -> None:
        check_layout(problem, roster)
        self.problem = problem
        self.frame = Frame.of(problem)
        self.staff = workers(problem, roster)
        self.numbers = {worker.agent.id: worker.number for worker in self.staff}
        self._worked, begins = lay_out(self.frame, self.staff)
        self.frame = relaxed(self.frame, self._worked)
        self.state = State(self.frame)
        for worker in self.staff:
            number = worker.number
            row = self._worked[number]
            self.state.put_in(number, row, begins[number], None, self.sessions(number, row))

    @cached_property
    def tours(self) -> Tours:
        """Return the automata of everybody's rosters."""
        return Tours.of(self.frame)

    def agent(self, name: str) -> int:
        """Return the position of an agent.

        Raises
        ------
        InvalidInput
            If there is none of that name.
        """
        if name not in self.numbers:
            issue = Issue("unknown_agent", "/agent", f"There is no agent {name!r}.")
            raise InvalidInput("There is no such agent.", [issue])
        return self.numbers[name]

    def day(self, day: date) -> int:
        """Return the position of a day in the calendar.

        Raises
        ------
        InvalidInput
            If it is not in the period.
        """
        days = self.frame.calendar.days
        if day not in days:
            detail = f"{day} is not in the period, {days[0]} to {days[-1]}."
            issue = Issue("day_outside_period", "/day", detail)
            raise InvalidInput("There is no such day.", [issue])
        return days.index(day)

    def own_cost(self, agent: int) -> float:
        """Return what an agent's roster costs by the agent's own rules, broken ones left out."""
        own = float(self.state.own[agent])
        if math.isfinite(own):
            return own
        return sum(match.cost for match in _matches(self.staff[agent]) if not match.broken)

    def quick(self, rows: Rows) -> float:
        """Return about what the roster would cost more if some agents worked something else.

        Exact but for trainings, and for hard rows over several people, which have a high price
        instead of an infinite one. Infinite if a hard rule about one person would be broken.
        """
        own = [
            cost_of(self.frame.people[agent], self.frame.patterns, row.tolist())
            for agent, row in rows.items()
        ]
        if not all(map(math.isfinite, own)):
            return math.inf
        before = self.state.common + sum(map(self.own_cost, rows))
        with _Tried(self, rows):
            after = self.state.common + sum(own)
        return after - before

    def effect(self, rows: Rows) -> Effect:
        """Return exactly what would change if some agents worked something else.

        Activities of new shifts are placed where they cost least; everything else stays.
        """
        shortage = self.state.shortage
        with _Tried(self, rows) as begins:
            rise = self.state.shortage - shortage
            changed = {
                agent: self._worker(agent, row, begins[agent]) for agent, row in rows.items()
            }
        staff = [changed.get(worker.number, worker) for worker in self.staff]
        before = [match for agent in rows for match in _matches(self.staff[agent])]
        after = [match for worker in changed.values() for match in _matches(worker)]
        before += self._shared
        after += _shared_matches(self.problem, staff)
        return Effect.between(tuple(self._changes(changed.values())), before, after, rise)

    def row(self, agent: int) -> Integers:
        """Return a copy of what an agent works, [days]."""
        row: Integers = self._worked[agent].copy()
        return row

    def sessions(self, agent: int, row: Integers) -> tuple[PlannedActivity, ...]:
        """Return the training of an agent on the days that a row leaves as they are."""
        calendar = self.frame.calendar
        kept = self.state.kept.get(agent, {})
        same = {
            calendar.days[day]
            for day in np.flatnonzero((row == self._worked[agent]) & (row != FREE)).tolist()
            if row[day] not in kept  # comes with the pattern
        }
        return tuple(
            activity
            for duty in self.staff[agent].duties
            if duty.day in same
            for activity in duty.shift.activities
            if activity.training is not None
        )

    def shift(self, agent: int, pattern: int, begins: Sequence[int]) -> Shift:
        """Return the shift of a pattern with activities at some slots."""
        organisation, patterns = self.problem.organisation, self.frame.patterns
        template = organisation.templates[patterns.template[pattern]]
        sizes = patterns.activities[patterns.template[pattern]]
        activities = (
            PlannedActivity(what.kind, begin, begin + size.slots, what.paid)
            for what, size, begin in zip(template.activities, sizes, begins, strict=False)
        )
        start, end = int(patterns.start[pattern]), int(patterns.end[pattern])
        name = organisation.agents[agent].id
        return Shift(name, template.id, start, end, tuple(activities))

    @cached_property
    def _shared(self) -> list[Match]:
        return _shared_matches(self.problem, self.staff)

    def _worker(self, agent: int, row: Integers, begins: Integers) -> Worker:
        """Return an agent with other shifts; those that stay keep all their activities."""
        worker, calendar = self.staff[agent], self.frame.calendar
        kept = {duty.day: duty for duty in worker.duties}
        templates = self.problem.organisation.templates
        duties = []
        for day in np.flatnonzero(row != FREE).tolist():
            if row[day] == self._worked[agent, day]:
                duties.append(kept[calendar.days[day]])
                continue
            shift = self.shift(agent, int(row[day]), begins[day].tolist())
            duties.append(
                Duty(
                    -1,
                    shift,
                    templates[self.frame.patterns.template[row[day]]],
                    calendar.days[day],
                    shift.paid_slots() * self.frame.step,
                )
            )
        return replace(worker, duties=tuple(duties))

    def _changes(self, changed: Iterable[Worker]) -> Iterator[Change]:
        for worker in changed:
            before = {duty.day: duty.shift for duty in self.staff[worker.number].duties}
            after = {duty.day: duty.shift for duty in worker.duties}
            for day in sorted(before.keys() | after.keys()):
                change = change_between(
                    worker.agent.id, day, before.get(day), after.get(day), self.frame.step
                )
                if change is not None:
                    yield change


class _Tried:
    """Some agents work something else while this lasts; gives their begins of activities."""

    def __init__(self, desk: Desk, rows: Rows) -> None:
        self._desk, self._state, self._rows = desk, desk.state, rows
        self._seats: dict[int, Seat] = {}

    def __enter__(self) -> dict[int, Integers]:
        state, placed = self._state, {}
        self._seats = {agent: state.take_out(agent) for agent in self._rows}
        for agent, row in self._rows.items():
            begins, seat = state.place(agent, row), self._seats[agent]
            same = row == seat.worked
            begins[same] = seat.begins[same]
            placed[agent] = begins
            state.put_in(agent, row, begins, 0.0, self._desk.sessions(agent, row))
        return placed

    def __exit__(self, *_: object) -> None:
        for agent, seat in self._seats.items():
            self._state.take_out(agent)
            self._state.put_back(agent, seat)


def _matches(worker: Worker) -> list[Match]:
    return [match for check in CHECKS for match in check(worker)]


def _shared_matches(problem: RosterProblem, staff: Sequence[Worker]) -> list[Match]:
    return [match for check in SHARED_CHECKS for match in check(problem, staff)]
