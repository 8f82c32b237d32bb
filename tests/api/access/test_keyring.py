"""Keys are checked without a database, and what changes there counts within seconds."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from api.access import Caller, Keyring, Scope, create_key, revoke_key
from api.access.keyring import FRESH_SECONDS, GRACE_SECONDS
from api.errors import Busy
from api.store import Store, open_store


class Watched:
    """A database that counts how often it is read, and that can go away; and a clock."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reads = 0
        self.away = False
        self.now = 5.0

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        self.reads += 1
        if self.away:
            raise OperationalError("SELECT", {}, ConnectionError())
        with self._store.reading() as connection:
            yield connection

    def clock(self) -> float:
        return self.now


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    """One kind of database is enough: what is asked of it is one query."""
    with closing(open_store(sqlite_url)) as opened:
        yield opened


@pytest.fixture
def watched(store: Store) -> Watched:
    return Watched(store)


@pytest.fixture
def keyring(watched: Watched) -> Keyring:
    return Keyring(lambda: watched, watched.clock)  # type: ignore[arg-type, return-value]


def made(store: Store, **more: datetime) -> str:
    return create_key(store, "acme", "router", [Scope.ROUTE, Scope.READ], **more)[1]


def test_a_secret_tells_who_calls(keyring: Keyring, store: Store) -> None:
    secret = made(store)
    who = Caller("acme", secret.split("_")[1], frozenset({Scope.READ, Scope.ROUTE}))
    assert keyring.caller_of(secret) == who


def test_a_thousand_checks_read_the_database_once(
    keyring: Keyring, store: Store, watched: Watched
) -> None:
    secret = made(store)
    assert all(keyring.caller_of(secret) for _ in range(1_000))
    assert watched.reads == 1
    watched.now += FRESH_SECONDS
    assert all(keyring.caller_of(secret) for _ in range(1_000))
    assert watched.reads == 2


def test_a_revoked_key_counts_for_seconds_at_most(
    keyring: Keyring, store: Store, watched: Watched
) -> None:
    secret = made(store)
    assert keyring.caller_of(secret)
    revoke_key(store, secret.split("_")[1])
    watched.now += FRESH_SECONDS
    assert keyring.caller_of(secret) is None


def test_a_new_key_counts_at_once(keyring: Keyring, store: Store) -> None:
    assert keyring.caller_of(made(store))
    assert keyring.caller_of(made(store))


def test_a_key_counts_until_it_expires(
    keyring: Keyring, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    secret = made(store, expires=until)
    assert keyring.caller_of(secret)
    monkeypatch.setattr("api.access.keyring.time.time", lambda: until.timestamp() + 0.001)
    assert keyring.caller_of(secret) is None


def test_keys_that_do_not_exist_read_the_database_a_bounded_number_of_times(
    keyring: Keyring, watched: Watched
) -> None:
    for number in range(5_000):
        assert keyring.caller_of(f"cb_{number:016x}_{'x' * 43}") is None
    assert watched.reads <= 601


@pytest.mark.parametrize("secret", ["", "cb_", "nothing", "cb_1_x", "\x00", "ü" * 60, "x" * 10**6])
def test_what_cannot_be_a_key_reads_nothing(
    keyring: Keyring, watched: Watched, secret: str
) -> None:
    assert keyring.caller_of(secret) is None
    assert watched.reads == 0


def test_any_change_of_a_secret_makes_it_another(keyring: Keyring, store: Store) -> None:
    secret = made(store)
    for i in range(len(secret)):
        other = "A" if secret[i] != "A" else "B"
        assert keyring.caller_of(secret[:i] + other + secret[i + 1 :]) is None
    assert keyring.caller_of(secret)


def test_keys_go_on_to_count_while_the_database_is_away_but_not_for_ever(
    keyring: Keyring, store: Store, watched: Watched
) -> None:
    secret = made(store)
    assert keyring.caller_of(secret)
    watched.away = True
    watched.now += FRESH_SECONDS
    before = watched.reads
    assert all(keyring.caller_of(secret) for _ in range(100))
    assert watched.reads == before + 1  # whoever is away is not asked at every request
    watched.now += GRACE_SECONDS
    with pytest.raises(Busy) as caught:
        keyring.caller_of(secret)
    assert not caught.value.yours
    watched.away = False
    assert keyring.caller_of(secret)


def test_nobody_is_known_if_the_keys_were_never_read(keyring: Keyring, watched: Watched) -> None:
    watched.away = True
    with pytest.raises(Busy):
        keyring.caller_of(f"cb_{'0' * 16}_{'x' * 43}")


def test_threads_that_begin_together_all_get_their_answer(
    keyring: Keyring, store: Store, watched: Watched
) -> None:
    secret = made(store)
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(keyring.caller_of, [secret] * 200))
    assert watched.reads == 1
