"""What everything that is kept shares: writers of a tenant take turns, rows are put or replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, text
from sqlalchemy.dialects import postgresql, sqlite

from api.store import Store
from optimizer.errors import Issue

__all__ = ["Counts", "put_rows", "take_turn"]


@dataclass(frozen=True, slots=True)
class Counts:
    """What a batch changed.

    Parameters
    ----------
    added, changed, unchanged
        Rows that were new, that said something else than what was there, and that said the same.
    issues
        What is worth knowing but stopped nothing.
    """

    added: int
    changed: int
    unchanged: int
    issues: tuple[Issue, ...] = ()


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
