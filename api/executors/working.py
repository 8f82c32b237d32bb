"""What happens around a task in the process that works on it, whoever started that process."""

from __future__ import annotations

import logging
import logging.config
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait

from api.executors.base import Task
from api.jobs.records import Outcome, Problem
from api.logs import logging_config
from api.problems import problem_of, problem_of_status
from api.tasks.context import Context
from optimizer.errors import Issue, Severity

__all__ = ["begin_process", "end_with_parent", "told", "work"]

log = logging.getLogger(__name__)

_NICER = 10
"""Niceness of processes that solve: they give way to those who answer requests, and still get on
where a machine is always busy."""


def begin_process(log_level: str) -> None:
    """Prepare a process that solves: it gives way, logs as JSON, and ends by its parent's will.

    Signals that reach a whole group of processes (Ctrl-C, a service manager) are for the parent,
    who asks for the best result first.
    """
    # What a process of parts has from the process that began it is enough.
    os.nice(max(0, _NICER - os.nice(0)))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logging.config.dictConfig(logging_config(log_level))


def end_with_parent(
    line: Connection | None = None, spoken: Callable[[], bool] = lambda: False
) -> None:
    """Watch in a thread whether the parent lives, and listen to it.

    Parameters
    ----------
    line
        On which the parent speaks, if it does.
    spoken
        Is called when the line can be read, and says whether to go on listening.
    """
    parent = parent_process()
    assert parent is not None, "only a process that was started by another has a parent"

    def watch() -> None:
        watched: list[Connection | int] = [parent.sentinel]
        if line is not None:
            watched.append(line)
        while True:
            ready = wait(watched)
            if parent.sentinel in ready:
                # Not in order: threads inside solvers would have to come to an end before.
                os._exit(1)
            if line is not None and not spoken():
                watched.remove(line)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def work(
    task: Task,
    kind: str,
    body: bytes,
    context: Context,
    gone: tuple[type[Exception], ...] = (BrokenExecutor,),
) -> Outcome | Problem:
    """Return what a task makes of a request, or the problem that it ran into.

    Exceptions stay here, but for those in `gone`, which say that somebody who worked on a part is
    no more: what a library raises may not be fit to travel.
    """
    try:
        return task(kind, body, context)
    except gone:
        raise
    except Exception as error:
        return told(error)


def told(error: Exception) -> Problem:
    """Return what the owner of a job is told of an exception; one that nobody foresaw is logged."""
    known = problem_of(error)
    if known is None:
        log.error("An unexpected failure in a job.", exc_info=error)
        detail = "The job could not be done; the log has the cause under its id."
        known = problem_of_status(500, detail)
    return Problem(
        type=known.as_dict()["type"],
        title=known.title,
        status=known.status,
        detail=known.detail,
        errors=tuple(
            Issue(row["code"], row["pointer"], row["detail"], Severity(row["severity"]))
            for row in known.issues
        ),
    )
