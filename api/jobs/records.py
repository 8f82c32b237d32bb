"""A job as everybody sees it: two axes of status, five times, and what it was told on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from optimizer.errors import Issue
from optimizer.model.record import Record
from optimizer.result import Termination

__all__ = ["Document", "Job", "JobEvent", "JobState", "Outcome", "Problem"]


class JobState(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Tell whether nothing more will happen."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Problem(Record):
    """Why a job failed.

    Parameters
    ----------
    type
        Stable name of the kind of problem, as a URN.
    title, detail
        The kind of problem and this occurrence of it, one sentence each.
    status
        The HTTP status that it would have had as an answer.
    errors
        Every single cause that was found.
    """

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Job(Record):
    """Long work and how it stands.

    Parameters
    ----------
    kind
        What is made: `forecasts`, `rosters`, `simulations`, `comparisons` or `plans`.
    label
        A name for people, as it was given.
    state
        Where it is in its life: queued, running, stopping (it was asked to keep its best), and at
        last done, failed or cancelled.
    termination
        How the solve ended, once it has: optimal, feasible (within the gap or out of time),
        stopped (on request), infeasible or no_solution. Null for work that optimises nothing.
    objective, bound, gap
        Best known values so far, and (objective - bound) / |objective|; null while there are none.
    revision
        Rises with every change.
    attempts
        How often it was begun; above 1 if a process died under it.
    seconds
        Longest time for the work, from its start to its result.
    problem
        Why it failed.
    submitted, started, first_result, stop_requested, finished
        When it was accepted, begun (last), had a first objective, was asked to stop, and ended.
    request_id
        Of the request that submitted it; its log lines carry it.
    """

    id: str
    kind: str
    label: str | None
    state: JobState
    termination: Termination | None
    objective: float | None
    bound: float | None
    gap: float | None
    revision: int
    attempts: int
    seconds: float
    problem: Problem | None
    submitted: datetime
    started: datetime | None
    first_result: datetime | None
    stop_requested: datetime | None
    finished: datetime | None
    request_id: str | None


@dataclass(frozen=True, slots=True)
class JobEvent(Record):
    """Something that happened to a job.

    Parameters
    ----------
    number
        Rises by one from 1 within a job.
    kind
        `submitted`, `started`, `progress`, `stopping`, `requeued` (its process died), and last
        one of `done`, `failed`, `cancelled`.
    data
        Of progress: phase, seconds since the start, objective, bound and gap as far as known. Of
        the end: termination, objective, bound, gap, and other figures of the result.
    """

    number: int
    at: datetime
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """Something that a job made, or was asked.

    Parameters
    ----------
    name
        Unique within a job, such as ``roster``; ``request`` is what was asked.
    media_type
        Such as ``application/json``.
    """

    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a task made of a request.

    Parameters
    ----------
    documents
        All results; kept together with the end of the job, or not at all.
    figures
        What the last event of the job tells beside objective and bound, such as `short_hours`.
    """

    documents: tuple[Document, ...]
    termination: Termination | None = None
    objective: float | None = None
    bound: float | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
