"""Who may do what: tenants, keys, and who did what."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from api.store.tables.base import JSON_TEXT, Instant, metadata

__all__ = ["audit", "keys", "tenants"]

tenants = Table(
    "tenants",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("created", Instant, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("tenant", ForeignKey("tenants.id"), nullable=False),
    Column("name", String(200), nullable=False),
    # SHA-256 of a secret of 256 random bits: there is nothing to guess, so nothing to slow down.
    Column("digest", LargeBinary, nullable=False),
    # Names of scopes with spaces between them.
    Column("scopes", String(200), nullable=False),
    Column("created", Instant, nullable=False),
    Column("expires", Instant),
    Column("revoked", Instant),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("key_id", String(36)),
    Column("action", String(64), nullable=False),
    # What it was done to, such as /v1/rosters/<id>.
    Column("target", String(200), nullable=False),
    Column("request_id", String(64)),
    Column("detail", JSON_TEXT, nullable=False),
    Index(None, "tenant", "number"),
)
