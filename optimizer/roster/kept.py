"""Activities that may not move: those of shifts that have begun or that a pin keeps as they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.model import PlannedActivity
from optimizer.roster.frame import Frame
from optimizer.roster.rules.standing import fixed_activities, standing

__all__ = ["Kept", "kept_of"]

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What a pattern contains if one agent works it.

    Parameters
    ----------
    begins
        Slot at which each activity of the template begins, [most activities].
    sessions
        Sessions of training, on top of the template's activities.
    """

    begins: Integers
    sessions: tuple[PlannedActivity, ...]


def kept_of(frame: Frame) -> dict[int, dict[int, Kept]]:
    """Return, per agent and pattern, what stays as it was in the previous roster.

    Shifts that no pattern stands for any more, or that contain something else than their template
    does, are left out: the verifier has to say so.
    """
    cache = frame.whole.cache
    if "kept" not in cache:
        cache["kept"] = _kept(frame)
    found: dict[int, dict[int, Kept]] = cache["kept"]
    return found


def _kept(frame: Frame) -> dict[int, dict[int, Kept]]:
    patterns, problem = frame.patterns, frame.problem
    most = max((len(activities) for activities in patterns.activities), default=0)
    zone_of = {site.id: site.zone for site in problem.organisation.sites}
    found: dict[int, dict[int, Kept]] = {}
    for (agent, day), activities in fixed_activities(frame.whole).items():
        shift = standing(frame.whole)[agent][day]
        template = frame.whole.template_ids.get(shift.template, -1)
        clock = frame.calendar.zones[zone_of[problem.organisation.agents[agent].site]]
        same = (
            (patterns.clock == clock)
            & (patterns.template == template)
            & (patterns.start == shift.start)
            & (patterns.end == shift.end)
        )
        own = [activity.start for activity in activities if activity.training is None]
        for pattern in np.flatnonzero(same).tolist():
            if len(own) == len(patterns.activities[template]):
                begins = np.zeros(most, dtype=np.int64)
                begins[: len(own)] = own
                sessions = tuple(a for a in activities if a.training is not None)
                found.setdefault(agent, {})[pattern] = Kept(begins, sessions)
    return found
