"""How long a job may take, and how good is good enough."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.model.record import Record

__all__ = ["SolveLimits", "TimeLimit"]


@dataclass(frozen=True, slots=True)
class TimeLimit(Record):
    """How long a job may take.

    Parameters
    ----------
    seconds
        From the beginning of the work to its result, everything included: 1 or more, and no more
        than the service allows. Null for what is usual for work of this kind.
    """

    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class SolveLimits(Record):
    """How long a search may take, and at which quality it ends earlier.

    Parameters
    ----------
    seconds
        From the beginning of the work to its result, building the model included: 1 or more, and
        no more than the service allows. Null for what is usual for work of this kind.
    gap
        The search ends when the roster is proven to be within this share of the optimum, in
        [0, 1].
    """

    seconds: float | None = None
    gap: float = 0.0001
