"""One example per request body: shown on the documentation page, ready to be sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from api.schemas.staffing import StaffingRequest
from optimizer.codec import encode
from optimizer.model import AgentState, Priority, ServiceGoal, Snapshot, Ticket

__all__ = ["SNAPSHOT", "STAFFING", "as_json"]

SNAPSHOT = Snapshot(
    now=datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
    tickets=(
        Ticket(
            id="t-1",
            channel="voice",
            created=datetime(2026, 11, 23, 9, 58, tzinfo=UTC),
            skills={"billing": 2},
            priority=Priority.P1,
        ),
        Ticket(
            id="t-2",
            channel="chat",
            created=datetime(2026, 11, 23, 9, 59, 30, tzinfo=UTC),
            skills={"orders": 1},
            customer_value=3.0,
        ),
    ),
    agents=(
        AgentState(id="ada", skills={"billing": 4, "orders": 2}),
        AgentState(id="ben", skills={"orders": 3}, capacity=3, open_work={"chat": 2}),
    ),
)
"""Two tickets, and two agents of whom each fits one of them best."""

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
    """Return an example the way it stands in JSON."""
    value: dict[str, Any] = json.loads(encode(example))
    return value
