"""The least that any roster costs: every roster of every person, judged by the verifier's checks.

People meet only in coverage, watches and shared rows, which are summed over all combinations.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from optimizer.model import PlannedActivity, Relaxation, Roster, RosterProblem, Shift
from optimizer.roster.checks.worker import workers
from optimizer.roster.frame import Frame
from optimizer.roster.rules.match import Match
from optimizer.roster.rules.registry import CHECKS
from optimizer.roster.rules.shared import SharedRow

__all__ = ["least_of_all"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """One person's roster: what it costs by itself, its patterns, and where it is present."""

    cost: float
    patterns: list[int]
    present: Floats


def least_of_all(
    problem: RosterProblem,
    relaxed: Sequence[Relaxation] = (),
    *,
    each: int = 400,
    all_: int = 200_000,
) -> float | None:
    """Return the least cost of all rosters that admit what is relaxed; None if there are too many.

    Parameters
    ----------
    each, all_
        Most rosters of one person, and of all together. Problems have one group.
    """
    frame = Frame.of(problem)
    people = range(len(frame.people))
    days = [_shifts_by_day(frame, agent) for agent in people]
    if any(math.prod(len(shifts) for shifts in of) > each for of in days):
        return None
    choices = [_choices(frame, agent, days[agent], relaxed) for agent in people]
    if math.prod(map(len, choices)) > all_:
        return None
    if not all(choices):
        return math.inf
    chosen = np.indices([len(of) for of in choices]).reshape(len(choices), -1)
    cost = sum(np.array([c.cost for c in choices[a]])[chosen[a]] for a in people)
    able = {agent for agent in people if frame.serves[frame.team[agent]]}
    price, needed = float(frame.demand.price[0]), frame.demand.agents[0]
    cost = cost + price * _missing(choices, chosen, able, needed)
    for watch in frame.watches:
        members = set(watch.agents.tolist())
        cost = cost + watch.price * _missing(choices, chosen, members, watch.needed)
    for row in frame.shared:
        cost = cost + _price(row, choices, chosen, len(frame.patterns))
    return float(np.min(cost))


def _shifts_by_day(frame: Frame, agent: int) -> list[list[tuple[int, Shift | None]]]:
    """Return for each of an agent's days all patterns with all places of their activities."""
    view, patterns = frame.views[agent], frame.patterns
    allowed = [frame.whole.template_ids[name] for name in view.contract.templates]
    own = np.isin(patterns.template, allowed) & (patterns.clock == view.clock)
    days = []
    for day in view.days:
        found: list[tuple[int, Shift | None]] = [(-1, None)]
        for pattern in np.flatnonzero(own & (patterns.day == day)).tolist():
            found += [(pattern, shift) for shift in _shifts(frame, agent, pattern)]
        days.append(found)
    return days


def _shifts(frame: Frame, agent: int, pattern: int) -> Iterator[Shift]:
    patterns = frame.patterns
    number, start = int(patterns.template[pattern]), int(patterns.start[pattern])
    template = frame.problem.organisation.templates[number]
    places = [
        [
            PlannedActivity(what.kind, start + at, start + at + size.slots, what.paid)
            for at in range(size.earliest, size.latest + 1, size.step)
        ]
        for what, size in zip(template.activities, patterns.activities[number], strict=True)
    ]
    name, end = frame.problem.organisation.agents[agent].id, int(patterns.end[pattern])
    for placed in itertools.product(*places):
        yield Shift(name, template.id, start, end, placed)


def _choices(
    frame: Frame,
    agent: int,
    days: Sequence[Sequence[tuple[int, Shift | None]]],
    relaxed: Sequence[Relaxation],
) -> list[Choice]:
    """Return every roster of an agent that breaks nothing but what is relaxed."""
    problem = frame.problem
    name = problem.organisation.agents[agent].id
    admitted = [relaxation for relaxation in relaxed if relaxation.agent == name]
    found = []
    for worked in itertools.product(*days):
        shifts = tuple(shift for _, shift in worked if shift is not None)
        worker = workers(problem, Roster(problem.requirement.grid, shifts))[agent]
        matches = [match for check in CHECKS for match in check(worker)]
        if not all(_admitted(match, admitted) for match in matches if match.broken):
            continue
        present = np.zeros(frame.demand.slots)
        slots = np.array([slot for shift in shifts for slot in shift.working_slots()], dtype=int)
        present[slots[(slots >= 0) & (slots < len(present))]] += 1
        cost = sum(match.cost for match in matches if not match.broken)
        found.append(Choice(cost, [pattern for pattern, _ in worked if pattern >= 0], present))
    return found


def _admitted(match: Match, relaxed: Sequence[Relaxation]) -> bool:
    return any(
        r.rule == match.rule and r.day in (None, match.day) and match.amount <= r.amount + 1e-6
        for r in relaxed
    )


def _missing(
    choices: Sequence[Sequence[Choice]],
    chosen: npt.NDArray[np.int64],
    members: set[int],
    needed: Floats,
) -> Floats:
    """Return how many members are missing in all slots together, [combinations]."""
    missing = np.zeros(chosen.shape[1])
    for slot in np.flatnonzero(needed > 0).tolist():
        there = np.zeros(chosen.shape[1])
        for agent in members:
            there += np.array([choice.present[slot] for choice in choices[agent]])[chosen[agent]]
        missing += np.maximum(0.0, needed[slot] - there)
    return missing


def _price(
    row: SharedRow, choices: Sequence[Sequence[Choice]], chosen: npt.NDArray[np.int64], size: int
) -> Floats:
    """Return what a row costs, [combinations]."""
    total = np.zeros(chosen.shape[1])
    for part in row.parts:
        units = np.zeros(size)
        units[part.patterns] = part.units
        for agent in part.agents.tolist():
            mine = np.array([units[choice.patterns].sum() for choice in choices[agent]])
            total += mine[chosen[agent]]
    below, above = row.lower - total, total - row.upper
    cost = np.zeros(len(total))
    cost[below > 1e-6] += row.below_price * below[below > 1e-6]
    cost[above > 1e-6] += row.above_price * above[above > 1e-6]
    return cost
