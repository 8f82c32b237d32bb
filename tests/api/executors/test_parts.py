"""The processes of parts outlive a job, and what belongs to one job stays with it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import wait

import psutil
import pytest

from api.executors.parts import JobParts, Parts
from optimizer.link import Link
from optimizer.progress import Event

PATIENCE_SECONDS = 300.0


@pytest.fixture(scope="module")
def parts() -> Iterator[Parts]:
    made = Parts(1, "warning")
    yield made
    made.close()


def tell_and_wait(link: Link) -> int:
    """Tell something, and work until the link says stop."""
    link.tell(0, Event("at work", 0.0))
    while not link.stopped():
        time.sleep(0.01)
    return os.getpid()


def sleep_on() -> None:
    """Hear no stop."""
    time.sleep(3600.0)


def pid_of(job: JobParts) -> int:
    return job.submit(os.getpid).result(PATIENCE_SECONDS)


def test_the_next_job_finds_the_processes_of_the_last_one(parts: Parts) -> None:
    first, second = parts.of_job(), parts.of_job()
    pid = pid_of(first)
    first.close()
    assert pid_of(second) == pid != os.getpid()


def test_a_stop_is_for_one_job_and_so_is_what_its_parts_tell(parts: Parts) -> None:
    first = parts.of_job()
    working = first.submit(tell_and_wait, first.link)
    first.link.stop()
    pid = working.result(PATIENCE_SECONDS)
    first.close()
    second = parts.of_job()
    assert first.link.stopped()
    assert not second.link.stopped()
    assert second.link.heard() == []
    again = second.submit(tell_and_wait, second.link)
    heard: list[tuple[int, Event]] = []
    end = time.monotonic() + PATIENCE_SECONDS
    while not heard and time.monotonic() < end:
        heard += second.link.heard()
    assert heard == [(0, Event("at work", 0.0))]
    second.link.stop()
    assert again.result(PATIENCE_SECONDS) == pid


def test_a_process_that_died_between_jobs_costs_the_next_one_nothing(parts: Parts) -> None:
    pid = pid_of(parts.of_job())
    gone = psutil.Process(pid)
    os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + PATIENCE_SECONDS
    while gone.is_running() and time.monotonic() < end:
        time.sleep(0.02)
    time.sleep(0.2)  # until the pool has seen it too
    assert pid_of(parts.of_job()) != pid


def test_nobody_waits_for_parts_of_a_job_that_is_over(parts: Parts) -> None:
    first = parts.of_job()
    pid = pid_of(first)
    left = first.submit(sleep_on)
    end = time.monotonic() + PATIENCE_SECONDS
    while not left.running() and time.monotonic() < end:
        time.sleep(0.02)
    first.close()
    assert pid_of(parts.of_job()) != pid
    os.kill(pid, signal.SIGKILL)
    wait([left], PATIENCE_SECONDS)
    assert left.exception() is not None
