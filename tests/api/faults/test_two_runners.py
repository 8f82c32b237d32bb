"""A runner that was held up for longer than its lease, and goes on when another has taken over."""

from __future__ import annotations

import signal
from contextlib import closing

from api.jobs.leases import holder
from api.jobs.queue import get_job
from api.jobs.records import JobState
from api.runner.runner import LEASE
from api.store import open_store
from tests.api.faults.harness import eventually
from tests.api.faults.runners import TENANT, counting, happened, over, runner, with_a_value


def test_a_runner_that_was_paused_beyond_its_lease_changes_nothing(postgresql_url: str) -> None:
    """Its own processes have counted on meanwhile and are done; what they made is not taken."""
    with (
        closing(open_store(postgresql_url)) as store,
        runner(postgresql_url) as one,
        runner(postgresql_url) as other,
    ):
        jobs = [counting(store, 4.0) for _ in range(2)]
        for job in jobs:
            with_a_value(store, job)
        held = holder(store, LEASE)
        assert held is not None
        paused = one if f":{one.pid}:" in held[0] else other
        paused.send_signal(signal.SIGSTOP)
        try:
            for job in jobs:
                eventually(
                    lambda job=job: get_job(store, TENANT, job).attempts > 1 or None,
                    "nobody takes over",
                )
        finally:
            paused.send_signal(signal.SIGCONT)
        for job in jobs:
            assert over(store, job) is JobState.DONE
            expected = ["submitted", "started", "requeued", "started", "done"]
            assert happened(store, job) == expected
        # It stands by, and is as good as any other.
        later = counting(store, 0.5)
        assert over(store, later) is JobState.DONE
        assert happened(store, later) == ["submitted", "started", "done"]


def test_a_paused_runner_keeps_its_jobs_where_it_holds_the_lock_of_the_file(
    sqlite_url: str,
) -> None:
    """A second one on the same machine does not take over from a process that lives."""
    with (
        closing(open_store(sqlite_url)) as store,
        runner(sqlite_url) as one,
        runner(sqlite_url) as other,
    ):
        job = counting(store, 3.0)
        with_a_value(store, job)
        held = holder(store, LEASE)
        assert held is not None
        paused = one if f":{one.pid}:" in held[0] else other
        paused.send_signal(signal.SIGSTOP)
        try:
            eventually(lambda: holder(store, LEASE) is None or None, "the lease lasts")
        finally:
            paused.send_signal(signal.SIGCONT)
        assert over(store, job) is JobState.DONE
        assert happened(store, job) == ["submitted", "started", "done"]
