"""Requests from several connections at once for a while: how many, how long, how many refused."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from benchmarks.routing.timing import percentiles
from benchmarks.service.client import Connection, RefusedError

__all__ = ["load"]


@dataclass(slots=True)
class _Told:
    """What one connection saw: seconds of each answer, and refusals."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def load(
    port: int, request: bytes, connections: int, seconds: float, rate: float | None = None
) -> dict[str, Any]:
    """Ask for the same thing over and over, and return times and what went wrong.

    Parameters
    ----------
    rate
        Requests a second of all connections together, at fixed times; the time of an answer is
        counted from when its request was due, so that a service that halts is not asked less.
        None: every connection asks again as soon as it is answered.
    """
    gate = threading.Barrier(connections)

    def ask(place: int) -> _Told:
        told = _Told()
        connection = Connection(port)
        try:
            for _ in range(3):
                connection.ask(request)
            gate.wait(60.0)
            began = time.perf_counter()
            step = None if rate is None else connections / rate
            due = began + (0.0 if step is None else step * place / connections)
            while due - began < seconds:
                if step is not None:
                    time.sleep(max(0.0, due - time.perf_counter()))
                try:
                    connection.ask(request)
                except (RefusedError, OSError) as error:
                    told.errors.append(str(error))
                    connection.close()
                    connection = Connection(port)
                now = time.perf_counter()
                told.seconds.append(now - due)
                due = now if step is None else due + step
        finally:
            connection.close()
        return told

    with ThreadPoolExecutor(connections) as pool:
        own = list(pool.map(ask, range(connections)))
    times = [one for told in own for one in told.seconds]
    errors = [error for told in own for error in told.errors]
    return percentiles(times) | {
        "greatest_ms": 1000.0 * max(times),
        "connections": connections,
        "asked_per_second": rate,
        "requests": len(times),
        "requests_per_second": len(times) / seconds,
        "errors": len(errors),
        "first_error": errors[0] if errors else None,
    }
