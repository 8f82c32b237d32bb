"""Whole numbers for what is equal: how things of many fields are grouped without comparing them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Coded", "gather", "join", "number_by_appearance"]

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

    def __init__(self, codes: Ints | None, values: tuple[T, ...]) -> None:
        self.codes = codes
        self.values = values

    @staticmethod
    def of(column: Iterable[H]) -> Coded[H]:
        """Return the coded form of a column."""
        numbers: dict[H, int] = {}
        codes = [numbers.setdefault(value, len(numbers)) for value in column]
        if len(numbers) < 2:
            return Coded(None, tuple(numbers))
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
    numbers: dict[int, int] = {}
    listed = [numbers.setdefault(code, len(numbers)) for code in codes.tolist()]
    number = np.array(listed, dtype=np.int64)
    first = np.empty(len(numbers), dtype=np.int64)
    first[number[::-1]] = np.arange(len(number))[::-1]
    return number, first


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
    lengths = first[numbers + 1] - first[numbers]
    begins = np.zeros(len(numbers) + 1, dtype=np.int64)
    np.cumsum(lengths, out=begins[1:])
    places = np.arange(begins[-1]) + np.repeat(first[numbers] - begins[:-1], lengths)
    return begins, places
