"""Resident pools: their settings, every event they took, and a saved state now and then."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Integer, LargeBinary, String, Table

from api.store.tables.base import Instant, metadata

__all__ = ["pool_events", "pools"]

pools = Table(
    "pools",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("settings", LargeBinary, nullable=False),
    Column("opened", Instant, nullable=False),
    # The state after the event `saved_number`; later events are taken again on top of it.
    Column("saved", LargeBinary, nullable=False),
    Column("saved_number", Integer, nullable=False),
)

pool_events = Table(
    "pool_events",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("pool", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("effects", LargeBinary, nullable=False),
    ForeignKeyConstraint(["tenant", "pool"], ["pools.tenant", "pools.id"], ondelete="CASCADE"),
)
