"""Parts of one job beside each other, in processes that end with the one that works on the job."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Event, Lock
from typing import Any, ParamSpec, TypeVar

from api.executors.working import begin_process, end_with_parent
from optimizer.stop import Deadline

__all__ = ["Parts", "do_part", "packed"]

P = ParamSpec("P")
T = TypeVar("T")

_SPAWN = get_context("spawn")
_STOPPED = Event()
"""Set in a process of parts when their job is asked to stop; it serves one job only."""


@dataclass(frozen=True, slots=True)
class _Left:
    """A deadline on its way to another process, whose clock and events are others.

    Parameters
    ----------
    seconds
        What is left of it, never below zero.
    """

    seconds: float

    def arrived(self, stopped: Event) -> Deadline:
        now = time.monotonic()
        return Deadline(now, now + self.seconds, stopped)


def packed(
    args: Sequence[object], kwargs: Mapping[str, object]
) -> tuple[list[object], dict[str, object]]:
    """Return the arguments of a part, fit to travel: of a deadline, the seconds that are left."""
    return [_pack(value) for value in args], {name: _pack(v) for name, v in kwargs.items()}


def do_part(
    stopped: Event, part: Callable[..., T], args: Sequence[object], kwargs: Mapping[str, object]
) -> T:
    """Return what a part makes of packed arguments; its deadlines end when `stopped` is set."""

    def unpack(value: object) -> object:
        return value.arrived(stopped) if isinstance(value, _Left) else value

    return part(*map(unpack, args), **{name: unpack(value) for name, value in kwargs.items()})


class Parts(Executor):
    """Processes for the parts of one job, made when the first part is submitted.

    A `Deadline` among the arguments of a part arrives there with the seconds that are left, and
    is stopped there when `stop` is called here.

    Parameters
    ----------
    count
        Parts that are done at the same time.
    log_level
        Least level that the processes log.
    """

    def __init__(self, count: int, log_level: str) -> None:
        self._count = count
        self._log_level = log_level
        self._pool: ProcessPoolExecutor | None = None
        self._lock = Lock()
        # Nothing is ever sent: that it is closed is the message, which reaches all processes,
        # needs no lock that a killed one could hold, and comes too when this process dies.
        self._listen, self._speak = _SPAWN.Pipe(duplex=False)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have a part done; it and its arguments must pickle."""
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    self._count, _SPAWN, initializer=_begin, initargs=(self._listen, self._log_level)
                )
            return self._pool.submit(_do, fn, *packed(args, kwargs))

    def stop(self) -> None:
        """Ask all parts, also those to come, to end with the best they have."""
        self._speak.close()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes when their parts have come to an end."""
        with self._lock:
            pool = self._pool
        if pool is not None:
            pool.shutdown(wait, cancel_futures=cancel_futures)

    def close(self) -> None:
        """End parts that nobody waits for any more, and forget all of it."""
        self.stop()
        self.shutdown(wait=False, cancel_futures=True)


def _pack(value: object) -> object:
    return _Left(value.remaining()) if isinstance(value, Deadline) else value


def _begin(listen: Connection, log_level: str) -> None:
    begin_process(log_level)

    def told() -> bool:
        _STOPPED.set()
        return False

    end_with_parent(listen, told=told)


def _do(part: Callable[..., T], args: list[object], kwargs: dict[str, Any]) -> T:
    return do_part(_STOPPED, part, args, kwargs)
