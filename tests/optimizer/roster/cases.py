"""Small roster problems: one to start from, and a strategy that draws many kinds of rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from optimizer.model import (
    ActivityKind,
    ActivityTemplate,
    Agent,
    Availability,
    Channel,
    ChannelKind,
    Contract,
    Directives,
    Fairness,
    History,
    Organisation,
    PlanningGroup,
    Range,
    Request,
    RequestKind,
    Requirement,
    Roster,
    RosterProblem,
    Shift,
    ShiftTemplate,
    Site,
    Skill,
    StaffClass,
    TimeGrid,
    Vendor,
)
from optimizer.stop import Deadline

MONDAY = date(2026, 11, 23)
PARIS = "Europe/Paris"

MORNING = ShiftTemplate("morning", 8 * 60, 8 * 60, (240,), step_minutes=60)
"""Four hours from eight o'clock: the simplest shift there is."""


def soon(seconds: float = 20.0) -> Deadline:
    """Return a deadline that small problems never reach."""
    return Deadline.after(seconds)


def problem(
    *,
    agents: int | tuple[Agent, ...] = 1,
    required: npt.ArrayLike | None = None,
    days: int = 7,
    first: date = MONDAY,
    zone: str = PARIS,
    templates: tuple[ShiftTemplate, ...] = (MORNING,),
    contracts: tuple[Contract, ...] | None = None,
    prices: tuple[float, ...] = (10.0,),
    vendors: tuple[Vendor, ...] = (),
    sites: tuple[Site, ...] | None = None,
    fairness: Fairness = Fairness(),  # noqa: B008 - frozen
    max_elastic_share: float | None = None,
    directives: Directives = Directives(),  # noqa: B008 - frozen
    previous: Roster | None = None,
    **contract: Any,
) -> RosterProblem:
    """Return a problem in hours: groups ``g0, g1, ...`` with one skill each.

    Parameters
    ----------
    agents
        Agents, or how many that can serve every group.
    required
        Agents per hour [groups, slots]; None asks for nobody.
    contract
        Fields of the only contract, ``c``, where `contracts` is not given.
    """
    skills = tuple(Skill(f"s{row}") for row in range(len(prices)))
    if isinstance(agents, int):
        held = {skill.id: 3 for skill in skills}
        agents = tuple(Agent(f"a{i}", "c", "here", held) for i in range(agents))
    if contracts is None:
        names = tuple(template.id for template in templates)
        contracts = (Contract("c", **{"templates": names, **contract}),)
    organisation = Organisation(
        "Small",
        zone,
        channels=(Channel("voice", ChannelKind.VOICE),),
        skills=skills,
        groups=tuple(
            PlanningGroup(f"g{row}", "voice", skill.id, shortage_cost=price)
            for row, (skill, price) in enumerate(zip(skills, prices, strict=True))
        ),
        sites=sites or (Site("here", zone=zone),),
        templates=templates,
        contracts=contracts,
        agents=agents,
        vendors=vendors,
        fairness=fairness,
        max_elastic_share=max_elastic_share,
    )
    grid = TimeGrid.of_days(first, days, 60, zone)
    if required is None:
        required = np.zeros((len(prices), grid.count))
    groups = tuple(group.id for group in organisation.groups)
    requirement = Requirement(grid, groups, np.asarray(required, float))
    return RosterProblem(organisation, requirement, directives, previous)


def demand(grid_days: int, hours: range, agents: float, groups: int = 1) -> npt.NDArray[np.float64]:
    """Return the same requirement in the same hours of every day, [groups, slots]."""
    day = np.zeros(24)
    day[hours.start : hours.stop] = agents
    return np.tile(day, (groups, grid_days))


def shift(agent: str, day: int, hour: int = 8, hours: int = 4, template: str = "morning") -> Shift:
    """Return a shift without activities; days count from 0, slots are hours."""
    start = 24 * day + hour
    return Shift(agent, template, start, start + hours)


def roster(problem: RosterProblem, *shifts: Shift) -> Roster:
    """Return a roster on the problem's grid."""
    return Roster(problem.requirement.grid, shifts)


_MEALS = st.sampled_from([(), (ActivityTemplate(ActivityKind.MEAL, 60, 60, 120, 60),)])


@st.composite
def templates(draw: st.DrawFn, name: str, *, small: bool) -> ShiftTemplate:
    """Draw a family of shifts of three hours and more; a small one has at most three."""
    earliest = draw(st.integers(6, 20)) * 60
    meals = draw(_MEALS)
    starts = draw(st.integers(1, 2 if small else 4)) if not meals else 1
    lengths = draw(
        st.lists(
            st.sampled_from([180, 240, 360]), min_size=1, max_size=1 if small else 2, unique=True
        )
    )
    return ShiftTemplate(
        name,
        earliest,
        earliest + 60 * (starts - 1),
        tuple(sorted(lengths)),
        step_minutes=60,
        activities=meals,
        weekdays=draw(st.sampled_from([(0, 1, 2, 3, 4, 5, 6), (0, 1, 2, 4, 5, 6)])),
    )


