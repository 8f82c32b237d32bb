"""What is asked about one person's rosters, and the answers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.roster.frame import Person
from optimizer.roster.patterns import Patterns

__all__ = ["FREE", "OPEN", "Through", "Tour", "narrowed"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FREE = -1

OPEN = -2
"""In a row of fixed days: any shift or none."""


@dataclass(frozen=True, slots=True, eq=False)
class Tour:
    """A roster of one person.

    Parameters
    ----------
    cost
        With the prices asked about; infinite if no roster was found. Less than that, but no more
        than any roster costs, where a search had to be cut short.
    own
        What the person's own forms, those that count, and prices make of it; infinite likewise.
    worked
        Pattern of each day of the calendar, or -1, [days].
    """

    cost: float
    own: float
    worked: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Through:
    """Cost of a person's best rosters that contain something, infinite if there are none.

    Parameters
    ----------
    working
        With each pattern, [patterns].
    free
        With each day off, [days].
    """

    working: Floats
    free: Floats


def narrowed(person: Person, patterns: Patterns, fixed: Integers) -> Person:
    """Return a person who has only what agrees with what is fixed."""
    said = fixed[patterns.day[person.patterns]]
    kept = (said == OPEN) | (said == person.patterns)
    free = np.where(fixed >= 0, np.inf, person.free)
    if (fixed[: person.first] >= 0).any() or (fixed[person.last :] >= 0).any():
        # Nobody works on a day that is not an own day.
        kept[:], free[:] = False, np.inf
    return replace(person, patterns=person.patterns[kept], price=person.price[kept], free=free)
