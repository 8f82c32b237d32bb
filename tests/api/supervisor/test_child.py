from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from api.supervisor import Child
from api.supervisor import child as module

PATIENCE_SECONDS = 300.0


@contextmanager
def kept(*command: str) -> Iterator[Child]:
    """Have a process that is killed at the end."""
    part = Child("part", command, {})
    try:
        yield part
    finally:
        part.kill()


def dead(part: Child) -> None:
    """Start the process and wait until it has ended."""
    part.keep()
    end = time.monotonic() + PATIENCE_SECONDS
    while part.lives:
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.005)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_SECONDS", 0.0)


def test_what_never_comes_up_is_hopeless_after_some_attempts() -> None:
    with kept("/bin/false") as part:
        for _ in range(module.MOST_FAILURES):
            assert not part.hopeless
            dead(part)
        part.keep()
        assert part.hopeless


def test_what_was_well_once_is_never_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with kept("/bin/false") as part:
        dead(part)
        monkeypatch.setattr(module, "WELL_SECONDS", 0.0)
        dead(part)
        monkeypatch.undo()
        monkeypatch.setattr(module, "FIRST_PAUSE_SECONDS", 0.0)
        for _ in range(2 * module.MOST_FAILURES):
            part.keep()
            part.kill()
        assert not part.hopeless


def test_a_process_that_cannot_be_started_counts_as_one_that_died() -> None:
    with kept("/nowhere/at/all") as part:
        for _ in range(module.MOST_FAILURES):
            assert not part.hopeless
            part.keep()
        assert not part.lives
        assert part.hopeless


def test_a_process_that_lives_is_left_alone() -> None:
    with kept("/bin/sleep", "60") as part:
        part.keep()
        part.keep()
        assert part.lives
        part.end()
        dead(part)
