"""The database: SQLite on one machine, PostgreSQL for several, behind two kinds of transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from optimizer.errors import InvalidInput, Issue

__all__ = ["Store", "open_store"]

_WRITES = "callboard_writes"
_BUSY_SECONDS = 15.0
# Nobody waits longer for a lock on PostgreSQL either, and whoever falls silent in the middle of a
# transaction, because its machine is cut off, does not keep its locks: a lease is one of them.
_PATIENCE = f"-c lock_timeout={_BUSY_SECONDS:.0f}s -c idle_in_transaction_session_timeout=30s"
# A server that is cut off refuses nothing: by the system's own times whoever asks it would wait
# two minutes for a connection, and a quarter of an hour or more on one that stood.
_CUT_OFF: dict[str, Any] = {
    "connect_timeout": 10,  # seconds
    "tcp_user_timeout": 30_000,  # milliseconds until what was sent is confirmed
    "keepalives_idle": 15,  # seconds
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
_DIALECTS = ("sqlite", "postgresql")


class Store:
    """The database of the service; may be shared by threads, not by processes.

    Every unit of work is one transaction, begun as what it is: on SQLite a reader that turns
    into a writer fails at once when another process has written meanwhile, whatever the time
    that it would be willing to wait.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._turn = Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database and changes nothing."""
        opened = self.engine.connect()
        if self.shared:
            opened = opened.execution_options(isolation_level="REPEATABLE READ")
        with opened as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are kept together, or not at all if this raises.

        On SQLite it waits its turn: there is one writer at a time.
        """
        with self._in_turn():
            opened = self.engine.connect().execution_options(**{_WRITES: True})
            with opened as connection, connection.begin():
                yield connection

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Have threads of this process write one after another where only one can.

        SQLite itself looks again and again whether it is free, with sleeps of up to a tenth of a
        second in between, which whoever came later may use: with eight threads some wait for
        seconds. It still does so between processes, of which there are few.
        """
        if self.shared:
            yield
            return
        # Whoever waited in vain asks the database, which says what is wrong.
        mine = self._turn.acquire(timeout=_BUSY_SECONDS)
        try:
            yield
        finally:
            if mine:
                self._turn.release()

    @property
    def shared(self) -> bool:
        """Tell whether the database takes several writers at a time, and other machines."""
        return self.engine.dialect.name == "postgresql"

    def close(self) -> None:
        """Close all connections; a process that forks does so before."""
        self.engine.dispose()


def open_store(url: str) -> Store:
    """Open the database of a URL; its tables are made by `api.store.migrate.upgrade`.

    Raises
    ------
    InvalidInput
        If the URL is none, or of a database that is not supported.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        # The URL holds a password: it is never repeated.
        raise _refused("It is not a URL such as sqlite:///callboard.db.") from None
    dialect = parsed.get_backend_name()
    if dialect not in _DIALECTS:
        raise _refused(
            f"The database is {dialect!r:.40} but must be one of {', '.join(_DIALECTS)}."
        )
    options: dict[str, Any] = {"pool_pre_ping": True, "connect_args": _asked_of_server(parsed)}
    if dialect == "sqlite":
        options = {"connect_args": {"timeout": _BUSY_SECONDS}}
    try:
        # What was to be stored has no place in messages and logs.
        engine = create_engine(parsed, hide_parameters=True, **options)
    except ArgumentError:
        raise _refused("There is no such driver.") from None
    except ImportError as error:
        raise _refused(f"Its driver is not installed ({error.name}); see the extras.") from None
    if dialect == "sqlite":
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return Store(engine)


def _asked_of_server(url: URL) -> dict[str, Any]:
    """Return how connections to PostgreSQL are made; what the URL itself says counts."""
    given = url.normalized_query
    asked = {name: value for name, value in _CUT_OFF.items() if name not in given}
    return asked | {"options": " ".join((_PATIENCE, *given.get("options", ())))}


def _prepare(connection: Any, _: Any) -> None:
    """Let SQLAlchemy say when a transaction begins, and how SQLite keeps what is committed."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _refused(detail: str) -> InvalidInput:
    issue = Issue("unusable_database", "/CALLBOARD_DATABASE_URL", detail)
    return InvalidInput("The database cannot be used.", [issue])
