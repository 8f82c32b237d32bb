"""Draw one day anew for everybody: who works which pattern, and when activities begin.

With all other days as they are, each agent has a price for every pattern of the day and for being
off; it is the exact cost of the roster that results. Numbers of shifts per team and of activities
per slot are whole, who takes which shift is then a transport problem and comes out whole by
itself. The integer program sees all of the day's coverage at once, which no single agent can.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.begins import hand_out_begins
from optimizer.roster.coupling import add_coupling, begins_in
from optimizer.roster.frame import Frame
from optimizer.roster.linear import LinearModel
from optimizer.roster.placement import FREE
from optimizer.roster.rules.shared import SharedRow
from optimizer.roster.state import State
from optimizer.roster.tours import Tours
from optimizer.stop import Deadline

__all__ = ["redraw_day"]

LEAST_GAIN = 1e-6

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """People of one team with equal choices for the day.

    Parameters
    ----------
    agents
        Their numbers.
    options, costs
        Patterns of the day, or `FREE`, and what each costs.
    """

    team: int
    agents: list[int]
    options: Integers
    costs: Floats


def redraw_day(
    state: State, tours: Tours, day: int, deadline: Deadline, *, gap: float = 1.0, seed: int = 0
) -> float:
    """Improve one day of a plan in place; return what is saved, 0 or more.

    Parameters
    ----------
    gap
        The search ends if at most so much more could be saved.
    """
    frame = state.frame
    groups = _groups(state, tours, day)
    if not groups or deadline.passed():
        return 0.0
    free = [agent for group in groups for agent in group.agents]
    others = state.worked.copy()
    others[free, day] = FREE
    beside = np.where(_touches(frame, others, day), others, FREE)
    model = LinearModel()
    pairs, fixed = _pairs(frame, groups, beside)
    coupling = add_coupling(model, _day_alone(frame, others, beside, day), pairs)
    takers = _add_takers(model, frame, groups, pairs, fixed, coupling.shifts)
    solution = model.solve(deadline, absolute_gap=gap, seed=seed, by_simplex=True)
    if solution.values is None:
        return 0.0
    drawn = others.copy()
    for group, columns in zip(groups, takers, strict=True):
        taken = np.repeat(group.options, np.rint(solution.values[columns]).astype(int))
        drawn[group.agents, day] = taken
    near = np.where(_touches(frame, drawn, day), drawn, FREE)
    begins = hand_out_begins(frame, near, begins_in(coupling, solution.values))
    return _apply(state, drawn, begins, near != FREE)


def _groups(state: State, tours: Tours, day: int) -> list[_Group]:
    """Return who may be given what; those with training keep the day as it is."""
    frame = state.frame
    today = np.flatnonzero(frame.patterns.day == day)
    options = np.append(today, FREE)
    found: dict[tuple[int, bytes], _Group] = {}
    for agent, person in enumerate(frame.people):
        if agent in state.sessions or agent in state.kept or not len(person.patterns):
            continue
        costs = _choices(state, tours, agent, day, today)
        possible = np.isfinite(costs)
        if possible.sum() < 2:
            continue
        team = int(frame.team[agent])
        empty = _Group(team, [], options[possible], costs[possible])
        found.setdefault((team, costs.tobytes()), empty).agents.append(agent)
    return list(found.values())


def _choices(state: State, tours: Tours, agent: int, day: int, today: Integers) -> Floats:
    """Return the cost of each of today's patterns and of a day off, all other days as they are."""
    row = state.worked[agent]
    prices = np.full(len(state.frame.patterns), np.inf)
    others = np.delete(row, day)
    prices[others[others != FREE]] = 0.0
    prices[today] = 0.0
    free = np.where(row == FREE, 0.0, np.inf)
    free[day] = 0.0
    through = tours.through(agent, prices, free)
    return np.append(through.working[today], through.free[day])


def _touches(frame: Frame, worked: Integers, day: int) -> NDArray[np.bool_]:
    """Tell which shifts share a slot with any pattern of the day, [agents, days]."""
    patterns = frame.patterns
    today = patterns.day == day
    first, last = patterns.start[today].min(), patterns.end[today].max()
    at = np.maximum(worked, 0)
    touching: NDArray[np.bool_] = np.asarray(
        (patterns.start[at] < last) & (patterns.end[at] > first) & (worked != FREE)
    )
    return touching


