"""Many at once: processes and threads, on both databases."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from datetime import datetime

import pytest
from sqlalchemy import Connection, select

from api.jobs.clock import database_clock
from api.jobs.desk import Desk
from api.jobs.ending import discard, request_stop
from api.jobs.leases import LeaseLost, take
from api.jobs.queue import Submission, events_after, get_job, list_jobs, submit
from api.jobs.records import JobState
from api.store import Store, open_store
from api.store.tables import leases
from optimizer.progress import Event

PROCESSES, THREADS, EACH = 2, 5, 10


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, context) as pool:
        yield pool


def submit_often(url: str, key: str | None) -> list[tuple[str, bool]]:
    """Submit from several threads; return the jobs, and whether each was new."""
    asked = Submission("main", "rosters", b"{}", 60.0, idempotency_key=key)
    with closing(open_store(url)) as store, ThreadPoolExecutor(THREADS) as threads:

        def send(_: int) -> tuple[str, bool]:
            job, created = submit(store, asked, max_queued=1000)
            return job.id, created

        return list(threads.map(send, range(THREADS * EACH)))


def test_a_hundred_equal_submissions_with_one_key_are_one_job(
    store: Store, store_url: str, processes: ProcessPoolExecutor
) -> None:
    parts = list(processes.map(submit_often, PROCESSES * [store_url], PROCESSES * ["k"]))
    answers = [answer for part in parts for answer in part]
    assert len(answers) == PROCESSES * THREADS * EACH
    assert len({job for job, _ in answers}) == 1
    assert sum(created for _, created in answers) == 1
    assert len(list_jobs(store, "main", limit=500)[0]) == 1


def test_without_a_key_each_submission_is_a_job_with_an_id_of_its_own(
    store: Store, store_url: str, processes: ProcessPoolExecutor
) -> None:
    parts = list(processes.map(submit_often, PROCESSES * [store_url], PROCESSES * [None]))
    sent = {job for part in parts for job, _ in part}
    listed = [job.id for job in list_jobs(store, "main", limit=500)[0]]
    assert len(sent) == PROCESSES * THREADS * EACH
    assert set(listed) == sent
    assert listed == sorted(listed, reverse=True)


def test_events_of_a_job_are_numbered_without_gaps_whoever_tells_them(store: Store) -> None:
    job, _ = submit(store, Submission("main", "rosters", b"{}", 60.0), max_queued=10)
    lease = take(store, "runner", "a", 60)
    assert lease is not None
    desk = Desk(store, lease, attempts=1)
    desk.claim(1)

    def tell(number: int) -> None:
        if number == 10:
            discard(store, "main", job.id)
        desk.tell(job.id, [Event("solving", float(number), float(part)) for part in range(3)])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(tell, range(20)))
    events = events_after(store, "main", job.id, 0)
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    kinds = [event.kind for event in events]
    assert (kinds.count("progress"), kinds.count("stopping")) == (60, 1)
    # Every change of the row counted, one for a batch.
    assert get_job(store, "main", job.id).revision == 1 + 1 + 20 + 1


def test_two_runners_that_fight_for_the_lease_begin_no_job_twice(store: Store) -> None:
    sent = {
        submit(store, Submission("main", "rosters", b"{}", 60.0), max_queued=100)[0].id
        for _ in range(20)
    }

    def run(owner: str) -> list[str]:
        begun: list[str] = []
        while any(job.state is JobState.QUEUED for job in list_jobs(store, "main")[0]):
            lease = take(store, "runner", owner, 60, forced=True)
            if lease is None:
                continue
            desk = Desk(store, lease, attempts=1)
            try:
                for _ in range(2):
                    begun.extend(claim.job for claim in desk.claim(1))
            except LeaseLost:
                continue
        return begun

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(run, ["a", "b"])
    assert sorted(first + second) == sorted(sent)


def test_a_job_that_is_cancelled_while_a_runner_reaches_for_it_stays_cancelled(
    postgresql_url: str,
) -> None:
    with closing(open_store(postgresql_url)) as store:
        asked = Submission("main", "rosters", b"{}", 60.0)
        first, second = (submit(store, asked, max_queued=10)[0].id for _ in range(2))
        lease = take(store, "runner", "a", 60)
        assert lease is not None

        def clock(connection: Connection) -> datetime:
            # The runner has chosen the job, and is about to write that it runs.
            if get_job(store, "main", first).state is JobState.QUEUED:
                request_stop(store, "main", first)
            return database_clock(connection)

        claims = Desk(store, lease, attempts=1, clock=clock).claim(1)
        assert [claim.job for claim in claims] == [second]
        assert get_job(store, "main", first).state is JobState.CANCELLED
        kinds = [event.kind for event in events_after(store, "main", first, 0)]
        assert kinds == ["submitted", "cancelled"]


def test_a_runner_that_finds_nothing_to_do_waits_for_nobody(store: Store) -> None:
    lease = take(store, "runner", "a", 60)
    assert lease is not None
    with store.writing() as connection:
        connection.execute(select(leases).with_for_update())
        assert Desk(store, lease, attempts=1).claim(1) == []
