"""People call in sick on Tuesday evening: three ways to mend the week, beside each other.

*Re-plan*: the engine, starting from the standing roster, with a frozen past and a price for every
change. *Cold*: the engine without the standing roster, as if the week were new; what has begun
stays. *Greedy*: every lost shift goes, as it is, to whoever is free that day and adds the least to
the cost, in order of time; nothing else moves. All three are judged by the verifier alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.centre import centre
from optimizer.model import (
    Absence,
    ChangePrices,
    Directives,
    Relaxation,
    Roster,
    RosterProblem,
    Shift,
)
from optimizer.roster import solve, verify
from optimizer.roster.convert import plan_of, roster_of
from optimizer.roster.frame import Frame
from optimizer.roster.rules.evaluate import cost_of
from optimizer.roster.state import State
from optimizer.stop import Deadline

__all__ = ["WAYS", "greedily_filled", "replanned", "with_absences"]

WAYS = ("replan", "cold", "greedy")

EVENING = 18
"""Hour of the second day at which everybody has called in sick."""

TOLERANCE = 1e-6


def replanned(
    agents: int,
    skills: int,
    seeds: Iterable[int],
    *,
    absences: int,
    price: float,
    seconds: float,
    tick: Callable[[str], object] = lambda _: None,
) -> dict[str, Any]:
    """Return what each way came to, seed by seed and on average.

    Parameters
    ----------
    seeds
        Each draws a centre and who is away.
    absences
        People who are away on Wednesday and Thursday, drawn among those who work on one of them;
        all of these if there are fewer.
    price
        Of each change in the re-plan: a shift called, cancelled or moved, per agent and day. One
        agent missing for half an hour costs 10.
    seconds
        Limit of each solve.
    tick
        Is told what is being done.

    Returns
    -------
    dict
        ``runs``: the figures of each seed; ``mean``: their averages per way; ``no_worse``: how
        often the re-plan's coverage was no worse than that of the other way.
    """
    runs = [_run(agents, skills, seed, absences, price, seconds, tick) for seed in seeds]
    averaged = ("changes", "shortage", "short_agent_intervals", "calls", "seconds")
    return {
        "agents": agents,
        "skills": skills,
        "absences": absences,
        "limit": seconds,
        "price": price,
        "runs": runs,
        "mean": {
            way: {name: sum(run[way][name] for run in runs) / len(runs) for name in averaged}
            | {"verified": all(run[way]["verified"] for run in runs)}
            for way in WAYS
        },
        "no_worse": {
            way: sum(run["replan"]["shortage"] <= run[way]["shortage"] + TOLERANCE for run in runs)
            for way in WAYS[1:]
        },
    }


def _run(
    agents: int,
    skills: int,
    seed: int,
    absences: int,
    price: float,
    seconds: float,
    tick: Callable[[str], object],
) -> dict[str, Any]:
    """Return what each way came to with one seed."""
    tick(f"Seed {seed}: the standing roster")
    week = centre(agents, skills, 7, seed)
    standing = solve(week, deadline=Deadline.after(seconds), seed=seed).roster
    sick = with_absences(week, standing, absences, seed)
    found: dict[str, Any] = {
        "seed": seed,
        "absent": sum(bool(agent.absences) for agent in sick.organisation.agents),
    }
    prices = ChangePrices(called=price, cancelled=price, moved=price)
    for way, changes, start in (("replan", prices, standing), ("cold", ChangePrices(), None)):
        tick(f"Seed {seed}: {way}")
        asked = replace(sick, directives=replace(sick.directives, changes=changes))
        began = time.perf_counter()
        built = solve(asked, deadline=Deadline.after(seconds), seed=seed, start=start)
        found[way] = _judged(sick, standing, built.roster, time.perf_counter() - began)
    began = time.perf_counter()
    filled = greedily_filled(sick, standing)
    found["greedy"] = _judged(sick, standing, filled, time.perf_counter() - began)
    return found


def with_absences(week: RosterProblem, standing: Roster, number: int, seed: int) -> RosterProblem:
    """Return the problem of the evening, with people away for the two days after it."""
    grid = week.requirement.grid
    zone = ZoneInfo(grid.zone)
    wednesday = grid.days()[2]
    begin = datetime(wednesday.year, wednesday.month, wednesday.day, tzinfo=zone)
    away = Absence(begin, begin + timedelta(days=2))
    slots = range(grid.slot_at(away.start), grid.slot_at(away.end))
    working = sorted({shift.agent for shift in standing.shifts if shift.start in slots})
    number = min(number, len(working))
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
    day = grid.day_of_slot()
    changed = {(agent, int(day[start])) for agent, start, _, _ in before ^ after}
    return {
        "verified": judged.sound,
        "changes": len(changed),
        "shortage": judged.parts.shortage,
        "short_agent_intervals": judged.short_agent_intervals,
        "calls": judged.parts.calls,
        "seconds": seconds,
    }


def _where(shift: Shift) -> tuple[str, int, int, str]:
    return shift.agent, shift.start, shift.end, shift.template


def greedily_filled(problem: RosterProblem, standing: Roster) -> Roster:
    """Give every lost shift, as it is, to the cheapest person who is free that day.

    Returns
    -------
    Roster
        It admits what the absences alone break: that somebody away works too few shifts.
    """
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
    return _admitting(problem, roster_of(frame, state.worked, state.begins, {}))


def _admitting(problem: RosterProblem, roster: Roster) -> Roster:
    """Return a roster that admits whatever it breaks for people who are away."""
    away = {agent.id for agent in problem.organisation.agents if agent.absences}
    broken = tuple(
        Relaxation(match.agent, match.rule, match.day, match.amount)
        for match in verify(problem, roster).matches
        if match.broken and match.agent in away
    )
    return replace(roster, relaxed=broken)
