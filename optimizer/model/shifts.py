"""Shapes of shifts: where they may start, how long they are, and what they contain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from optimizer.model.record import Record

__all__ = ["ActivityKind", "ActivityTemplate", "ShiftTemplate"]


class ActivityKind(StrEnum):
    """What an agent does within a shift when not on contacts."""

    MEAL = "meal"
    BREAK = "break"
    TRAINING = "training"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class ActivityTemplate(Record):
    """A stretch of a shift that is not contact work.

    Parameters
    ----------
    minutes
        Length, a multiple of the grid's interval.
    earliest_minute, latest_minute, step_minutes
        Where it may begin, counted from the shift's start.
    paid
        Whether its time counts as paid.
    """

    kind: ActivityKind
    minutes: int
    earliest_minute: int
    latest_minute: int
    step_minutes: int = 30
    paid: bool = False


@dataclass(frozen=True, slots=True)
class ShiftTemplate(Record):
    """A family of shifts: every start in the window with every length.

    Parameters
    ----------
    earliest_start, latest_start, step_minutes
        Start window in local minutes after midnight, both ends included.
    lengths
        Possible lengths from start to end in minutes, activities included.
    activities
        What each shift of the family contains besides contact work, in order.
    weekdays
        Days on which the shift may start, 0 is Monday.
    min_stretch_minutes, max_stretch_minutes
        Bounds on contact work without interruption: from the start, between two activities, and
        to the end. None is no upper limit.
    """

    id: str
    earliest_start: int
    latest_start: int
    lengths: tuple[int, ...]
    step_minutes: int = 30
    activities: tuple[ActivityTemplate, ...] = ()
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    min_stretch_minutes: int = 0
    max_stretch_minutes: int | None = None

    def starts(self) -> range:
        """Return the possible starts in local minutes after midnight."""
        return range(self.earliest_start, self.latest_start + 1, self.step_minutes)

    def paid_minutes(self, length: int) -> int:
        """Return the paid minutes of a shift of this family that is `length` minutes long."""
        return length - sum(a.minutes for a in self.activities if not a.paid)
