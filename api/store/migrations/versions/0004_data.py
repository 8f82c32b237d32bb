"""Documents and history of an organisation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.tables.base import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "contacts",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("group", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.String(length=200), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_contacts")),
    )
    op.create_index(op.f("ix_contacts_tenant_day"), "contacts", ["tenant", "day"])
    op.create_index(
        op.f("ix_contacts_tenant_case_id_day"), "contacts", ["tenant", "case_id", "day"]
    )
    op.create_table(
        "history_days",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("group", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("interval_minutes", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "group", "day", name=op.f("pk_history_days")),
    )
    op.create_index(op.f("ix_history_days_tenant_day"), "history_days", ["tenant", "day"])
    op.create_table(
        "stored_documents",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("key_id", sa.String(length=36), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", "version", name=op.f("pk_stored_documents")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("stored_documents")
    op.drop_index(op.f("ix_history_days_tenant_day"), table_name="history_days")
    op.drop_table("history_days")
    op.drop_index(op.f("ix_contacts_tenant_case_id_day"), table_name="contacts")
    op.drop_index(op.f("ix_contacts_tenant_day"), table_name="contacts")
    op.drop_table("contacts")
