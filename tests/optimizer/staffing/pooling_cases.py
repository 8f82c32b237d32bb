"""Centres whose agents have several skills, for tests."""

from __future__ import annotations

from dataclasses import replace

from optimizer.model import (
    Agent,
    Channel,
    ChannelKind,
    Organisation,
    PlanningGroup,
    ServiceGoal,
    Skill,
    TimeGrid,
)
from tests.optimizer.builders import MONDAY, organisation

__all__ = ["GOAL", "GRID", "centre"]

GOAL = ServiceGoal(0.8, 20.0)
GRID = replace(TimeGrid.of_days(MONDAY, 1, 60), count=3)


def centre(staff: dict[str, int], groups: tuple[PlanningGroup, ...] | None = None) -> Organisation:
    """Return a centre with so many agents for each set of skills, written like ``a+b``."""
    skills = sorted({skill for one in staff for skill in one.split("+")})
    if groups is None:
        groups = tuple(PlanningGroup(skill, "voice", skill, goal=GOAL) for skill in skills)
    return replace(
        organisation(),
        channels=(Channel("voice", ChannelKind.VOICE), Channel("email", ChannelKind.EMAIL)),
        skills=tuple(Skill(skill) for skill in skills),
        groups=groups,
        agents=tuple(
            Agent(f"{one}{i}", "core", "paris", dict.fromkeys(one.split("+"), 3))
            for one, count in staff.items()
            for i in range(count)
        ),
    )
