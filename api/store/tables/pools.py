"""Resident pools: their settings, every event they took, and a saved state now and then."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Table,
)

from api.store.tables.base import Instant, metadata

__all__ = ["pool_events", "pool_exceptions", "pools"]

pools = Table(
    "pools",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("settings", LargeBinary, nullable=False),
    Column("opened", Instant, nullable=False),
    # The state after the event `saved_number`; later events are taken again on top of it.
    Column("saved", LargeBinary, nullable=False),
    Column("saved_number", BigInteger, nullable=False),
    # Whether somebody has to keep it in memory: its clock matters, or it is asked often.
    Column("active", Boolean, nullable=False),
)

pool_events = Table(
    "pool_events",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("pool", String(64), primary_key=True),
    # Rises by one from 1 within a pool; two owners can never both write the same.
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    # The identifier that the sender gave it, by which a repeat is recognised.
    Column("message", String(200)),
    Column("body", LargeBinary, nullable=False),
    Column("effects", LargeBinary, nullable=False),
    # Whether an offer was made, withdrawn or timed out: what those who follow offers look for.
    Column("moves", Boolean, nullable=False),
    ForeignKeyConstraint(["tenant", "pool"], ["pools.tenant", "pools.id"], ondelete="CASCADE"),
    Index(None, "tenant", "pool", "message"),
)

pool_exceptions = Table(
    "pool_exceptions",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("pool", String(64), primary_key=True),
    Column("ticket", String(200), primary_key=True),
    Column("expires", Instant, nullable=False),
    # The ticket as it was, and as it was made: what still is as it was made is put back.
    Column("before", LargeBinary, nullable=False),
    Column("after", LargeBinary, nullable=False),
    ForeignKeyConstraint(["tenant", "pool"], ["pools.tenant", "pools.id"], ondelete="CASCADE"),
)
