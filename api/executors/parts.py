"""Parts of one job beside each other, in processes that end with the one that works on the job."""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Lock
from typing import Any, ParamSpec, TypeVar

from api.executors.working import begin_process, end_with_parent
from optimizer.progress import Event

__all__ = ["JobLink", "JobParts", "Parts"]

P = ParamSpec("P")
T = TypeVar("T")

_SPAWN = get_context("spawn")

_LONGEST_PHASE = 200
"""What parts tell must be so short that the system writes it in one piece."""


class _Lines:
    """What the process of a job and those of its parts share.

    Nothing here is a lock that a killed process could hold: stops are one number that only the
    former writes, and what parts tell are short messages, which the system does not mix.
    """

    def __init__(self) -> None:
        self.stopped: Any = _SPAWN.RawValue("q", 0)  # all jobs up to this number are to stop
        self.heard, self.told = _SPAWN.Pipe(duplex=False)
        # Who tells never waits: what finds no room is not told.
        os.set_blocking(self.told.fileno(), False)

    def close(self) -> None:
        """Hear nothing any more."""
        self.heard.close()
        self.told.close()


class JobLink:
    """Between a job and its parts, as the process of the job has it; pickled, it is a `_PartLink`.

    Parameters
    ----------
    number
        Of the job in its process; later ones have greater numbers.
    """

    def __init__(self, number: int, lines: _Lines) -> None:
        self._number = number
        self._lines = lines
        self._told: deque[tuple[int, Event]] = deque()

    def stop(self) -> None:
        """Ask all parts, also those to come, to end with the best they have."""
        self._lines.stopped.value = max(self._number, self._lines.stopped.value)

    def stopped(self) -> bool:
        """Tell whether parts are to end."""
        return bool(self._lines.stopped.value >= self._number)

    def tell(self, part: int, event: Event) -> None:
        """Say how a part stands that is done in this process."""
        self._told.append((part, event))

    def heard(self) -> list[tuple[int, Event]]:
        """Return what parts told since the last call; only one thread may call it."""
        heard = [self._told.popleft() for _ in range(len(self._told))]
        with contextlib.suppress(EOFError, OSError):
            while self._lines.heard.poll():
                number, part, event = self._lines.heard.recv()
                if number == self._number:
                    heard.append((part, event))
        return heard

    def __reduce__(self) -> tuple[Callable[[int], _PartLink], tuple[int]]:
        return _PartLink, (self._number,)


class _PartLink:
    """Between a job and its parts, as a process of parts has it."""

    def __init__(self, number: int) -> None:
        assert _ends is not None, "a link is for the job's own parts"
        self._number = number
        self._stopped, self._told = _ends

    def stop(self) -> None:
        """Ask the parts to end."""
        self._stopped.value = max(self._number, self._stopped.value)

    def stopped(self) -> bool:
        """Tell whether parts are to end."""
        return bool(self._stopped.value >= self._number)

    def tell(self, part: int, event: Event) -> None:
        """Say how a part stands."""
        event = replace(event, phase=event.phase[:_LONGEST_PHASE])
        with contextlib.suppress(OSError):  # no room, or nobody listens any more
            self._told.send((self._number, part, event))

    def heard(self) -> list[tuple[int, Event]]:
        """Return nothing: parts do not hear each other."""
        return []


_ends: tuple[Any, Connection] | None = None


def _begin(stopped: Any, told: Connection, log_level: str) -> None:
    global _ends
    begin_process(log_level)
    _ends = stopped, told
    end_with_parent()


class Parts:
    """Processes for the parts of one job after another.

    They are made when the first part is submitted, and stay for the next job: a new one takes
    seconds to load what it works with, which is longer than the whole of many a job.

    Parameters
    ----------
    count
        Parts that are done at the same time.
    log_level
        Least level that the processes log.
    """

    def __init__(self, count: int, log_level: str) -> None:
        self._count = count
        self._log_level = log_level
        self._lines = _Lines()
        self._jobs = 0
        self._pool: ProcessPoolExecutor | None = None
        self._lock = Lock()

    def of_job(self) -> JobParts:
        """Return what the next job is given."""
        self._jobs += 1
        return JobParts(self, JobLink(self._jobs, self._lines))

    def get_ready(self, ready: Callable[[], None]) -> None:
        """Start all processes, and have each load what it will need."""
        for _ in range(self._count):
            self.submit(ready)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have a part done; it and its arguments must pickle."""
        with self._lock:
            if self._pool is not None:
                # One of the processes may have died since.
                with contextlib.suppress(BrokenExecutor):
                    return self._pool.submit(fn, *args, **kwargs)
            given = self._lines.stopped, self._lines.told, self._log_level
            self._pool = ProcessPoolExecutor(
                self._count, _SPAWN, initializer=_begin, initargs=given
            )
            return self._pool.submit(fn, *args, **kwargs)

    def renew(self) -> None:
        """Have these processes end with what they do now, and others made when they are needed."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = None

    def close(self) -> None:
        """End the processes, also those of jobs that are over, with what they do now."""
        # First the processes: nobody is begun any more who would take over an end of a line.
        self.renew()
        self._lines.close()


class JobParts(Executor):
    """The parts of one job.

    Parameters
    ----------
    link
        Between the job and its parts.
    """

    def __init__(self, parts: Parts, link: JobLink) -> None:
        self._parts = parts
        self._under_way: set[Future[Any]] = set()
        self.link = link

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have a part done; it and its arguments must pickle."""
        future = self._parts.submit(fn, *args, **kwargs)
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        return future

    def close(self) -> None:
        """End parts that nobody waits for any more; the next job does not wait for them either."""
        self.link.stop()
        left = [future for future in tuple(self._under_way) if not future.cancel()]
        if not all(future.done() for future in left):
            self._parts.renew()
