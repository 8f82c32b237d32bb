"""What happens around a task in a worker of a Dask cluster."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from threading import Event as Flag
from threading import Thread
from typing import Any

import distributed as _distributed
from distributed.scheduler import KilledWorker

from api.executors.base import Task
from api.executors.working import work
from api.jobs.records import Outcome, Problem
from api.logs import about_job
from api.tasks.context import Context
from optimizer.progress import Event
from optimizer.stop import Deadline

__all__ = ["BEGUN", "do_job", "event_of"]

distributed: Any = _distributed
"""The library; its types are there in part, and say that much of it has none."""

BEGUN = "begun"
"""Member of the message that a worker has a job; all others are progress."""

ASK_SECONDS = 0.5
"""How often a part asks the scheduler whether it is to stop."""

WAIT_SECONDS = 1.0
"""How long a job waits at a time to be told to stop."""

_PART = "part"


def do_job(task: Task, asked: tuple[str, str, str, bytes, float, int]) -> Outcome | Problem:
    """Do a job in this worker, whose slot others may use while the job waits for its parts."""
    key, job, kind, body, seconds, threads = asked
    worker = distributed.get_worker()
    with distributed.worker_client() as client, about_job(job):
        deadline = Deadline.after(seconds)
        worker.log_event(key, {BEGUN: True})
        with _linked(client, key, deadline) as link:
            context = Context(
                deadline,
                lambda event: worker.log_event(key, _message(event)),
                client.get_executor(pure=False),
                max(1, sum(client.nthreads().values())),
                threads,
                link,
            )
            return work(task, kind, body, context, gone=(KilledWorker, CancelledError))


def event_of(message: Mapping[str, Any]) -> Event:
    """Return the progress that a message tells."""
    return Event(message["phase"], message["seconds"], message["objective"], message["bound"])


def _message(event: Event) -> dict[str, Any]:
    return {
        "phase": event.phase,
        "seconds": event.seconds,
        "objective": _plain(event.objective),
        "bound": _plain(event.bound),
    }


def _plain(value: float | None) -> float | None:
    """Return a number as the scheduler can carry it: no scalar of a library."""
    return None if value is None else float(value)


class _Link:
    """Between a job and its parts, wherever they are; pickled, it only knows its name.

    Parameters
    ----------
    key
        Names the event that stops all of it; with a suffix, what parts tell.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._told: deque[tuple[int, Event]] = deque()
        self._stopped = False
        self._asked = 0.0

    @property
    def topic(self) -> str:
        """Return the name under which parts tell."""
        return f"{self._key}-parts"

    def stop(self) -> None:
        """Ask all parts to end with the best they have."""
        if not self._stopped:
            self._stopped = True
            distributed.Event(self._key).set()

    def stopped(self) -> bool:
        """Tell whether parts are to end, as it was known half a second ago."""
        now = time.monotonic()
        if not self._stopped and now >= self._asked + ASK_SECONDS:
            self._asked = now
            self._stopped = distributed.Event(self._key).is_set()
        return self._stopped

    def tell(self, part: int, event: Event) -> None:
        """Say how a part stands."""
        distributed.get_worker().log_event(self.topic, {_PART: part, **_message(event)})

    def heard(self) -> list[tuple[int, Event]]:
        """Return what parts told since the last call."""
        return [self._told.popleft() for _ in range(len(self._told))]

    def hear(self, event: tuple[float, Mapping[str, Any]]) -> None:
        """Take what a part tells."""
        _, message = event
        self._told.append((message[_PART], event_of(message)))

    def __reduce__(self) -> tuple[type[_Link], tuple[str]]:
        return _Link, (self._key,)


@contextmanager
def _linked(client: Any, key: str, deadline: Deadline) -> Iterator[_Link]:
    """Give the link of a job, and stop its deadline when the runner says so."""
    link = _Link(key)
    over = Flag()
    stop = distributed.Event(key, client)

    def listen() -> None:
        with contextlib.suppress(OSError, TimeoutError, CancelledError):
            while not over.is_set():
                if stop.wait(WAIT_SECONDS):
                    deadline.stop()
                    return

    client.subscribe_topic(link.topic, link.hear)
    Thread(target=listen, name="stop", daemon=True).start()
    try:
        yield link
    finally:
        over.set()
        client.unsubscribe_topic(link.topic)
