"""A generated week of many planning groups, staffed in one call as a planner does it."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime
from typing import Any

__all__ = ["staff_a_week"]

_REPEATS = 5


def staff_a_week(groups: int, seed: int) -> dict[str, Any]:
    """Time `required_agents` over a week of half-hours, half of the groups with patience."""
    import numpy as np

    from optimizer.model import (
        Channel,
        ChannelKind,
        Organisation,
        PlanningGroup,
        ServiceGoal,
        Skill,
        TimeGrid,
    )
    from optimizer.staffing import required_agents

    goal = ServiceGoal(0.8, 20.0, max_occupancy=0.9)
    centre = Organisation(
        name="A week of groups",
        zone="UTC",
        channels=(Channel("voice", ChannelKind.VOICE),),
        skills=(Skill("service"),),
        groups=tuple(
            PlanningGroup(
                f"group {g}",
                "voice",
                "service",
                goal=goal,
                patience_seconds=300.0 if g % 2 else None,
            )
            for g in range(groups)
        ),
        sites=(),
        templates=(),
        contracts=(),
        agents=(),
    )
    grid = TimeGrid(datetime(2026, 1, 5, tzinfo=UTC), 30, 7 * 48, "UTC")
    names = [group.id for group in centre.groups]
    offered = np.random.default_rng(seed).gamma(2.0, 60.0, (groups, grid.count))
    seconds = []
    for _ in range(_REPEATS + 1):
        began = time.perf_counter()
        requirement = required_agents(centre, grid, names, offered, 300.0)
        seconds.append(time.perf_counter() - began)
    return {
        "intervals": offered.size,
        "mean_agents": float(requirement.agents.mean()),
        # The first call compiles, or loads what was compiled.
        "seconds": statistics.median(seconds[1:]),
        "first_call_seconds": seconds[0],
    }
