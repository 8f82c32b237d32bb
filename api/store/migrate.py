"""Bring the tables of a database to a version: Alembic, run from Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import text

from api.store.engine import Store
from optimizer.errors import InvalidInput, Issue

__all__ = ["SCRIPTS", "downgrade", "upgrade"]

SCRIPTS = Path(__file__).parent / "migrations"
"""The folder of all migrations."""


def upgrade(store: Store, version: str = "head") -> None:
    """Bring the tables to a later version, by default the one that this code works with.

    It is one transaction: a failure leaves everything as it was. Processes that start together
    do it one after another; all but the first find nothing left to do.

    Raises
    ------
    InvalidInput
        If the tables are of a version that this code does not know, such as a later one.
    """
    _run(store, lambda config: command.upgrade(config, version))


def downgrade(store: Store, version: str) -> None:
    """Bring the tables back to an earlier version; `base` is before the first."""
    _run(store, lambda config: command.downgrade(config, version))


def _run(store: Store, action: Callable[[Config], None]) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with store.writing() as connection:
        if store.shared:
            # SQLite has one writer at a time anyway.
            connection.execute(text("SELECT pg_advisory_xact_lock(7253001)"))
        config.attributes["connection"] = connection
        try:
            action(config)
        except CommandError:
            detail = "The tables are of a version that this software does not know."
            issue = Issue("wrong_tables", "/CALLBOARD_DATABASE_URL", detail)
            raise InvalidInput("The database cannot be used.", [issue]) from None
