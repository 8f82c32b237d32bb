"""What an owner of pools does without being asked: renew its leases, tell the time, tidy up."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from api.pools.owner import Owner

__all__ = ["Keeper"]

log = logging.getLogger(__name__)

_TICK_SECONDS = 1.0
_REST_SECONDS = 60.0

IDLE_SECONDS = 600.0
"""After so long a pool that nobody asks for, and in which nothing waits, leaves the memory."""


class Keeper:
    """Looks after the pools of an owner, until it is closed.

    Parameters
    ----------
    lease_seconds
        How long the owner's leases last.
    """

    def __init__(self, owner: Owner, lease_seconds: float) -> None:
        self._owner = owner
        self._ending = Event()
        self._threads = [
            # Apart: pools that are restored or ticked must not keep leases from being renewed.
            self._every(lease_seconds / 3.0, owner.renew, "renew"),
            self._every(_TICK_SECONDS, owner.tick, "tick"),
            self._every(lease_seconds / 3.0, owner.adopt, "adopt"),
            self._every(_TICK_SECONDS, owner.expire, "expire"),
            self._every(_REST_SECONDS, lambda: owner.rest(IDLE_SECONDS), "rest"),
        ]

    def close(self) -> None:
        """End, and let the owner save its pools and give them back."""
        self._ending.set()
        for thread in self._threads:
            thread.join()
        self._owner.close()

    def _every(self, seconds: float, action: Callable[[], None], name: str) -> Thread:
        """Return a thread that does something now and again."""

        def work() -> None:
            while True:
                try:
                    action()
                except SQLAlchemyError as error:
                    # Its message may hold what customers sent. The next time may do.
                    log.error("pools: %s failed: %s", name, type(error).__name__)
                except Exception:
                    log.exception("pools: %s failed", name)
                if self._ending.wait(seconds):
                    return

        thread = Thread(target=work, name=f"pools-{name}", daemon=True)
        thread.start()
        return thread
