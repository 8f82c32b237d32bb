"""When activities begin, counted: an inventory of shifts that wait for their meal.

All shifts of one template and length whose people count alike wherever presence counts form a
pool. With ``Y_i`` shifts whose window for a meal opens at position ``i`` and ``p_i`` meals begun
there, the number still waiting for theirs is ``w_i = w_{i-1} + Y_i - p_i``, and it may not exceed
the shifts whose window is still open afterwards. All windows of a pool are equally wide, so first
come, first served then gives every shift a meal within its window (the forward and backward
constraints of Bechtold and Jacobs 1990, written as an inventory). Several activities of one shift
are counted apart: bounds on the work between them only narrow the windows (see
`optimizer.roster.stretches`).
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.linear import LinearModel
from optimizer.roster.stretches import Window

__all__ = ["NO_ROW", "add_activity"]

Integers = NDArray[np.int64]

NO_ROW = -1


def add_activity(
    model: LinearModel,
    window: Window,
    members: list[tuple[int, int]],
    supply: Integers,
    whole: bool,
) -> dict[int, int]:
    """Add the begins of one activity of one pool; return slot to variable.

    Parameters
    ----------
    members
        Start, and the variable that counts them, of the shifts of each pattern.
    supply
        Rows that lose one for each activity in progress, or `NO_ROW`, [rows, slots].
    whole
        Whether the begins have to be whole.
    """
    choices = (window.last - window.first) // window.step + 1
    opening: dict[int, list[int]] = defaultdict(list)
    for start, column in members:
        opening[start + window.first].append(column)
    positions = sorted({slot + k * window.step for slot in opening for k in range(choices)})
    count = len(positions)
    begins = dict(zip(positions, model.add_variables(count, integer=whole).tolist(), strict=True))
    waits = dict(zip(positions, model.add_variables(count).tolist(), strict=True))
    for slot in positions:
        opened = opening.get(slot, [])
        before = [waits[slot - window.step]] if slot - window.step in waits else []
        # waiting before + opened = begun + waiting after
        model.add_row(
            [*before, *opened, begins[slot], waits[slot]],
            [1.0] * (len(before) + len(opened)) + [-1.0, -1.0],
            lower=0.0,
            upper=0.0,
        )
        open_after = [
            column for k in range(choices - 1) for column in opening.get(slot - k * window.step, ())
        ]
        model.add_row([waits[slot], *open_after], [1.0] + [-1.0] * len(open_after), upper=0.0)
        missing = supply[:, slot : slot + window.slots]
        missing = missing[missing != NO_ROW]
        model.add_terms(missing, begins[slot], -1.0)
    return begins
