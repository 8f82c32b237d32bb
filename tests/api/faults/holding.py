"""Stop a runner in the middle of the transaction that writes results."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from tests.api.faults.harness import eventually

TICKS = 420
"""Their cube is what SQLite counts after each result: some seconds."""

LOOKS = 10


@contextmanager
def held_at_the_end(url: str) -> Iterator[Callable[[], None]]:
    """Within the block results take long to write; what is given waits until one is being written.

    PostgreSQL has the runner wait for the table of documents; SQLite, which has no such locks,
    has it count after it has written one. Its transaction is open in either case.
    """
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    held = _held_postgresql if engine.dialect.name == "postgresql" else _held_sqlite
    try:
        with engine.connect() as connection, held(connection) as wait:
            yield wait
    finally:
        engine.dispose()


@contextmanager
def _held_postgresql(connection: Connection) -> Iterator[Callable[[], None]]:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE wait_event_type = 'Lock' AND query ILIKE 'INSERT INTO documents%'"
    )

    def wait() -> None:
        eventually(lambda: connection.execute(waiting).scalar_one() or None, "nothing is written")

    # In a transaction of its own, which ends with the block, or with the server.
    with closing(connection.engine.raw_connection()) as holder:
        holder.driver_connection.autocommit = False
        holder.cursor().execute("LOCK TABLE documents IN SHARE MODE")
        yield wait


@contextmanager
def _held_sqlite(connection: Connection) -> Iterator[Callable[[], None]]:
    def busy() -> bool | None:
        for _ in range(LOOKS):
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except OperationalError:
                time.sleep(0.05)
            else:
                connection.exec_driver_sql("ROLLBACK")
                return None
        return True

    def wait() -> None:
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        eventually(busy, "nothing is written")

    connection.exec_driver_sql("PRAGMA busy_timeout = 120000")
    connection.exec_driver_sql("CREATE TABLE fault_ticks (tick INTEGER)")
    count = f"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {TICKS})"
    connection.exec_driver_sql(f"INSERT INTO fault_ticks {count} SELECT n FROM c")
    connection.exec_driver_sql(
        "CREATE TRIGGER fault_slow AFTER INSERT ON documents WHEN NEW.name <> 'request' BEGIN "
        "SELECT sum(a.tick * b.tick * c.tick) FROM fault_ticks a, fault_ticks b, fault_ticks c; END"
    )
    try:
        yield wait
    finally:
        connection.exec_driver_sql("PRAGMA busy_timeout = 120000")
        connection.exec_driver_sql("DROP TRIGGER fault_slow")
        connection.exec_driver_sql("DROP TABLE fault_ticks")
