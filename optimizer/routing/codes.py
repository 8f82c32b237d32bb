"""Whole numbers for what is equal: how things of many fields are grouped without comparing them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["Coded", "gather", "join", "number_by_appearance", "number_lists"]

T = TypeVar("T")
H = TypeVar("H", bound=Hashable)

Ints = NDArray[np.int64]

_MOST = 2**31
"""Codes from here on are numbered again, so that the product of two fits into 64 bits."""


class Coded(Generic[T]):
    """A column in which equal things have equal codes.

    Parameters
    ----------
    codes
        Below the number of `values`, [rows]; None where every row has the only value.
    values
        What the codes stand for.
    """

    __slots__ = ("codes", "values")

    def __init__(self, codes: Ints | None, values: Sequence[T]) -> None:
        self.codes = codes
        self.values = values

    @staticmethod
    def of(column: list[H]) -> Coded[H]:
        """Return the coded form of a column."""
        # Most columns are all alike, which to count tells in a fraction of the time.
        if not column or column.count(column[0]) == len(column):
            return Coded(None, tuple(column[:1]))
        numbers: dict[H, int] = {}
        codes = [numbers.setdefault(value, len(numbers)) for value in column]
        return Coded(np.array(codes, dtype=np.int64), tuple(numbers))

    def at(self, row: int) -> T:
        """Return the value of a row."""
        return self.values[0 if self.codes is None else self.codes[row]]

    def codes_at(self, rows: Ints) -> Ints:
        """Return the codes of some rows, in like shape."""
        return np.zeros_like(rows) if self.codes is None else self.codes[rows]


def join(columns: Iterable[Coded[Any]], rows: int) -> Ints:
    """Return codes that are equal where all columns are, [rows]."""
    joined = np.zeros(rows, dtype=np.int64)
    count = 1
    for column in columns:
        if column.codes is None:
            continue
        if count > 1:
            joined = joined * len(column.values) + column.codes
            count *= len(column.values)
        else:
            joined, count = column.codes, len(column.values)
        if count > _MOST:
            different, joined = np.unique(joined, return_inverse=True)
            count = len(different)
    return joined


def number_by_appearance(codes: Ints) -> tuple[Ints, Ints]:
    """Return numbers from 0 on for what is equal, in the order in which it appears.

    Returns
    -------
    tuple
        The number of each row, [rows], and the first row of each number, [numbers].
    """
    number, first, _, _ = number_lists(np.arange(len(codes) + 1), codes, np.arange(len(codes)))
    return number, first


@njit(cache=True)
def number_lists(begins: Ints, items: Ints, rows: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Return numbers from 0 on for lists of the same items, in the order in which they appear.

    A hash table with linear probing; time in proportion to the items.

    Parameters
    ----------
    begins
        Where each list begins, and at the end where the last one ends, [lists + 1].
    items
        Of all lists, one after the other; those of a list in rising order.
    rows
        The lists in question, in the order in which they appear, [rows].

    Returns
    -------
    tuple
        The number of each row, [rows]; the first row of each number, [numbers]; where the items of
        each number begin, [numbers + 1]; and these items, one after the other.
    """
    number = np.empty(len(rows), dtype=np.int64)
    first = np.empty(len(rows), dtype=np.int64)
    starts = np.zeros(len(rows) + 1, dtype=np.int64)
    kept = np.empty(len(items), dtype=np.int64)
    size = 1
    while size < 2 * len(rows):
        size *= 2
    table = np.full(size, -1)
    count = 0
    for row in range(len(rows)):
        own = items[begins[rows[row]] : begins[rows[row] + 1]]
        key = np.int64(17)
        for item in own:
            key = (key ^ (key >> 31) ^ item) * np.int64(0x5851F42D4C957F2D)
        place = (key ^ (key >> 32)) & (size - 1)
        while table[place] >= 0:
            other = kept[starts[table[place]] : starts[table[place] + 1]]
            if _are_equal(own, other):
                break
            place = (place + 1) & (size - 1)
        if table[place] < 0:
            table[place] = count
            first[count] = row
            starts[count + 1] = starts[count] + len(own)
            kept[starts[count] : starts[count + 1]] = own
            count += 1
        number[row] = table[place]
    return number, first[:count].copy(), starts[: count + 1].copy(), kept[: starts[count]].copy()


@njit(cache=True)
def _are_equal(one: Ints, other: Ints) -> bool:
    if len(one) != len(other):
        return False
    equal = True
    for place in range(len(one)):
        equal &= one[place] == other[place]
    return equal


@njit(cache=True)
def gather(first: Ints, numbers: Ints) -> tuple[Ints, Ints]:
    """Pick some of many lists that stand one after the other.

    Parameters
    ----------
    first
        Where each list begins, and at the end where the last one ends, [lists + 1].
    numbers
        The lists that are wanted, one after the other, [wanted].

    Returns
    -------
    tuple
        Where each wanted list begins, [wanted + 1], and the places of all their items.
    """
    begins = np.zeros(len(numbers) + 1, dtype=np.int64)
    for row in range(len(numbers)):
        begins[row + 1] = begins[row] + first[numbers[row] + 1] - first[numbers[row]]
    places = np.empty(begins[-1], dtype=np.int64)
    for row in range(len(numbers)):
        for item in range(begins[row], begins[row + 1]):
            places[item] = first[numbers[row]] + item - begins[row]
    return begins, places
