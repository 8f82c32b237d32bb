"""Hand shifts out in order of time, each to the least busy who may take it: compiled.

Among the least busy the one who was at work last comes first, which keeps those with an early
end free for early starts. Where all people of a family are alike, that places whole weeks of
shifts without a remainder; where they are not, it is a start for the search.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.roster.fit import Limits, lacks_minimum, may_take
from optimizer.roster.plan import FREE
from optimizer.roster.shortage import DAY, END, START

__all__ = ["hand_out"]

Integers = NDArray[np.int64]


def hand_out(
    limits: Limits, members: Sequence[tuple[int, int]], wanted: Counter[int]
) -> tuple[dict[int, list[int]], bool]:
    """Give the shifts of one family to its members.

    Parameters
    ----------
    members
        Agent and index of the type.
    wanted
        Number of shifts per pattern.

    Returns
    -------
    dict
        Patterns of each agent.
    bool
        Whether every shift was placed and everybody has what the contract demands.
    """
    kinds = np.array([kind for _, kind in members], dtype=np.int64)
    shifts = np.array(list(wanted.elements()), dtype=np.int64)
    order = np.lexsort((limits.patterns[shifts, START], limits.patterns[shifts, DAY]))
    worked = np.full((len(members), len(limits.weekend)), FREE, dtype=np.int64)
    placed = _hand_out(limits, kinds, shifts[order], worked)
    content = placed == len(shifts) and not any(
        lacks_minimum(limits, kind, row) for kind, row in zip(kinds, worked, strict=True)
    )
    rows = {
        agent: row[row != FREE].tolist() for (agent, _), row in zip(members, worked, strict=True)
    }
    return rows, content


@njit(cache=True)
def _hand_out(limits: Limits, kinds: Integers, shifts: Integers, worked: Integers) -> int:
    placed = 0
    for pattern in shifts:
        day = limits.patterns[pattern, DAY]
        chosen, least, latest = -1, len(limits.weekend) + 1, -1
        for member in range(len(kinds)):
            row = worked[member]
            load, end = 0, 0
            for other in range(len(row)):
                if row[other] != FREE:
                    load += 1
                    if other < day:
                        end = limits.patterns[row[other], END]
            better = load < least or (load == least and end > latest)
            if better and may_take(limits, kinds[member], row, pattern):
                chosen, least, latest = member, load, end
        if chosen >= 0:
            worked[chosen, day] = pattern
            placed += 1
    return placed
