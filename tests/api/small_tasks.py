"""Tasks that take next to no time, or all there is: to try whatever runs tasks, in any process."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import wait
from pathlib import Path

from api.jobs.records import Document, Outcome
from api.tasks.context import Context
from optimizer.errors import InvalidInput, Issue, NoSolution
from optimizer.link import Link
from optimizer.progress import Event
from optimizer.result import Termination
from optimizer.stop import Deadline

__all__ = ["READY", "get_half_ready", "small_task", "text_of"]

STEP_SECONDS = 0.02

READY = "CALLBOARD_TEST_READY"
"""The environment variable with the file that `get_half_ready` makes."""


def small_task(kind: str, body: bytes, context: Context) -> Outcome:
    """Do as the kind says; the body comes back."""
    context.observer(Event("begun", 0.0, None, 1.0))
    if kind == "count":
        _count(context)
    elif kind == "parts":
        return _in_parts(context)
    elif kind == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif kind == "lose-a-part":
        assert context.executor is not None
        context.executor.submit(_die).result()
    elif kind == "refuse":
        raise InvalidInput("It cannot be used.", [Issue("unknown_skill", "/skills/0", "No.")])
    elif kind == "find-nothing":
        raise NoSolution("There is none.", [Issue("out_of_time", "", "Nothing was found.")])
    elif kind == "break":
        raise RuntimeError("secret words of a customer")
    elif kind == "ignore":
        time.sleep(context.deadline.remaining() + 3600.0)
    return _outcome(body, context)


def get_half_ready() -> None:
    """Show that this ran before any job, and fail."""
    Path(os.environ[READY]).touch()
    raise RuntimeError("There is something missing.")


def text_of(outcome: Outcome) -> str:
    """Return what the only document says."""
    (document,) = outcome.documents
    return document.body.decode()


def _outcome(body: bytes, context: Context) -> Outcome:
    stopped = context.deadline.stopped.is_set()
    termination = Termination.STOPPED if stopped else Termination.FEASIBLE
    return Outcome((Document("echo", "text/plain", body),), termination, 2.0, 1.0)


def _count(context: Context) -> None:
    """Tell a better value again and again, until there is no time left."""
    value = 100.0
    while not context.deadline.passed():
        time.sleep(STEP_SECONDS)
        value -= 1.0
        context.observer(Event("counting", context.deadline.elapsed(), value, 1.0))


def _in_parts(context: Context) -> Outcome:
    """Have two parts work until the job is to end; tell what they tell."""
    executor, link, deadline = context.executor, context.link, context.deadline
    assert executor is not None
    assert link is not None
    parts = [executor.submit(_part, part, link, deadline.remaining()) for part in range(2)]
    heard: set[int] = set()
    while wait(parts, STEP_SECONDS).not_done:
        if deadline.passed():
            link.stop()
        for part, event in link.heard():
            heard.add(part)
            context.observer(event)
    found = sorted(part.result() for part in parts)
    numbers, pids = zip(*found, strict=True)
    text = f"parts {list(numbers)} heard {sorted(heard)} elsewhere {os.getpid() not in pids}"
    return _outcome(text.encode(), context)


def _part(number: int, link: Link, seconds: float) -> tuple[int, int]:
    deadline = Deadline.after(seconds)
    link.tell(number, Event(f"part {number}", 0.0, float(number)))
    while not (link.stopped() or deadline.passed()):
        time.sleep(STEP_SECONDS)
    return number, os.getpid()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
