"""Between rows of the database and the records of jobs."""

from __future__ import annotations

import gzip
import math
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, select

from api.errors import Conflict, NotFound
from api.jobs.records import Document, Job, JobEvent, JobState, Problem
from api.store.tables import documents, job_events, jobs
from optimizer.errors import Issue
from optimizer.result import Termination, relative_gap

__all__ = [
    "ACTIVE",
    "OVER",
    "REQUEST",
    "add_documents",
    "add_events",
    "document_of",
    "event_of",
    "finite",
    "job_of",
    "job_row",
    "new_id",
    "packed",
    "wrong_state",
]

ACTIVE = (JobState.RUNNING.value, JobState.STOPPING.value)
"""States of a job that a runner works on."""

OVER = tuple(state.value for state in JobState if state.over)

REQUEST = "request"
"""Name of the document that holds what was asked."""

# Of 6 MB of roster: level 1 makes 1/22 in 12 ms, 3 makes 1/28 in 13 ms, 6 makes 1/37 in 35 ms.
_LEVEL = 3


def new_id(moment: datetime) -> str:
    """Return a UUID of version 7 (RFC 9562): whoever sorts ids sorts by time.

    The twelve bits behind the millisecond are a finer clock (method 3 of section 6.2), so that
    the jobs of one process keep their order; 62 bits are random.
    """
    milliseconds, rest = divmod(math.floor(moment.timestamp() * 1_000_000), 1_000)
    fine = rest * 4_096 // 1_000
    value = milliseconds << 80 | 7 << 76 | fine << 64 | 2 << 62 | secrets.randbits(62)
    digits = f"{value:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def job_of(row: Row[Any]) -> Job:
    """Return the job that a row of `jobs` holds."""
    objective, bound = row.objective, row.bound
    known = objective is not None and bound is not None
    return Job(
        id=row.id,
        kind=row.kind,
        label=row.label,
        state=JobState(row.state),
        termination=None if row.termination is None else Termination(row.termination),
        objective=objective,
        bound=bound,
        gap=relative_gap(objective, bound) if known else None,
        revision=row.revision,
        attempts=row.attempts,
        seconds=row.seconds,
        problem=None if row.problem is None else msgspec.convert(row.problem, Problem),
        submitted=row.submitted,
        started=row.started,
        first_result=row.first_result,
        stop_requested=row.stop_requested,
        finished=row.finished,
        request_id=row.request_id,
    )


def job_row(connection: Connection, tenant: str, job: str, *, lock: bool = False) -> Row[Any]:
    """Return the row of a job, locked against changes by others if `lock` says so.

    Raises
    ------
    NotFound
        If the tenant has none of that id.
    """
    query = select(jobs).where(jobs.c.id == job, jobs.c.tenant == tenant)
    found = connection.execute(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound(f"There is no job {job!r:.80}.")
    return found


def wrong_state(detail: str) -> Conflict:
    """Return what to raise where a job is in a state in which what is asked makes no sense."""
    return Conflict(detail, [Issue("wrong_state", "", detail)])


def event_of(row: Row[Any]) -> JobEvent:
    """Return the event that a row of `job_events` holds."""
    return JobEvent(row.number, row.at, row.kind, row.data)


def document_of(row: Row[Any]) -> Document:
    """Return the document that a row of `documents` holds."""
    return Document(row.name, row.media_type, gzip.decompress(row.body))


def finite(value: float | None) -> float | None:
    """Return a number that JSON has, or None."""
    return value if value is not None and math.isfinite(value) else None


def packed(body: bytes) -> bytes:
    """Return a body as it is stored; takes milliseconds per megabyte, so not under a lock."""
    return gzip.compress(body, _LEVEL, mtime=0)


def add_documents(connection: Connection, job: str, made: Sequence[tuple[Document, bytes]]) -> None:
    """Store documents of a job, each with its packed body."""
    rows = [
        {"job": job, "name": one.name, "media_type": one.media_type, "body": body}
        for one, body in made
    ]
    if rows:
        connection.execute(insert(documents), rows)


def add_events(
    connection: Connection, job: str, at: datetime, told: Sequence[tuple[str, Mapping[str, Any]]]
) -> None:
    """Append events (kind, data) to a job, numbered on.

    The transaction has written the row of the job before, which keeps everybody else who would
    number events of that job waiting until it is over: numbers have no gaps.
    """
    if not told:
        return
    newest = select(func.coalesce(func.max(job_events.c.number), 0)).where(job_events.c.job == job)
    first = connection.execute(newest).scalar_one() + 1
    rows = [
        {"job": job, "number": number, "at": at, "kind": kind, "data": dict(data)}
        for number, (kind, data) in enumerate(told, first)
    ]
    connection.execute(insert(job_events), rows)
