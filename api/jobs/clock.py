"""What time it is for everybody who shares a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from api.store.tables import Instant

__all__ = ["Clock", "database_clock"]

Clock = Callable[[Connection], datetime]


def database_clock(connection: Connection) -> datetime:
    """Return the time by the clock of the database's machine, in UTC.

    Hosts that share a database thereby share a clock: if each looked at its own, two whose clocks
    differ by more than a lease would take it from each other for ever.
    """
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC)
    return connection.execute(select(func.clock_timestamp(type_=Instant))).scalar_one()
