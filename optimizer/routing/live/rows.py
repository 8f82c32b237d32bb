"""Lists of pairs of numbers, one list per row, packed into two arrays with slack to grow.

Three of them describe a network: the arcs of each class, the arcs of each place, and the tickets
of each class in the order in which they are served. A row that is full moves to the end of the
pool with twice the space; a pool that is full is packed again, with twice the space if need be.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["Rows", "append_each", "drop_each", "empty_rows", "insert_each", "rebase", "reserve"]

Ints = NDArray[np.int64]

SHORTEST = 4
"""Space of a row when it gets its first item."""


PATIENCE = 8
"""Places that items of a row may move, on average, before sorting anew is quicker."""


class Rows(NamedTuple):
    """Row r holds ``item[i]`` and ``worth[i]``, i from ``start[r]`` on, ``length[r]`` of them.

    Parameters
    ----------
    space
        How many the row can hold where it is, [rows].
    filled
        Where the unused end of the pool begins, [1].
    """

    start: Ints
    length: Ints
    space: Ints
    item: Ints
    worth: Ints
    filled: Ints


def empty_rows(rows: int, pool: int) -> Rows:
    """Return rows without items."""
    start, length, space = np.zeros((3, rows), dtype=np.int64)
    item, worth = np.zeros((2, pool), dtype=np.int64)
    return Rows(start, length, space, item, worth, np.zeros(1, dtype=np.int64))


def reserve(rows: Rows, numbers: Ints) -> Rows:
    """Make space for one more item in each row named; a row may be named several times.

    Returns
    -------
    Rows
        The same rows, in new pools if the old ones were full.
    """
    if len(numbers) == 1:
        row = numbers[0]
        if rows.length[row] < rows.space[row]:
            return rows
    named, more = np.unique(numbers, return_counts=True)
    wanted = rows.length[named] + more
    full = wanted > rows.space[named]
    if not full.any():
        return rows
    space = _space_for(wanted[full])
    if rows.filled[0] + space.sum() > len(rows.item):
        return _repacked(rows, named, wanted)
    _widen(rows, named[full], space)
    return rows


def _space_for(lengths: Ints) -> Ints:
    """Return the space of rows of some lengths: powers of two, and none for an empty row."""
    space: Ints = 1 << np.ceil(np.log2(np.maximum(lengths, SHORTEST))).astype(np.int64)
    return np.where(lengths > 0, space, 0)


def _repacked(rows: Rows, named: Ints, wanted: Ints) -> Rows:
    """Return the rows packed without gaps, in a pool that has as much space again.

    Rows give back what they do not use: numbers are used again, so that each would come to hold
    the space of the longest list that it ever had.

    Parameters
    ----------
    named, wanted
        Rows that are to have space for so many items.
    """
    lengths = rows.length.copy()
    lengths[named] = wanted
    space = _space_for(lengths)
    used = int(space.sum())
    start = np.cumsum(space) - space
    within = np.arange(int(rows.length.sum())) - np.repeat(
        np.cumsum(rows.length) - rows.length, rows.length
    )
    old, new = np.repeat(rows.start, rows.length) + within, np.repeat(start, rows.length) + within
    packed = Rows(
        start,
        rows.length,
        space,
        np.zeros(2 * used, dtype=np.int64),
        np.zeros(2 * used, dtype=np.int64),
        np.array([used], dtype=np.int64),
    )
    packed.item[new] = rows.item[old]
    packed.worth[new] = rows.worth[old]
    return packed


@njit(cache=True)
def _widen(rows: Rows, numbers: Ints, space: Ints) -> None:
    """Move rows to the end of the pool, where they have more space."""
    for i in range(len(numbers)):
        row = numbers[i]
        old, new = rows.start[row], rows.filled[0]
        for k in range(rows.length[row]):
            rows.item[new + k] = rows.item[old + k]
            rows.worth[new + k] = rows.worth[old + k]
        rows.start[row], rows.space[row] = new, space[i]
        rows.filled[0] += space[i]


@njit(cache=True)
def append_each(rows: Rows, numbers: Ints, items: Ints, worths: Ints) -> None:
    """Append ``items[i]`` to row ``numbers[i]``, for each i; the space is reserved."""
    for i in range(len(numbers)):
        row = numbers[i]
        at = rows.start[row] + rows.length[row]
        rows.item[at], rows.worth[at] = items[i], worths[i]
        rows.length[row] += 1


@njit(cache=True)
def drop_each(rows: Rows, numbers: Ints, item: int) -> None:
    """Take an item out of each row named, where it is; the last one of the row takes its place."""
    for row in numbers:
        start, last = rows.start[row], rows.start[row] + rows.length[row] - 1
        for at in range(start, last + 1):
            if rows.item[at] == item:
                rows.item[at], rows.worth[at] = rows.item[last], rows.worth[last]
                rows.length[row] -= 1
                break


@njit(cache=True)
def insert_each(rows: Rows, numbers: Ints, items: Ints, worths: Ints, sequence: Ints) -> None:
    """Insert ``items[i]`` into row ``numbers[i]``: worth falling, then sequence, then item."""
    for i in range(len(numbers)):
        row = numbers[i]
        at = rows.start[row] + rows.length[row]
        rows.item[at], rows.worth[at] = items[i], worths[i]
        rows.length[row] += 1
        _sink(rows, rows.start[row], at, sequence)


def rebase(rows: Rows, base: Ints, sequence: Ints) -> None:
    """Give all items new worths and put every row in order again.

    Rows that are nearly in order, as after a second has passed, take time in proportion to their
    length and to the pairs of items that have changed places; others are sorted anew.

    Parameters
    ----------
    base, sequence
        By item.
    """
    for row in np.flatnonzero(_rebase_each(rows, base, sequence)).tolist():
        row_at = slice(rows.start[row], rows.start[row] + rows.length[row])
        items = rows.item[row_at]
        items = items[np.lexsort((items, sequence[items], -base[items]))]
        rows.item[row_at], rows.worth[row_at] = items, base[items]


@njit(cache=True)
def _rebase_each(rows: Rows, base: Ints, sequence: Ints) -> NDArray[np.bool_]:
    """Do what `rebase` says, but give up on rows in great disorder; return which, [rows]."""
    given_up = np.zeros(len(rows.length), dtype=np.bool_)
    for row in range(len(rows.length)):
        start, end = rows.start[row], rows.start[row] + rows.length[row]
        for at in range(start, end):
            rows.worth[at] = base[rows.item[at]]
        moved = 0
        for at in range(start, end):
            moved += at - _sink(rows, start, at, sequence)
            if moved > PATIENCE * (end - start):
                given_up[row] = True
                break
    return given_up


@njit(cache=True)
def _sink(rows: Rows, start: int, at: int, sequence: Ints) -> int:
    """Move one item to its place among those before it, and return that place."""
    item, worth = rows.item[at], rows.worth[at]
    while at > start:
        other = rows.item[at - 1]
        if rows.worth[at - 1] > worth:
            break
        if rows.worth[at - 1] == worth and (sequence[other], other) < (sequence[item], item):
            break
        rows.item[at], rows.worth[at] = other, rows.worth[at - 1]
        at -= 1
    rows.item[at], rows.worth[at] = item, worth
    return at
