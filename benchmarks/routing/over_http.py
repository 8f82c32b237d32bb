"""Assignments over HTTP: latency beside the empty endpoint, and throughput of several clients."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.routing.drawing import draw_snapshot
from benchmarks.routing.stages import request_body
from benchmarks.routing.timing import alternately, percentiles
from benchmarks.service.client import Connection, get, post
from benchmarks.service.running import serving

__all__ = ["measure", "requests_of"]

PATH = "/v1/assignments"
SIZES = ((1, 50), (50, 50), (500, 500))
NO_WORK = b'{"now":"2026-03-02T10:00:00Z","tickets":[],"agents":[]}'
EMPTY = ("healthz", "no_work")
"""The empty endpoint, and the smallest request that makes the whole way."""


def requests_of(
    seed: int, key: str | None = None, sizes: tuple[tuple[int, int], ...] = SIZES
) -> dict[str, bytes]:
    """Return requests by name: the empty ones, and snapshots of some sizes."""
    snapshots = {
        f"{tickets}x{agents}": post(PATH, request_body(draw_snapshot(tickets, agents, seed)), key)
        for tickets, agents in sizes
    }
    return {"healthz": get("/healthz"), "no_work": post(PATH, NO_WORK, key), **snapshots}


def measure(
    seed: int, rounds: int, seconds: float, threads: tuple[int, ...], tick: Callable[[str], None]
) -> dict[str, Any]:
    """Ask the service in turns over one connection, then by several clients as fast as it goes.

    Parameters
    ----------
    rounds
        Requests of each kind over one connection; every kind comes once in a round.
    seconds
        That clients ask for the same thing, for each number of them.
    tick
        Told how far it is.
    """
    tick("Starting the service")
    with serving("--no-runner", "--no-pools") as service:
        requests = requests_of(seed, service.key)
        tick("One connection")
        connection = Connection(service.port)
        asked = {name: _asking(connection, request) for name, request in requests.items()}
        _warm(asked)
        single = alternately(asked, {}, rounds)
        connection.close()
        throughput = []
        for name in ("healthz", "50x50", "500x500"):
            for clients in threads:
                tick(f"{clients} clients, {name}")
                found = _together(service.port, requests[name], clients, seconds)
                throughput.append({"request": name, "clients": clients, **found})
    return {
        "bytes": {name: len(request) for name, request in requests.items()},
        "one_connection": single,
        "median_ms_above": {
            empty: {
                name: row["median_ms"] - single[empty]["median_ms"]
                for name, row in single.items()
                if name not in EMPTY
            }
            for empty in EMPTY
        },
        "throughput": throughput,
    }


def _asking(connection: Connection, request: bytes) -> Callable[[], bytes]:
    return lambda: connection.ask(request)


def _warm(asked: dict[str, Callable[[], bytes]], rounds: int = 5) -> None:
    for _ in range(rounds):
        for ask in asked.values():
            ask()


def _together(port: int, request: bytes, clients: int, seconds: float) -> dict[str, Any]:
    """Let clients ask for the same thing at the same time; return times and throughput."""

    def ask(connection: Connection) -> list[float]:
        times = []
        until = time.perf_counter() + seconds
        while (started := time.perf_counter()) < until:
            connection.ask(request)
            times.append(time.perf_counter() - started)
        return times

    connections = [Connection(port) for _ in range(clients)]
    for connection in connections:
        for _ in range(5):
            connection.ask(request)
    with ThreadPoolExecutor(clients) as pool:
        times = [one for own in pool.map(ask, connections) for one in own]
    for connection in connections:
        connection.close()
    return percentiles(times) | {"requests_per_second": len(times) / seconds}
