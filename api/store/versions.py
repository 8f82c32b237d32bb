"""Which version the tables of a database have, and which one this software works with."""

from __future__ import annotations

from functools import cache

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from api.store.engine import Store
from api.store.migrate import SCRIPTS

__all__ = ["stored_version", "wanted_version"]


def stored_version(store: Store) -> str | None:
    """Return the version of the tables, or None if there are none."""
    with store.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def wanted_version() -> str:
    """Return the version that `api.store.upgrade` brings a database to."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    head = ScriptDirectory.from_config(config).get_current_head()
    assert head is not None, "the software comes with migrations"
    return head
