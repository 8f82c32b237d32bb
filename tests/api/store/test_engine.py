from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import event, func, insert, make_url, select, text
from sqlalchemy.exc import OperationalError

from api.store import Store, open_store
from api.store.tables import tenants
from optimizer.errors import InvalidInput


def add(store: Store, name: str) -> None:
    with store.writing() as connection:
        connection.execute(insert(tenants).values(id=name, created=func.current_timestamp()))


def count(store: Store) -> int:
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(tenants)).scalar_one()


def test_a_reader_sees_one_state_whatever_is_written_meanwhile(store: Store) -> None:
    query = select(func.count()).select_from(tenants)
    with store.reading() as connection:
        assert connection.execute(query).scalar_one() == 0
        add(store, "a")
        assert connection.execute(query).scalar_one() == 0
    assert count(store) == 1


def test_what_is_written_is_kept_together_or_not_at_all(store: Store) -> None:
    def fail_half_way() -> None:
        with store.writing() as connection:
            connection.execute(insert(tenants).values(id="a", created=func.current_timestamp()))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert count(store) == 0


def test_a_session_that_falls_silent_does_not_keep_its_locks(postgresql_url: str) -> None:
    with closing(open_store(postgresql_url)) as store, store.reading() as connection:
        for name, value in (
            ("lock_timeout", "15s"),
            ("idle_in_transaction_session_timeout", "30s"),
        ):
            assert connection.execute(text(f"SHOW {name}")).scalar_one() == value


def test_a_server_that_is_cut_off_is_given_up_unless_the_url_says_otherwise(
    postgresql_url: str,
) -> None:
    url = make_url(postgresql_url).update_query_dict(
        {"connect_timeout": "77", "options": "-c lock_timeout=3s"}
    )
    with (
        closing(open_store(url.render_as_string(hide_password=False))) as store,
        store.reading() as connection,
    ):
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, psycopg.Connection)
        asked = driver.info.get_parameters()
        assert asked["connect_timeout"] == "77"
        assert int(asked["tcp_user_timeout"]) == 30_000
        assert int(asked["keepalives_idle"]) == 15
        assert connection.execute(text("SHOW lock_timeout")).scalar_one() == "3s"
        ours = "SHOW idle_in_transaction_session_timeout"
        assert connection.execute(text(ours)).scalar_one() == "30s"


def test_on_sqlite_nothing_is_answered_before_it_is_on_the_disk(sqlite_url: str) -> None:
    with closing(open_store(sqlite_url)) as store, store.reading() as connection:
        values = [
            connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert values == ["wal", 2, 1]


@pytest.mark.parametrize("url", ["", "nothing", "mysql://who:secret@host/db", "sqlite+nothing://"])
def test_a_url_that_cannot_be_used_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        open_store(url)
    assert "secret" not in str(refused.value.issues)


def test_a_database_that_is_not_there_is_an_operational_error() -> None:
    nowhere = closing(open_store("postgresql+psycopg://x@127.0.0.1:1/none"))
    with nowhere as store, pytest.raises(OperationalError):
        count(store)


def test_on_sqlite_threads_of_a_process_write_one_after_another(store: Store) -> None:
    if store.shared:
        pytest.skip("PostgreSQL takes several writers at a time")

    def have_no_patience(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA busy_timeout=0").close()

    event.listen(store.engine, "connect", have_no_patience)
    store.engine.dispose()

    def add_some(thread: int) -> None:
        for number in range(20):
            add(store, f"{thread}-{number}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(add_some, range(8)))
    assert count(store) == 160
