"""Runners as real processes on real databases: work, stops, deaths, and who takes over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from api.jobs.ending import discard, request_stop
from api.jobs.leases import holder
from api.jobs.queue import Submission, document, document_names, events_after, get_job, submit
from api.jobs.records import Job, JobState
from api.runner.runner import LEASE
from api.store import Store, open_store
from api.tasks import KINDS
from optimizer.codec import encode
from optimizer.result import Termination

ROOT = Path(__file__).parents[3]
SMALL_RUNNER = [sys.executable, "-P", "-m", "tests.api.runner.small_runner"]
COMMAND = [str(Path(sys.executable).with_name("callboard")), "runner"]
PATIENCE_SECONDS = 300.0
TENANT = "main"


@contextmanager
def runner(url: str, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Have a runner work within the block."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CALLBOARD_DATABASE_URL": url}
    asked = command or (*SMALL_RUNNER, url)
    with subprocess.Popen(asked, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_SECONDS)
            finally:
                process.kill()


def asked(store: Store, kind: str, seconds: float = 60.0, body: bytes = b"{}") -> str:
    """Submit a job."""
    job, _ = submit(store, Submission(TENANT, kind, body, seconds), max_queued=100)
    return job.id


def reached(store: Store, job: str, *states: JobState) -> Job:
    """Wait for a job to be in a state."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (found := get_job(store, TENANT, job)).state not in states:
        assert not found.state.over, found
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)
    return found


def with_a_value(store: Store, job: str) -> None:
    """Wait for a job to have told an objective."""
    end = time.monotonic() + PATIENCE_SECONDS
    while get_job(store, TENANT, job).objective is None:
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)


def kinds(store: Store, job: str) -> list[str]:
    """Return what happened to a job, progress left out."""
    events = events_after(store, TENANT, job, 0)
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    return [event.kind for event in events if event.kind != "progress"]


def test_a_runner_works_through_all_that_waits(sqlite_url: str) -> None:
    with closing(open_store(sqlite_url)) as store:
        done = [asked(store, "count", 0.1, b"%d" % number) for number in range(4)]
        refused, hopeless = asked(store, "refuse"), asked(store, "find-nothing")
        deadly = asked(store, "die")
        with runner(sqlite_url):
            for number, job in enumerate(done):
                found = reached(store, job, JobState.DONE)
                assert found.termination is Termination.FEASIBLE
                assert (found.objective, found.bound, found.attempts) == (2.0, 1.0, 1)
                assert document(store, TENANT, job, "echo").body == b"%d" % number
                assert kinds(store, job) == ["submitted", "started", "done"]
            problem = reached(store, refused, JobState.FAILED).problem
            assert problem is not None
            assert [issue.code for issue in problem.errors] == ["unknown_skill"]
            problem = reached(store, hopeless, JobState.FAILED).problem
            assert problem is not None
            assert problem.type == "urn:callboard:problem:no-solution"
            failed = reached(store, deadly, JobState.FAILED)
            assert failed.problem is not None
            assert failed.problem.type == "urn:callboard:problem:worker-died"
            assert failed.attempts == 2


def test_a_running_job_is_stopped_or_discarded_and_told_of_meanwhile(sqlite_url: str) -> None:
    with closing(open_store(sqlite_url)) as store, runner(sqlite_url):
        kept, unwanted = asked(store, "count", 3600.0), asked(store, "ignore", 3600.0)
        with_a_value(store, kept)
        request_stop(store, TENANT, kept)
        stopped = reached(store, kept, JobState.DONE)
        assert stopped.termination is Termination.STOPPED
        assert stopped.stop_requested is not None
        assert kinds(store, kept) == ["submitted", "started", "stopping", "done"]
        reached(store, unwanted, JobState.RUNNING)
        discard(store, TENANT, unwanted)
        reached(store, unwanted, JobState.CANCELLED)
        # Its process did not hear of anything; the place is free all the same.
        others = [asked(store, "count", 0.1) for _ in range(2)]
        for other in others:
            reached(store, other, JobState.DONE)


def test_of_two_runners_one_works_and_the_other_takes_over(store_url: str) -> None:
    """On one machine at once, by the lock on the file; else when the lease is over."""
    with closing(open_store(store_url)) as store:
        with runner(store_url) as one, runner(store_url) as other:
            jobs = [asked(store, "count", 0.1) for _ in range(4)]
            for job in jobs:
                assert reached(store, job, JobState.DONE).attempts == 1
                assert kinds(store, job) == ["submitted", "started", "done"]
            interrupted = asked(store, "count", 4.0)
            with_a_value(store, interrupted)
            held = holder(store, LEASE)
            assert held is not None
            working = one if f":{one.pid}:" in held[0] else other
            working.send_signal(signal.SIGKILL)
            working.wait()
            assert reached(store, interrupted, JobState.DONE).attempts == 2
            happened = ["submitted", "started", "requeued", "started", "done"]
            assert kinds(store, interrupted) == happened
        assert holder(store, LEASE) is None


def test_a_runner_that_is_told_to_end_keeps_the_best_of_what_runs(sqlite_url: str) -> None:
    with closing(open_store(sqlite_url)) as store:
        running, waiting = asked(store, "count", 3600.0), None
        with runner(sqlite_url) as process:
            with_a_value(store, running)
            process.terminate()
            assert process.wait(PATIENCE_SECONDS) == 0
            waiting = asked(store, "count", 0.1)
        assert get_job(store, TENANT, running).termination is Termination.STOPPED
        assert get_job(store, TENANT, waiting).state is JobState.QUEUED
        assert holder(store, LEASE) is None


def test_the_command_works_off_what_waits_and_ends(sqlite_url: str) -> None:
    with closing(open_store(sqlite_url)) as store:
        job = asked(store, "rosters", 60.0, encode(KINDS["rosters"].example))
        with runner(sqlite_url, *COMMAND, "--once") as process:
            assert process.wait(PATIENCE_SECONDS) == 0
        assert reached(store, job, JobState.DONE).termination is Termination.OPTIMAL
        assert {"roster", "problem", "report"} <= set(document_names(store, TENANT, job))


@pytest.mark.parametrize("executor", ["threads", "tls://127.0.0.1:1"])
def test_an_executor_that_cannot_be_is_bad_input(sqlite_url: str, executor: str) -> None:
    done = subprocess.run(
        [*COMMAND, "--once"],
        env={**os.environ, "CALLBOARD_DATABASE_URL": sqlite_url, "CALLBOARD_EXECUTOR": executor},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 2
    assert "CALLBOARD_EXECUTOR" in done.stderr
