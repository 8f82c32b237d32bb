"""The forms of rules about several people together: rows over everybody's shifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import RuleName

__all__ = ["Part", "SharedRow", "Watch"]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some agents' shifts of some patterns, and what each of them adds to a row.

    Parameters
    ----------
    agents
        Positions in the organisation.
    patterns, units
        Indices of the patterns, and what each adds, of equal length.
    """

    agents: NDArray[np.int64]
    patterns: NDArray[np.int64]
    units: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SharedRow:
    """Bounds on a sum over the shifts of several people.

    Parameters
    ----------
    lower, upper
        Bounds on the sum; infinite for none.
    below_price, above_price
        Price of each unit below or above; infinite if that is not allowed.
    """

    rule: RuleName
    parts: tuple[Part, ...]
    lower: float
    upper: float
    below_price: float
    above_price: float


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """People who must be present, whatever contacts they take.

    Parameters
    ----------
    agents
        Positions of those who count.
    needed
        Number wanted, [slots].
    price
        Of one person missing for one slot.
    """

    rule: RuleName
    agents: NDArray[np.int64]
    needed: NDArray[np.float64]
    price: float
