"""Rows in which the shifts of several people meet: coverage, shared rows and watches.

Everything here speaks of ``x[team, pattern]``, the number of people of a team who work a pattern,
so that the same rows serve the counts model and the master of column generation.

*Activities.* Those of each pool of shifts are an inventory (`optimizer.roster.inventory`).

*Skills.* People who can serve two or more of the groups that need somebody in a slot are divided
among these by a flow, so that a multi-skilled agent counts once. An agent's time within a slot may
be shared between groups, and fractional requirements are taken as they stand.

*Shared rows and watches.* A sum over shifts, or the people present in a slot, with a priced
variable for what is below or above its bounds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.frame import Frame
from optimizer.roster.inventory import NO_ROW, add_activity
from optimizer.roster.linear import LinearModel
from optimizer.roster.rules.shared import SharedRow
from optimizer.roster.stretches import windows_of

__all__ = [
    "Begins",
    "Coupling",
    "Pair",
    "Pool",
    "add_coupling",
    "begins_in",
    "presence_of",
    "useful_pairs",
]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

Pair = tuple[int, int]
"""A team and a pattern."""

Pool = tuple[int, int, int]
"""A class of `presence_of`, a template and a length in slots."""

Begins = Mapping[tuple[Pool, int], Counter[int]]
"""Per pool and activity: how many begin in each slot."""


@dataclass(frozen=True, slots=True, eq=False)
class Coupling:
    """Where the variables of the coupling rows stand in a model.

    Parameters
    ----------
    shifts
        The variable ``x`` of each pair, in the order in which the pairs were given.
    begins
        Per pool, activity and slot: the variable of how many begin there.
    """

    shifts: Integers
    begins: dict[tuple[Pool, int], dict[int, int]]


def presence_of(frame: Frame) -> Integers:
    """Return the class of each team, [teams]: in one class, all serve and are watched alike."""
    watched: list[list[int]] = [[] for _ in frame.teams]
    for number, watch in enumerate(frame.watches):
        for team in np.unique(frame.team[watch.agents]).tolist():
            watched[team].append(number)
    classes: dict[tuple[int, tuple[int, ...]], int] = {}
    return np.array(
        [
            classes.setdefault((serves, tuple(marks)), len(classes))
            for serves, marks in zip(frame.serves, watched, strict=True)
        ],
        dtype=np.int64,
    )


def useful_pairs(frame: Frame) -> list[Pair]:
    """Return the pairs whose number some row sees: team by team, patterns in order.

    All patterns that somebody of a team may work, if the team serves a group or is watched;
    otherwise those that a shared row counts.
    """
    size = len(frame.patterns)
    everywhere = {team for team, serves in enumerate(frame.serves) if serves}
    for watch in frame.watches:
        everywhere.update(np.unique(frame.team[watch.agents]).tolist())
    counted: dict[int, NDArray[np.bool_]] = {}
    for row in frame.shared:
        for part in row.parts:
            for team in np.unique(frame.team[part.agents]).tolist():
                counted.setdefault(team, np.zeros(size, dtype=bool))[part.patterns] = True
    pairs = []
    for team, agents in enumerate(frame.teams):
        possible = np.zeros(size, dtype=bool)
        for agent in agents.tolist():
            possible[frame.people[agent].patterns] = True
        if team not in everywhere:
            possible &= counted.get(team, False)
        pairs += [(team, pattern) for pattern in np.flatnonzero(possible).tolist()]
    return pairs


def add_coupling(
    model: LinearModel, frame: Frame, pairs: Sequence[Pair], *, whole: bool = True
) -> Coupling:
    """Add shortage, shared rows, watches and all that lies between them and the shifts.

    Parameters
    ----------
    pairs
        Distinct pairs that may be at work; nobody works any other. `useful_pairs` are enough.
    whole
        Whether the numbers of activities that begin in a slot have to be whole.

    Returns
    -------
    Coupling
        The variable of each pair is free from 0 upwards: the caller fixes it or links it to
        others. Its price here is that of coverage alone, 0 by itself.

    Notes
    -----
    The optimum over given shifts is a lower bound on what they cost together, and it is the exact
    cost where shifts have at most one activity each and nothing is trained.
    """
    team, pattern = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    shifts = model.add_variables(len(pairs))
    presence = presence_of(frame)
    supply = _add_presence(model, frame, presence, np.unique(team))
    begins = {}
    for kind, rows in supply.items():
        mine = np.flatnonzero(presence[team] == kind)
        _cover(model, frame, rows, pattern[mine], shifts[mine])
        begins.update(_add_pools(model, frame, kind, rows, pattern[mine], shifts[mine], whole))
    if len(pairs):
        keys = team * len(frame.patterns) + pattern
        order = np.argsort(keys)
        for row in frame.shared:
            _add_shared(model, frame, row, keys[order], shifts[order])
    return Coupling(shifts, begins)


def begins_in(coupling: Coupling, values: Floats) -> Begins:
    """Read when activities begin from a model's solution."""
    return {
        key: Counter({slot: round(values[column]) for slot, column in columns.items()})
        for key, columns in coupling.begins.items()
    }


