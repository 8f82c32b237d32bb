from __future__ import annotations

import pytest

from api.errors import Busy, Conflict, NotFound
from api.jobs.ending import discard, request_stop
from api.jobs.queue import (
    Submission,
    document,
    document_names,
    events_after,
    get_job,
    list_jobs,
    submit,
    submitted_before,
)
from api.jobs.records import Job, JobState
from api.store import Store


def send(store: Store, body: bytes = b"{}", *, tenant: str = "main", **more: object) -> Job:
    asked = Submission(tenant, "rosters", body, 60.0, **more)  # type: ignore[arg-type] # test data
    job, created = submit(store, asked, max_queued=1000)
    assert created
    return job


def test_an_accepted_job_is_there(store: Store) -> None:
    job = send(store, b'{"a": 1}', label="Week 12", key_id="k", request_id="r")
    assert get_job(store, "main", job.id) == job
    assert (job.state, job.label, job.revision, job.attempts) == (JobState.QUEUED, "Week 12", 1, 0)
    assert len(job.id) == 36
    assert document(store, "main", job.id, "request").body == b'{"a": 1}'
    assert document_names(store, "main", job.id) == ("request",)
    assert [event.kind for event in events_after(store, "main", job.id, 0)] == ["submitted"]


def test_the_same_key_and_request_are_one_job(store: Store) -> None:
    first = send(store, idempotency_key="k")
    again = Submission("main", "rosters", b"{}", 60.0, idempotency_key="k")
    assert submit(store, again, max_queued=1000) == (first, False)
    assert list_jobs(store, "main") == ([first], None)
    # Keys are a tenant's own.
    assert send(store, tenant="other", idempotency_key="k").id != first.id


def test_the_same_key_with_another_request_is_a_conflict(store: Store) -> None:
    first = send(store, idempotency_key="k")
    other = Submission("main", "rosters", b"[]", 60.0, idempotency_key="k")
    with pytest.raises(Conflict) as refused:
        submit(store, other, max_queued=1000)
    assert [issue.code for issue in refused.value.issues] == ["key_reused"]
    assert first.id in refused.value.issues[0].detail


def test_a_key_leads_to_its_job_before_the_request_is_looked_at(store: Store) -> None:
    assert submitted_before(store, "main", "k", "f") is None
    first = send(store, idempotency_key="k", fingerprint="f")
    assert submitted_before(store, "main", "k", "f") == first
    with pytest.raises(Conflict):
        submitted_before(store, "main", "k", "g")


def test_a_full_queue_is_full_for_its_tenant_only(store: Store) -> None:
    for _ in range(3):
        send(store)
    asked = Submission("main", "rosters", b"{}", 60.0)
    with pytest.raises(Busy) as refused:
        submit(store, asked, max_queued=3)
    assert refused.value.yours
    assert refused.value.after_seconds > 0
    send(store, tenant="other")


def test_lists_are_newest_first_and_go_on_where_they_ended(store: Store) -> None:
    sent = [send(store).id for _ in range(7)]
    send(store, tenant="other")
    page, cursor = list_jobs(store, "main", limit=3)
    assert [job.id for job in page] == sent[:3:-1]
    send(store)
    page, cursor = list_jobs(store, "main", limit=3, before=cursor)
    assert [job.id for job in page] == sent[3:0:-1]
    page, cursor = list_jobs(store, "main", limit=3, before=cursor)
    assert ([job.id for job in page], cursor) == (sent[:1], None)


def test_lists_are_of_a_kind_and_state(store: Store) -> None:
    first, second = send(store), send(store)
    request_stop(store, "main", first.id)
    assert [job.id for job in list_jobs(store, "main", state="queued")[0]] == [second.id]
    assert [job.id for job in list_jobs(store, "main", state="cancelled")[0]] == [first.id]
    assert list_jobs(store, "main", kind="plans") == ([], None)
    assert len(list_jobs(store, "main", kind="rosters", state="queued")[0]) == 1


def test_stopping_a_job_that_waits_cancels_it(store: Store) -> None:
    job = send(store)
    stopped = request_stop(store, "main", job.id)
    assert stopped.state is JobState.CANCELLED
    assert stopped.finished is not None
    assert stopped.revision == 2
    with pytest.raises(Conflict):
        request_stop(store, "main", job.id)
    assert [event.kind for event in events_after(store, "main", job.id, 1)] == ["cancelled"]


def test_a_job_that_is_over_is_forgotten_with_all_that_it_had(store: Store) -> None:
    job = send(store)
    assert discard(store, "main", job.id).state is JobState.CANCELLED
    assert discard(store, "main", job.id).state is JobState.CANCELLED
    for ask in (get_job, document_names, discard, request_stop):
        with pytest.raises(NotFound):
            ask(store, "main", job.id)


def test_nothing_of_a_job_is_reached_by_another_tenant(store: Store) -> None:
    job = send(store).id
    for ask in (get_job, document_names, discard, request_stop):
        with pytest.raises(NotFound):
            ask(store, "other", job)
    with pytest.raises(NotFound):
        document(store, "other", job, "request")
    with pytest.raises(NotFound):
        events_after(store, "other", job, 0)


def test_a_result_before_the_job_is_done_is_a_conflict_that_says_the_state(store: Store) -> None:
    job = send(store)
    with pytest.raises(Conflict, match="queued"):
        document(store, "main", job.id, "roster")
