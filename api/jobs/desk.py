"""What the runner does with jobs: take them, tell how they go, and bring them to an end.

Every change is one transaction that is kept only under the runner's own lease, and an end is
written together with all results. So a process can be killed, or stopped for an hour and woken
up, between any two lines.
"""

from __future__ import annotations

import gzip
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, select, update

from api.jobs.clock import Clock, database_clock
from api.jobs.leases import Lease, LeaseLost, fenced
from api.jobs.order import heads, running_by_tenant
from api.jobs.records import JobState, Outcome, Problem
from api.jobs.rows import ACTIVE, REQUEST, add_documents, add_events, finite, packed
from api.jobs.telling import figures_of, progress_of, worth_telling
from api.store import Store
from api.store.tables import documents, job_events, jobs, leases
from optimizer.progress import Event
from optimizer.result import Termination

__all__ = ["Claim", "Desk"]

_PROGRESS = "progress"
"""Kind of the events that tell how a job goes."""

_QUEUED = JobState.QUEUED.value
_NO_SOLUTION = "urn:callboard:problem:no-solution"


@dataclass(frozen=True, slots=True)
class Claim:
    """Work that a runner has taken.

    Parameters
    ----------
    body
        The complete request, JSON.
    seconds
        Longest time for the work.
    attempt
        1 when it is begun for the first time.
    request_id
        Of the request that submitted it.
    """

    job: str
    tenant: str
    kind: str
    body: bytes
    seconds: float
    attempt: int
    request_id: str | None


