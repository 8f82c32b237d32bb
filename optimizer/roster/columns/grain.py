"""Whether all plans cost whole units, so that a bound may be rounded up."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from optimizer.roster.frame import Frame, Person
from optimizer.roster.rules.shared import SharedRow

__all__ = ["grain_of"]


def grain_of(frame: Frame) -> float:
    """Return 1 if every plan costs a whole number, 0 if nothing is known.

    It does if all prices are whole, and nothing that is priced can be shared out in fractions:
    no requirement of contacts, no people to be present, only whole bounds on sums of whole units.
    """
    if frame.demand.agents.any() or frame.watches:
        return 0.0
    # Many people share the arrays of their forms, which need a look only once.
    seen: dict[int, ArrayLike] = {}
    for row in frame.shared:
        for numbers in _bounds(row):
            seen[id(numbers)] = numbers
    for person in frame.people:
        for numbers in _prices(person):
            seen[id(numbers)] = numbers
    return 1.0 if all(_whole(numbers) for numbers in seen.values()) else 0.0


def _bounds(row: SharedRow) -> Iterable[ArrayLike]:
    yield from (row.lower, row.upper, row.below_price, row.above_price)
    for part in row.parts:
        yield part.units


def _prices(person: Person) -> Iterable[ArrayLike]:
    yield person.price
    yield person.free
    for tally in person.tallies:
        yield tally.price
    for run in person.runs:
        yield run.too_short
        yield run.too_long
    for spread in person.spreads:
        yield spread.price
    for rest in person.rests:
        yield rest.price
    for succession in person.successions:
        yield succession.price


def _whole(numbers: ArrayLike) -> bool:
    values = np.asarray(numbers, dtype=np.float64)
    finite = values[np.isfinite(values)]
    return bool((finite == np.rint(finite)).all())
