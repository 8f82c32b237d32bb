"""Paid time that is not available for contacts, by weekday and time of day."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.model.grid import MINUTES_PER_DAY
from optimizer.model.record import Record

__all__ = ["ShrinkageWindow"]


@dataclass(frozen=True, slots=True)
class ShrinkageWindow(Record):
    """Shrinkage within some hours of some weekdays, as shares of paid time.

    Parameters
    ----------
    planned
        Known when the roster is made (meetings, training, coaching), in [0, 1).
    unplanned
        Not known then (sickness, lateness), in [0, 1); both together are below 1.
    weekdays
        0 is Monday.
    start_minute, end_minute
        Local minutes after midnight, the end excluded.
    """

    planned: float = 0.0
    unplanned: float = 0.0
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    start_minute: int = 0
    end_minute: int = MINUTES_PER_DAY
