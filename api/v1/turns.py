"""Questions that take more than milliseconds are answered one after another in each process.

They hold the interpreter while they are computed, and others want answers in milliseconds from
the same process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

from api.errors import Busy

__all__ = ["turn"]

_MOST_WAITING = 8
_LONGEST_WAIT = 20.0
_RETRY_SECONDS = 5

_PLACES = BoundedSemaphore(_MOST_WAITING)
_TURN = Lock()


@contextmanager
def turn() -> Iterator[None]:
    """Do what follows while no other thread does the like.

    Raises
    ------
    Busy
        If too many wait already, or it takes too long until it is our turn.
    """
    busy = Busy(
        "Too many questions that take long are asked at the same time.",
        after_seconds=_RETRY_SECONDS,
        yours=False,
    )
    if not _PLACES.acquire(blocking=False):
        raise busy
    try:
        if not _TURN.acquire(timeout=_LONGEST_WAIT):
            raise busy
        try:
            yield
        finally:
            _TURN.release()
    finally:
        _PLACES.release()
