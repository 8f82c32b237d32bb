"""A contact centre of any size for roster benchmarks, drawn from a seed.

The recipe: two agents in three are core staff with shifts of nine hours around an unpaid hour for
lunch, one in five works part time, the rest is elastic and called by the shift. Everybody has one
skill, half a second one, a tenth all of them. Demand has a morning, an afternoon and a small
evening hump on every day and adds up to almost all the hours that the staff can give, so that
neither shortage nor calls can be avoided altogether.
"""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from optimizer.model import (
    ActivityKind,
    ActivityTemplate,
    Agent,
    Availability,
    Channel,
    ChannelKind,
    Contract,
    Organisation,
    PlanningGroup,
    Range,
    Request,
    RequestKind,
    Requirement,
    RosterProblem,
    ShiftTemplate,
    Site,
    Skill,
    StaffClass,
    TimeGrid,
)

__all__ = ["centre"]

FIRST_DAY = date(2026, 11, 23)
"""A Monday."""

OPEN, CLOSE = 6.5, 23.0
HUMPS = ((1.0, 11.0, 2.2), (0.9, 16.0, 3.0), (0.35, 20.5, 1.5))
"""Height, hour and width of the day's humps."""

WEEKDAYS = (1.2, 1.05, 1.0, 1.0, 1.1, 0.8, 0.7)
UTILISATION = 0.97
SHORTAGE_COST = 20.0
"""Per agent-hour: 10 for each half-hour."""

CALL_COST = 5.0


def centre(
    agents: int, skills: int, days: int, seed: int, *, distinct: bool = False
) -> RosterProblem:
    """Return a centre's problem in half-hours.

    Parameters
    ----------
    agents, skills, days
        Sizes, each 1 or more.
    seed
        The same seed gives the same centre.
    distinct
        Give every agent an own day off, own hours and own requests.
    """
    random = np.random.default_rng(seed)
    names = [f"skill{k + 1}" for k in range(skills)]
    grid = TimeGrid.of_days(FIRST_DAY, days)
    people = _people(agents, names, random)
    if distinct:
        people = [_with_own_life(agent, grid, random) for agent in people]
    groups = tuple(
        PlanningGroup(f"voice:{name}", "voice", name, shortage_cost=SHORTAGE_COST) for name in names
    )
    organisation = Organisation(
        name=f"Centre of {agents}",
        zone=grid.zone,
        channels=(Channel("voice", ChannelKind.VOICE),),
        skills=tuple(Skill(name) for name in names),
        groups=groups,
        sites=(Site("main"),),
        templates=_TEMPLATES,
        contracts=_CONTRACTS,
        agents=tuple(people),
    )
    required = _required(organisation, grid, random)
    return RosterProblem(
        organisation, Requirement(grid, tuple(group.id for group in groups), required)
    )


_LUNCH = ActivityTemplate(ActivityKind.MEAL, 60, 180, 300)
_TEMPLATES = (
    ShiftTemplate("full_day", 6 * 60, 15 * 60, (540,), activities=(_LUNCH,)),
    ShiftTemplate("half_day", 6 * 60, 18 * 60 + 30, (240,)),
    ShiftTemplate("on_call", 6 * 60, 17 * 60 + 30, (300,)),
)
_CONTRACTS = (
    Contract(
        "core",
        shifts_per_week=Range(5, 5),
        templates=("full_day",),
        guaranteed_minutes_per_week=5 * 480,
        hourly_cost=20.0,
    ),
    Contract(
        "part_time",
        shifts_per_week=Range(4, 5),
        templates=("half_day",),
        guaranteed_minutes_per_week=5 * 240,
        hourly_cost=20.0,
    ),
    Contract(
        "elastic",
        StaffClass.ELASTIC,
        shifts_per_week=Range(0, 3),
        templates=("on_call",),
        call_cost=CALL_COST,
    ),
)


def _people(count: int, skills: list[str], random: np.random.Generator) -> list[Agent]:
    core, part_time = round(count * 2 / 3), round(count / 5)
    contracts = ["core"] * core + ["part_time"] * part_time
    contracts += ["elastic"] * (count - len(contracts))
    people = []
    for index, contract in enumerate(contracts):
        first, second = random.integers(len(skills), size=2)
        held = {skills[first]}
        if random.random() < 0.5:
            held.add(skills[second])
        if random.random() < 0.1:
            held = set(skills)
        levels = {name: 3 for name in skills if name in held}
        people.append(Agent(f"agent{index + 1:04}", contract, "main", levels))
    return people


def _with_own_life(agent: Agent, grid: TimeGrid, random: np.random.Generator) -> Agent:
    days = grid.days()
    day_off, wish = (days[i] for i in random.integers(len(days), size=2))
    # Windows of at least nine hours and a half, so that every contract's shift has two starts.
    opens = 60 * int(random.integers(6, 12))
    closes = min(24 * 60, opens + 60 * int(random.integers(10, 14)))
    kind = RequestKind.OFF if random.random() < 0.7 else RequestKind.ON
    return Agent(
        agent.id,
        agent.contract,
        agent.site,
        agent.skills,
        availability=(Availability(tuple(range(7)), opens, closes),),
        days_off=(day_off,),
        requests=(Request(wish, kind, float(random.integers(1, 4))),),
    )


def _required(
    organisation: Organisation, grid: TimeGrid, random: np.random.Generator
) -> NDArray[np.float64]:
    """Return whole agents per group and slot that add up to most of the staff's hours."""
    slots_per_day = grid.count // len(grid.days())
    hour = np.arange(slots_per_day) * 24 / slots_per_day
    shape = sum(
        height * np.exp(-(((hour - centre) / width) ** 2)) for height, centre, width in HUMPS
    )
    shape = np.where((hour >= OPEN) & (hour < CLOSE), shape, 0.0)
    weight = np.array([WEEKDAYS[day.weekday()] for day in grid.days()])
    curve = np.outer(weight, shape).ravel()
    hours = {"core": 5 * 8.0, "part_time": 5 * 4.0, "elastic": 2 * 5.0}
    weeks = len(grid.days()) / 7
    available = sum(hours[agent.contract] for agent in organisation.agents) * weeks
    level = UTILISATION * available / (curve.sum() * grid.hours_per_slot)
    share = random.dirichlet(np.full(len(organisation.groups), 6.0))
    noise = 1 + 0.05 * random.standard_normal((len(share), len(curve)))
    required: NDArray[np.float64] = np.round(level * share[:, None] * curve * noise)
    return np.maximum(0.0, required)
