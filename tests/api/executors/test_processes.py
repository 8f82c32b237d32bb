"""Slots on this machine: real processes that work, stop, die and end."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from api.config import Settings
from api.executors import (
    ExecutorLost,
    JobExecutor,
    Running,
    TaskFailed,
    WorkerDied,
    open_executor,
    processes,
)
from optimizer.progress import Event
from optimizer.result import Termination
from tests.api.small_tasks import READY, get_half_ready, small_task, text_of

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 300.0


@pytest.fixture(scope="module")
def executor() -> Iterator[JobExecutor]:
    opened = open_executor(Settings(job_processes=2, job_parts=2), small_task)
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
    values = [event.objective for event in told[1:] if event.objective is not None]
    assert values == sorted(values, reverse=True)
    assert values


def test_a_stop_leads_to_the_best_so_far(executor: JobExecutor) -> None:
    running = executor.start("two", "count", b"best", 3600.0)
    until(running.events)
    running.stop()
    followed(running)
    outcome = running.outcome()
    assert (text_of(outcome), outcome.termination) == ("best", Termination.STOPPED)


def test_a_stop_that_comes_before_the_task_counts(executor: JobExecutor) -> None:
    running = executor.start("three", "count", b"early", 3600.0)
    running.stop()
    followed(running)
    assert running.outcome().termination is Termination.STOPPED


def test_a_late_stop_does_not_reach_the_next_job(executor: JobExecutor) -> None:
    first = executor.start("four", "count", b"", 0.05)
    followed(first)
    first.stop()
    second = executor.start("five", "count", b"", 0.3)
    followed(second)
    assert second.outcome().termination is Termination.FEASIBLE


def test_a_stop_reaches_the_parts_of_a_job_and_they_are_heard(executor: JobExecutor) -> None:
    running = executor.start("six", "parts", b"", 3600.0)
    told: list[Event] = []

    def both_parts_told() -> bool:
        told.extend(running.events())
        return {"part 0", "part 1"} <= {event.phase for event in told}

    until(both_parts_told)
    running.stop()
    followed(running)
    outcome = running.outcome()
    assert text_of(outcome) == "parts [0, 1] heard [0, 1] elsewhere True"
    assert outcome.termination is Termination.STOPPED


def test_a_process_that_dies_takes_one_job_with_it(executor: JobExecutor) -> None:
    other = executor.start("seven", "count", b"unharmed", 3600.0)
    dying = executor.start("eight", "die", b"", 10.0)
    followed(dying)
    with pytest.raises(WorkerDied):
        dying.outcome()
    again = executor.start("nine", "echo", b"anew", 10.0)
    followed(again)
    assert text_of(again.outcome()) == "anew"
    other.stop()
    followed(other)
    assert text_of(other.outcome()) == "unharmed"


def test_a_part_that_dies_is_a_death_too(executor: JobExecutor) -> None:
    running = executor.start("ten", "lose-a-part", b"", 60.0)
    followed(running)
    with pytest.raises(WorkerDied):
        running.outcome()


def test_a_task_that_hears_nothing_can_be_killed(executor: JobExecutor) -> None:
    running = executor.start("eleven", "ignore", b"", 1.0)
    until(running.events)
    running.kill()
    followed(running)
    with pytest.raises(WorkerDied):
        running.outcome()


def test_what_a_task_raises_on_purpose_keeps_its_issues(executor: JobExecutor) -> None:
    running = executor.start("twelve", "refuse", b"", 10.0)
    followed(running)
    with pytest.raises(TaskFailed) as caught:
        running.outcome()
    problem = caught.value.problem
    assert (problem.type, problem.status) == ("urn:callboard:problem:invalid-input", 422)
    assert [issue.pointer for issue in problem.errors] == ["/skills/0"]


def test_what_nobody_foresaw_tells_no_words_of_it(executor: JobExecutor) -> None:
    running = executor.start("thirteen", "break", b"", 10.0)
    followed(running)
    with pytest.raises(TaskFailed) as caught:
        running.outcome()
    assert caught.value.problem.status == 500
    assert "secret" not in str(caught.value.problem)


def test_no_more_jobs_are_begun_than_there_are_slots(executor: JobExecutor) -> None:
    begun = [executor.start(name, "count", b"", 3600.0) for name in ("a", "b")]
    assert executor.capacity == 2
    with pytest.raises(ExecutorLost):
        executor.start("c", "count", b"", 1.0)
    for running in begun:
        running.stop()
        followed(running)


def test_a_slot_waits_where_the_system_gives_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refused(ProcessPoolExecutor):
        def submit(self, *_: Any, **__: Any) -> Any:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    with monkeypatch.context() as patch:
        patch.setattr(processes, "ProcessPoolExecutor", Refused)
        opened = open_executor(Settings(job_parts=1), small_task, get_half_ready)
        with pytest.raises(ExecutorLost):
            opened.start("early", "count", b"x", 0.1)
    running = opened.start("later", "count", b"there", 0.1)
    followed(running)
    assert text_of(running.outcome()) == "there"
    opened.close()


def test_processes_get_ready_before_the_first_job_and_work_even_if_they_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tmp_path / "ready"
    monkeypatch.setenv(READY, str(made))
    executor = open_executor(Settings(job_parts=1), small_task, get_half_ready)
    try:
        until(made.exists)
        running = executor.start("job", "count", b"all the same", 0.05)
        followed(running)
        assert text_of(running.outcome()) == "all the same"
    finally:
        executor.close()


def test_all_processes_end_with_the_one_that_made_them() -> None:
    """Killed, it cannot tell them: they notice, those of parts as well."""
    code = (
        "from api.config import Settings\n"
        "from api.executors import open_executor\n"
        "from tests.api.small_tasks import small_task\n"
        "import time\n"
        "if __name__ == '__main__':\n"
        "    executor = open_executor(Settings(job_parts=2), small_task)\n"
        "    running = executor.start('job', 'parts', b'', 3600.0)\n"
        "    phases = set()\n"
        "    while not {'part 0', 'part 1'} <= phases:\n"
        "        phases |= {event.phase for event in running.events()}\n"
        "        time.sleep(0.02)\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(3600)\n"
    )
    command = [sys.executable, "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            children = psutil.Process(process.pid).children(recursive=True)
            assert len(children) >= 3
        finally:
            process.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=PATIENCE_SECONDS)
    assert not alive
