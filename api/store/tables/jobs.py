"""Long work: what was asked, how it stands, what happened on the way and what came of it."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from api.store.tables.base import JSON_TEXT, Instant, metadata

__all__ = ["documents", "job_events", "jobs", "leases"]

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("label", String(200)),
    Column("state", String(16), nullable=False),
    Column("termination", String(16)),
    Column("objective", Float),
    Column("bound", Float),
    # Rises with every change of the row, so that a client can tell whether it has seen it.
    Column("revision", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    # Which runner, in which of its terms, works on it; see `leases`.
    Column("owner", String(64)),
    Column("term", Integer),
    Column("idempotency_key", String(200)),
    # SHA-256 of the request: the same key with another request is a mistake.
    Column("fingerprint", String(64), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("discard", Boolean, nullable=False),
    Column("problem", JSON_TEXT),
    Column("key_id", String(36)),
    Column("request_id", String(64)),
    Column("submitted", Instant, nullable=False),
    Column("started", Instant),
    Column("first_result", Instant),
    Column("stop_requested", Instant),
    Column("finished", Instant),
    UniqueConstraint("tenant", "idempotency_key"),
    # Lists, newest first: ids rise with time.
    Index(None, "tenant", "id"),
    Index(None, "tenant", "state", "id"),
    Index(None, "tenant", "kind", "id"),
    # What to begin next.
    Index(None, "state", "priority", "tenant", "id"),
    # What ended lately, and what long ago.
    Index(None, "finished"),
)

job_events = Table(
    "job_events",
    metadata,
    Column("job", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("data", JSON_TEXT, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("job", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    # "request" is what was asked; the rest is what came of it.
    Column("name", String(64), primary_key=True),
    Column("media_type", String(64), nullable=False),
    # Compressed with gzip.
    Column("body", LargeBinary, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("owner", String(64), nullable=False),
    # Rises with every change of owner. Whoever writes names its term, so that one who lost the
    # lease without noticing changes nothing, whatever the clocks say.
    Column("term", Integer, nullable=False),
    Column("until", Instant, nullable=False),
    # Where the owner can be reached, if it can.
    Column("address", String(200)),
)
