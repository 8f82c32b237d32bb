"""Rows that turn shifts into coverage: activities by counts, skills as flows, shortage priced.

Two sets of variables stand between the shifts at work and the requirement.

*Activities.* All shifts of one template and length whose people serve the same groups form a
pool. With ``Y_i`` shifts whose window for a meal opens at position ``i`` and ``p_i`` meals begun
there, the number still waiting for theirs is ``w_i = w_{i-1} + Y_i - p_i``, and it may not exceed
the shifts whose window is still open afterwards. All windows of a pool are equally wide, so first
come, first served then gives every shift a meal within its window (the forward and backward
constraints of Bechtold and Jacobs 1990, written as an inventory).

*Skills.* People of one skill set who can serve two or more of the groups that need somebody in a
slot are divided among these by a flow, so that a multi-skilled agent counts once. An agent's time
within a slot may be shared between groups, and fractional requirements are taken as they stand.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.demand import Demand
from optimizer.roster.linear import LinearModel
from optimizer.roster.patterns import Activity, Patterns

__all__ = ["Begins", "CoverVariables", "Demand", "Pool", "add_cover", "begins_in"]

Integers = NDArray[np.int64]

Pool = tuple[int, int, int]
"""A skill set, a template and a length."""

Begins = Mapping[tuple[Pool, int], Counter[int]]
"""Per pool and activity: how many begin in each slot."""


@dataclass(frozen=True, slots=True, eq=False)
class CoverVariables:
    """Where the variables of the coverage rows stand in a model.

    Parameters
    ----------
    shifts
        Per (skill set, pattern): the number of shifts at work.
    begins
        Per pool, activity and slot: how many begin there.
    """

    shifts: dict[tuple[int, int], int]
    begins: dict[tuple[Pool, int], dict[int, int]]


def add_cover(
    model: LinearModel, demand: Demand, patterns: Patterns, shifts: list[tuple[int, int]]
) -> CoverVariables:
    """Add shortage and everything between it and the number of shifts.

    Parameters
    ----------
    shifts
        The (skill set, pattern) pairs that may be at work; a skill set is the groups that it
        serves, as bits.

    Returns
    -------
    CoverVariables
        The number of shifts of each pair is a free variable of 0 or more that the caller fixes
        or links to others; the numbers of activities are whole.
    """
    supply = _add_skills(model, demand, sorted({serves for serves, _ in shifts}))
    columns = model.add_variables(len(shifts))
    pools: dict[Pool, list[tuple[int, int]]] = defaultdict(list)
    rows, cols = [], []
    for (serves, pattern), column in zip(shifts, columns.tolist(), strict=True):
        start, end = int(patterns.start[pattern]), int(patterns.end[pattern])
        pools[serves, int(patterns.template[pattern]), end - start].append((start, column))
        covered = supply[serves][start:end]
        covered = covered[covered >= 0]
        rows.append(covered)
        cols.append(np.full(len(covered), column))
    if rows:
        model.add_terms(np.concatenate(rows), np.concatenate(cols))
    begins = {}
    for pool, members in pools.items():
        serves, template, length = pool
        for place, activity in enumerate(patterns.activities[template]):
            begins[pool, place] = _add_activity(model, activity, length, members, supply[serves])
    pairs = dict(zip(shifts, columns.tolist(), strict=True))
    return CoverVariables(pairs, begins)


def begins_in(cover: CoverVariables, values: NDArray[np.float64]) -> Begins:
    """Read when activities begin from a model's solution."""
    return {
        key: Counter({slot: round(values[column]) for slot, column in columns.items()})
        for key, columns in cover.begins.items()
    }


def _add_skills(model: LinearModel, demand: Demand, skill_sets: list[int]) -> dict[int, Integers]:
    """Add shortage and flows; return per skill set the row that its people fill, or -1, [slots]."""
    group, slot = np.nonzero(demand.agents)
    required = demand.agents[group, slot]
    need = np.full(demand.agents.shape, -1, dtype=np.int64)
    need[group, slot] = model.add_rows(len(group), lower=required)
    short = model.add_variables(len(group), upper=required, cost=demand.price[group])
    model.add_terms(need[group, slot], short)
    supply = {serves: np.full(demand.slots, -1, dtype=np.int64) for serves in skill_sets}
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


def _add_activity(
    model: LinearModel,
    activity: Activity,
    length: int,
    members: list[tuple[int, int]],
    supply: Integers,
) -> dict[int, int]:
    """Add the begins of one activity of one pool; return slot to variable."""
    choices = (activity.last_start(length) - activity.earliest) // activity.step + 1
    opening: dict[int, list[int]] = defaultdict(list)
    for start, column in members:
        opening[start + activity.earliest].append(column)
    positions = sorted({slot + k * activity.step for slot in opening for k in range(choices)})
    begins = dict(
        zip(positions, model.add_variables(len(positions), integer=True).tolist(), strict=True)
    )
    waits = dict(zip(positions, model.add_variables(len(positions)).tolist(), strict=True))
    for slot in positions:
        opened = opening.get(slot, [])
        before = [waits[slot - activity.step]] if slot - activity.step in waits else []
        # waiting before + opened = begun + waiting after
        model.add_row(
            [*before, *opened, begins[slot], waits[slot]],
            [1.0] * (len(before) + len(opened)) + [-1.0, -1.0],
            lower=0.0,
            upper=0.0,
        )
        open_after = [
            column
            for k in range(choices - 1)
            for column in opening.get(slot - k * activity.step, ())
        ]
        model.add_row([waits[slot], *open_after], [1.0] + [-1.0] * len(open_after), upper=0.0)
        missing = supply[slot : slot + activity.slots]
        missing = missing[missing >= 0]
        model.add_terms(missing, begins[slot], -1.0)
    return begins
