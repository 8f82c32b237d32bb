"""The one process that has jobs solved: it takes the lease, works under it, or stands by."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from api.config import Settings
from api.executors import JobExecutor
from api.jobs.desk import Desk
from api.jobs.leases import Lease, LeaseLost, release, take
from api.runner.heartbeat import Heartbeat
from api.runner.lock import FileLock
from api.runner.work import Prepare, Work
from api.schedules import Timetable
from api.store import UNREACHABLE, Store

__all__ = ["LEASE", "Means", "Runner"]

log = logging.getLogger(__name__)

LEASE = "runner"

TURN_SECONDS = 0.2
STANDBY_SECONDS = 1.0

LONGEST_PAUSE_SECONDS = 5.0
"""Between two attempts while the database cannot be reached."""

CLOSING_SHARE = 0.8
"""Of the time to shut down, what running jobs get; the rest is for giving back what is left."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a runner works with.

    Parameters
    ----------
    open_executor
        Is called in every term.
    prepare
        Completes a request right before it is begun.
    lock
        The lock that goes with the database, if it is a file.
    """

    open_executor: Callable[[], JobExecutor]
    prepare: Prepare
    lock: FileLock | None


class Runner:
    """Works through the jobs of a database as long as nobody else does.

    Parameters
    ----------
    ends
        Is asked several times a second whether to come to an end.
    """

    def __init__(
        self, store: Store, settings: Settings, means: Means, ends: Callable[[], bool]
    ) -> None:
        self._store = store
        self._settings = settings
        self._means = means
        self._ends = ends
        self._owner = f"{socket.gethostname()[:20]}:{os.getpid()}:{uuid4().hex[:12]}"

    def run(self, *, once: bool = False) -> None:
        """Work until it is to end.

        Running jobs are then asked for the best they have. The rest waits for the next runner.

        Parameters
        ----------
        once
            End as well when no job waits and none runs.
        """
        standing_by = False
        pause = _Pause()
        while not self._ends():
            try:
                lease = self._take()
            except UNREACHABLE as error:
                pause.after(error)
                continue
            pause.over()
            if lease is None:
                if not standing_by:
                    log.info("Another runner works; this one stands by.")
                standing_by = True
                time.sleep(STANDBY_SECONDS)
                continue
            standing_by = False
            log.info("This runner works.", extra={"fields": {"term": lease.term}})
            try:
                self._lead(lease, once=once)
            except LeaseLost:
                log.warning("Another runner has taken over.")
            else:
                break
        if self._means.lock is not None:
            self._means.lock.release()

    def _take(self) -> Lease | None:
        """Take the lease, from a dead runner of this machine without waiting for its time."""
        lock = self._means.lock
        if lock is not None and not lock.take():
            return None
        seconds = self._settings.lease_seconds
        return take(self._store, LEASE, self._owner, seconds, forced=lock is not None)

    def _lead(self, lease: Lease, *, once: bool) -> None:
        """Work under a lease until the end, or until it is lost."""
        desk = Desk(self._store, lease, attempts=self._settings.job_attempts)
        timetable = Timetable(self._store, lease, self._settings)
        executor = self._means.open_executor()
        heart = Heartbeat(self._store, lease, self._settings.lease_seconds)
        try:
            work = Work(desk, executor, self._means.prepare)
            self._insist(desk.requeue_lost, heart)
            timetable.start()
            try:
                self._turns(work, heart, once=once)
                # First the jobs: recurring work that is being done might take all the time.
                self._close(work, heart)
            finally:
                timetable.close()
        finally:
            heart.end()
            executor.close()
        try:
            release(self._store, lease)
        except UNREACHABLE as error:
            log.warning("The lease could not be given back.", exc_info=error)

    def _turns(self, work: Work, heart: Heartbeat, *, once: bool) -> None:
        """Have the work go on until the end."""
        pause = _Pause()
        while not self._ends():
            _check(heart)
            try:
                work.turn()
            except UNREACHABLE as error:
                pause.after(error)
                continue
            pause.over()
            if once and work.idle:
                return
            time.sleep(TURN_SECONDS)

    def _insist(self, step: Callable[[], object], heart: Heartbeat) -> None:
        """Do a step, again and again while the database cannot be reached."""
        pause = _Pause()
        while not self._ends():
            _check(heart)
            try:
                step()
                return
            except UNREACHABLE as error:
                pause.after(error)

    def _close(self, work: Work, heart: Heartbeat) -> None:
        """Have running jobs keep their best in the time there is; others get the rest."""
        seconds = self._settings.shutdown_seconds
        asked = time.monotonic()
        while not work.idle and time.monotonic() < asked + CLOSING_SHARE * seconds:
            _check(heart)
            try:
                work.stop_all()
                work.turn(claiming=False)
            except UNREACHABLE as error:
                log.warning("The database cannot be reached.", exc_info=error)
            time.sleep(TURN_SECONDS)
        try:
            work.give_back("The service was stopped.")
        except UNREACHABLE as error:
            # The next runner finds them under the term of this one.
            log.warning("Jobs could not be given back.", exc_info=error)


class _Pause:
    """Waits longer and longer while something does not work."""

    def __init__(self) -> None:
        self._seconds = TURN_SECONDS

    def after(self, error: Exception) -> None:
        """Wait after a failure."""
        log.warning("The database cannot be reached now.", exc_info=error)
        time.sleep(self._seconds)
        self._seconds = min(LONGEST_PAUSE_SECONDS, 2.0 * self._seconds)

    def over(self) -> None:
        """Begin again with short waits."""
        self._seconds = TURN_SECONDS


def _check(heart: Heartbeat) -> None:
    if heart.lost:
        raise LeaseLost(LEASE)
