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
    Absence,
    ActivityKind,
    ActivityTemplate,
    Agent,
    Availability,
    ChangePrices,
    Channel,
    ChannelKind,
    Contract,
    Directives,
    Fairness,
    Floor,
    Forbidden,
    History,
    Keep,
    Limits,
    Organisation,
    PayBand,
    Pin,
    PlanningGroup,
    Range,
    Request,
    RequestKind,
    Requirement,
    Roster,
    RosterProblem,
    Rotation,
    RuleName,
    Shift,
    ShiftDemand,
    ShiftTemplate,
    Site,
    Skill,
    StaffClass,
    Tier,
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


DATES = tuple(
    date(2026, month, day)
    for month, day in ((11, 23), (11, 26), (11, 29), (3, 27), (10, 24), (3, 6), (10, 30))
)
"""First days: a Monday, a Thursday, a Sunday, and before clocks change in Europe and America."""

_ZONES = st.sampled_from([PARIS, "UTC", "America/New_York", "Asia/Tokyo"])
_PRICES = st.sampled_from([0.0, 1.0, 2.5])


@st.composite
def rich_templates(draw: st.DrawFn, name: str, interval: int = 60) -> ShiftTemplate:
    """Draw a family of shifts at any time of the day, through the night included."""
    earliest = draw(st.integers(0, 23)) * 60 + draw(st.sampled_from([0, interval % 60]))
    return ShiftTemplate(
        name,
        earliest,
        min(24 * 60 - interval, earliest + draw(st.sampled_from([0, 60, 180]))),
        tuple(sorted(draw(st.sets(st.sampled_from([180, 300, 480, 720]), min_size=1, max_size=2)))),
        step_minutes=draw(st.sampled_from([60, interval])),
        activities=draw(_MEALS),
        weekdays=draw(st.sampled_from([(0, 1, 2, 3, 4, 5, 6), (0, 1, 2, 3, 4, 6)])),
    )


def _ranges(*values: int | None) -> st.SearchStrategy[Range]:
    """Draw bounds from values in order, of which the last may be None for no upper limit."""
    places = st.lists(st.integers(0, len(values) - 1), min_size=2, max_size=2, unique=True)
    return places.map(sorted).map(lambda p: Range(values[p[0]] or 0, values[p[1]]))


@st.composite
def soft_prices(draw: st.DrawFn) -> dict[RuleName, float]:
    """Draw which rules may be broken and at what price, from none to every one."""
    rules = [rule for rule in RuleName if rule.given_up is not None]
    chosen = draw(st.just(frozenset()) | st.frozensets(st.sampled_from(rules)) | st.just(rules))
    return {rule: draw(_PRICES) for rule in rules if rule in chosen}


def _terms(names: tuple[str, ...]) -> dict[str, st.SearchStrategy[Any]]:
    """Return a strategy for every rule that contracts, sites and agents may set."""
    pairs = st.builds(Forbidden, st.sampled_from(names), st.sampled_from(names))
    counts = _ranges(0, 0, 1, 2, 4, None)
    return {
        "minutes_per_day": _ranges(0, 200, 300, 500, None),
        "minutes_per_week": _ranges(0, 300, 610, 1200, None),
        "minutes_per_period": _ranges(0, 300, 900, 1200, None),
        "shifts_per_week": counts,
        "rest_minutes": st.sampled_from([0, 650, 660, 1200, 2400]),
        "forbidden": st.lists(pairs, max_size=3).map(tuple),
        "max_consecutive_days": st.integers(1, 6),
        "min_consecutive_days": st.integers(1, 3),
        "min_consecutive_days_off": st.integers(1, 4),
        "max_consecutive_days_off": st.sampled_from([None, 1, 2, 3]),
        "max_weekends": st.sampled_from([None, 0, 1]),
        "whole_weekends": st.booleans(),
        "max_start_spread_minutes": st.sampled_from([None, 0, 60, 90, 300]),
        "template_limits": st.dictionaries(st.sampled_from(names), counts),
        "soft": soft_prices(),
    }


