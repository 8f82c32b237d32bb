"""Recurring work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.tables.base import JSON_TEXT, Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "schedules",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("work", sa.String(length=32), nullable=False),
        sa.Column("cron", sa.String(length=100), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("triggered", Instant(), nullable=True),
        sa.Column("last_run", Instant(), nullable=True),
        sa.Column("last_job", sa.String(length=36), nullable=True),
        sa.Column("last_problem", JSON_TEXT, nullable=True),
        sa.Column("next_run", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_schedules")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("schedules")
