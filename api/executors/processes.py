"""Jobs in processes of this machine, each in a pool of its own: a death takes one job with it."""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future, ProcessPoolExecutor
from multiprocessing import active_children, get_context
from multiprocessing.connection import Connection
from threading import Event as Flag
from threading import Thread

from api.executors.base import ExecutorLost, Task, TaskFailed, WorkerDied
from api.executors.station import Means, begin_station, do_job, get_ready
from api.jobs.records import Outcome, Problem
from optimizer.progress import Event

__all__ = ["ProcessExecutor"]

_SPAWN = get_context("spawn")

_MOST_EVENTS = 1_000
"""Events that wait to be fetched; older ones give way."""


class ProcessExecutor:
    """Solves jobs in processes of this machine, which end when this one does.

    Parameters
    ----------
    task
        What solves; it is found by its name in the other process.
    slots
        Jobs that run at the same time.
    means
        What each of them is given.
    ready
        Loads what tasks need, importable by its name; with it, the processes start at once.
    """

    def __init__(
        self, task: Task, slots: int, means: Means, ready: Callable[[], None] | None = None
    ) -> None:
        self._task = task
        self._slots = [_Slot(means, ready) for _ in range(slots)]

    @property
    def capacity(self) -> int:
        """Return how many jobs may be running."""
        return len(self._slots)

    def start(self, job: str, kind: str, body: bytes, seconds: float) -> _Run:
        """Begin a job in a free slot.

        Raises
        ------
        ExecutorLost
            If none is free.
        """
        for slot in self._slots:
            if slot.free:
                return slot.start(self._task, job, kind, body, seconds)
        raise ExecutorLost("No slot is free.")

    def close(self) -> None:
        """Kill what still runs and end every process."""
        for slot in self._slots:
            slot.close()


class _Run:
    """A job in a slot.

    Parameters
    ----------
    line
        Over which its process speaks of it.
    """

    def __init__(self, slot: _Slot, job: str, line: Connection) -> None:
        self._slot = slot
        self.job = job
        self.line = line
        self._begun = time.monotonic()
        self._events: deque[Event] = deque(maxlen=_MOST_EVENTS)
        self._all_told = Flag()
        self.ending: Future[Outcome | Problem] = Future()

    def events(self) -> Sequence[Event]:
        """Return the progress since the last call."""
        return [self._events.popleft() for _ in range(len(self._events))]

    def seconds(self) -> float:
        """Return how long the job has been at work."""
        return time.monotonic() - self._begun

    def stop(self) -> None:
        """Ask the task to end now with the best it has."""
        self._slot.say(self.job)

    def kill(self) -> None:
        """End the process of the job."""
        if not self.ending.done():
            self._slot.kill()

    def done(self) -> bool:
        """Tell whether there is an outcome, and no event on its way."""
        return self.ending.done() and self._all_told.is_set()

    def outcome(self) -> Outcome:
        """Return what the task made, or raise why there is nothing."""
        try:
            ending = self.ending.result()
        except (BrokenExecutor, CancelledError):
            raise WorkerDied("The process of the job is gone.") from None
        if isinstance(ending, Problem):
            raise TaskFailed(ending)
        return ending

    def hear(self, event: Event | None) -> None:
        """Take what the process says of the job; None is the last word."""
        if event is None:
            self._all_told.set()
        else:
            self._events.append(event)


class _Slot:
    """One process for one job after another; when it died, a new one is made for the next job."""

    def __init__(self, means: Means, ready: Callable[[], None] | None) -> None:
        self._means = means
        self._ready = ready
        self._pool: ProcessPoolExecutor | None = None
        self._line: Connection | None = None
        self._pid: Future[int] = Future()
        self._run: _Run | None = None
        if ready is not None:
            # Where no process can be had yet, the first job will have one made, or wait.
            with contextlib.suppress(ExecutorLost):
                self._opened()

    @property
    def free(self) -> bool:
        """Tell whether no job is in it."""
        return self._run is None or self._run.done()

    def start(self, task: Task, job: str, kind: str, body: bytes, seconds: float) -> _Run:
        """Begin a job in the process, or in a new one if it has died meanwhile.

        Raises
        ------
        ExecutorLost
            If no process can be had.
        """
        for _ in range(2):
            pool, line = self._opened()
            # Before it is submitted: the process may speak of it at once.
            self._run = run = _Run(self, job, line)
            try:
                run.ending = pool.submit(do_job, task, job, kind, body, seconds)
            except BrokenExecutor:
                self.close()
            else:
                return run
        self._run = None
        raise ExecutorLost("No process can be started.")

    def say(self, job: str) -> None:
        """Tell the process that a job is to stop."""
        assert self._line is not None
        with contextlib.suppress(OSError):  # it is gone, and so is the job
            self._line.send(job)

    def kill(self) -> None:
        """Kill the process, or as soon as it is there."""
        self._pid.add_done_callback(_kill)

    def close(self) -> None:
        """End the process and what it does."""
        if self._pool is not None:
            self.kill()
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _opened(self) -> tuple[ProcessPoolExecutor, Connection]:
        """Return the process and the line to it.

        Raises
        ------
        ExecutorLost
            If the system gives no process.
        """
        if self._pool is None or self._line is None:
            line, theirs = _SPAWN.Pipe()
            pool = ProcessPoolExecutor(
                1, _SPAWN, initializer=begin_station, initargs=(theirs, self._means)
            )
            try:
                # This starts the process.
                self._pid = pool.submit(os.getpid)
            except OSError:
                line.close()
                raise ExecutorLost("No process can be started.") from None
            finally:
                # Once nobody else holds its end of the line, the line ends when the process does.
                theirs.close()
            self._pool, self._line = pool, line
            if self._ready is not None:
                self._pool.submit(get_ready, self._ready)
            Thread(target=self._listen, args=(self._line,), name="slot", daemon=True).start()
        return self._pool, self._line

    def _listen(self, line: Connection) -> None:
        """Hand on what the process says, in a thread, until it is gone."""
        with contextlib.suppress(EOFError, OSError):
            while True:
                job, event = line.recv()
                if (run := self._run) is not None and run.job == job:
                    run.hear(event)
        if (run := self._run) is not None and run.line is line:
            run.hear(None)
        line.close()


def _kill(pid: Future[int]) -> None:
    if pid.cancelled() or pid.exception() is not None:
        return
    # Only a child that still lives: its number may be somebody else's by now.
    for child in active_children():
        if child.pid == pid.result():
            child.kill()
