from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, insert, select

from api.jobs.cleanup import clean_up
from api.jobs.clock import Clock
from api.jobs.desk import Desk
from api.jobs.leases import take
from api.jobs.queue import Submission, list_jobs, submit
from api.jobs.records import Document, Outcome
from api.jobs.rows import new_id
from api.store import Store
from api.store.tables import documents, job_events, jobs, publications


def finished(store: Store, count: int, tenant: str = "main") -> list[str]:
    lease = take(store, "runner", "a", 60)
    assert lease is not None
    desk = Desk(store, lease, attempts=1)
    asked = Submission(tenant, "rosters", b"{}", 60.0)
    made = [submit(store, asked, max_queued=1000)[0].id for _ in range(count)]
    for claim in desk.claim(count):
        desk.finish(claim.job, Outcome((Document("roster", "application/json", b"{}"),)))
    return made


def in_days(days: float) -> Clock:
    moment = datetime.now(UTC) + timedelta(days=days)
    return lambda _: moment


def test_jobs_that_ended_long_ago_go_with_all_that_they_had(store: Store) -> None:
    finished(store, 3)
    waiting, _ = submit(store, Submission("main", "rosters", b"{}", 60.0), max_queued=10)
    assert clean_up(store, keep_days=90, clock=in_days(89)) == 0
    assert clean_up(store, keep_days=90, clock=in_days(91)) == 3
    assert [job.id for job in list_jobs(store, "main")[0]] == [waiting.id]
    with store.reading() as connection:
        for table in (documents, job_events):
            query = select(func.count()).select_from(table)
            assert connection.execute(query).scalar_one() == 1


def test_jobs_of_published_rosters_and_of_others_stay(store: Store) -> None:
    published, _ = finished(store, 2)
    (other,) = finished(store, 1, "other")
    with store.writing() as connection:
        connection.execute(
            insert(publications).values(
                tenant="main",
                version=1,
                job=published,
                first_day=date(2026, 3, 2),
                last_day=date(2026, 3, 8),
                published=datetime.now(UTC),
            )
        )
    assert clean_up(store, keep_days=90, tenant="main", clock=in_days(91)) == 1
    assert [job.id for job in list_jobs(store, "main")[0]] == [published]
    assert [job.id for job in list_jobs(store, "other")[0]] == [other]


def test_many_go_a_few_hundred_at_a_time(store: Store) -> None:
    now = datetime.now(UTC)
    rows = [
        {
            "id": new_id(now),
            "tenant": "main",
            "kind": "rosters",
            "state": "done",
            "revision": 3,
            "priority": 0,
            "attempts": 1,
            "fingerprint": "",
            "seconds": 60.0,
            "discard": False,
            "submitted": now,
            "finished": now,
        }
        for _ in range(405)
    ]
    with store.writing() as connection:
        connection.execute(insert(jobs), rows)
    assert clean_up(store, keep_days=1, clock=in_days(2)) == 405
    assert list_jobs(store, "main") == ([], None)
