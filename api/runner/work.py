"""The jobs of a runner: begun, watched, stopped and brought to an end, a turn at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from api.executors import ExecutorLost, JobExecutor, Running, TaskFailed, WorkerDied
from api.executors.working import told
from api.jobs.desk import Claim, Desk
from api.jobs.leases import LeaseLost
from api.jobs.records import Problem
from api.jobs.telling import newest
from api.logs import about_job
from api.store import UNREACHABLE
from optimizer.progress import Event

__all__ = ["Prepare", "Work"]

log = logging.getLogger(__name__)

Prepare = Callable[[str, str, bytes], bytes]
"""From a tenant, a kind and a complete request to one that also has what is only filled in now."""

TELL_SECONDS = 0.4
"""Progress is written so often at most."""

MOST_TOLD = 5
"""Events that are written at a time; of more, the newest."""

PAUSE_SECONDS = 5.0
"""No job is claimed for so long after one could not be begun: each time is an event of a job."""

LATE_SECONDS = 120.0
"""A job is killed when it takes this and half of its time more than it may."""


@dataclass(slots=True)
class _Held:
    """A job that was claimed, until its end is in the database.

    Parameters
    ----------
    running
        None while it waits to be begun.
    told
        When progress was last written, on the monotonic clock.
    over
        It is ended in the database already; only its process has to end.
    late
        It was killed because it took too long.
    """

    claim: Claim
    running: Running | None = None
    untold: list[Event] = field(default_factory=list)
    told: float = 0.0
    stopped: bool = False
    over: bool = False
    late: bool = False


class Work:
    """The jobs of one runner in one term.

    A failure of one job, whatever it is, never touches another. What the database does not take
    now is offered again in the next turn.

    Parameters
    ----------
    prepare
        Completes a request right before it is begun.
    """

    def __init__(self, desk: Desk, executor: JobExecutor, prepare: Prepare) -> None:
        self._desk = desk
        self._executor = executor
        self._prepare = prepare
        self._held: dict[str, _Held] = {}
        self._claim_unsure = False
        self._no_claim_until = 0.0

    @property
    def idle(self) -> bool:
        """Tell whether there is nothing to attend to."""
        return not self._held

    def turn(self, *, claiming: bool = True) -> None:
        """Do whatever is to be done now.

        Raises
        ------
        LeaseLost
            If another runner has taken over.
        OperationalError
            If the database cannot be reached now; so all of `api.store.UNREACHABLE`.
        """
        trouble: Exception | None = None
        if self._held:
            self._hear_stops()
        for held in list(self._held.values()):
            try:
                self._attend(held)
            except UNREACHABLE as error:
                trouble = error
        if trouble is not None:
            raise trouble
        if claiming and time.monotonic() >= self._no_claim_until:
            begun = [_Held(claim) for claim in self._claim()]
            # All of them are known before the first is attended to, which may fail.
            self._held |= {held.claim.job: held for held in begun}
            for held in begun:
                self._attend(held)

    def stop_all(self) -> None:
        """Ask every job to end with the best it has."""
        for held in list(self._held.values()):
            if held.running is None:
                self._drop(held, "The service was stopped.")
            else:
                self._stop(held)

    def give_back(self, why: str) -> None:
        """Have others do whatever is not done yet."""
        for held in list(self._held.values()):
            if held.running is not None:
                held.running.kill()
            self._drop(held, why)

    def _claim(self) -> list[Claim]:
        """Take as many jobs as there is room for."""
        free = self._executor.capacity - len(self._held)
        if free < 1:
            return []
        # A claim that failed may have been kept all the same: nobody would ever do those jobs.
        if self._claim_unsure:
            self._desk.requeue_strays(self._held)
        self._claim_unsure = True
        claims = self._desk.claim(free)
        self._claim_unsure = False
        return claims

    def _hear_stops(self) -> None:
        for job, discard in self._desk.stopping().items():
            if (held := self._held.get(job)) is None or held.over:
                continue
            if not discard:
                self._stop(held)
                continue
            self._desk.cancel(job)
            held.over = True
            if held.running is not None:
                held.running.kill()

    def _stop(self, held: _Held) -> None:
        if held.running is not None and not held.stopped:
            held.stopped = True
            held.running.stop()

    def _attend(self, held: _Held) -> None:
        """Take one job as far as it goes now."""
        claim = held.claim
        with about_job(claim.job, claim.request_id), self._contained(held):
            if held.running is None:
                if not held.over:
                    self._begin(held)
                else:
                    self._forget(held)
                return
            held.untold += held.running.events()
            done = held.running.done()
            if held.over:
                if done:
                    self._forget(held)
                return
            self._tell(held, at_once=done)
            if done:
                self._end(held)
            elif held.running.seconds() > LATE_SECONDS + 1.5 * held.claim.seconds:
                held.late = True
                held.running.kill()

    @contextmanager
    def _contained(self, held: _Held) -> Iterator[None]:
        """End the job, and nothing else, by an exception that nobody foresaw."""
        try:
            yield
        except (LeaseLost, *UNREACHABLE):
            raise
        except Exception as error:
            if held.running is not None:
                held.running.kill()
            self._desk.fail(held.claim.job, told(error))
            held.over = True

    def _begin(self, held: _Held) -> None:
        claim = held.claim
        body = self._prepare(claim.tenant, claim.kind, claim.body)
        try:
            held.running = self._executor.start(claim.job, claim.kind, body, claim.seconds)
        except ExecutorLost as lost:
            self._no_claim_until = time.monotonic() + PAUSE_SECONDS
            self._drop(held, str(lost))
            return
        log.info("begun", extra={"fields": {"kind": claim.kind, "attempt": claim.attempt}})

    def _tell(self, held: _Held, *, at_once: bool) -> None:
        now = time.monotonic()
        if held.untold and (at_once or now - held.told >= TELL_SECONDS):
            held.untold = newest(held.untold, MOST_TOLD)
            self._desk.tell(held.claim.job, held.untold)
            held.untold = []
            held.told = now

    def _end(self, held: _Held) -> None:
        """Write the end of a job that is done; if that fails, it is done again."""
        assert held.running is not None
        job = held.claim.job
        fields = {"kind": held.claim.kind, "seconds": round(held.running.seconds(), 3)}
        try:
            self._desk.finish(job, held.running.outcome())
            log.info("done", extra={"fields": fields})
        except TaskFailed as failed:
            self._desk.fail(job, failed.problem)
            log.info("failed", extra={"fields": fields | {"problem": failed.problem.type}})
        except WorkerDied as died:
            if held.late:
                self._desk.fail(job, _too_late(held.claim.seconds))
            else:
                self._desk.requeue(job, str(died))
            log.warning("its process died", extra={"fields": fields | {"late": held.late}})
        except ExecutorLost as lost:
            self._desk.requeue(job, str(lost), spent=False)
            log.warning("given back", extra={"fields": fields})
        self._forget(held)

    def _drop(self, held: _Held, why: str) -> None:
        """Give a job back that is not done."""
        if not held.over:
            self._desk.requeue(held.claim.job, why, spent=False)
        self._forget(held)

    def _forget(self, held: _Held) -> None:
        self._held.pop(held.claim.job, None)


def _too_late(seconds: float) -> Problem:
    return Problem(
        type="urn:callboard:problem:out-of-time",
        title="Out of time",
        status=500,
        detail=f"It was to take {seconds:g} seconds, did not end by itself, and was killed.",
        errors=(),
    )
