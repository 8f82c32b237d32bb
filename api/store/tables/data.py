"""What an organisation sends once and refers to later: its documents and its history."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, LargeBinary, String, Table

from api.store.tables.base import Instant, metadata

__all__ = ["contacts", "history_days", "stored_documents"]

stored_documents = Table(
    "stored_documents",
    metadata,
    Column("tenant", String(64), primary_key=True),
    # organisation, goals, calendar, ...
    Column("name", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("key_id", String(36)),
    Column("body", LargeBinary, nullable=False),
)

history_days = Table(
    "history_days",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("group", String(200), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("interval_minutes", Integer, nullable=False),
    # Columns of the day's intervals, packed.
    Column("body", LargeBinary, nullable=False),
)

contacts = Table(
    "contacts",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(200), primary_key=True),
    Column("day", Date, nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
)
