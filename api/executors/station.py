"""The process of a slot: it does one job after another, tells how they stand, and hears stops."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import Lock

from api.executors.base import Task
from api.executors.parts import JobParts, Parts
from api.executors.working import begin_process, end_with_parent, work
from api.jobs.records import Outcome, Problem
from api.logs import about_job
from api.tasks.context import Context
from optimizer.progress import Event
from optimizer.stop import Deadline

__all__ = ["Means", "Progress", "begin_station", "do_job", "get_ready"]

log = logging.getLogger(__name__)

Progress = tuple[str, Event | None]
"""What a station says: a job and how it stands; None when nothing more will be said of it."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a process of a slot is given for every job.

    Parameters
    ----------
    parts
        Parts of the job that are done at the same time, each in a process of its own.
    threads
        Threads of one solver.
    log_level
        Least level that is logged.
    """

    parts: int
    threads: int
    log_level: str


class _Station:
    """What the process remembers.

    Parameters
    ----------
    line
        To the parent: progress out, jobs that are to stop in.
    """

    def __init__(self, line: Connection, means: Means) -> None:
        self._line = line
        self._means = means
        self._lock = Lock()
        self._to_stop: set[str] = set()
        self._doing: tuple[str, Deadline, JobParts] | None = None
        self._parts = Parts(means.parts, means.log_level)
        end_with_parent(line, spoken=self._hear)

    def get_ready(self, ready: Callable[[], None]) -> None:
        """Load what jobs need, here and, meanwhile, where their parts will be done."""
        try:
            ready()
            if self._means.parts > 1:
                self._parts.get_ready(ready)
        except Exception:
            # Jobs will load it, or be told what is wrong.
            log.warning("What jobs need could not be loaded before.", exc_info=True)

    def do(self, task: Task, job: str, kind: str, body: bytes, seconds: float) -> Outcome | Problem:
        """Do a job; a stop that came before it counts."""
        deadline = Deadline.after(seconds)
        try:
            with closing(self._parts.of_job()) as parts:
                return self._do(task, kind, body, (job, deadline, parts))
        finally:
            # Whatever went wrong: the slot is free only once this is said.
            self._say(job, None)

    def _do(
        self, task: Task, kind: str, body: bytes, doing: tuple[str, Deadline, JobParts]
    ) -> Outcome | Problem:
        job, deadline, parts = doing
        with self._lock:
            self._doing = doing
            if job in self._to_stop:
                self._stop()
        several = self._means.parts > 1
        context = Context(
            deadline,
            lambda event: self._say(job, event),
            parts if several else None,
            self._means.parts,
            self._means.threads,
            parts.link if several else None,
        )
        try:
            with about_job(job):
                return work(task, kind, body, context)
        finally:
            with self._lock:
                self._doing = None
                self._to_stop.clear()

    def _say(self, job: str, event: Event | None) -> None:
        with self._lock:
            self._line.send((job, event))

    def _hear(self) -> bool:
        try:
            job = self._line.recv()
        except (EOFError, OSError):
            return False
        with self._lock:
            self._to_stop.add(job)
            if self._doing is not None and self._doing[0] == job:
                self._stop()
        return True

    def _stop(self) -> None:
        assert self._doing is not None
        _, deadline, parts = self._doing
        deadline.stop()
        parts.link.stop()


_station: _Station | None = None


def begin_station(line: Connection, means: Means) -> None:
    """Make this process the station of a slot; it runs before anything else there."""
    global _station
    begin_process(means.log_level)
    _station = _Station(line, means)


def get_ready(ready: Callable[[], None]) -> None:
    """Load what jobs need in the station that this process is."""
    assert _station is not None
    _station.get_ready(ready)


def do_job(task: Task, job: str, kind: str, body: bytes, seconds: float) -> Outcome | Problem:
    """Do a job in the station that this process is."""
    assert _station is not None
    return _station.do(task, job, kind, body, seconds)
