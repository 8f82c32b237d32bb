"""A small request of every kind that can be posted as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from api.tasks.requests.comparisons import ComparisonRequest, PlanScenario
from api.tasks.requests.forecasts import ForecastRequest, HistoryColumns
from api.tasks.requests.limits import SolveLimits
from api.tasks.requests.plans import PlanRequest
from api.tasks.requests.rosters import AgentsNeeded, RosterRequest
from api.tasks.requests.simulations import SimulationRequest
from api.tasks.requests.trials import ForecastColumns
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
    Roster,
    ServiceGoal,
    Shift,
    ShiftTemplate,
    Site,
    Skill,
    TimeGrid,
)

__all__ = ["COMPARISON", "FORECAST", "HISTORY", "ORGANISATION", "PLAN", "ROSTER", "SIMULATION"]

_MONDAY = date(2026, 11, 23)

_OPEN = range(9, 17)
"""Hours of the day."""


def _history(weeks: int) -> HistoryColumns:
    """Return hourly calls of one group on weekdays, fewer towards the end of the week."""
    starts, offered = [], []
    first = _MONDAY - timedelta(weeks=weeks)
    for number in range(7 * weeks):
        day = first + timedelta(days=number)
        if day.weekday() < 5:
            for hour in _OPEN:
                starts.append(f"{day}T{hour:02}:00")
                busy = 20 - 2 * day.weekday() - abs(hour - 11)
                offered.append(float(busy + (number * 7 + hour * 3) % 5))
    rows = len(starts)
    return HistoryColumns(tuple(starts), tuple(offered), ("voice:orders",) * rows, (300.0,) * rows)


HISTORY = _history(3)
"""Three weeks of calls for orders."""

ORGANISATION = Organisation(
    name="Order desk",
    zone="Europe/Paris",
    channels=(Channel("voice", ChannelKind.VOICE),),
    skills=(Skill("orders"),),
    groups=(
        PlanningGroup(
            "voice:orders",
            "voice",
            "orders",
            goal=ServiceGoal(0.8, 20.0),
            patience_seconds=120.0,
            shortage_cost=100.0,
        ),
    ),
    sites=(Site("paris", zone="Europe/Paris"),),
    templates=(
        ShiftTemplate(
            "day",
            earliest_start=8 * 60,
            latest_start=10 * 60,
            step_minutes=60,
            lengths=(480,),
            activities=(ActivityTemplate(ActivityKind.MEAL, 60, 180, 300, 60),),
        ),
    ),
    contracts=(
        Contract(
            "full",
            shifts_per_week=Range(4, 5),
            templates=("day",),
            guaranteed_minutes_per_week=1680,
            hourly_cost=20.0,
        ),
    ),
    agents=tuple(
        Agent(name, "full", "paris", {"orders": 3}) for name in ("ada", "ben", "cem", "dia")
    ),
)
"""Four people who take orders."""

_GRID = TimeGrid(datetime.fromisoformat("2026-11-23T00:00:00+01:00"), 60, 24 * 5, "Europe/Paris")

FORECAST = ForecastRequest(history=HISTORY, horizon_days=5, label="next week")
"""The working days after three weeks of calls."""

ROSTER = RosterRequest(
    organisation=ORGANISATION,
    requirement=AgentsNeeded(
        _GRID,
        ("voice:orders",),
        (tuple(3.0 if hour in _OPEN else 0.0 for hour in range(24)) * 5,),
    ),
    label="next week",
    limits=SolveLimits(seconds=10.0),
)
"""Five days on which three people are needed from nine to five."""

_STARTS = tuple(f"2026-11-23T{hour:02}:00" for hour in _OPEN)

_EXPECTED = ForecastColumns(
    start=_STARTS,
    offered=(14.0, 18.0, 20.0, 18.0, 16.0, 15.0, 12.0, 10.0),
    aht_s=(300.0,) * len(_STARTS),
    group=("voice:orders",) * len(_STARTS),
)

_DAY = replace(_GRID, count=24)

_THREE = Roster(_DAY, tuple(Shift(name, "day", 9, 17) for name in ("ada", "ben", "cem")))

_FOUR = replace(_THREE, shifts=(*_THREE.shifts, Shift("dia", "day", 9, 17)))

SIMULATION = SimulationRequest(
    roster=_THREE, forecast=_EXPECTED, organisation=ORGANISATION, replications=20
)
"""Three people on a Monday, tried against the calls that are expected."""

COMPARISON = ComparisonRequest(
    scenarios=(
        PlanScenario("three", organisation=ORGANISATION, roster=_THREE, forecast=_EXPECTED),
        PlanScenario("four", roster=_FOUR),
        PlanScenario(
            "fewer calls", adjustments=({"kind": "multiply", "name": "bot", "factor": 0.8},)
        ),
    ),
    replications=20,
)
"""The same Monday with one more, and with a fifth fewer calls."""

PLAN = PlanRequest(
    history=HISTORY,
    organisation=ORGANISATION,
    days=5,
    roster_seconds=5.0,
    replications=5,
    limits=SolveLimits(seconds=60.0),
)
"""The working days after three weeks of calls, from the forecast to what customers would see."""
