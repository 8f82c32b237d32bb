"""Bring the tables of a database to a version: Alembic, run from Python."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from api.store.engine import Store, open_store
from optimizer.errors import InvalidInput, Issue

__all__ = ["SCRIPTS", "downgrade", "open_upgraded", "upgrade"]

log = logging.getLogger(__name__)

SCRIPTS = Path(__file__).parent / "migrations"
"""The folder of all migrations."""


def open_upgraded(url: str) -> Store:
    """Open the database of a URL and bring it up to date, for a process that begins.

    Raises
    ------
    InvalidInput
        If it cannot be used, or not be reached now.
    """
    store = open_store(url)
    try:
        upgrade(store)
    except SQLAlchemyError as error:
        store.close()
        log.debug("The database cannot be used.", exc_info=error)
        detail = f"It cannot be opened, or brought up to date: {_reason(store, error)}."
        issue = Issue("unusable_database", "/CALLBOARD_DATABASE_URL", detail)
        raise InvalidInput("The database cannot be used.", [issue]) from None
    except InvalidInput:
        store.close()
        raise
    return store


def _reason(store: Store, error: SQLAlchemyError) -> str:
    """Return why a database cannot be used, without what stands in its URL."""
    if not isinstance(error, DBAPIError):
        return type(error).__name__
    if not store.shared:
        return str(error.orig)  # of a file, such as: unable to open database file
    state = getattr(error.orig, "sqlstate", None)
    return f"SQLSTATE {state}" if state else "its server cannot be reached, or lets nobody in"


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
