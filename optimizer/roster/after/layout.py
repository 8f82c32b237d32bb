"""A roster laid out as a plan: patterns by number, and rules that people could not keep."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimizer.errors import Issue, NoSolution, raise_errors
from optimizer.model import Roster, RosterProblem, check_roster
from optimizer.roster.checks.worker import Worker
from optimizer.roster.frame import Frame
from optimizer.roster.placement import FREE
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.tours import relax

__all__ = ["check_layout", "lay_out", "relaxed"]

Integers = NDArray[np.int64]


def check_layout(problem: RosterProblem, roster: Roster) -> None:
    """Refuse a roster that does not belong to a problem.

    Raises
    ------
    InvalidInput
        If it names agents or templates that do not exist, or is on another grid.
    """
    issues = check_roster(roster, problem.organisation, "/roster")
    ours, theirs = problem.requirement.grid, roster.grid
    if (ours.start, ours.interval_minutes, ours.count) != (
        theirs.start,
        theirs.interval_minutes,
        theirs.count,
    ):
        detail = "The roster was made on another grid than the requirement's."
        issues.append(Issue("other_grid", "/roster/grid", detail))
    raise_errors("The roster cannot be laid out.", issues)


def relaxed(frame: Frame, worked: Integers) -> Frame:
    """Return the frame with what gives way for agents whom nothing else leaves a roster."""
    broken = [
        agent
        for agent, row in enumerate(worked.tolist())
        if math.isinf(cost_of(frame.people[agent], frame.patterns, row))
    ]
    if not broken:
        return frame
    try:
        return relax(frame, broken)[0]
    except NoSolution:
        return frame  # what is never given up is broken: the answers say so


def lay_out(frame: Frame, staff: Sequence[Worker]) -> tuple[Integers, Integers]:
    """Return a roster as patterns and begins of activities.

    Returns
    -------
    worked, begins
        [agents, days], `FREE` for a day off, and [agents, days, activities].

    Raises
    ------
    InvalidInput
        If somebody has two shifts on a day, or one that its template does not allow.
    """
    p, calendar = frame.patterns, frame.calendar
    keys = zip(*(of.tolist() for of in (p.clock, p.template, p.start, p.end)), strict=True)
    pattern_of = {key: pattern for pattern, key in enumerate(keys)}
    shape = len(staff), len(calendar.days)
    most = max((len(activities) for activities in p.activities), default=0)
    worked = np.full(shape, FREE, dtype=np.int64)
    begins = np.zeros((*shape, most), dtype=np.int64)
    issues = []
    for worker in staff:
        clock = calendar.zones[worker.clock.zone]
        for duty in worker.duties:
            template = frame.whole.template_ids[duty.shift.template]
            key = (clock, template, duty.shift.start, duty.shift.end)
            places = [a.start for a in duty.shift.activities if a.training is None]
            if key not in pattern_of or len(places) != len(p.activities[template]):
                detail = f"{worker.agent.id!r} works no shift of its template on {duty.day}."
                pointer = f"/roster/shifts/{duty.number}"
                issues.append(Issue("shift_without_template", pointer, detail))
                continue
            day = (duty.day - calendar.days[0]).days
            if worked[worker.number, day] != FREE:
                detail = f"{worker.agent.id!r} works a second shift on {duty.day}."
                pointer = f"/roster/shifts/{duty.number}"
                issues.append(Issue("two_shifts_a_day", pointer, detail))
            worked[worker.number, day] = pattern_of[key]
            begins[worker.number, day, : len(places)] = places
    raise_errors("The roster cannot be laid out.", issues)
    return worked, begins