@st.composite
def rich_contracts(draw: st.DrawFn, name: str, names: tuple[str, ...]) -> Contract:
    """Draw a contract: every rule that there is, hard or soft, and every kind of pay."""
    bands = st.builds(PayBand, st.sampled_from([300, 600, 900]), st.sampled_from([0.25, 0.5]))
    return Contract(
        name,
        draw(st.sampled_from(StaffClass)),
        templates=draw(
            st.just(names)
            | st.lists(st.sampled_from(names), min_size=1, unique=True).map(sorted).map(tuple)
        ),
        guaranteed_minutes_per_week=draw(st.sampled_from([0, 240, 600])),
        hourly_cost=draw(st.sampled_from([0.0, 3.0, 7.5])),
        call_cost=draw(st.sampled_from([0.0, 4.0])),
        weekend_premium=draw(st.sampled_from([0.0, 0.5])),
        notice_hours=draw(st.sampled_from([0, 24, 48])),
        vendor=draw(st.sampled_from([None, "v"])),
        overtime=tuple(draw(st.lists(bands, max_size=2))),
        time_off_credit=draw(st.sampled_from([0.0, 0.5])),
        time_off_minutes_per_week=draw(st.sampled_from([0, 240])),
        **{field: draw(values) for field, values in _terms(names).items()},
    )


@st.composite
def limits(draw: st.DrawFn, names: tuple[str, ...]) -> Limits | None:
    """Draw what a site or an agent changes: often nothing, seldom more than two rules."""
    if draw(st.booleans()):
        return None
    terms = _terms(names)
    fields = draw(st.lists(st.sampled_from(sorted(terms)), max_size=2, unique=True))
    return Limits(**{field: draw(terms[field]) for field in fields})


@st.composite
def histories(draw: st.DrawFn, names: tuple[str, ...], start: datetime) -> History:
    """Draw a past, from nothing known to one that breaks rules by itself."""
    if draw(st.integers(0, 3)) == 0:
        return History()
    worked = draw(st.sampled_from([0, 1, 2, 4, 8]))
    starts = sorted(draw(st.lists(st.sampled_from([0, 60, 450, 600, 1380]), max_size=2)))
    return History(
        days_worked=worked,
        days_off=0 if worked else draw(st.integers(0, 4)),
        last_shift_end=draw(
            st.none()
            | st.integers(-3000, 600).map(lambda minutes: start + timedelta(minutes=minutes))
        ),
        minutes_this_week=draw(st.sampled_from([0, 0, 240, 900, 1500])),
        shifts_this_week=draw(st.sampled_from([0, 0, 1, 3, 5])),
        last_template=draw(st.sampled_from([None, *names])) if worked else None,
        earliest_start_this_week=starts[0] if starts else None,
        latest_start_this_week=starts[-1] if starts else None,
        worked_saturday=draw(st.booleans()) if worked else False,
        weekends=draw(st.integers(0, 3)),
        late_shifts=draw(st.integers(0, 3)),
        requests_denied=draw(st.integers(0, 3)),
    )


@st.composite
def rich_people(
    draw: st.DrawFn,
    name: str,
    contracts: tuple[str, ...],
    names: tuple[str, ...],
    sites: tuple[str, ...],
    grid: TimeGrid,
) -> Agent:
    """Draw an agent with everything that an agent can have."""
    start = grid.start
    windows = st.builds(
        Availability,
        st.sampled_from([(0, 1, 2, 3, 4, 5, 6), (0, 1, 2, 3, 4), (4, 5, 6)]),
        st.sampled_from([0, 120, 450, 600]),
        st.sampled_from([1000, 1200, 1440, 2880]),
    )
    dates = st.sampled_from(grid.days())
    moments = st.integers(0, 60 * 24 * len(grid.days()))
    absences = st.builds(
        lambda begin, length: Absence(
            start + timedelta(minutes=begin), start + timedelta(minutes=begin + length)
        ),
        moments,
        st.sampled_from([45, 600, 3000]),
    )
    entries = st.sampled_from(["on", "off", "any", "any", *names])
    rotations = st.builds(
        Rotation,
        st.integers(-9, 9).map(lambda day: grid.days()[0] + timedelta(days=day)),
        st.lists(entries, min_size=1, max_size=9).map(tuple),
    )
    wishes = st.builds(Request, dates, st.sampled_from(RequestKind), st.sampled_from([1.0, 2.5]))
    return Agent(
        name,
        draw(st.sampled_from(contracts)),
        draw(st.sampled_from(sites)),
        {"s0": 3},
        availability=tuple(draw(st.lists(windows, max_size=2))),
        days_off=tuple(draw(st.lists(dates, max_size=2))),
        requests=tuple(draw(st.lists(wishes, max_size=2))),
        history=draw(histories(names, start)),
        absences=tuple(draw(st.lists(absences, max_size=2))),
        rotation=draw(st.none() | rotations),
        limits=draw(limits(names)),
    )


