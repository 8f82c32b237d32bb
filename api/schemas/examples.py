"""One example per request body: shown on the documentation page, ready to be sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from api.schemas.staffing import StaffingRequest
from optimizer.codec import adapter
from optimizer.model import (
    AgentState,
    ChannelRules,
    OpeningHours,
    OpenWindow,
    Priority,
    RelaxationStep,
    RoutingWeights,
    ServiceGoal,
    Snapshot,
    Ticket,
)

__all__ = ["SNAPSHOT", "STAFFING", "as_json"]

_NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

SNAPSHOT = Snapshot(
    now=_NOW,
    tickets=(
        Ticket(
            id="t-1",
            channel="voice",
            created=_NOW - timedelta(minutes=2),
            skills={"billing": 2},
            priority=Priority.P1,
            tags=("vip",),
            language="en",
        ),
        Ticket(
            id="t-2",
            channel="chat",
            created=_NOW - timedelta(seconds=30),
            skills={"orders": 1},
            customer_value=3.0,
            prior_agent="ben",
        ),
        Ticket(
            id="t-3",
            channel="voice",
            created=_NOW - timedelta(seconds=20),
            skills={"billing": 1},
        ),
        Ticket(
            id="t-4",
            channel="email",
            created=_NOW - timedelta(minutes=25),
            skills={"orders": 5},
            first_response_seconds=7200.0,
            calendar="office",
            relaxation=(RelaxationStep(after_seconds=3600.0, levels={"orders": 3}),),
        ),
    ),
    agents=(
        AgentState(
            id="ada",
            skills={"billing": 4, "orders": 2},
            languages=("en", "fr"),
            capacity=3,
            idle_since=_NOW - timedelta(minutes=4),
        ),
        AgentState(
            id="ben",
            skills={"orders": 3},
            capacity=3,
            open_work={"chat": 2},
            free_from=_NOW + timedelta(seconds=90),
            worked_seconds=5400.0,
        ),
    ),
    weights=RoutingWeights(tags={"vip": 50.0}, compete_from=0.5),
    channels={
        "voice": ChannelRules(units=3, interrupts=("email",)),
        "email": ChannelRules(deferred=True),
    },
    calendars={
        "office": OpeningHours(
            zone="Europe/Dublin",
            windows=tuple(OpenWindow(weekday, opens=540, closes=1080) for weekday in range(5)),
        )
    },
)
"""Two calls of which one agent can take the better, a chat, and an email too hard for now."""

STAFFING = StaffingRequest(
    interval_s=1800.0,
    offered=(100.0, 140.0, 60.0),
    aht_s=(180.0, 180.0, 200.0),
    goal=ServiceGoal(target_share=0.8, within_seconds=20.0),
    patience_seconds=120.0,
    shrinkage=0.3,
)
"""Three half-hours of calls for an 80/20 service level."""


def as_json(example: Any) -> dict[str, Any]:
    """Return an example the way a caller would write it in JSON: without defaults."""
    body = adapter(type(example)).dump_json(example, exclude_defaults=True)
    value: dict[str, Any] = json.loads(body)
    return value
