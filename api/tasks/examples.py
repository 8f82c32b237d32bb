"""A small request of every kind that can be posted as it is."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from api.tasks.requests.forecasts import ForecastRequest, HistoryColumns
from api.tasks.requests.limits import SolveLimits
from api.tasks.requests.rosters import AgentsNeeded, RosterRequest
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
    TimeGrid,
)

__all__ = ["FORECAST", "HISTORY", "ORGANISATION", "ROSTER"]

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
