from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from api.jobs.queue import Submission, document, get_job, submit
from api.store import Store, downgrade, migrate, open_store, open_upgraded, upgrade
from api.store.tables import metadata
from optimizer.errors import InvalidInput

SCRIPTS = Path(migrate.__file__).parent / "migrations"


def versions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    scripts = ScriptDirectory.from_config(config)
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]


def version_of(store: Store) -> str | None:
    with store.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def shape(connection: Connection) -> dict[str, object]:
    """Everything that the database itself tells about its tables."""
    found = inspect(connection)
    return {
        table: (
            [(column["name"], str(column["type"])) for column in found.get_columns(table)],
            found.get_pk_constraint(table),
            sorted(map(str, found.get_indexes(table))),
            sorted(map(str, found.get_unique_constraints(table))),
            sorted(map(str, found.get_foreign_keys(table))),
        )
        for table in sorted(found.get_table_names())
    }


def test_the_migrations_make_the_tables_that_the_code_works_with(store: Store) -> None:
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_each_step_down_takes_back_what_its_step_up_made(store: Store) -> None:
    steps = versions()
    shapes = []
    for version in reversed(steps):
        assert version_of(store) == version
        with store.reading() as connection:
            shapes.append(shape(connection))
        downgrade(store, "-1")
    assert version_of(store) is None
    for version, expected in zip(steps, reversed(shapes), strict=True):
        upgrade(store, version)
        with store.reading() as connection:
            assert shape(connection) == expected


def test_before_the_first_version_there_is_nothing(store: Store) -> None:
    downgrade(store, "base")
    with store.reading() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    upgrade(store)
    assert version_of(store) == versions()[-1]


def test_what_is_there_stays_when_later_tables_are_made(store: Store) -> None:
    _, second, *_ = versions()  # jobs, and the audit of who submits them
    downgrade(store, second)
    job, _ = submit(store, Submission("main", "rosters", b'{"a": 1}', 60.0), max_queued=10)
    upgrade(store)
    assert get_job(store, "main", job.id) == job
    assert document(store, "main", job.id, "request").body == b'{"a": 1}'


def test_a_migration_that_fails_leaves_everything_as_it_was(store: Store) -> None:
    downgrade(store, "base")
    with store.writing() as connection:
        # In the way of the last step.
        connection.execute(text("CREATE TABLE schedules (id INTEGER)"))
    with pytest.raises(Exception, match="already exists"):
        upgrade(store)
    assert version_of(store) is None
    with store.reading() as connection:
        assert "jobs" not in inspect(connection).get_table_names()


def open_and_upgrade(url: str) -> str | None:
    with closing(open_store(url)) as store:
        upgrade(store)
        return version_of(store)


@pytest.fixture
def spawned() -> Iterator[ProcessPoolExecutor]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, context) as pool:
        yield pool


def test_processes_that_start_together_upgrade_one_after_another(
    store: Store, store_url: str, spawned: ProcessPoolExecutor
) -> None:
    downgrade(store, "base")
    found = list(spawned.map(open_and_upgrade, 2 * [store_url]))
    assert found == 2 * [versions()[-1]]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql+psycopg://who:secret@127.0.0.1:1/none", "its server cannot be reached"),
        ("sqlite:////no/such/folder/secret.db", "unable to open database file"),
        (f"sqlite:///{__file__}", "file is not a database"),
    ],
)
def test_a_database_that_cannot_be_used_at_the_start_is_bad_input_and_says_why(
    url: str, reason: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        open_upgraded(url)
    (issue,) = refused.value.issues
    assert (issue.code, issue.pointer) == ("unusable_database", "/CALLBOARD_DATABASE_URL")
    assert reason in issue.detail
    assert "secret" not in issue.detail
