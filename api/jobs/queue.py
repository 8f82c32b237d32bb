"""What web workers do with jobs: accept them, and look at what becomes of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select
from sqlalchemy.exc import IntegrityError

from api.access import Caller, note_in
from api.errors import Busy, Conflict, NotFound
from api.jobs.clock import Clock, database_clock
from api.jobs.records import Document, Job, JobEvent, JobState
from api.jobs.rows import (
    REQUEST,
    add_documents,
    add_events,
    document_of,
    event_of,
    job_of,
    job_row,
    new_id,
    packed,
    wrong_state,
)
from api.store import Store
from api.store.tables import documents, job_events, jobs
from optimizer.errors import Issue

__all__ = [
    "Submission",
    "document",
    "document_names",
    "events_after",
    "get_job",
    "list_jobs",
    "submit",
    "submitted_before",
]

_BUSY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Submission:
    """Work that is asked for.

    Parameters
    ----------
    body
        The complete request, JSON.
    seconds
        Longest time for the work.
    label
        A name for people.
    priority
        Higher ones are begun first.
    idempotency_key
        Under the same key of a tenant the same request is one job, however often it is sent.
    fingerprint
        SHA-256 of what the caller sent, in hexadecimal digits; by default, of the body.
    key_id, request_id
        Who asked, and in which request.
    schedule
        The recurring work that asks, if nobody does; it stands in the audit.
    """

    tenant: str
    kind: str
    body: bytes
    seconds: float
    label: str | None = None
    priority: int = 0
    idempotency_key: str | None = None
    fingerprint: str | None = None
    key_id: str | None = None
    request_id: str | None = None
    schedule: str | None = None


def submit(
    store: Store, asked: Submission, *, max_queued: int, clock: Clock = database_clock
) -> tuple[Job, bool]:
    """Accept work; once this returns it outlives every process.

    Returns
    -------
    tuple[Job, bool]
        The job, and whether it is new; the first one if its key was used before.

    Raises
    ------
    Conflict
        If the key was used before, for another request.
    Busy
        If `max_queued` jobs of the tenant wait already.
    """
    body = packed(asked.body)
    fingerprint = asked.fingerprint or hashlib.sha256(asked.body).hexdigest()
    try:
        return _submit(store, asked, fingerprint, body, max_queued, clock)
    except IntegrityError:
        # Another process used the key in the same moment; now its job is found.
        return _submit(store, asked, fingerprint, body, max_queued, clock)


def submitted_before(store: Store, tenant: str, key: str, fingerprint: str) -> Job | None:
    """Return the job that was submitted under an idempotency key, or None if there is none.

    Raises
    ------
    Conflict
        If it was submitted for another request.
    """
    with store.reading() as connection:
        return _same(connection, tenant, key, fingerprint)


def get_job(store: Store, tenant: str, job: str) -> Job:
    """Return a job.

    Raises
    ------
    NotFound
        If the tenant has none of that id.
    """
    with store.reading() as connection:
        return job_of(job_row(connection, tenant, job))


def list_jobs(
    store: Store,
    tenant: str,
    *,
    kind: str | None = None,
    state: str | None = None,
    limit: int = 50,
    before: str | None = None,
) -> tuple[list[Job], str | None]:
    """Return jobs, newest first, and where the list goes on.

    Parameters
    ----------
    kind, state
        Only those.
    before
        What the call before returned; the list goes on there, whatever came in meanwhile.

    Returns
    -------
    tuple[list[Job], str | None]
        At most `limit` jobs, and None if there are no more. O(limit) index entries are read, or
        where both a kind and a state are given at worst as many as there are jobs in the state.
    """
    wanted = select(jobs).where(jobs.c.tenant == tenant)
    if kind is not None:
        wanted = wanted.where(jobs.c.kind == kind)
    if state is not None:
        wanted = wanted.where(jobs.c.state == state)
    if before is not None:
        wanted = wanted.where(jobs.c.id < before)
    with store.reading() as connection:
        query = wanted.order_by(jobs.c.id.desc()).limit(limit + 1)
        found = [job_of(row) for row in connection.execute(query)]
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def events_after(
    store: Store, tenant: str, job: str, number: int, limit: int = 1000
) -> list[JobEvent]:
    """Return the events of a job behind a number, in their order, at most `limit` of them.

    Raises
    ------
    NotFound
        If the tenant has none of that id.
    """
    after = and_(job_events.c.job == job, job_events.c.number > number)
    with store.reading() as connection:
        job_row(connection, tenant, job)
        query = select(job_events).where(after).order_by(job_events.c.number).limit(limit)
        return [event_of(row) for row in connection.execute(query)]


def document(store: Store, tenant: str, job: str, name: str) -> Document:
    """Return something that a job made, or its ``request``.

    Raises
    ------
    NotFound
        If the tenant has no such job, or the job made nothing of that name.
    Conflict
        If it is not done.
    """
    with store.reading() as connection:
        state = JobState(job_row(connection, tenant, job).state)
        query = select(documents).where(_is(job, name))
        found = connection.execute(query).first()
    if found is not None:
        return document_of(found)
    if state is not JobState.DONE:
        raise wrong_state(f"The job is {state}: there is no result.")
    raise NotFound(f"The job made no {name!r:.80}.")


def document_names(store: Store, tenant: str, job: str) -> tuple[str, ...]:
    """Return the names of all that a job made, and ``request``, sorted.

    Raises
    ------
    NotFound
        If the tenant has none of that id.
    """
    with store.reading() as connection:
        job_row(connection, tenant, job)
        query = select(documents.c.name).where(documents.c.job == job)
        return tuple(connection.execute(query.order_by(documents.c.name)).scalars())


def _submit(
    store: Store, asked: Submission, fingerprint: str, body: bytes, max_queued: int, clock: Clock
) -> tuple[Job, bool]:
    with store.writing() as connection:
        if asked.idempotency_key is not None:
            known = _same(connection, asked.tenant, asked.idempotency_key, fingerprint)
            if known is not None:
                return known, False
        waiting = select(func.count()).where(
            jobs.c.tenant == asked.tenant, jobs.c.state == JobState.QUEUED.value
        )
        if connection.execute(waiting).scalar_one() >= max_queued:
            detail = f"{max_queued:,} jobs wait already; no more are accepted until some are done."
            raise Busy(detail, after_seconds=_BUSY_SECONDS)
        now = clock(connection)
        new = insert(jobs).values(
            id=new_id(now),
            tenant=asked.tenant,
            kind=asked.kind,
            label=asked.label,
            state=JobState.QUEUED.value,
            revision=1,
            priority=asked.priority,
            attempts=0,
            idempotency_key=asked.idempotency_key,
            fingerprint=fingerprint,
            seconds=asked.seconds,
            discard=False,
            key_id=asked.key_id,
            request_id=asked.request_id,
            submitted=now,
        )
        row = connection.execute(new.returning(jobs)).one()
        request = Document(REQUEST, "application/json", asked.body)
        add_documents(connection, row.id, [(request, body)])
        add_events(connection, row.id, now, [("submitted", {})])
        _note(connection, asked, row.id)
        return job_of(row), True


def _note(connection: Connection, asked: Submission, job: str) -> None:
    caller = Caller(asked.tenant, asked.key_id, frozenset())
    detail = {"kind": asked.kind}
    if asked.schedule is not None:
        detail["schedule"] = asked.schedule
    note_in(connection, caller, "submit job", f"/v1/jobs/{job}", detail, asked.request_id)


def _same(connection: Connection, tenant: str, key: str, fingerprint: str) -> Job | None:
    query = select(jobs).where(jobs.c.tenant == tenant, jobs.c.idempotency_key == key)
    found = connection.execute(query).first()
    if found is None:
        return None
    if found.fingerprint != fingerprint:
        issue = Issue("key_reused", "", f"The key is that of the job {found.id}.")
        detail = "The idempotency key was used before, for another request."
        raise Conflict(detail, [issue])
    return job_of(found)


def _is(job: str, name: str) -> ColumnElement[bool]:
    return and_(documents.c.job == job, documents.c.name == name)
