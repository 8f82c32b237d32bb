"""Jobs, whatever they make: list them, look at one, follow it, stop it, throw it away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import urlencode

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.access import note
from api.access.scopes import Scope
from api.jobs.ending import discard, request_stop
from api.jobs.queue import events_after, get_job, list_jobs
from api.jobs.records import Job, JobEvent
from api.schemas.jobs import (
    EventsHeaders,
    EventsQuery,
    JobEvents,
    JobHeaders,
    JobList,
    JobPath,
    JobQuery,
    JobsQuery,
)
from api.v1.bodies import json_answer
from api.v1.describe import ETAG, answers, each_event, operation_id
from api.v1.here import caller, scope, store
from api.v1.listeners import Listener, hub
from api.v1.streams import EVENT_STREAM, HEARTBEAT_SECONDS, Message, client_there, stream

__all__ = ["job_answer", "routes"]

routes = APIBlueprint(
    "jobs",
    __name__,
    url_prefix="/v1/jobs",
    abp_tags=[Tag(name="Jobs", description="Long work: how it stands, and what it is told.")],
    operation_id_callback=operation_id,
)

_MOST_EVENTS = 1000


@routes.get(
    "",
    summary="List jobs, the newest first.",
    responses=answers(JobList, "Jobs, and where there are more.", "422"),
)
@scope(Scope.READ)
def list_all_jobs(query: JobsQuery) -> Response:
    """Answer one page of jobs."""
    jobs, cursor = list_jobs(
        store(),
        caller().tenant,
        kind=query.kind,
        state=query.state,
        limit=query.limit,
        before=query.before,
    )
    following = None
    if cursor is not None:
        asked = query.model_dump(mode="json", exclude_none=True) | {"before": cursor}
        following = f"{request.path}?{urlencode(asked)}"
    return json_answer(JobList(tuple(jobs), following))


@routes.get(
    "/<id>",
    summary="Look at a job.",
    description=(
        "The header ETag names the state of the job, so that one who has seen it gets 304. With "
        "`wait`, the answer comes when there is something new."
    ),
    responses=answers(Job, "How the job stands.", "404", "422", "503", headers=ETAG)
    | {"304": {"description": "It is as the caller saw it (If-None-Match).", "headers": ETAG}},
)
@scope(Scope.READ)
def get_one_job(path: JobPath, header: JobHeaders, query: JobQuery) -> Response:
    """Answer how a job stands, perhaps later."""
    tenant = caller().tenant

    def look() -> Job:
        return get_job(store(), tenant, path.id)

    def new(job: Job) -> bool:
        return not _seen(job) if header.if_none_match else job.state.over

    job = look()
    if query.wait and not new(job):
        with closing(hub().listen(tenant, path.id, _NOW, client_there())) as listener:
            job = _awaited(listener, look, new, query.wait)
    answer = job_answer(job)
    answer.make_conditional(request)
    return answer


@routes.get(
    "/<id>/events",
    summary="Follow a job.",
    description=(
        "As server-sent events: all that happened so far, then what happens as it does, until the "
        "job is over. The `id` of each is its number; whoever comes again with Last-Event-ID gets "
        "what comes after it. For `Accept: application/json`, what happened so far as one list of "
        f"at most {_MOST_EVENTS} events."
    ),
    responses=answers(
        JobEvents,
        "What happened.",
        "404",
        "422",
        "503",
        others={EVENT_STREAM: each_event(JobEvent)},
    ),
)
@scope(Scope.READ)
def follow_job(path: JobPath, header: EventsHeaders, query: EventsQuery) -> Response:
    """Answer the events of a job, as a stream or as a list."""
    tenant, place = caller().tenant, store()
    after = next((n for n in (query.after, header.last_event_id) if n is not None), 0)
    job = get_job(place, tenant, path.id)
    forms = [EVENT_STREAM, "application/json"]
    if request.accept_mimetypes.best_match(forms) == "application/json":
        events = events_after(place, tenant, path.id, after, _MOST_EVENTS)
        whole = job.state.over and len(events) < _MOST_EVENTS
        return json_answer(JobEvents(tuple(events), whole))
    listener = hub().listen(tenant, path.id, after, client_there())
    if job.state.over:
        listener.end()  # it still gives what it has not given yet
    return stream(_messages(listener), listener.close)


@routes.post(
    "/<id>/stop",
    summary="Stop a job and keep its best.",
    description=(
        "A running job ends soon and is done, with the best result that it has; one that waits is "
        "cancelled. Stopping it again changes nothing."
    ),
    responses=answers(Job, "How the job stands now.", "404", "409", "422", headers=ETAG),
)
@scope(Scope.PLAN)
def stop_job(path: JobPath) -> Response:
    """Ask a job to stop."""
    job = request_stop(store(), caller().tenant, path.id)
    note(store(), caller(), "stop job", f"/v1/jobs/{job.id}", {"kind": job.kind})
    return job_answer(job)


@routes.delete(
    "/<id>",
    summary="Throw a job away.",
    description=(
        "One that waits or runs is cancelled; one that is over is deleted with its results, unless "
        "a roster of it is published."
    ),
    responses=answers(Job, "The job, as it stands or stood.", "404", "409", "422", headers=ETAG),
)
@scope(Scope.PLAN)
def delete_job(path: JobPath) -> Response:
    """Cancel or delete a job."""
    job = discard(store(), caller().tenant, path.id)
    note(store(), caller(), "discard job", f"/v1/jobs/{job.id}", {"kind": job.kind})
    return job_answer(job)


def job_answer(job: Job, status: int = 200) -> Response:
    """Return an answer with a job, and its revision as ETag."""
    response = json_answer(job)
    response.status_code = status
    response.set_etag(str(job.revision))
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _seen(job: Job) -> bool:
    return request.if_none_match.contains(str(job.revision))


_NOW = 2**31 - 1
"""Listen from now on."""


def _awaited(
    listener: Listener, look: Callable[[], Job], new: Callable[[Job], bool], seconds: float
) -> Job:
    """Return a job as soon as there is something new about it, but no later than that."""
    until = time.monotonic() + seconds
    while True:
        job = look()
        left = until - time.monotonic()
        if new(job) or left <= 0 or listener.wait(left) is None:
            return job


def _messages(listener: Listener) -> Iterator[Message | None]:
    for event in listener.events(HEARTBEAT_SECONDS):
        yield None if event is None else Message(event.number, event.kind, event)
