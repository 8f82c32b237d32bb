"""What recurring work comes to, with the tasks that there are."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from api.access.audit import audit_entries
from api.config import Settings
from api.errors import NotFound
from api.jobs.desk import Desk
from api.jobs.leases import take
from api.jobs.queue import Submission, document, list_jobs, submit
from api.jobs.records import JobState, Outcome
from api.schedules import Due
from api.schedules.work import do_work
from api.store import Store
from api.store.tables import stored_documents
from api.tasks import KINDS
from optimizer.codec import encode
from optimizer.errors import InvalidInput

MONDAY = date(2026, 3, 2)


def due(work: str, body: dict[str, Any], key: str = "schedule s 1") -> Due:
    return Due("main", "s", work, json.dumps(body).encode(), MONDAY, key)


def example(kind: str, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(encode(KINDS[kind].example))
    return body | more


def test_a_job_is_submitted_like_one_from_the_api_and_once_for_each_occasion(store: Store) -> None:
    asked = due("rosters", example("rosters", label="Week of ${week+1}"))
    job = do_work(store, Settings(), asked)
    assert job is not None
    # Another runner, or one that was killed before it wrote down that this is done.
    assert do_work(store, Settings(), replace(asked, day=date(2026, 3, 9))) == job
    (listed,), _ = list_jobs(store, "main")
    assert (listed.id, listed.label, listed.state) == (job, "Week of 2026-03-09", JobState.QUEUED)
    assert json.loads(document(store, "main", job, "request").body)["label"] == listed.label
    assert do_work(store, Settings(), replace(asked, key="schedule s 2")) != job


def test_the_audit_names_the_schedule_that_asked(store: Store) -> None:
    job = do_work(store, Settings(), due("rosters", example("rosters")))
    (entry,) = audit_entries(store, "main")[0]
    assert (entry.action, entry.target, entry.key_id) == ("submit job", f"/v1/jobs/{job}", None)
    assert entry.detail == {"kind": "rosters", "schedule": "s"}


def test_a_job_without_a_label_has_the_name_of_its_schedule(store: Store) -> None:
    do_work(store, Settings(), due("rosters", example("rosters", label=None)))
    assert list_jobs(store, "main")[0][0].label == "s"


def test_a_request_that_cannot_be_accepted_says_why(store: Store) -> None:
    with pytest.raises(InvalidInput) as refused:
        do_work(store, Settings(), due("forecasts", {"horizon_days": 28}))
    assert [issue.pointer for issue in refused.value.issues] == ["/history"]
    assert list_jobs(store, "main") == ([], None)


def test_the_newest_job_that_is_done_stands_for_its_kind(store: Store) -> None:
    asked = due("rosters", example("rosters", warm_start="${rosters}"))
    with pytest.raises(InvalidInput) as refused:
        do_work(store, Settings(), asked)
    assert [(issue.code, issue.pointer) for issue in refused.value.issues] == [
        ("nothing_there", "/warm_start")
    ]
    lease = take(store, "runner", "a", 60)
    assert lease is not None
    desk = Desk(store, lease, attempts=1)
    done, _ = submit(store, Submission("main", "rosters", b"{}", 60.0), max_queued=10)
    desk.claim(1)
    desk.finish(done.id, Outcome(()))
    submit(store, Submission("main", "rosters", b"{}", 60.0), max_queued=10)
    with pytest.raises(NotFound) as missing:  # the job is found, but it made no roster
        do_work(store, Settings(), asked)
    assert [issue.pointer for issue in missing.value.issues] == ["/warm_start"]
    assert "roster" in missing.value.issues[0].detail


def test_cleaning_up_never_goes_beyond_what_the_service_keeps(store: Store) -> None:
    submit(store, Submission("main", "rosters", b"{}", 60.0), max_queued=10)
    assert do_work(store, Settings(), due("cleanup", {})) is None
    assert do_work(store, Settings(), due("cleanup", {"keep_days": 30})) is None
    assert len(list_jobs(store, "main")[0]) == 1


def test_the_report_is_that_of_the_day_before(store: Store) -> None:
    assert do_work(store, Settings(), due("reports", {})) is None
    with store.reading() as connection:
        kept = connection.execute(select(stored_documents.c.name)).scalars().all()
    assert [name for name in kept if "2026-03-01" in name] == kept != []
