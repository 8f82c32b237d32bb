"""What is asked and answered about jobs, whatever they make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.jobs.records import Job, JobEvent, JobState
from optimizer.errors import Issue
from optimizer.model.record import Record

__all__ = [
    "ID",
    "MOST_JOBS",
    "MOST_WAIT_SECONDS",
    "EventsHeaders",
    "EventsQuery",
    "JobEvents",
    "JobHeaders",
    "JobKind",
    "JobList",
    "JobPath",
    "JobQuery",
    "JobsQuery",
    "SubmissionHeaders",
    "SubmissionQuery",
    "Validation",
]

JobKind = Literal["forecasts", "rosters", "simulations", "comparisons", "plans"]

ID = r"^[0-9A-Za-z-]{1,64}$"
"""What an identifier of a job looks like."""

MOST_JOBS = 500
"""Jobs in one answer."""

MOST_WAIT_SECONDS = 60.0
"""Longest time that an answer waits for news; proxies give up after about as long."""


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid")


class JobPath(BaseModel):
    """A job in a path."""

    id: str = Field(description="The job.", pattern=ID)


class SubmissionQuery(_Query):
    """How a request for a job is taken."""

    validate_only: bool = Field(
        False, description="Look at the request and say what is wrong with it, but do nothing."
    )


class _Headers(BaseModel):
    model_config = ConfigDict(extra="ignore")


class SubmissionHeaders(_Headers):
    """How a request for a job is told from others."""

    idempotency_key: str | None = Field(
        None,
        alias="Idempotency-Key",
        description=(
            "Any name that the caller makes up for this request, such as a UUID: whoever sends the "
            "same request with it again gets the job that there is, not a second one. Up to 200 "
            "visible ASCII characters."
        ),
        pattern=r"^[!-~]{1,200}$",
    )


class JobHeaders(_Headers):
    """What the caller knows of a job."""

    if_none_match: str | None = Field(
        None, alias="If-None-Match", description="The ETag of the job as the caller saw it."
    )


class EventsHeaders(_Headers):
    """What the caller knows of a job."""

    last_event_id: int | None = Field(
        None,
        alias="Last-Event-ID",
        description="Number of the last event that the caller has; it gets those after it.",
        ge=0,
        le=2**31 - 1,
    )


class JobsQuery(_Query):
    """Which jobs to list."""

    kind: JobKind | None = Field(None, description="Only jobs that make these.")
    state: JobState | None = Field(None, description="Only jobs in this state.")
    limit: int = Field(50, description="Most jobs in one answer.", ge=1, le=MOST_JOBS)
    before: str | None = Field(
        None, description="Only jobs before this one; `next` of an answer has it.", pattern=ID
    )


class JobQuery(_Query):
    """How long to wait for news of a job."""

    wait: Annotated[float, Field(allow_inf_nan=False)] = Field(
        0.0,
        description=(
            "Longest time in seconds to wait until the job is over, or, with If-None-Match, until "
            "it is not as it was."
        ),
        ge=0.0,
        le=MOST_WAIT_SECONDS,
    )


class EventsQuery(_Query):
    """From where on to follow a job."""

    after: int | None = Field(
        None,
        description="Only events with greater numbers; for clients that cannot send Last-Event-ID.",
        ge=0,
        le=2**31 - 1,
    )


@dataclass(frozen=True, slots=True)
class JobList(Record):
    """Jobs, the newest first.

    Parameters
    ----------
    next
        Address of the jobs before these; null if there are none.
    """

    jobs: tuple[Job, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class JobEvents(Record):
    """What happened to a job so far, in order.

    Parameters
    ----------
    over
        Whether these are all there will be.
    """

    events: tuple[JobEvent, ...]
    over: bool


@dataclass(frozen=True, slots=True)
class Validation(Record):
    """A request that would be taken.

    Parameters
    ----------
    seconds
        Longest time that the job would have.
    issues
        What is odd about the request, though nothing in it is wrong.
    """

    seconds: float
    issues: tuple[Issue, ...]
