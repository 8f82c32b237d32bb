"""Assignments while a roster is solved on the other core, beside assignments in quiet."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from typing import Any

from benchmarks.centre import centre
from benchmarks.routing.over_http import requests_of
from benchmarks.routing.stages import answer_bytes
from benchmarks.routing.timing import percentiles
from benchmarks.service.client import Connection
from benchmarks.service.running import serving
from optimizer.roster import solve
from optimizer.stop import Deadline

__all__ = ["measure"]

SIZES = ((50, 50), (500, 500))
ROSTER = {"agents": 1500, "skills": 4, "days": 7}
LONG_SECONDS = 3600.0
BLOCK_SECONDS = 1.0
"""The solve is halted and goes on in turns so long, so that quiet and busy are of one time."""

SETTLE_SECONDS = 0.05
START_SECONDS = 120.0


def measure(seed: int, blocks: int, tick: Callable[[str], None]) -> dict[str, Any]:
    """Time assignments in this process and over HTTP, with the solve halted and going on.

    Parameters
    ----------
    blocks
        Of each kind, a second each.
    tick
        Told how far it is.
    """
    works: dict[str, Callable[[], object]] = {}
    tick("Starting the service and the solve")
    with _solving(ROSTER, seed) as wait, serving("--no-runner", "--no-pools") as service:
        requests = requests_of(seed, service.key, SIZES)
        del requests["no_work"]
        for name in (f"{tickets}x{agents}" for tickets, agents in SIZES):
            body = requests[name].split(b"\r\n\r\n", 1)[1]
            works[f"in process, {name}"] = _answering(body)
        process = wait()
        connection = Connection(service.port)
        for name, request in requests.items():
            works[f"over HTTP, {name}"] = _asking(connection, request)
        for work in works.values():
            for _ in range(5):
                work()
        times: dict[str, dict[str, list[float]]] = {
            "quiet": defaultdict(list),
            "while_solving": defaultdict(list),
        }
        for block in range(blocks):
            tick(f"Block {block + 1} of {blocks}")
            for state, order in (("quiet", signal.SIGSTOP), ("while_solving", signal.SIGCONT)):
                os.kill(process, order)
                time.sleep(SETTLE_SECONDS)
                _run(works, times[state])
        connection.close()
    told = {name: {state: percentiles(own[name]) for state, own in times.items()} for name in works}
    return {"roster": ROSTER, "blocks": blocks, "assignments": told}


def _answering(body: bytes) -> Callable[[], object]:
    return lambda: answer_bytes(body)


def _asking(connection: Connection, request: bytes) -> Callable[[], object]:
    return lambda: connection.ask(request)


def _run(works: dict[str, Callable[[], object]], times: dict[str, list[float]]) -> None:
    """Let everybody work in turns for one block."""
    until = time.perf_counter() + BLOCK_SECONDS
    while time.perf_counter() < until:
        for name, work in works.items():
            started = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - started)


@contextmanager
def _solving(roster: dict[str, int], seed: int) -> Iterator[Callable[[], int]]:
    """Solve a roster on one thread of another process until the end.

    It begins meanwhile; what is returned waits for that, and returns the number of the process.
    """
    context = multiprocessing.get_context("spawn")
    begun = context.Event()
    process = context.Process(target=_solve, args=(roster, seed, begun), daemon=True)
    process.start()

    def wait() -> int:
        if not begun.wait(START_SECONDS) or process.pid is None:
            raise RuntimeError("the solve did not begin")
        return process.pid

    try:
        yield wait
    finally:
        # A process that is halted hears nothing else.
        process.kill()
        process.join()


def _solve(roster: dict[str, int], seed: int, begun: Event) -> None:
    problem = centre(roster["agents"], roster["skills"], roster["days"], seed, distinct=True)
    begun.set()
    while True:
        solve(problem, deadline=Deadline.after(LONG_SECONDS), workers=1, seed=seed)
