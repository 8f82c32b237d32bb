"""A runner as a process that does small tasks: ``python small_runner.py DATABASE_URL``."""

from __future__ import annotations

import signal
import sys

from api.config import Settings
from api.executors import open_executor
from api.runner.lock import lock_of
from api.runner.runner import Means, Runner
from api.store import open_store
from tests.api.small_tasks import small_task


def main(url: str) -> None:
    """Work until TERM comes."""
    settings = Settings(
        database_url=url, job_processes=2, job_attempts=2, lease_seconds=2, shutdown_seconds=20
    )
    signals: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: signals.append(number))
    means = Means(
        lambda: open_executor(settings, small_task), lambda _, __, body: body, lock_of(url)
    )
    store = open_store(url)
    Runner(store, settings, means, lambda: bool(signals)).run()
    store.close()


if __name__ == "__main__":
    main(sys.argv[1])
