"""What has to be decided by when, so that a capacity plan comes true."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from optimizer.staffing.capacity.answer import Decisions
from optimizer.staffing.capacity.model import CapacityProblem, by_week

__all__ = ["Action", "ActionKind", "actions_of"]

_LEAST_HOURS = 0.05
"""Hours below which nobody is called: rounding of the solver."""


class ActionKind(StrEnum):
    """What is decided: people start, or a pool's hours beyond its commitment are called."""

    HIRE = "hire"
    CALL = "call"


@dataclass(frozen=True, slots=True, order=True)
class Action:
    """One decision; the order is that of urgency.

    Parameters
    ----------
    by, week
        Weeks in which it has to be made and in which it takes effect.
    whom
        Identifier of the staff group or the pool.
    amount
        People or hours.
    """

    by: int
    week: int
    kind: ActionKind
    whom: str
    amount: float


def actions_of(problem: CapacityProblem, decisions: Decisions) -> list[Action]:
    """Return the hires and calls of a plan, the most urgent first."""
    found = []
    for group, starts in zip(problem.groups, decisions.starts, strict=True):
        for week in np.flatnonzero(starts).tolist():
            by = week - (group.hiring.lead_weeks if group.hiring else 0)
            found.append(Action(by, week, ActionKind.HIRE, group.id, float(starts[week])))
    for pool, called in zip(problem.pools, decisions.called, strict=True):
        extra = called - by_week(pool.committed_hours, problem.weeks)
        for week in np.flatnonzero(extra > _LEAST_HOURS).tolist():
            by = week - pool.notice_weeks
            found.append(Action(by, week, ActionKind.CALL, pool.id, float(extra[week])))
    return sorted(found)
