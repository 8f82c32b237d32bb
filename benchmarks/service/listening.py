"""Many who follow a job: how long an event takes to reach them, and what routers feel of it."""

from __future__ import annotations

import json
import selectors
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from api.access.scopes import MAIN
from api.jobs.desk import Desk
from api.jobs.leases import take
from api.jobs.queue import Submission, submit
from api.store import open_store
from benchmarks.routing.over_http import requests_of
from benchmarks.routing.timing import percentiles
from benchmarks.service.client import HOST, get
from benchmarks.service.load import load
from benchmarks.service.running import Service, serving
from optimizer.progress import Event

__all__ = ["measure"]

EVENT_SECONDS = 0.5
SIZES = ((50, 50),)


def measure(
    listeners: int, events: int, threads: int, seed: int, tick: Callable[[str], None]
) -> dict[str, Any]:
    """Let listeners follow a job that tells of its progress, with and without assignments.

    The time of an event is from before it is written to the database until a listener has it.

    Parameters
    ----------
    threads
        Of each of the two processes that answer.
    """
    tick("Starting the service")
    with serving("--no-runner", "--no-pools", threads=threads) as service:
        request = requests_of(seed, service.key, SIZES)["50x50"]
        seconds = events * EVENT_SECONDS
        quiet = load(service.port, request, 2, seconds)
        tick(f"{listeners} listeners")
        alone = _follow(service, listeners, events)
        tick(f"{listeners} listeners and assignments")
        told: dict[str, Any] = {}
        asking = threading.Thread(
            target=lambda: told.update(load(service.port, request, 2, seconds))
        )
        asking.start()
        beside = _follow(service, listeners, events)
        asking.join()
    return {
        "listeners": listeners,
        "events": events,
        "threads": threads,
        "listening_alone": alone,
        "listening_beside_assignments": beside,
        "assignments_alone": quiet,
        "assignments_beside_listeners": told,
    }


def _follow(service: Service, listeners: int, events: int) -> dict[str, Any]:
    """Run a job by hand, with listeners; return the delays and how many events were missed."""
    store = open_store(service.database_url)
    lease = take(store, "runner", "benchmark", 600.0)
    if lease is None:
        raise RuntimeError("the service has a runner of its own")
    job, _ = submit(store, Submission(MAIN, "rosters", b"{}", 600.0), max_queued=10)
    desk = Desk(store, lease, attempts=1)
    desk.claim(1)
    ear = _Ear(service, job.id, listeners)
    ear.start()
    for _ in range(events):
        desk.tell(job.id, [Event(repr(time.perf_counter()), 0.0)])
        time.sleep(EVENT_SECONDS)
    desk.cancel(job.id)
    ear.join(60.0)
    store.close()
    missed = listeners * events - len(ear.delays)
    return percentiles(ear.delays) | {
        "greatest_ms": 1000.0 * max(ear.delays),
        "missed": missed,
        "open_at_the_end": ear.open,
    }


class _Ear(threading.Thread):
    """All listeners, in one thread."""

    def __init__(self, service: Service, job: str, listeners: int) -> None:
        super().__init__(daemon=True)
        self.delays: list[float] = []
        self.open = listeners
        self._selector = selectors.DefaultSelector()
        request = get(f"/v1/jobs/{job}/events", service.key, last=True)
        for _ in range(listeners):
            connection = socket.create_connection((HOST, service.port), timeout=60.0)
            connection.sendall(request)
            head = connection.recv(12)
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"a listener was refused: {head!r}")
            connection.setblocking(False)
            self._selector.register(connection, selectors.EVENT_READ, bytearray())

    def run(self) -> None:
        """Read until every stream has ended."""
        while self.open:
            for key, _ in self._selector.select(1.0):
                assert isinstance(key.fileobj, socket.socket)
                data = key.fileobj.recv(1 << 16)
                now = time.perf_counter()
                if not data:
                    self._selector.unregister(key.fileobj)
                    key.fileobj.close()
                    self.open -= 1
                    continue
                key.data.extend(data)
                *lines, rest = bytes(key.data).split(b"\n")
                key.data[:] = rest
                self.delays += [now - sent for line in lines if (sent := _sent(line)) is not None]


def _sent(line: bytes) -> float | None:
    """Return when an event of progress was sent; None for every other line."""
    if not line.startswith(b"data:"):
        return None
    told = json.loads(line[5:])
    phase = told.get("phase") or told.get("data", {}).get("phase")
    return None if phase is None else float(phase)