@st.composite
def rich_problems(
    draw: st.DrawFn,
    *,
    agents: int = 3,
    days: int = 10,
    templates: int = 3,
    intervals: tuple[int, ...] = (60,),
) -> RosterProblem:
    """Draw a problem with every rule of contracts, sites and agents; nobody is needed.

    It need not have a roster that keeps every hard rule. Sites may be in other zones than the
    grid, and clocks may change within the period.
    """
    names = tuple(f"t{i}" for i in range(draw(st.integers(1, templates))))
    zone, first = draw(_ZONES), draw(st.sampled_from(DATES))
    length = draw(st.integers(2, days))
    interval = draw(st.sampled_from(intervals))
    grid = TimeGrid.of_days(first, length, interval, zone)
    zones = _ZONES if interval > 30 else _ZONES | st.just("Asia/Kolkata")
    sites = tuple(
        Site(site, zone=draw(st.just(zone) | zones), limits=draw(limits(names)))
        for site in ("here", "there")
    )
    people = tuple(
        draw(rich_people(f"a{i}", ("c0", "c1"), names, ("here", "there"), grid))
        for i in range(draw(st.integers(1, agents)))
    )
    made = problem(
        agents=people,
        days=length,
        first=first,
        zone=zone,
        templates=tuple(draw(rich_templates(name, interval)) for name in names),
        contracts=(draw(rich_contracts("c0", names)), draw(rich_contracts("c1", names))),
        vendors=(Vendor("v"),),
        sites=sites,
    )
    nobody = np.zeros((1, grid.count))
    return replace(made, requirement=replace(made.requirement, grid=grid, agents=nobody))


@st.composite
def directed_problems(draw: st.DrawFn, *, agents: int = 3, days: int = 8) -> RosterProblem:
    """Draw a problem with all that is said of one period, and a roster that stood before."""
    made = draw(rich_problems(agents=agents, days=days, templates=2))
    organisation, grid = made.organisation, made.requirement.grid
    names = st.sampled_from([template.id for template in organisation.templates])
    tier, site = st.sampled_from([None, *Tier]), st.sampled_from([None, "here", "there"])
    dates = st.integers(-1, len(grid.days())).map(lambda day: grid.days()[0] + timedelta(days=day))
    minutes = st.sampled_from([None, 8 * 60, 13 * 60])
    required = np.zeros((1, grid.count))
    for day in range(len(grid.days())):
        opens = 24 * day + draw(st.integers(0, 20))
        required[0, opens : opens + 4] = draw(st.sampled_from([0.0, 1.0, 2.5]))
    demand = st.builds(
        ShiftDemand, dates, names, st.integers(0, 3), st.just(100.0), _PRICES, site=site, tier=tier
    )
    floors = st.builds(
        Floor,
        st.integers(1, 2),
        st.sampled_from([None, "g0"]),
        site,
        tier,
        st.sampled_from([(0, 1, 2, 3, 4, 5, 6), (0, 2, 6)]),
        minutes,
        st.sampled_from([None, 20 * 60, 30 * 60]),
        st.sampled_from([1000.0, 3.0]),
    )
    pins = st.builds(
        Pin,
        st.sampled_from([agent.id for agent in organisation.agents]),
        dates,
        st.none() | st.sampled_from(Keep),
        st.none() | st.booleans(),
        st.none() | names,
        minutes,
    )
    directives = Directives(
        shift_demand=tuple(draw(st.lists(demand, max_size=3))),
        floors=tuple(draw(st.lists(floors, max_size=2))),
        pins=tuple(draw(st.lists(pins, max_size=3))),
        changes=draw(st.builds(ChangePrices, _PRICES, _PRICES, _PRICES, st.booleans())),
        now=draw(
            st.none() | st.integers(-48, 96).map(lambda hours: grid.start + timedelta(hours=hours))
        ),
    )
    vendor = Vendor(
        "v", "", draw(st.sampled_from([None, 0, 2])), draw(st.sampled_from([None, 900]))
    )
    centre = replace(
        organisation,
        fairness=draw(st.builds(Fairness, _PRICES, _PRICES, st.sampled_from([900, 1215]), _PRICES)),
        vendors=(vendor,),
        max_elastic_share=draw(st.sampled_from([None, 0.0, 0.3, 1.0])),
    )
    return RosterProblem(centre, replace(made.requirement, agents=required), directives)