def _pairs(
    frame: Frame, groups: list[_Group], beside: Integers
) -> tuple[list[tuple[int, int]], dict[tuple[int, int], int]]:
    """Return all pairs that are at work or may be, and how many of each are given."""
    agents, days = np.nonzero(beside != FREE)
    teams = frame.team[agents].tolist()
    given = Counter(zip(teams, beside[agents, days].tolist(), strict=True))
    wanted = {
        (group.team, pattern)
        for group in groups
        for pattern in group.options.tolist()
        if pattern != FREE
    }
    return sorted(wanted | given.keys()), dict(given)


def _day_alone(frame: Frame, others: Integers, beside: Integers, day: int) -> Frame:
    """Return the frame with demand, watches and shared rows as the day's shifts see them."""
    patterns = frame.patterns
    today = patterns.day == day
    seen = np.zeros(frame.demand.slots, dtype=bool)
    seen[patterns.start[today].min() : patterns.end[today].max()] = True
    demand = frame.demand
    needed = tuple(bits if here else 0 for bits, here in zip(demand.needed, seen, strict=True))
    far = np.where(beside == FREE, others, FREE)
    return replace(
        frame,
        demand=replace(demand, agents=np.where(seen, demand.agents, 0.0), needed=needed),
        watches=tuple(replace(w, needed=np.where(seen, w.needed, 0.0)) for w in frame.watches),
        shared=tuple(_less(row, far, len(patterns)) for row in frame.shared),
    )


def _less(row: SharedRow, worked: Integers, patterns: int) -> SharedRow:
    """Return a shared row for what comes on top of a plan."""
    load = 0.0
    for part in row.parts:
        units = np.zeros(patterns + 1)  # the last one is of a free day
        units[part.patterns] = part.units
        load += float(units[worked[part.agents]].sum())
    return replace(row, lower=row.lower - load, upper=row.upper - load)


def _add_takers(
    model: LinearModel,
    frame: Frame,
    groups: list[_Group],
    pairs: list[tuple[int, int]],
    given: dict[tuple[int, int], int],
    shifts: Integers,
) -> list[Integers]:
    """Let every group's people take one option each; return the variables of each group."""
    whole = model.add_variables(len(pairs), integer=True)
    base = np.array([given.get(pair, 0) for pair in pairs], dtype=np.float64)
    links = model.add_rows(len(pairs), lower=base, upper=base)
    model.add_terms(links, shifts)
    model.add_terms(links, whole, -1.0)
    sums = model.add_rows(len(pairs), lower=0.0, upper=0.0)
    model.add_terms(sums, whole, -1.0)
    place = dict(zip(pairs, sums.tolist(), strict=True))
    takers = []
    for group in groups:
        columns = model.add_variables(len(group.options), len(group.agents), group.costs)
        heads = float(len(group.agents))
        model.add_row(columns, lower=heads, upper=heads)
        at_work = group.options != FREE
        rows = [place[group.team, pattern] for pattern in group.options[at_work].tolist()]
        model.add_terms(rows, columns[at_work])
        takers.append(columns)
    return takers


def _apply(state: State, drawn: Integers, begins: Integers, near: NDArray[np.bool_]) -> float:
    """Put the new day into the plan if that makes it better, and return what is saved."""
    before = state.cost
    merged = np.where(near[:, :, None], begins, state.begins)
    changed = [
        agent
        for agent in range(len(drawn))
        if agent not in state.sessions
        and agent not in state.kept
        and (
            (drawn[agent] != state.worked[agent]).any()
            or (merged[agent] != state.begins[agent]).any()
        )
    ]
    seats = {agent: state.take_out(agent) for agent in changed}
    for agent in changed:
        state.put_in(agent, drawn[agent], merged[agent])
    if state.cost < before - LEAST_GAIN:
        return before - state.cost
    for agent in changed:
        state.take_out(agent)
    for agent in changed:
        state.put_back(agent, seats[agent])
    return 0.0
