"""Jobs, their events and documents, and leases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.tables.base import JSON_TEXT, Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_INDEXES = (
    ["tenant", "id"],
    ["tenant", "state", "id"],
    ["tenant", "kind", "id"],
    ["state", "priority", "tenant", "id"],
    ["finished"],
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("termination", sa.String(length=16), nullable=True),
        sa.Column("objective", sa.Float(), nullable=True),
        sa.Column("bound", sa.Float(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("term", sa.Integer(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("discard", sa.Boolean(), nullable=False),
        sa.Column("problem", JSON_TEXT, nullable=True),
        sa.Column("key_id", sa.String(length=36), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.Column("submitted", Instant(), nullable=False),
        sa.Column("started", Instant(), nullable=True),
        sa.Column("first_result", Instant(), nullable=True),
        sa.Column("stop_requested", Instant(), nullable=True),
        sa.Column("finished", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint(
            "tenant", "idempotency_key", name=op.f("uq_jobs_tenant_idempotency_key")
        ),
    )
    for columns in _INDEXES:
        op.create_index(op.f("_".join(("ix_jobs", *columns))), "jobs", columns)
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "documents",
        sa.Column("job", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job"], ["jobs.id"], name=op.f("fk_documents_job"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job", "name", name=op.f("pk_documents")),
    )
    op.create_table(
        "job_events",
        sa.Column("job", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("data", JSON_TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["job"], ["jobs.id"], name=op.f("fk_job_events_job"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job", "number", name=op.f("pk_job_events")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("job_events")
    op.drop_table("documents")
    op.drop_table("leases")
    for columns in _INDEXES:
        op.drop_index(op.f("_".join(("ix_jobs", *columns))), table_name="jobs")
    op.drop_table("jobs")
