"""The runner as a process: its log, its database, and the signals that end it."""

from __future__ import annotations

import logging
import logging.config
import os
import signal
from contextlib import closing
from functools import partial

from api.config import Settings
from api.logs import logging_config

__all__ = ["run_here"]


def run_here(settings: Settings, *, parent: int | None = None, once: bool = False) -> None:
    """Have jobs solved until TERM or Ctrl-C comes; call it in the main thread.

    Parameters
    ----------
    parent
        Number of the process that this one belongs to, and ends with.
    once
        End as well when no job waits and none runs.

    Raises
    ------
    InvalidInput
        If a setting cannot be used, or the database not be reached at the start.
    """
    logging.config.dictConfig(logging_config(settings.log_level))
    # A plain flag: an event whose lock the main thread holds just now could not be set by a
    # signal that interrupts it.
    signals: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda given, _: signals.append(given))

    # Imported late, so that a signal that comes meanwhile is not lost.
    from api.executors import check_executor, open_executor
    from api.runner.lock import lock_of
    from api.runner.runner import Means, Runner
    from api.store import open_upgraded
    from api.tasks import load, prepare, run_task

    check_executor(settings)
    store = open_upgraded(settings.database_url)
    means = Means(
        lambda: open_executor(settings, run_task, load),
        partial(prepare, store),
        lock_of(settings.database_url),
    )

    def ends() -> bool:
        return bool(signals) or (parent is not None and os.getppid() != parent)

    with closing(store):
        Runner(store, settings, means, ends).run(once=once)
