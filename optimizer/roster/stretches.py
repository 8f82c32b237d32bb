"""Where the activities of a shift may begin, with the bounds on work between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.roster.frame import Frame

__all__ = ["Window", "windows_of"]


@dataclass(frozen=True, slots=True)
class Window:
    """Begins of one activity that some placement of all activities of the shift has.

    Parameters
    ----------
    slots
        Length of the activity.
    first, last, step
        Least and greatest begin, counted in slots from the shift's start, and the steps between.
    """

    slots: int
    first: int
    last: int
    step: int


def windows_of(frame: Frame, template: int, length: int) -> tuple[Window, ...]:
    """Return the window of each activity of a shift of `length` slots.

    A window runs from the least to the greatest begin of the activity over all placements in
    which the activities follow each other in order and the work between them keeps the
    template's bounds. Activities without any work between them are not held to the least stretch.
    Where no placement exists, the windows are those of the single activities.
    """
    shape = frame.problem.organisation.templates[template]
    activities = frame.patterns.activities[template]
    least = shape.min_stretch_minutes
    most = shape.max_stretch_minutes

    def allowed(work: int) -> bool:
        minutes = work * frame.step
        return work == 0 or (minutes >= max(1, least) and (most is None or minutes <= most))

    begins = [list(range(a.earliest, a.last_start(length) + 1, a.step)) for a in activities]
    # Begins reached from the start of the shift, then those from which its end is reached.
    forward: list[list[int]] = []
    ends = [0]
    for activity, choices in zip(activities, begins, strict=True):
        reached = [at for at in choices if any(allowed(at - end) for end in ends)]
        forward.append(reached)
        ends = [at + activity.slots for at in reached]
    kept: list[list[int]] = []
    starts = [length]
    for activity, choices in zip(reversed(activities), reversed(forward), strict=True):
        starts = [at for at in choices if any(allowed(s - at - activity.slots) for s in starts)]
        kept.insert(0, starts)
    possible = kept if all(kept) else begins
    return tuple(
        Window(activity.slots, choices[0], choices[-1], activity.step)
        for activity, choices in zip(activities, possible, strict=True)
    )
