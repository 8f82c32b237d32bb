"""The same tasks on a real cluster: a scheduler and two workers, each a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from api.config import Settings
from api.executors import JobExecutor, Running, TaskFailed, WorkerDied, open_executor
from api.tasks import KINDS, run_task
from optimizer.codec import encode
from optimizer.progress import Event
from optimizer.result import Termination
from tests.api.small_tasks import small_task, text_of

pytest.importorskip("distributed")

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 300.0


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a part of a cluster."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as started:
        try:
            yield started
        finally:
            started.terminate()
            try:
                started.wait(30)
            except subprocess.TimeoutExpired:
                started.kill()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers."""
    folder = tmp_path_factory.mktemp("cluster")
    file = folder / "scheduler.json"
    with ExitStack() as stack:
        common = ["--no-dashboard", "--host", "127.0.0.1"]
        scheduler = ["--port", "0", "--scheduler-file", str(file)]
        stack.enter_context(process("distributed.cli.dask_scheduler", *common, *scheduler))
        until(file.exists)
        for _ in range(2):
            worker = ["--scheduler-file", str(file), "--nthreads", "1"]
            worker += ["--local-directory", str(folder)]
            stack.enter_context(process("distributed.cli.dask_worker", *common, *worker))
        yield json.loads(file.read_text("utf-8"))["address"]


@pytest.fixture(scope="module")
def executor(cluster: str) -> Iterator[JobExecutor]:
    opened = open_executor(Settings(executor=cluster), small_task)
    until(lambda: opened.capacity == 2)
    yield opened
    opened.close()


def until(so: Callable[[], object]) -> None:
    """Wait for something to become so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not so():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)


def followed(running: Running) -> list[Event]:
    """Wait for the end, and return all progress."""
    until(running.done)
    return list(running.events())


def test_a_job_tells_how_it_goes_and_returns_what_it_made(executor: JobExecutor) -> None:
    running = executor.start("one", "count", b"hello", 0.2)
    told = followed(running)
    assert text_of(running.outcome()) == "hello"
    assert told[0] == Event("begun", 0.0, None, 1.0)
    assert {event.phase for event in told[1:]} == {"counting"}


def test_a_stop_reaches_the_parts_of_a_job_and_they_are_heard(executor: JobExecutor) -> None:
    running = executor.start("two", "parts", b"", 3600.0)
    told: list[Event] = []

    def both_parts_told() -> bool:
        told.extend(running.events())
        return {"part 0", "part 1"} <= {event.phase for event in told}

    until(both_parts_told)
    running.stop()
    followed(running)
    outcome = running.outcome()
    # A job leaves its place to its parts while it waits for them, so one may be beside it.
    assert text_of(outcome).startswith("parts [0, 1] heard [0, 1]")
    assert outcome.termination is Termination.STOPPED


def test_what_a_task_raises_on_purpose_keeps_its_issues(executor: JobExecutor) -> None:
    running = executor.start("three", "refuse", b"", 10.0)
    followed(running)
    with pytest.raises(TaskFailed) as caught:
        running.outcome()
    assert [issue.pointer for issue in caught.value.problem.errors] == ["/skills/0"]


def test_a_job_that_is_given_up_ends_at_once_and_frees_its_worker(executor: JobExecutor) -> None:
    running = executor.start("four", "count", b"", 3600.0)
    until(running.events)
    running.kill()
    followed(running)
    with pytest.raises(WorkerDied):
        running.outcome()
    others = [executor.start(name, "count", b"", 0.1) for name in ("five", "six")]
    for other in others:
        followed(other)
        other.outcome()


def test_a_roster_is_the_same_on_the_cluster_and_here(cluster: str) -> None:
    body = encode(KINDS["rosters"].example)
    settings = Settings(job_parts=1)
    rosters = []
    for place in (settings, Settings(executor=cluster)):
        executor = open_executor(place, run_task)
        try:
            until(lambda opened=executor: opened.capacity > 0)
            running = executor.start("roster", "rosters", body, 60.0)
            followed(running)
            made = running.outcome()
        finally:
            executor.close()
        rosters.append({d.name: d.body for d in made.documents}["roster"])
        assert made.termination is Termination.OPTIMAL
    assert rosters[0] == rosters[1]


def test_a_job_that_kills_its_workers_is_given_back(executor: JobExecutor) -> None:
    """The library begins it again on another worker, and on one that was made anew."""
    running = executor.start("seven", "die", b"", 10.0)
    followed(running)
    with pytest.raises(WorkerDied):
        running.outcome()


def test_a_cluster_that_is_away_takes_no_jobs() -> None:
    opened = open_executor(Settings(executor="tcp://127.0.0.1:9"), small_task)
    try:
        assert opened.capacity == 0
    finally:
        opened.close()
