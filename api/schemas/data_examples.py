"""Examples of what an organisation sends once, ready to be sent."""

from __future__ import annotations

from datetime import date

from api.calendars import Calendar, CalendarEvent
from api.data.parts import Agents, Contracts, Goals
from api.schemas.data import HistoryBatch, OrganisationDocument
from optimizer.model import (
    Agent,
    Channel,
    ChannelKind,
    Contract,
    OpeningHours,
    OpenWindow,
    Organisation,
    PlanningGroup,
    ServiceGoal,
    ShiftTemplate,
    Site,
    Skill,
)

__all__ = ["AGENTS", "CALENDAR", "CONTRACTS", "GOALS", "HISTORY", "ORGANISATION"]

_GOAL = ServiceGoal(target_share=0.8, within_seconds=20.0)

AGENTS = Agents((Agent("ada", "full_time", "dublin", {"orders": 3}),))

CONTRACTS = Contracts(
    (Contract("full_time", templates=("day",), hourly_cost=20.0, guaranteed_minutes_per_week=2220),)
)

GOALS = Goals({"voice:orders": _GOAL})

ORGANISATION = OrganisationDocument(
    Organisation(
        name="Example",
        zone="Europe/Dublin",
        channels=(Channel("voice", ChannelKind.VOICE),),
        skills=(Skill("orders"),),
        groups=(PlanningGroup("voice:orders", "voice", "orders", goal=_GOAL),),
        sites=(Site("dublin", zone="Europe/Dublin"),),
        templates=(ShiftTemplate("day", 480, 600, lengths=(480,)),),
        contracts=CONTRACTS.contracts,
        agents=AGENTS.agents,
    )
)

CALENDAR = Calendar(
    closures=(date(2026, 12, 25),),
    country="IE",
    events=(CalendarEvent("winter sale", (date(2026, 12, 27),), length_days=3, uplift=1.6),),
    hours=OpeningHours(
        zone="Europe/Dublin",
        windows=tuple(OpenWindow(weekday, opens=480, closes=1080) for weekday in range(5)),
    ),
)

HISTORY = HistoryBatch(
    columns={
        "group": ("voice:orders", "voice:orders"),
        "start": ("2026-11-20T10:00", "2026-11-20T10:30"),
        "offered": (42.0, 37.0),
        "aht_s": (301.0, 288.5),
    },
    interval_minutes=30,
)
"""Two half-hours of calls."""
