"""Voice centres with several skills, each hour paid at one price: only staffing decides the cost.

Everybody has one skill, half of the people a second one, a tenth all of them. Shifts are long or
short and cost the same by the hour, nothing is guaranteed, and there are more people than are
needed: whatever a requirement asks for too much is paid for.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasts import Forecast
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
    ServiceGoal,
    ShiftTemplate,
    Site,
    Skill,
)

__all__ = ["voice_centre", "voice_forecast"]

FIRST_DAY = date(2026, 11, 23)
"""A Monday."""

OPEN, CLOSE = 8, 20
HUMPS = ((1.0, 11.0, 2.2), (0.9, 15.5, 2.5))
"""Height, hour and width of the day's humps."""

WEEKDAYS = (1.15, 1.05, 1.0, 1.0, 1.05, 0.7, 0.6)
LOAD_PER_AGENT = 0.15
"""Mean erlang in open hours for each person: the staff could give about a third more hours
than groups by themselves ask for."""

AHT_SECONDS = 240.0
_BANDS = ((80, 1.28), (95, 1.96))
"""Levels in per cent, and half their widths in deviations of a Poisson count."""

HOURLY_COST = 20.0
SECOND_SKILL, ALL_SKILLS = 0.5, 0.1

_LUNCH = ActivityTemplate(ActivityKind.MEAL, 30, 180, 300)
_TEMPLATES = (
    ShiftTemplate("long", OPEN * 60, (CLOSE - 8) * 60, (510 - 30,), activities=(_LUNCH,)),
    ShiftTemplate("short", OPEN * 60, (CLOSE - 4) * 60, (240,)),
)
_CONTRACTS = (
    Contract("full", shifts_per_week=Range(0, 5), templates=("long",), hourly_cost=HOURLY_COST),
    Contract("part", shifts_per_week=Range(0, 5), templates=("short",), hourly_cost=HOURLY_COST),
)


def voice_centre(agents: int, skills: int, seed: int) -> Organisation:
    """Return a centre in which a third of the people works short shifts; 80 % in 20 s."""
    random = np.random.default_rng([seed, 0])
    names = [f"skill{k + 1}" for k in range(skills)]
    return Organisation(
        name=f"Voice centre of {agents} with {skills} skills",
        zone="UTC",
        channels=(Channel("voice", ChannelKind.VOICE),),
        skills=tuple(Skill(name) for name in names),
        groups=tuple(
            PlanningGroup(
                f"voice:{name}",
                "voice",
                name,
                goal=ServiceGoal(0.8, 20.0, max_occupancy=0.95),
                patience_seconds=180.0,
                shortage_cost=100.0,
            )
            for name in names
        ),
        sites=(Site("main"),),
        templates=_TEMPLATES,
        contracts=_CONTRACTS,
        agents=tuple(
            Agent(
                f"agent{number + 1:04}",
                "part" if number % 3 == 2 else "full",
                "main",
                _skills(number, agents, names, random),
            )
            for number in range(agents)
        ),
    )


def voice_forecast(organisation: Organisation, days: int, seed: int) -> Forecast:
    """Return what such a centre expects: two humps a day, shares of the skills drawn."""
    random = np.random.default_rng([seed, 1])
    groups = tuple(group.id for group in organisation.groups)
    starts = pd.date_range(FIRST_DAY, periods=48 * days, freq="30min")
    curve = _curve(starts)
    load = LOAD_PER_AGENT * len(organisation.agents) * curve / curve[curve > 0].mean()
    shares = random.dirichlet(np.full(len(groups), 12.0))
    offered = shares[:, None] * load * 1800.0 / AHT_SECONDS
    lower, upper = (
        {
            level: np.maximum(offered + way * width * np.sqrt(offered), 0.0)
            for level, width in _BANDS
        }
        for way in (-1.0, 1.0)
    )
    aht_s = np.full_like(offered, AHT_SECONDS)
    return Forecast(groups, starts, 30, offered, offered > 0.0, lower, upper, aht_s)


def _curve(starts: pd.DatetimeIndex) -> NDArray[np.float64]:
    hour = (starts.hour + starts.minute / 60.0).to_numpy()
    shape = sum(height * np.exp(-(((hour - at) / width) ** 2)) for height, at, width in HUMPS)
    weekday = np.array(WEEKDAYS)[starts.day_of_week]
    curve: NDArray[np.float64] = np.where((hour >= OPEN) & (hour < CLOSE), shape * weekday, 0.0)
    return curve


def _skills(
    number: int, agents: int, names: list[str], random: np.random.Generator
) -> dict[str, int]:
    """Return the skills of one person; first skills are dealt out in turn."""
    if random.random() < ALL_SKILLS:
        held = set(names)
    else:
        held = {names[number % len(names)]}
        if random.random() < SECOND_SKILL / (1 - ALL_SKILLS):
            held.add(names[random.integers(len(names))])
    return {name: 3 for name in names if name in held}
