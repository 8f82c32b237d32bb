"""Small logs and crews, times in seconds since the first contact could come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from optimizer.model import AgentState, RoutingPolicy, Snapshot, Ticket
from optimizer.routing.replay import Log, LoggedContact, Run, Settings, Worker, compare

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def contact(
    came: float,
    handling: float | None,
    patience: float | None = None,
    *,
    name: str = "",
    waited: float | None = None,
    agent: str | None = None,
    customer: str | None = None,
    **asks: Any,
) -> LoggedContact:
    channel = asks.pop("channel", "voice")
    ticket = Ticket(name or f"c{came:012.6f}", channel, at(came), **asks)
    return LoggedContact(ticket, handling, patience, waited, agent, customer)


def log_of(*contacts: LoggedContact, deferred: tuple[str, ...] = ()) -> Log:
    return Log(contacts, UTC, frozenset(deferred))


def worker(name: str = "a", *present: tuple[float, float], **can: Any) -> Worker:
    skills = can.pop("skills", {})
    stretches = tuple((at(begin), at(end)) for begin, end in present)
    return Worker(AgentState(name, skills, **can), stretches or None)


def replayed(
    log: Log,
    *crew: Worker,
    policy: str = "fifo",
    rules: Snapshot | None = None,
    settings: Settings | None = None,
) -> Run:
    (run,) = compare(log, crew, [RoutingPolicy(policy)], rules, settings).runs
    return run