def _add_presence(
    model: LinearModel, frame: Frame, presence: Integers, teams: Integers
) -> dict[int, Integers]:
    """Add shortage, flows and watches.

    Returns
    -------
    dict
        Per class of presence the rows in which each of its people present in a slot counts 1,
        [1 + watches, slots]; -1 for none.
    """
    serves = {int(presence[team]): frame.serves[team] for team in teams.tolist()}
    skills = _add_skills(model, frame, sorted(set(serves.values())))
    layers = {kind: [skills[groups]] for kind, groups in serves.items()}
    for watch in frame.watches:
        slots = np.flatnonzero(watch.needed > 0)
        needed = watch.needed[slots]
        row = np.full(frame.demand.slots, NO_ROW, dtype=np.int64)
        row[slots] = model.add_rows(len(slots), lower=needed)
        missing = model.add_variables(len(slots), upper=needed, cost=watch.price)
        model.add_terms(row[slots], missing)
        for kind in np.unique(presence[frame.team[watch.agents]]).tolist():
            if kind in layers:
                layers[kind].append(row)
    return {kind: np.array(rows) for kind, rows in layers.items()}


def _add_skills(model: LinearModel, frame: Frame, skill_sets: list[int]) -> dict[int, Integers]:
    """Add shortage and flows; return per skill set the row that its people fill, or -1, [slots]."""
    demand = frame.demand
    group, slot = np.nonzero(demand.agents)
    required = demand.agents[group, slot]
    need = np.full(demand.agents.shape, NO_ROW, dtype=np.int64)
    need[group, slot] = model.add_rows(len(group), lower=required)
    short = model.add_variables(len(group), upper=required, cost=demand.price[group])
    model.add_terms(need[group, slot], short)
    supply = {serves: np.full(demand.slots, NO_ROW, dtype=np.int64) for serves in skill_sets}
    shares: list[tuple[int, int]] = []
    for at, needed in enumerate(demand.needed):
        shared: dict[int, int] = {}
        for serves in skill_sets:
            useful = serves & needed
            if not useful:
                continue
            if useful & (useful - 1) == 0:
                supply[serves][at] = need[useful.bit_length() - 1, at]
                continue
            if useful not in shared:
                shared[useful] = int(model.add_rows(1, lower=0.0)[0])
                shares += [
                    (shared[useful], int(need[row, at]))
                    for row in range(len(need))
                    if useful >> row & 1
                ]
            supply[serves][at] = shared[useful]
    if shares:
        taken, given = np.array(shares).T
        flow = model.add_variables(len(shares))
        model.add_terms(taken, flow, -1.0)
        model.add_terms(given, flow)
    return supply


def _cover(
    model: LinearModel, frame: Frame, supply: Integers, pattern: Integers, columns: Integers
) -> None:
    """Let every shift count in the rows of the slots from its start to its end."""
    start = frame.patterns.start[pattern]
    length = np.maximum(np.minimum(frame.patterns.end[pattern], supply.shape[1]) - start, 0)
    column = np.repeat(columns, length)
    ramp = np.arange(len(column)) - np.repeat(np.cumsum(length) - length, length)
    slot = np.repeat(start, length) + ramp
    for layer in supply:
        rows = layer[slot]
        there = rows != NO_ROW
        model.add_terms(rows[there], column[there])


def _add_pools(
    model: LinearModel,
    frame: Frame,
    kind: int,
    supply: Integers,
    pattern: Integers,
    columns: Integers,
    whole: bool,
) -> dict[tuple[Pool, int], dict[int, int]]:
    """Add the activities of all shifts of one class of presence."""
    patterns = frame.patterns
    pools: dict[tuple[int, int], list[int]] = defaultdict(list)
    shapes = zip(
        patterns.template[pattern].tolist(),
        (patterns.end[pattern] - patterns.start[pattern]).tolist(),
        strict=True,
    )
    for place, shape in enumerate(shapes):
        pools[shape].append(place)
    begins = {}
    for (template, length), places in pools.items():
        members = list(
            zip(patterns.start[pattern[places]].tolist(), columns[places].tolist(), strict=True)
        )
        for number, window in enumerate(windows_of(frame, template, length)):
            begins[(kind, template, length), number] = add_activity(
                model, window, members, supply, whole
            )
    return begins


def _add_shared(
    model: LinearModel, frame: Frame, shared: SharedRow, keys: Integers, columns: Integers
) -> None:
    """Add one shared row; `keys` are team x patterns + pattern, in order."""
    row = model.add_rows(
        1,
        lower=shared.lower if shared.below_price > 0 else -np.inf,
        upper=shared.upper if shared.above_price > 0 else np.inf,
    )
    for price, sign in ((shared.below_price, 1.0), (shared.above_price, -1.0)):
        if 0 < price < np.inf:
            model.add_terms(row, model.add_variables(1, cost=price), sign)
    for part in shared.parts:
        for team in np.unique(frame.team[part.agents]).tolist():
            wanted = team * len(frame.patterns) + part.patterns
            place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            there = keys[place] == wanted
            model.add_terms(row, columns[place[there]], part.units[there])
