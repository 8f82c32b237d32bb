"""Which roster is in force, and which were before it."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, String, Table

from api.store.tables.base import Instant, metadata

__all__ = ["publications"]

publications = Table(
    "publications",
    metadata,
    Column("tenant", String(64), primary_key=True),
    # Rises by one with each publication of a tenant; rolling back publishes once more.
    Column("version", Integer, primary_key=True),
    Column("job", String(36), nullable=False),
    # The days it is about, the last one included.
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("published", Instant, nullable=False),
    Column("key_id", String(36)),
    # The version that this one puts in force again.
    Column("rolled_back_to", Integer),
    Column("remark", String(500)),
    Index(None, "tenant", "first_day"),
)
