"""What everything that is kept shares: writers of a tenant take turns, rows are put or replaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, text
from sqlalchemy.dialects import postgresql, sqlite

from api.store import Store

__all__ = ["put_rows", "take_turn"]


def take_turn(store: Store, connection: Connection, tenant: str) -> None:
    """Wait until no other transaction writes data of the tenant.

    What is written depends on what is there, so that two writers at a time could lose what one
    of them wrote. SQLite has one writer at a time anyway.
    """
    if store.shared:
        connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 7253))"),
            {"name": tenant},
        )


def put_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; those whose primary key is there replace what is there."""
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    keys = [column.name for column in table.primary_key]
    replaced = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=replaced), list(rows)
    )
