"""All sessions chosen together, by mixed integer programming.

Who attends what and when, how people are divided among groups in every slot that a session may
touch, shortage and floors, each at its price: given the shifts and their meals, the optimum is the
best there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.linear import LinearModel
from optimizer.roster.state import State
from optimizer.roster.training.options import (
    Option,
    Room,
    clash,
    least_stretch,
    rooms_of,
)
from optimizer.stop import Deadline

__all__ = ["choose_together"]

LEAST_GAIN = 1e-6

Integers = NDArray[np.int64]


def choose_together(
    state: State, options: Sequence[Option], deadline: Deadline, seed: int
) -> list[Option] | None:
    """Choose among options, sessions of everybody else as they are; None without a solution."""
    model = LinearModel()
    trainings = state.frame.problem.directives.trainings
    cost = np.array([-trainings[option.training].cost for option in options])
    attends = model.add_variables(len(options), upper=1.0, cost=cost, integer=True)
    _add_attendance(model, state, options, attends)
    _add_rooms(model, state, options, attends)
    _add_coverage(model, state, options, attends)
    solution = model.solve(deadline, absolute_gap=LEAST_GAIN, seed=seed)
    if solution.values is None:
        return None
    chosen = (solution.values[attends] > 0.5).tolist()
    return [option for option, yes in zip(options, chosen, strict=True) if yes]


def _add_attendance(
    model: LinearModel, state: State, options: Sequence[Option], attends: Integers
) -> None:
    """Let everybody attend each training once at most, and one session at a time."""
    once: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    busy: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    near: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, option in enumerate(options):
        once[option.agent, option.training].append(number)
        near[option.agent, option.stretch].append(number)
        for slot in range(option.start, option.end):
            busy[option.agent, slot].append(number)
    for group in (*once.values(), *busy.values()):
        if len(group) > 1:
            model.add_row(attends[group], upper=1.0)
    for group in near.values():
        if least_stretch(state, options[group[0]]) > 1:
            for one, other in combinations(group, 2):
                if clash(state, options[one], options[other]):
                    model.add_row(attends[[one, other]], upper=1.0)


def _add_rooms(
    model: LinearModel, state: State, options: Sequence[Option], attends: Integers
) -> None:
    """Hold each session with as many as it wants, or not at all."""
    trainings, begun = state.frame.problem.directives.trainings, rooms_of(state)
    rooms: defaultdict[Room, list[int]] = defaultdict(list)
    for number, option in enumerate(options):
        rooms[option.room].append(number)
    for room, numbers in rooms.items():
        if room in begun:
            low, high = begun[room]
            model.add_row(attends[numbers], lower=low, upper=high)
            continue
        low, high = trainings[room[0]].group_min, trainings[room[0]].group_max
        held = model.add_variables(1, upper=1.0, integer=True)
        columns = np.append(attends[numbers], held)
        ones = np.ones(len(numbers))
        model.add_row(columns, np.append(ones, -float(high)), upper=0.0)
        model.add_row(columns, np.append(ones, -float(low)), lower=0.0)


def _add_coverage(
    model: LinearModel, state: State, options: Sequence[Option], attends: Integers
) -> None:
    """Price shortage and floors in every slot that a session may touch."""
    division, team = state.division, state.frame.team
    touched = np.unique([s for option in options for s in range(option.start, option.end)])
    kinds = len(division.serves)
    supply = np.full((len(division.stamp), kinds), -1, dtype=np.int64)
    supply[touched] = model.add_rows(
        len(touched) * kinds, upper=division.present[touched].ravel()
    ).reshape(-1, kinds)
    demand = state.frame.demand.agents.T[touched]
    need = model.add_rows(demand.size, lower=demand.ravel()).reshape(demand.shape)
    short = model.add_variables(demand.size, cost=np.tile(division.price, len(touched)))
    model.add_terms(need.ravel(), short)
    kind, group = np.nonzero(division.serves)
    flow = model.add_variables(len(touched) * len(kind))
    model.add_terms(supply[touched][:, kind].ravel(), flow)
    model.add_terms(need[:, group].ravel(), flow)
    floors = np.full((len(state.needed), len(division.stamp)), -1, dtype=np.int64)
    for watch, row in enumerate(floors):
        lower = state.needed[watch, touched] - state.there[watch, touched]
        row[touched] = model.add_rows(len(touched), lower=lower)
        price = state.frame.watches[watch].price
        model.add_terms(row[touched], model.add_variables(len(touched), cost=price))
    for option, column in zip(options, attends.tolist(), strict=True):
        slots = slice(option.start, option.end)
        own = int(team[option.agent])
        model.add_terms(supply[slots, state.kind[own]], column)
        for floor in floors[state.watched[own]]:
            model.add_terms(floor[slots], column, -1.0)
