"""Times taken in turns, so that whatever else runs meanwhile hits all alike."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np

__all__ = ["SLOW_TURNS", "alternately", "percentiles", "settled"]

SLOW_TURNS = 4
"""The slow ones take part in every fourth round."""

Work = Callable[[], object]


def alternately(
    quick: Mapping[str, Work], slow: Mapping[str, Work], repeats: int
) -> dict[str, dict[str, float]]:
    """Time everybody in turn; each runs once before, untimed, so that all is loaded."""
    for work in (*quick.values(), *slow.values()):
        work()
    times: dict[str, list[float]] = {name: [] for name in (*quick, *slow)}
    for turn in range(repeats):
        for name, work in (quick if turn % SLOW_TURNS else {**quick, **slow}).items():
            started = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - started)
    return {name: percentiles(found) for name, found in times.items()}


@contextmanager
def settled() -> Iterator[None]:
    """Keep the collector from looking at what is there already, as in the server once it is up."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def percentiles(seconds: Iterable[float]) -> dict[str, float]:
    """Return least, median and 99th percentile in milliseconds, and how many times were taken."""
    taken = 1000.0 * np.fromiter(seconds, dtype=np.float64)
    return {
        "best_ms": float(taken.min()),
        "median_ms": float(np.median(taken)),
        "p99_ms": float(np.percentile(taken, 99)),
        "repeats": len(taken),
    }
