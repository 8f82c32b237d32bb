"""Keep a lease alive beside the work, however long a step of the work takes."""

from __future__ import annotations

import logging
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from api.jobs.leases import Lease, renew
from api.store import Store

__all__ = ["Heartbeat"]

log = logging.getLogger(__name__)


class Heartbeat:
    """Renews a lease three times in its life, until it is lost or `end` is called.

    A database that cannot be reached is no loss: while nobody can write, nobody can take over.

    Parameters
    ----------
    seconds
        How long the lease lasts after it was renewed.
    """

    def __init__(self, store: Store, lease: Lease, seconds: float) -> None:
        self._store = store
        self._lease = lease
        self._seconds = seconds
        self._lost = Event()
        self._ending = Event()
        self._thread = Thread(target=self._beat, name="heartbeat", daemon=True)
        self._thread.start()

    @property
    def lost(self) -> bool:
        """Tell whether the lease is somebody else's."""
        return self._lost.is_set()

    def end(self) -> None:
        """Renew no more."""
        self._ending.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._ending.wait(self._seconds / 3.0):
            try:
                if not renew(self._store, self._lease, self._seconds):
                    self._lost.set()
                    return
            except SQLAlchemyError as error:
                log.warning("The lease cannot be renewed now.", exc_info=error)
