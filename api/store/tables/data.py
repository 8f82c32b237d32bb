"""What an organisation sends once and refers to later: its documents, history and contacts."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, LargeBinary, String, Table

from api.store.tables.base import Instant, metadata

__all__ = ["contacts", "history_days", "stored_documents"]

stored_documents = Table(
    "stored_documents",
    metadata,
    Column("tenant", String(64), primary_key=True),
    # organisation, calendar, report/<day>, ...
    Column("name", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("key_id", String(36)),
    # JSON, compressed with gzip.
    Column("body", LargeBinary, nullable=False),
)

history_days = Table(
    "history_days",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("group", String(200), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("interval_minutes", Integer, nullable=False),
    # Of the local times; null if their clocks never change or it is not known.
    Column("zone", String(64)),
    # Columns of the day's intervals, packed.
    Column("body", LargeBinary, nullable=False),
    Index(None, "tenant", "day"),
)

contacts = Table(
    "contacts",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(200), primary_key=True),
    # The local day on which it was created.
    Column("day", Date, nullable=False),
    Column("group", String(200), nullable=False),
    Column("case_id", String(200)),
    Column("body", LargeBinary, nullable=False),
    Index(None, "tenant", "day"),
    Index(None, "tenant", "case_id", "day"),
)
