"""Publications of rosters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.tables.base import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "publications",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(length=36), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("published", Instant(), nullable=False),
        sa.Column("key_id", sa.String(length=36), nullable=True),
        sa.Column("rolled_back_to", sa.Integer(), nullable=True),
        sa.Column("remark", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("tenant", "version", name=op.f("pk_publications")),
    )
    op.create_index(
        op.f("ix_publications_tenant_first_day"),
        "publications",
        ["tenant", "first_day"],
        unique=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_publications_tenant_first_day"), table_name="publications")
    op.drop_table("publications")
