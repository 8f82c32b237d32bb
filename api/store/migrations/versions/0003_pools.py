"""Pools and their events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.tables.base import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "pools",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("settings", sa.LargeBinary(), nullable=False),
        sa.Column("opened", Instant(), nullable=False),
        sa.Column("saved", sa.LargeBinary(), nullable=False),
        sa.Column("saved_number", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_pools")),
    )
    op.create_table(
        "pool_events",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("pool", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("message", sa.String(length=200), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("effects", sa.LargeBinary(), nullable=False),
        sa.Column("moves", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "pool"],
            ["pools.tenant", "pools.id"],
            name=op.f("fk_pool_events_tenant_pool"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "pool", "number", name=op.f("pk_pool_events")),
    )
    op.create_index(
        op.f("ix_pool_events_tenant_pool_message"),
        "pool_events",
        ["tenant", "pool", "message"],
    )
    op.create_table(
        "pool_exceptions",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("pool", sa.String(length=64), nullable=False),
        sa.Column("ticket", sa.String(length=200), nullable=False),
        sa.Column("expires", Instant(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("after", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "pool"],
            ["pools.tenant", "pools.id"],
            name=op.f("fk_pool_exceptions_tenant_pool"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "pool", "ticket", name=op.f("pk_pool_exceptions")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("pool_exceptions")
    op.drop_table("pool_events")
    op.drop_table("pools")
