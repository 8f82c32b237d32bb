"""Recurring work, as a table that the runner follows."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, LargeBinary, String, Table

from api.store.tables.base import JSON_TEXT, Instant, metadata

__all__ = ["schedules"]

schedules = Table(
    "schedules",
    metadata,
    Column("tenant", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    # Kind of the job that is submitted, or "reports" and "cleanup", which the runner does itself.
    Column("work", String(32), nullable=False),
    Column("cron", String(100), nullable=False),
    Column("zone", String(64), nullable=False),
    # The body of the job, JSON with placeholders.
    Column("body", LargeBinary, nullable=False),
    Column("paused", Boolean, nullable=False),
    # Set by the API to have it run once, now; cleared by the runner.
    Column("triggered", Instant),
    Column("last_run", Instant),
    # What the last run submitted, or why it did not.
    Column("last_job", String(36)),
    Column("last_problem", JSON_TEXT),
    # When it is due; in the past if nobody was there to run it.
    Column("next_run", Instant),
)
