"""A long queue: what it costs to submit to it and to look at it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.routing.timing import percentiles
from benchmarks.service.client import Connection, get, post
from benchmarks.service.running import serving

__all__ = ["measure"]

LOOKS = {
    "newest": "/v1/jobs?limit=50",
    "queued rosters": "/v1/jobs?limit=50&state=queued&kind=rosters",
    "none that failed": "/v1/jobs?limit=50&state=failed",
}


def measure(
    jobs: int, connections: int, looks: int, tick: Callable[[str], None], database_url: str | None
) -> dict[str, Any]:
    """Queue jobs that nobody runs, and return what the first and the last thousands took.

    Parameters
    ----------
    looks
        How often each list is asked for, with an empty queue and with a full one.
    database_url
        Another database than a file of SQLite.
    """
    settings = {"CALLBOARD_MAX_QUEUED": str(jobs + 1000)}
    if database_url is not None:
        settings["CALLBOARD_DATABASE_URL"] = database_url
    tick("Starting the service")
    with serving("--no-runner", "--no-pools", settings=settings) as service:
        asking = Connection(service.port)
        body = asking.ask(get("/v1/demo-data/rosters", service.key))
        submission = post("/v1/rosters", body, service.key)
        # The first one loads what the others share.
        first = json.loads(asking.ask(submission))["id"]
        paths = {**LOOKS, "one job": f"/v1/jobs/{first}"}
        empty = _look(asking, paths, looks, service.key)
        tick(f"Submitting {jobs:,} jobs")
        began = time.perf_counter()
        times = _submit(service.port, submission, jobs, connections)
        seconds = time.perf_counter() - began
        tick("Looking at the queue")
        full = _look(asking, paths, looks, service.key)
        asking.close()
    part = max(1, min(1000, jobs // 10))
    return {
        "jobs": jobs,
        "connections": connections,
        "bytes": len(body),
        "submit": {
            "all": percentiles(times),
            "first": percentiles(times[:part]),
            "last": percentiles(times[-part:]),
            "per_second": jobs / seconds,
        },
        "look": {"one_queued": empty, "all_queued": full},
    }


def _submit(port: int, submission: bytes, jobs: int, connections: int) -> list[float]:
    """Return the seconds of each submission, in the order in which they were answered."""
    told: list[tuple[float, float]] = []

    def work(count: int) -> None:
        connection = Connection(port)
        for _ in range(count):
            started = time.perf_counter()
            connection.ask(submission)
            now = time.perf_counter()
            told.append((now, now - started))
        connection.close()

    shares = [jobs // connections + (place < jobs % connections) for place in range(connections)]
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(work, shares))
    return [seconds for _, seconds in sorted(told)]


def _look(
    connection: Connection, paths: dict[str, str], looks: int, key: str
) -> dict[str, dict[str, float]]:
    found = {}
    for name, path in paths.items():
        request = get(path, key)
        times = []
        for _ in range(looks):
            started = time.perf_counter()
            connection.ask(request)
            times.append(time.perf_counter() - started)
        found[name] = percentiles(times)
    return found
