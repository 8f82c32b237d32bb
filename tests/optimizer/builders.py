"""Small sound organisations to start tests from."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from optimizer.model import (
    ActivityKind,
    ActivityTemplate,
    Agent,
    Channel,
    ChannelKind,
    Contract,
    Organisation,
    PlanningGroup,
    Range,
    Requirement,
    ServiceGoal,
    ShiftTemplate,
    Site,
    Skill,
    StaffClass,
    TimeGrid,
    Vendor,
)

MONDAY = date(2026, 11, 23)


def organisation(agents: int = 3) -> Organisation:
    """Return two voice groups, one contract of each class and a few agents."""
    day = ShiftTemplate(
        "day",
        earliest_start=8 * 60,
        latest_start=10 * 60,
        step_minutes=60,
        lengths=(540,),
        activities=(ActivityTemplate(ActivityKind.MEAL, 60, 180, 300, 60),),
    )
    short = ShiftTemplate("short", earliest_start=9 * 60, latest_start=15 * 60, lengths=(240,))
    return Organisation(
        name="Two desks",
        zone="Europe/Paris",
        channels=(Channel("voice", ChannelKind.VOICE),),
        skills=(Skill("orders"), Skill("billing")),
        groups=(
            PlanningGroup(
                "voice:orders", "voice", "orders", goal=ServiceGoal(0.8, 20.0), shortage_cost=100
            ),
            PlanningGroup(
                "voice:billing", "voice", "billing", goal=ServiceGoal(0.8, 20.0), shortage_cost=80
            ),
        ),
        sites=(Site("paris", zone="Europe/Paris"),),
        templates=(day, short),
        contracts=(
            Contract(
                "core",
                shifts_per_week=Range(5, 5),
                templates=("day",),
                guaranteed_minutes_per_week=2400,
                hourly_cost=20.0,
            ),
            Contract(
                "on_call",
                StaffClass.ELASTIC,
                shifts_per_week=Range(0, 3),
                templates=("short",),
                hourly_cost=25.0,
                call_cost=15.0,
                vendor="outside",
            ),
        ),
        agents=tuple(
            Agent(
                f"a{i}",
                "on_call" if i % 3 == 2 else "core",
                "paris",
                {"orders": 3} if i % 3 == 0 else {"orders": 2, "billing": 4},
            )
            for i in range(agents)
        ),
        vendors=(Vendor("outside"),),
    )


def requirement(
    agents: npt.ArrayLike, groups: tuple[str, ...] = ("voice:orders", "voice:billing")
) -> Requirement:
    """Return a requirement in half-hours from Monday, [groups, days * 48]."""
    values = np.asarray(agents, dtype=float)
    grid = TimeGrid.of_days(MONDAY, values.shape[1] // 48, 30, "Europe/Paris")
    return Requirement(grid, groups, values)
