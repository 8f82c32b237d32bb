"""The service as `callboard serve` runs it, on a database and with a key of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.access import create_key
from api.access.scopes import EVERYTHING, MAIN
from api.store import open_store, upgrade

__all__ = ["Service", "serving"]

START_SECONDS = 180.0
STOP_SECONDS = 60.0
NOTED = 20_000
"""Characters of the log's end that a failure carries."""

PROGRAM = "import sys; from api.cli import main; main(sys.argv[1:])"
LISTENING = re.compile(rb"Listening at: http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True, slots=True)
class Service:
    """Where it listens, and the key that opens everything.

    Parameters
    ----------
    database_url
        For what is put into the database beside it.
    """

    port: int
    key: str
    database_url: str


@contextmanager
def serving(
    *options: str, settings: Mapping[str, str] | None = None, workers: int = 2, threads: int = 4
) -> Iterator[Service]:
    """Run the service in processes of its own on a free port.

    Parameters
    ----------
    options
        Further options of `callboard serve`.
    settings
        Further environment variables. Without a database among them it is a file of SQLite.

    Raises
    ------
    RuntimeError
        If it does not start in time.
    """
    with tempfile.TemporaryDirectory() as folder:
        given = {
            "CALLBOARD_DATABASE_URL": f"sqlite:///{folder}/callboard.db",
            "CALLBOARD_REQUESTS_PER_MINUTE": "1000000000",
            "CALLBOARD_LOG_LEVEL": "info",
            **(settings or {}),
        }
        url = given["CALLBOARD_DATABASE_URL"]
        store = open_store(url)
        upgrade(store)
        _, key = create_key(store, MAIN, "benchmark", EVERYTHING)
        store.close()
        log = Path(folder, "log")
        sizes = ["--port", "0", f"--workers={workers}", f"--threads={threads}"]
        with (
            log.open("wb") as errors,
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, "serve", *sizes, *options],
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env={**os.environ, **given},
            ) as process,
        ):
            try:
                yield Service(_port(process, log), key, url)
            except Exception as error:
                error.add_note(log.read_text("utf-8", "replace")[-NOTED:])
                raise
            finally:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    """Wait until the service listens."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        found = LISTENING.search(log.read_bytes())
        if found:
            return int(found[1])
        time.sleep(0.05)
    raise RuntimeError(f"the service did not start:\n{log.read_text('utf-8', 'replace')}")
