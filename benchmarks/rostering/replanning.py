"""Ten people call in sick on Tuesday evening: three ways to mend the week, beside each other.

*Re-plan*: the engine with the standing roster, a frozen past and a price for every change. *Cold*:
the engine without the standing roster, as if the week were new; what has begun stays. *Greedy*:
every lost shift goes, as it is, to whoever is free that day and adds the least to the cost, in
order of time; nothing else moves. Coverage is judged by the verifier for all three alike.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.centre import centre
from optimizer.model import Absence, ChangePrices, Directives, Roster, RosterProblem, Shift
from optimizer.roster import solve, verify
from optimizer.roster.convert import plan_of, roster_of
from optimizer.roster.frame import Frame
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.state import State
from optimizer.stop import Deadline

__all__ = ["replanned"]

EVENING = 18
"""Hour of the second day at which everybody has called in sick."""

CHANGE_PRICE = 2.0
"""Per agent and day: a fifth of an agent missing for half an hour."""


def replanned(
    agents: int, skills: int, seed: int, *, absences: int = 10, seconds: float = 20.0
) -> dict[str, Any]:
    """Return changes, cost of the shortage and seconds of each way.

    Parameters
    ----------
    absences
        People who are away for the day after the evening and the next, drawn among those who
        work on one of them.
    seconds
        Limit of each solve.
    """
    week = centre(agents, skills, 7, seed)
    standing = solve(week, deadline=Deadline.after(seconds), seed=seed).roster
    sick = _with_absences(week, standing, absences, seed)
    found: dict[str, Any] = {"agents": agents, "absences": absences, "seconds_each": seconds}
    prices = ChangePrices(called=CHANGE_PRICE, cancelled=CHANGE_PRICE, moved=CHANGE_PRICE)
    for name, changes in (("replan", prices), ("cold", ChangePrices())):
        asked = replace(sick, directives=replace(sick.directives, changes=changes))
        began = time.perf_counter()
        built = solve(asked, deadline=Deadline.after(seconds), seed=seed)
        found[name] = _judged(sick, standing, built.roster, time.perf_counter() - began)
    began = time.perf_counter()
    filled = _filled(sick, standing)
    found["greedy"] = _judged(sick, standing, filled, time.perf_counter() - began)
    return found


def _with_absences(week: RosterProblem, standing: Roster, number: int, seed: int) -> RosterProblem:
    """Return the problem of the evening, with people away for the two days after it."""
    grid = week.requirement.grid
    zone = ZoneInfo(grid.zone)
    wednesday = grid.days()[2]
    begin = datetime(wednesday.year, wednesday.month, wednesday.day, tzinfo=zone)
    away = Absence(begin, begin + timedelta(days=2))
    slots = range(grid.slot_at(away.start), grid.slot_at(away.end))
    working = sorted({shift.agent for shift in standing.shifts if shift.start in slots})
    chosen = set(np.random.default_rng(seed).choice(working, number, replace=False).tolist())
    people = tuple(
        replace(agent, absences=(away,)) if agent.id in chosen else agent
        for agent in week.organisation.agents
    )
    now = begin - timedelta(hours=24 - EVENING)
    return RosterProblem(
        replace(week.organisation, agents=people), week.requirement, Directives(now=now), standing
    )


def _judged(
    problem: RosterProblem, standing: Roster, roster: Roster, seconds: float
) -> dict[str, Any]:
    """Return what a mended roster is worth; shifts lost to an absence are no changes."""
    judged = verify(problem, roster)
    away = {agent.id for agent in problem.organisation.agents if agent.absences}
    (window,) = {a.absences[0] for a in problem.organisation.agents if a.absences}
    grid = problem.requirement.grid
    lost = range(grid.slot_at(window.start), grid.slot_at(window.end))
    before = {_where(s) for s in standing.shifts if not (s.agent in away and s.start in lost)}
    after = {_where(shift) for shift in roster.shifts}
    changed = {
        (agent, start // (24 * 60 // grid.interval_minutes))
        for agent, start, _, _ in before ^ after
    }
    return {
        "sound": judged.sound,
        "changes": len(changed),
        "shortage": judged.parts.shortage,
        "short_agent_intervals": judged.short_agent_intervals,
        "calls": judged.parts.calls,
        "seconds": seconds,
    }


def _where(shift: Shift) -> tuple[str, int, int, str]:
    return shift.agent, shift.start, shift.end, shift.template


def _filled(problem: RosterProblem, standing: Roster) -> Roster:
    """Give every lost shift, as it is, to the cheapest person who is free that day."""
    frame = Frame.of(problem)
    worked, begins = plan_of(frame, standing)
    lost: list[int] = []
    for agent, person in enumerate(frame.people):
        for pattern in worked[agent][worked[agent] >= 0].tolist():
            if pattern not in person.patterns:
                lost.append(pattern)
                worked[agent, frame.patterns.day[pattern]] = -1
    state = State.of(frame, worked, begins)
    for pattern in sorted(lost, key=lambda pattern: int(frame.patterns.start[pattern])):
        day = int(frame.patterns.day[pattern])
        best, taker = 0.0, -1
        for agent, person in enumerate(frame.people):
            if state.worked[agent, day] >= 0 or pattern not in person.patterns:
                continue
            row = state.worked[agent].copy()
            row[day] = pattern
            own = cost_of(person, frame.patterns, row.tolist()) - float(state.own[agent])
            if not np.isfinite(own):
                continue
            seat = state.take_out(agent)
            gain = own + float(state.prices(agent)[pattern])
            state.put_back(agent, seat)
            if gain < best:
                best, taker = gain, agent
        if taker >= 0:
            row = state.worked[taker].copy()
            row[day] = pattern
            seat = state.take_out(taker)
            places = state.place(taker, row)
            kept = row != -1
            kept[day] = False
            places[kept] = seat.begins[kept]
            state.put_in(taker, row, places)
    return roster_of(frame, state.worked, state.begins, {})