class Desk:
    """The jobs of one runner, for as long as it has its lease.

    Parameters
    ----------
    attempts
        How often a job is begun at most when the process under it dies.
    """

    def __init__(
        self, store: Store, lease: Lease, *, attempts: int, clock: Clock = database_clock
    ) -> None:
        self._store = store
        self._lease = lease
        self._attempts = attempts
        self._clock = clock

    def claim(self, free: int) -> list[Claim]:
        """Take up to `free` jobs that wait.

        The highest priority goes first; within it the tenant with the fewest running jobs, and
        of that tenant the oldest job. O(free x tenants) entries of one index are read, however many
        jobs wait. Where none waits nothing is written: an idle runner costs no disk.

        Raises
        ------
        LeaseLost
            If another runner has taken over; so does every other method.
        """
        claims: list[Claim] = []
        if free < 1:
            return claims
        with self._store.reading() as connection:
            self._check(connection)
            if not heads(connection):
                return claims
        with fenced(self._store, self._lease) as connection:
            running = running_by_tenant(connection)
            while len(claims) < free and (waiting := heads(connection)):
                tenant, job = min(waiting, key=lambda head: (running.get(head[0], 0), head[1]))
                claim = self._begin(connection, job)
                if claim is None:
                    continue  # cancelled since it was looked at
                running[tenant] = running.get(tenant, 0) + 1
                claims.append(claim)
        return claims

    def requeue_lost(self) -> int:
        """Give back what was running under an older term; return how many jobs that were."""
        lost = select(jobs).where(jobs.c.state.in_(ACTIVE), jobs.c.term != self._lease.term)
        with fenced(self._store, self._lease) as connection:
            found = connection.execute(lost.with_for_update()).all()
            for row in found:
                self._give_back(connection, row, "The runner died.")
        return len(found)

    def requeue_strays(self, held: Collection[str]) -> int:
        """Give back what runs under this term and is not held; return how many jobs that were.

        A claim may have been kept although nobody heard that it was: the connection broke at the
        last moment. The attempt does not count, since the job was never begun.
        """
        stray = select(jobs).where(
            jobs.c.state.in_(ACTIVE), jobs.c.term == self._lease.term, jobs.c.id.not_in(held)
        )
        with fenced(self._store, self._lease) as connection:
            found = connection.execute(stray.with_for_update()).all()
            for row in found:
                self._give_back(connection, row, "The database was away.", spent=False)
        return len(found)

    def stopping(self) -> dict[str, bool]:
        """Return the jobs that were asked to stop, and whether their results are not wanted."""
        asked = select(jobs.c.id, jobs.c.discard).where(
            jobs.c.state == JobState.STOPPING.value, jobs.c.term == self._lease.term
        )
        with self._store.reading() as connection:
            self._check(connection)
            return {row.id: row.discard for row in connection.execute(asked)}

    def tell(self, job: str, events: Sequence[Event]) -> None:
        """Note the progress of a job; nothing if it is over.

        The row of the job always has its newest objective and bound; see `worth_telling` for
        which events are kept. What was kept before is not kept again: whoever did not hear that
        it was, may tell it once more, together with what came since.
        """
        if not events:
            return
        with fenced(self._store, self._lease) as connection:
            found = self._own(connection, job)
            if found is None:
                return
            events = _not_kept(connection, job, events)
            now = self._clock(connection)
            objective, bound = found.objective, found.bound
            for event in events:
                objective = _newer(event.objective, objective)
                bound = _newer(event.bound, bound)
            first = found.first_result or (None if objective is None else now)
            self._change(connection, job, objective=objective, bound=bound, first_result=first)
            known, told_at = _last_event(connection, job)
            kept = worth_telling(
                events,
                known=known,
                silent_seconds=(now - told_at).total_seconds(),
                limit_seconds=found.seconds,
            )
            told = [(_PROGRESS, progress_of(event)) for event in kept]
            add_events(connection, job, now, told)

    def finish(self, job: str, outcome: Outcome) -> None:
        """Keep what a job made and end it, all at once; a discarded one keeps nothing."""
        made = [(document, packed(document.body)) for document in outcome.documents]
        with fenced(self._store, self._lease) as connection:
            found = self._own(connection, job)
            if found is None:
                return
            if found.discard:
                self._end(connection, job, JobState.CANCELLED)
                return
            add_documents(connection, job, made)
            objective, bound = finite(outcome.objective), finite(outcome.bound)
            now = self._clock(connection)
            values = {
                "objective": objective,
                "bound": bound,
                "termination": None if outcome.termination is None else str(outcome.termination),
                "first_result": found.first_result or (None if objective is None else now),
            }
            figures = figures_of(objective, bound)
            data: dict[str, Any] = {"termination": values["termination"], **figures}
            if outcome.figures:
                known = {name: finite(value) for name, value in outcome.figures.items()}
                data["figures"] = known
            self._end(connection, job, JobState.DONE, data, **values)

    def fail(self, job: str, problem: Problem) -> None:
        """End a job that cannot be done; one that was discarded counts as cancelled."""
        with fenced(self._store, self._lease) as connection:
            found = self._own(connection, job)
            if found is not None and found.discard:
                self._end(connection, job, JobState.CANCELLED)
            elif found is not None:
                self._fail(connection, job, problem)

    def cancel(self, job: str) -> None:
        """End a job without a result."""
        with fenced(self._store, self._lease) as connection:
            if self._own(connection, job) is not None:
                self._end(connection, job, JobState.CANCELLED)

    def requeue(self, job: str, why: str, *, spent: bool = True) -> None:
        """Give a job back that could not be brought to its end.

        Parameters
        ----------
        spent
            Whether it was perhaps the job itself that killed its process; it then fails if that
            happened too often. Otherwise the attempt does not count.
        """
        with fenced(self._store, self._lease) as connection:
            found = self._own(connection, job)
            if found is not None:
                self._give_back(connection, found, why, spent=spent)

    def _check(self, connection: Connection) -> None:
        """Raise if the lease is somebody else's."""
        own = select(leases.c.term).where(
            leases.c.name == self._lease.name,
            leases.c.owner == self._lease.owner,
            leases.c.term == self._lease.term,
        )
        if connection.execute(own).first() is None:
            raise LeaseLost(self._lease.name)

    def _own(self, connection: Connection, job: str) -> Row[Any] | None:
        """Return the row of a job that runs under this lease, locked."""
        query = select(jobs).where(
            jobs.c.id == job, jobs.c.term == self._lease.term, jobs.c.state.in_(ACTIVE)
        )
        return connection.execute(query.with_for_update()).first()

    def _change(self, connection: Connection, job: str, **values: Any) -> None:
        changed = update(jobs).where(jobs.c.id == job)
        connection.execute(changed.values(revision=jobs.c.revision + 1, **values))

    def _begin(self, connection: Connection, job: str) -> Claim | None:
        """Take a job, unless it does not wait any more."""
        now = self._clock(connection)
        begun = update(jobs).where(jobs.c.id == job, jobs.c.state == _QUEUED)
        begun = begun.values(
            revision=jobs.c.revision + 1,
            state=JobState.RUNNING.value,
            owner=self._lease.owner,
            term=self._lease.term,
            attempts=jobs.c.attempts + 1,
            started=now,
        )
        row = connection.execute(begun.returning(jobs)).first()
        if row is None:
            return None
        add_events(connection, job, now, [("started", {"attempt": row.attempts})])
        asked = and_(documents.c.job == job, documents.c.name == REQUEST)
        body = connection.execute(select(documents.c.body).where(asked)).scalar_one()
        return Claim(
            job,
            row.tenant,
            row.kind,
            gzip.decompress(body),
            row.seconds,
            row.attempts,
            row.request_id,
        )

    def _end(
        self,
        connection: Connection,
        job: str,
        state: JobState,
        data: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> None:
        now = self._clock(connection)
        self._change(connection, job, state=state.value, finished=now, **values)
        add_events(connection, job, now, [(state.value, data or {})])

    def _fail(self, connection: Connection, job: str, problem: Problem) -> None:
        told = msgspec.to_builtins(problem)
        data = {"type": problem.type, "detail": problem.detail}
        nothing = Termination.NO_SOLUTION.value if problem.type == _NO_SOLUTION else None
        self._end(connection, job, JobState.FAILED, data, problem=told, termination=nothing)

    def _give_back(
        self, connection: Connection, row: Row[Any], why: str, *, spent: bool = True
    ) -> None:
        if row.discard:
            self._end(connection, row.id, JobState.CANCELLED)
        elif spent and row.attempts >= self._attempts:
            self._fail(connection, row.id, _worker_died(row.attempts, why))
        else:
            # What it had is lost with its process, so whoever asked it to stop may ask again.
            self._change(
                connection,
                row.id,
                state=_QUEUED,
                attempts=row.attempts if spent else row.attempts - 1,
                owner=None,
                term=None,
                objective=None,
                bound=None,
                started=None,
                first_result=None,
                stop_requested=None,
            )
            now: datetime = self._clock(connection)
            add_events(connection, row.id, now, [("requeued", {"why": why})])


def _last_event(connection: Connection, job: str) -> tuple[int, datetime]:
    """Return number and time of the last event; that of the submission is always there."""
    query = select(job_events.c.number, job_events.c.at).where(job_events.c.job == job)
    last = connection.execute(query.order_by(job_events.c.number.desc()).limit(1)).one()
    return last.number, last.at


def _not_kept(connection: Connection, job: str, events: Sequence[Event]) -> Sequence[Event]:
    """Leave out events up to the last one that was kept since the job was begun, if it is here."""
    query = select(job_events.c.kind, job_events.c.data).where(
        job_events.c.job == job, job_events.c.kind != JobState.STOPPING.value
    )
    last = connection.execute(query.order_by(job_events.c.number.desc()).limit(1)).one()
    told = [progress_of(event) for event in events]
    if last.kind != _PROGRESS or last.data not in told:
        return events
    return events[told.index(last.data) + 1 :]


def _newer(value: float | None, known: float | None) -> float | None:
    found = finite(value)
    return known if found is None else found


def _worker_died(attempts: int, why: str) -> Problem:
    return Problem(
        type="urn:callboard:problem:worker-died",
        title="Worker died",
        status=500,
        detail=f"It was begun {attempts} times and its process died each time. {why}",
        errors=(),
    )
