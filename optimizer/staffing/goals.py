"""Whether a goal means something, and whether the figures of a queue meet it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Denominator, ServiceGoal
from optimizer.model.findings import Findings
from optimizer.staffing.inputs import LONGEST, SHORTEST
from optimizer.staffing.performance import Performance

__all__ = ["SLACK", "check_goal", "goal_holds"]

SLACK = 1e-9
"""Goals hold up to this relative slack, so that rounding never costs an agent."""


def check_goal(found: Findings, goal: ServiceGoal) -> None:
    """Report goals that mean nothing or need infinitely many agents."""
    if not isinstance(goal.denominator, Denominator):
        found.at("denominator").error(
            "unknown_value", f"{goal.denominator!r} is none of the denominators."
        )
    found.within("target_share", goal.target_share, 0, 1, open_low=True, open_high=True)
    found.within("within_seconds", goal.within_seconds, 0, LONGEST)
    found.within("mean_answer_seconds", goal.mean_answer_seconds, SHORTEST)
    found.within("max_abandonment", goal.max_abandonment, SLACK, 1)
    found.within("max_occupancy", goal.max_occupancy, 0, 1, open_low=True)
    if (goal.target_share is None) != (goal.within_seconds is None):
        found.error("half_a_goal", "target_share and within_seconds belong together.")


def goal_holds(goal: ServiceGoal, figures: Performance) -> NDArray[np.bool_]:
    """Tell where every part of a goal that is set holds; never without a steady state."""
    more = 1.0 + SLACK
    holds = np.isfinite(figures.mean_answer_s)
    holds &= figures.occupancy <= goal.max_occupancy * more
    if goal.target_share is not None:
        holds &= figures.service_level(goal.denominator) * more >= goal.target_share
    if goal.mean_answer_seconds is not None:
        holds &= figures.mean_answer_s <= goal.mean_answer_seconds * more
    if goal.max_abandonment is not None:
        holds &= figures.abandonment <= goal.max_abandonment * more
    return holds
