"""Runners as processes of their own, and jobs that are watched in the database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from api.jobs.queue import Submission, document_names, events_after, get_job, submit
from api.jobs.records import JobState
from api.store import Store
from tests.api.faults.harness import PATIENCE_SECONDS, ROOT, eventually

TENANT = "main"


@contextmanager
def runner(
    url: str, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Have a runner of small tasks within the block, with a lease of two seconds."""
    command = [sys.executable, "-P", "-m", "tests.api.runner.small_runner", url]
    given = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    with subprocess.Popen(command, env=given, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_SECONDS)
            finally:
                process.kill()


def counting(store: Store, seconds: float) -> str:
    """Submit a job that counts for so long, and tells each step."""
    return submit(store, Submission(TENANT, "count", b"{}", seconds), max_queued=100)[0].id


def with_a_value(store: Store, job: str) -> None:
    """Wait for a job to have told an objective."""
    eventually(lambda: get_job(store, TENANT, job).objective, f"{job} tells nothing")


def over(store: Store, job: str) -> JobState:
    """Wait for a job to be over; return how it ended."""
    eventually(lambda: get_job(store, TENANT, job).state.over or None, f"{job} does not end")
    return get_job(store, TENANT, job).state


def happened(store: Store, job: str) -> list[str]:
    """Return what happened to a job that is done, progress left out, and hold that it is sound."""
    events = events_after(store, TENANT, job, 0)
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    kinds = [event.kind for event in events]
    assert kinds.count("done") == 1
    assert kinds[-1] == "done"
    assert document_names(store, TENANT, job) == ("echo", "request")
    attempt: list[object] = []
    for event in events:
        if event.kind == "started":
            attempt = []
        elif event.kind == "progress":
            assert event.data not in attempt, "told twice"
            attempt.append(event.data)
    return [kind for kind in kinds if kind != "progress"]
