"""Rest and successions: of two sets of patterns, one person has at most one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.counting.cells import Cells
from optimizer.roster.rules.forms import Rest, Succession

__all__ = ["add_rest", "add_succession"]

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def add_rest(cells: Cells, rest: Rest) -> None:
    """Forbid or price too little rest between the shifts of any two days."""
    start, end = cells.patterns.start, cells.patterns.end
    for day in cells.days:
        mine = cells.on(day)
        for later in range(day + 1, cells.days.stop):
            theirs = cells.on(later)
            if not len(theirs):
                continue
            conflicts = _conflicts(
                end[cells.patterns_on(day)], start[cells.patterns_on(later)], rest.slots
            )
            if not conflicts:
                break
            pairs = [(mine[late], theirs[soon]) for late, soon, _ in conflicts]
            cells.not_both(pairs, [rest.price * short for _, _, short in conflicts])


def add_succession(cells: Cells, succession: Succession) -> None:
    """Forbid or price a pattern on the day after certain others."""
    for day in cells.days[:-1]:
        before = cells.on(day)[succession.before[cells.patterns_on(day)]]
        after = cells.on(day + 1)[succession.after[cells.patterns_on(day + 1)]]
        if len(before) and len(after):
            cells.not_both([(before, after)], [succession.price])


def _conflicts(ends: Integers, starts: Integers, slots: int) -> list[tuple[Flags, Flags, int]]:
    """Return the sets (end late, start soon) between which the rest is too short.

    Every conflict stands in one of the returned pairs of sets, in which everything on one side
    conflicts with everything on the other: "at most one of both sides" is as strong as possible
    and needs few rows.

    Returns
    -------
    list
        Who ends late, who starts soon, and the least number of slots that are missing between.
    """
    found: list[tuple[Flags, Flags, int]] = []
    blocked_before = 0
    for end in np.unique(ends):
        soon = starts < end + slots
        blocked = int(np.count_nonzero(soon))
        if blocked > blocked_before:
            found.append((ends >= end, soon, int(end + slots - starts[soon].max())))
        blocked_before = blocked
    return found
