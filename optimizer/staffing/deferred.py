"""Work that waits in a backlog (email, social, tickets): what it is, and spread over its window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model.findings import Findings
from optimizer.staffing.inputs import MOST_AGENTS, check_numbers

__all__ = ["DeferredWork", "SpreadWork", "check_work", "spread_work"]

Array = NDArray[np.float64]

_LONGEST_WINDOW = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class DeferredWork:
    """Work of one planning group with its deadlines: one clock per ticket, or two.

    Work is a fluid that can be interrupted and shared without loss: its unit is the agent-slot
    (contacts x AHT / length of a slot, that is erlang). A window counts open slots, begins with
    the slot of the arrival, or with the next open one, and its work is finished by the end of
    its last slot.

    With two clocks the first part of every ticket, `first_share` of its work, is due within
    `window`, and the rest within `resolution`. As a fluid has no order within a ticket, the rest
    is not held back until the first part is done; earliest deadline first takes them in order.

    Parameters
    ----------
    arriving
        Per slot, 0 or more, [slots].
    window
        Open slots until the first response, at least 1.
    resolution
        Open slots until the resolution, at least `window`; None for no such goal.
    first_share
        Share of the work that is due by the first response, in [0, 1]; read only if there is a
        resolution, without which all is.
    backlog
        Work open at the start, by the slot at whose end it is due, [slots]: overdue work stands
        in slot 0, and what is due after the last slot in the last one. None for none.
    """

    arriving: Array
    window: int
    resolution: int | None = None
    first_share: float = 1.0
    backlog: Array | None = None

    def __post_init__(self) -> None:
        """Own the figures, so that a frozen object stays as it was made."""
        for name in ("arriving", "backlog"):
            values = getattr(self, name)
            if values is not None:
                figures = np.array(values, dtype=np.float64)
                figures.setflags(write=False)
                object.__setattr__(self, name, figures)

    @property
    def clocks(self) -> tuple[tuple[int, float], ...]:
        """Return the windows in open slots, each with the share of the work that is due in it."""
        if self.resolution is None:
            return ((self.window, 1.0),)
        first = self.first_share
        both = ((self.window, first), (self.resolution, 1.0 - first))
        return tuple((window, share) for window, share in both if share > 0.0)

    @property
    def total(self) -> float:
        """Return all work of the period, the backlog included."""
        return float(self.arriving.sum() + (0.0 if self.backlog is None else self.backlog.sum()))


def check_work(found: Findings, work: Sequence[DeferredWork], slots: int) -> None:
    """Report what cannot be used in the work of several groups."""
    for g, item in enumerate(work):
        here = found.at("work", g)
        here.within("window", item.window, 1, _LONGEST_WINDOW)
        here.within("resolution", item.resolution, max(1, item.window), _LONGEST_WINDOW)
        here.within("first_share", item.first_share, 0, 1)
        for name, values in (("arriving", item.arriving), ("backlog", item.backlog)):
            if values is None:
                continue
            if np.shape(values) != (slots,):
                detail = f"{name} is {np.shape(values)} but must be {(slots,)}."
                here.at(name).error("bad_shape", detail)
            else:
                check_numbers(here.at(name), values, 0.0, MOST_AGENTS * slots)


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