@st.composite
def contracts(draw: st.DrawFn, name: str, names: tuple[str, ...]) -> Contract:
    """Draw a contract: every limit, wide or narrow, and every kind of pay."""
    least = draw(st.sampled_from([0, 0, 1, 2]))
    return Contract(
        name,
        draw(st.sampled_from(StaffClass)),
        minutes_per_day=draw(st.sampled_from([Range(), Range(0, 300), Range(200, None)])),
        minutes_per_week=draw(st.sampled_from([Range(), Range(0, 600), Range(300, 1200)])),
        minutes_per_period=draw(st.sampled_from([Range(), Range(0, 900), Range(200, None)])),
        shifts_per_week=Range(least, draw(st.integers(max(1, least), 6))),
        rest_minutes=draw(st.sampled_from([0, 660, 660, 1200, 2400])),
        max_consecutive_days=draw(st.integers(1, 6)),
        min_consecutive_days_off=draw(st.integers(1, 3)),
        max_weekends=draw(st.sampled_from([None, None, 0, 1])),
        templates=draw(
            st.lists(st.sampled_from(names), min_size=1, unique=True).map(
                lambda n: tuple(sorted(n))
            )
        ),
        guaranteed_minutes_per_week=draw(st.sampled_from([0, 240, 600])),
        hourly_cost=draw(st.sampled_from([0.0, 3.0, 7.5])),
        call_cost=draw(st.sampled_from([0.0, 4.0])),
        weekend_premium=draw(st.sampled_from([0.0, 0.5])),
        vendor=draw(st.sampled_from([None, "v"])),
    )


@st.composite
def people(draw: st.DrawFn, name: str, contracts: tuple[str, ...], skills: int, days: int) -> Agent:
    """Draw an agent with skills, limits, wishes and a past."""
    held = draw(st.sets(st.integers(0, skills - 1), min_size=1))
    windows = st.builds(
        Availability,
        st.sampled_from([(0, 1, 2, 3, 4, 5, 6), (0, 1, 2, 3, 4), (4, 5, 6)]),
        st.sampled_from([0, 450, 600]),
        st.sampled_from([1200, 1440, 2880]),
    )
    dates = st.integers(0, days - 1).map(lambda day: MONDAY + timedelta(days=day))
    worked = draw(st.sampled_from([0, 0, 1, 4]))
    ended = datetime(2026, 11, 22, draw(st.integers(8, 23)), tzinfo=ZoneInfo(PARIS))
    return Agent(
        name,
        draw(st.sampled_from(contracts)),
        "here",
        {f"s{skill}": 3 for skill in sorted(held)},
        availability=tuple(draw(st.lists(windows, max_size=2))),
        days_off=tuple(draw(st.lists(dates, max_size=1))),
        requests=tuple(
            draw(
                st.lists(
                    st.builds(
                        Request, dates, st.sampled_from(RequestKind), st.sampled_from([1.0, 2.5])
                    ),
                    max_size=2,
                )
            )
        ),
        history=History(
            days_worked=worked,
            days_off=0 if worked else draw(st.integers(0, 2)),
            last_shift_end=ended if worked else None,
        ),
    )


@st.composite
def problems(draw: st.DrawFn, *, agents: int, days: int, small: bool = False) -> RosterProblem:
    """Draw a whole problem with one or two groups and a vendor."""
    groups = draw(st.integers(1, 2))
    shapes = (draw(templates("t0", small=small)), draw(templates("t1", small=small)))
    names = ("t0", "t1")
    kinds = (draw(contracts("c0", names)), draw(contracts("c1", names)))
    if small:
        kinds = tuple(replace(kind, templates=kind.templates[:1]) for kind in kinds)
    staff = tuple(
        draw(people(f"a{i}", ("c0", "c1"), groups, days))
        for i in range(draw(st.integers(1, agents)))
    )
    vendor = Vendor("v", max_shifts_per_day=draw(st.sampled_from([None, 1, 2])))
    prices = tuple(draw(st.sampled_from([2.0, 10.0, 25.0])) for _ in range(groups))
    required = np.zeros((groups, 24 * days))
    levels = st.sampled_from([0.0, 1.0, 1.0, 2.0, 0.5, 3.25])
    for group in range(groups):
        for day in range(days):
            opens = 24 * day + draw(st.integers(6, 18))
            required[group, opens : opens + 4] = draw(levels)
    return problem(
        agents=staff,
        required=required,
        days=days,
        templates=shapes,
        contracts=kinds,
        prices=prices,
        vendors=(vendor,),
    )
