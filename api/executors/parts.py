"""Parts of one job beside each other, in processes that end with the one that works on the job."""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Event as Flag
from threading import Lock
from typing import ParamSpec, TypeVar

from api.executors.working import begin_process, end_with_parent
from optimizer.progress import Event

__all__ = ["JobLink", "Parts"]

P = ParamSpec("P")
T = TypeVar("T")

_SPAWN = get_context("spawn")

_LONGEST_PHASE = 200
"""What parts tell must be so short that the system writes it in one piece."""


class JobLink:
    """Between a job and its parts, as the process of the job has it; pickled, it is a `_PartLink`.

    Nothing here is a lock that a killed process could hold: to stop is to close a pipe, and what
    parts tell are short messages, which the system does not mix with each other.
    """

    def __init__(self) -> None:
        self._stopped = Flag()
        self._told: deque[tuple[int, Event]] = deque()
        self.end_of_stop, self._stop = _SPAWN.Pipe(duplex=False)
        self._heard, self.end_of_told = _SPAWN.Pipe(duplex=False)
        # Who tells never waits: what finds no room is not told.
        os.set_blocking(self.end_of_told.fileno(), False)

    def stop(self) -> None:
        """Ask all parts, also those to come, to end with the best they have."""
        if not self._stopped.is_set():
            self._stopped.set()
            self._stop.close()

    def stopped(self) -> bool:
        """Tell whether parts are to end."""
        return self._stopped.is_set()

    def tell(self, part: int, event: Event) -> None:
        """Say how a part stands that is done in this process."""
        self._told.append((part, event))

    def heard(self) -> list[tuple[int, Event]]:
        """Return what parts told since the last call; only one thread may call it."""
        heard = [self._told.popleft() for _ in range(len(self._told))]
        with contextlib.suppress(EOFError, OSError):
            while self._heard.poll():
                heard.append(self._heard.recv())
        return heard

    def close(self) -> None:
        """Stop all parts; what they tell is of no interest any more."""
        self.stop()
        for end in (self.end_of_stop, self._heard, self.end_of_told):
            end.close()

    def __reduce__(self) -> tuple[Callable[[], _PartLink], tuple[()]]:
        return _link_here, ()


class _PartLink:
    """Between a job and its parts, as a process of parts has it."""

    def __init__(self, stop: Connection, told: Connection) -> None:
        self._stopped = Flag()
        self._told = told
        end_with_parent(stop, spoken=self._end)

    def stop(self) -> None:
        """Ask the parts of this process to end."""
        self._stopped.set()

    def stopped(self) -> bool:
        """Tell whether parts are to end."""
        return self._stopped.is_set()

    def tell(self, part: int, event: Event) -> None:
        """Say how a part stands."""
        with contextlib.suppress(OSError):  # no room, or nobody listens any more
            self._told.send((part, replace(event, phase=event.phase[:_LONGEST_PHASE])))

    def heard(self) -> list[tuple[int, Event]]:
        """Return nothing: parts do not hear each other."""
        return []

    def _end(self) -> bool:
        self._stopped.set()
        return False


_link: _PartLink | None = None


def _link_here() -> _PartLink:
    assert _link is not None, "a link is for the job's own parts"
    return _link


def _begin(stop: Connection, told: Connection, log_level: str) -> None:
    global _link
    begin_process(log_level)
    _link = _PartLink(stop, told)


class Parts(Executor):
    """Processes for the parts of one job, made when the first part is submitted.

    Parameters
    ----------
    count
        Parts that are done at the same time.
    log_level
        Least level that the processes log.
    """

    def __init__(self, count: int, log_level: str) -> None:
        self.link = JobLink()
        self._count = count
        self._log_level = log_level
        self._pool: ProcessPoolExecutor | None = None
        self._lock = Lock()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have a part done; it and its arguments must pickle."""
        with self._lock:
            if self._pool is None:
                given = self.link.end_of_stop, self.link.end_of_told, self._log_level
                self._pool = ProcessPoolExecutor(
                    self._count, _SPAWN, initializer=_begin, initargs=given
                )
            return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes when their parts have come to an end."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(wait, cancel_futures=cancel_futures)

    def close(self) -> None:
        """End parts that nobody waits for any more."""
        self.link.stop()
        # First the processes: nobody is begun any more who would take over an end of the link.
        self.shutdown(wait=False, cancel_futures=True)
        self.link.close()
