"""A PostgreSQL that is there to be killed: its own cluster, reached over TCP."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text

from tests.api.faults.harness import PATIENCE_SECONDS, free_port


def binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL that is installed."""
    found = [
        path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()
    ]
    if found:
        return max(found, key=lambda path: int(path.parent.name))
    server = shutil.which("initdb")
    return None if server is None else Path(server).resolve().parent


class Postgres:
    """A cluster that keeps its port, and its data, when it is killed and started again.

    Parameters
    ----------
    folder
        Its own, empty; it is given to the user that serves.
    environment
        Of the server, beside this process's own.
    """

    def __init__(
        self, programs: Path, folder: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.port = free_port()
        self._programs = programs
        self._folder = folder
        self._environment = {**os.environ, **(environment or {})}
        # PostgreSQL refuses to be root. Its server ends with this process, however that ends.
        self._as_user = ["setpriv", "--pdeathsig", "INT"]
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
            self._as_user += ["--reuid=postgres", "--regid=postgres", "--init-groups"]
        initialise = ["-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync"]
        command = [
            *self._as_user,
            str(programs / "initdb"),
            *initialise,
            "-E",
            "UTF8",
            "--no-locale",
        ]
        subprocess.run(command, check=True, capture_output=True, cwd=folder)

    def url(self, database: str, port: int | None = None) -> str:
        """Return the URL of a database, perhaps by way of another port."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{port or self.port}/{database}"

    def create(self, database: str) -> str:
        """Make an empty database and return its URL."""
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {database}"))
        engine.dispose()
        return self.url(database)

    def start(self) -> None:
        """Start the server, and wait until it takes connections; it recovers what it must."""
        settings = [f"port={self.port}", "listen_addresses=127.0.0.1", "max_connections=100"]
        serve = [str(self._programs / "postgres"), "-D", str(self._folder / "data")]
        serve += ["-k", str(self._folder)]
        for setting in settings:
            serve += ["-c", setting]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [*self._as_user, *serve],
                cwd=self._folder,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        ask = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        until = time.monotonic() + PATIENCE_SECONDS
        while subprocess.run(ask, check=False).returncode != 0:
            assert self._server.poll() is None, "PostgreSQL ended"
            assert time.monotonic() < until, "PostgreSQL does not answer"
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill the server and all its processes with -9."""
        for process in self._processes():
            process.kill()
        self._server.wait(PATIENCE_SECONDS)

    def stop(self) -> None:
        """Have the server end, whatever is connected; what is committed is on the disk."""
        self._server.send_signal(signal.SIGINT)
        self._server.wait(PATIENCE_SECONDS)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Let the server say nothing within the block, though connections stay open."""
        processes = self._processes()
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                process.resume()

    def _processes(self) -> list[psutil.Process]:
        server = psutil.Process(self._server.pid)
        return [server, *server.children(recursive=True)]


@contextmanager
def cluster(programs: Path, environment: Mapping[str, str] | None = None) -> Iterator[Postgres]:
    """Have a cluster within the block."""
    # A short path: it holds a Unix socket. Not below pytest's own, which root keeps to itself.
    folder = Path(tempfile.mkdtemp(prefix="callboard-pg-"))
    try:
        server = Postgres(programs, folder, environment)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
