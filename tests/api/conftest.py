"""Small limits for the routes, and databases of both kinds that are new for every test."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import count
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import make_url, text

from api.app import create_app
from api.config import Settings
from api.store import Store, open_store, upgrade
from api.v1.here import close_store


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> OpenAPI:
    folder = tmp_path_factory.mktemp("app")
    return create_app(
        Settings(
            access="open",
            database_url=f"sqlite:///{folder / 'callboard.db'}",
            max_body_bytes=100_000,
            max_values=5_000,
            max_tickets=20,
            max_agents=20,
            max_intervals=100,
            max_erlang=1_000,
        )
    )


@pytest.fixture
def client(app: OpenAPI) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def serving() -> Iterator[Callable[[Settings], FlaskClient]]:
    """Make clients of applications whose databases are closed at the end."""
    apps: list[OpenAPI] = []

    def make(settings: Settings) -> FlaskClient:
        apps.append(create_app(settings))
        return apps[-1].test_client()

    yield make
    for made in apps:
        close_store(made)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with all tables and nothing in them, once of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with closing(open_store(store_url)) as opened:
        yield opened


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    with closing(open_store(f"sqlite:///{path}")) as opened:
        upgrade(opened)
    return path


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "store.db"
    shutil.copy(_sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL cluster that lives as long as the tests; its database is empty."""
    binaries = _postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed")
    # A short path: it holds a Unix socket. Not below pytest's own, which root keeps to itself.
    folder = Path(tempfile.mkdtemp(prefix="callboard-pg-"))
    try:
        with _cluster(binaries, folder):
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def _postgresql_names(postgres_url: str) -> Iterator[str]:
    """Names of databases, after one with all tables was made to copy from."""
    _administer(postgres_url, "CREATE DATABASE template_callboard")
    with closing(open_store(_at(postgres_url, "template_callboard"))) as opened:
        upgrade(opened)
    return (f"test_{number}" for number in count())


@pytest.fixture(scope="session")
def new_postgresql_database(
    postgres_url: str, _postgresql_names: Iterator[str]
) -> Callable[[], AbstractContextManager[str]]:
    """Make databases that have all tables, each for as long as it is needed."""

    @contextmanager
    def make() -> Iterator[str]:
        name = next(_postgresql_names)
        _administer(postgres_url, f"CREATE DATABASE {name} TEMPLATE template_callboard")
        yield _at(postgres_url, name)
        _administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")

    return make


@pytest.fixture
def postgresql_url(
    new_postgresql_database: Callable[[], AbstractContextManager[str]],
) -> Iterator[str]:
    with new_postgresql_database() as url:
        yield url


def _postgres_binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL that is installed."""
    versions = [
        path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()
    ]
    if versions:
        return max(versions, key=lambda path: int(path.parent.name))
    found = shutil.which("initdb")
    return None if found is None else Path(found).resolve().parent


@contextmanager
def _cluster(binaries: Path, folder: Path) -> Iterator[None]:
    # PostgreSQL refuses to be root. Its server ends with this process, however that ends.
    ends_with_us = ["setpriv", "--pdeathsig", "INT"]
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        ends_with_us += ["--reuid=postgres", "--regid=postgres", "--init-groups"]
    data = folder / "data"
    initialise = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    initialise += ["--no-sync", "--no-locale"]
    subprocess.run([*ends_with_us, *initialise], check=True, capture_output=True, cwd=folder)
    serve = [binaries / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses="]
    for setting in ("fsync=off", "max_connections=200", "shared_buffers=32MB"):
        serve += ["-c", setting]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([*ends_with_us, *serve], cwd=folder, stdout=log, stderr=log)
    try:
        _await_server([binaries / "pg_isready", "-q", "-h", folder], server)
        yield
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)


def _await_server(ask: list[Path | str], server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while subprocess.run(ask, check=False).returncode != 0:
        assert server.poll() is None, "PostgreSQL ended"
        assert time.monotonic() < deadline, "PostgreSQL does not answer"
        time.sleep(0.05)


def _administer(url: str, statement: str) -> None:
    with closing(open_store(url)) as opened:
        engine = opened.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))


def _at(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)
