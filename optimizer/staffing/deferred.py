"""Work that waits in a backlog (email, social, tickets): spread over its answer window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["SpreadWork", "spread_work"]


@dataclass(frozen=True, slots=True, eq=False)
class SpreadWork:
    """Where deferred work is done.

    Parameters
    ----------
    work
        Work done per slot, in the unit of the work that arrived, [slots].
    carried
        Work that arrives after the last open slot and is left to the next period.
    """

    work: NDArray[np.float64]
    carried: float


def spread_work(
    arriving: NDArray[np.float64], open_slots: NDArray[np.bool_], window: int
) -> SpreadWork:
    """Spread the work of every slot evenly over the open slots of its answer window.

    The window counts open time only and begins with the slot of the arrival, or with the next
    open one. Where the period ends first, the work goes to the open slots that are left: none
    is dropped as long as one remains, so ``work.sum() + carried == arriving.sum()``. Since
    every arrival is finished within its window, the plan keeps the deadlines; a plan that looks
    at all windows together can need fewer agents at the peak, never less work in total.

    Linear in the number of slots.

    Parameters
    ----------
    arriving
        Work that arrives per slot, 0 or more, [slots].
    open_slots
        Slots in which it can be done, [slots].
    window
        Open slots within which work must be finished, at least 1.
    """
    positions = np.flatnonzero(open_slots)
    first = np.searchsorted(positions, np.arange(len(arriving)))
    in_time = first < len(positions)
    first = first[in_time]
    last = np.minimum(first + window, len(positions))
    portion = arriving[in_time] / (last - first)

    change = np.zeros(len(positions) + 1)
    np.add.at(change, first, portion)
    np.add.at(change, last, -portion)
    work = np.zeros(len(arriving))
    # The running sum of changes can end a hair below zero where no work is left.
    work[positions] = np.maximum(np.cumsum(change[:-1]), 0.0)
    return SpreadWork(work, float(arriving[~in_time].sum()))
