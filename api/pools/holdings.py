"""The pools that a process holds in memory, each in a place with a lock of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock, RLock
from typing import NamedTuple

from sqlalchemy import Connection

from api.errors import Busy
from api.jobs.leases import LeaseLost, fenced
from api.pools.claims import Claims
from api.pools.resident import Resident, restore
from api.pools.scribe import Line, Scribe
from api.pools.table import Key, read_pool, set_active
from api.store import Store

__all__ = ["Held", "Holdings", "Slot", "not_kept"]


@dataclass(slots=True, eq=False)
class Slot:
    """The place of a pool, whether it is in memory or not.

    Parameters
    ----------
    asked
        When it was asked for last, by a clock that only goes forwards.
    gone
        Whether another slot stands for the pool now, if any does.
    """

    lock: RLock = field(default_factory=RLock)
    resident: Resident | None = None
    asked: float = field(default_factory=time.monotonic)
    gone: bool = False


class Held(NamedTuple):
    """A pool in memory, and its place; both count while its lock is held."""

    slot: Slot
    resident: Resident


class Holdings:
    """Which pools are in memory; those that are not are claimed and restored when asked for."""

    def __init__(self, store: Store, claims: Claims, scribe: Scribe) -> None:
        self._store = store
        self._claims = claims
        self._scribe = scribe
        self._slots: dict[Key, Slot] = {}
        self._lock = Lock()
        self._closed = False

    def __contains__(self, key: Key) -> bool:
        """Tell whether a pool has a place."""
        return key in self._slots

    @contextmanager
    def slot(self, key: Key) -> Iterator[Slot]:
        """Give the place of a pool, locked."""
        while True:
            with self._lock:
                slot = self._slots.setdefault(key, Slot())
            with slot.lock:
                if slot.gone:
                    continue
                if self._closed:
                    raise Busy("The service is ending.", after_seconds=2, yours=False)
                try:
                    yield slot
                finally:
                    if slot.resident is None:
                        self._forget(key, slot)
                return

    @contextmanager
    def held(self, key: Key) -> Iterator[Held]:
        """Give a pool, locked and up to date with its log; it is claimed if need be."""
        with self.slot(key) as slot:
            slot.asked = time.monotonic()
            if not self._claims.are_fresh():
                self.renew()
            if slot.resident is not None and slot.resident.line.fault is not None:
                slot.resident = None
            if slot.resident is None:
                slot.resident = self._claimed(key)
            yield Held(slot, slot.resident)

    def free(self) -> Iterator[tuple[Key, Held]]:
        """Give one after another, locked, the pools that nobody is using just now.

        Those that are ahead of their log are let go on the way: whoever takes them over, perhaps
        this process, finds in the log how they stand.
        """
        for key, slot in self._known():
            if not slot.lock.acquire(blocking=False):
                continue
            try:
                resident = slot.resident
                if resident is not None and resident.line.fault is not None:
                    self.let_go(key, slot, resident)
                elif resident is not None:
                    yield key, Held(slot, resident)
            finally:
                slot.lock.release()

    def renew(self) -> None:
        """Renew all leases; pools that somebody else has by now are let go."""
        begun = time.monotonic()
        held = self._claims.renew()
        for _, slot in self._known():
            # Without its lock: whoever asks for a pool renews, too, and holds the lock of that.
            resident = slot.resident
            if resident is None or resident.claimed > begun:
                continue
            lease = resident.line.lease
            if (lease.name, lease.term) not in held:
                resident.line.fault = "Another process has taken the pool over."

    def give_back(self, key: Key, slot: Slot, resident: Resident, *, active: bool) -> None:
        """Save a pool and let somebody else have it; what was not kept is restored by them."""
        if resident.line.fault is None:
            resident.save(datetime.now(UTC)).result()
        if resident.line.fault is None:
            with suppress(LeaseLost), fenced(self._store, resident.line.lease) as connection:
                set_active(connection, key, active)
        self.let_go(key, slot, resident)

    def let_go(self, key: Key, slot: Slot, resident: Resident) -> None:
        """Give a pool up as it is."""
        resident.line.fault = "The pool was given back."
        slot.resident = None
        self._forget(key, slot)
        self._claims.release(resident.line.lease)

    def close(self) -> None:
        """Save all pools and give them back; none is given any more."""
        self._closed = True
        for key, slot in self._known():
            with slot.lock:
                if slot.resident is not None:
                    self.give_back(key, slot, slot.resident, active=True)

    @contextmanager
    def fenced(self, line: Line) -> Iterator[Connection]:
        """Give a connection for changes that count only while the pool is this process's."""
        try:
            with fenced(self._store, line.lease) as connection:
                yield connection
        except LeaseLost:
            line.fault = "Another process has taken the pool over."
            raise not_kept(line.fault) from None

    def _claimed(self, key: Key) -> Resident:
        """Return a pool as its log has it, now that this process owns it."""
        with self._store.reading() as connection:
            read_pool(connection, key)  # there is no lease on what is not there
        line = Line(key, self._claims.take(key))
        try:
            resident = restore(self._store, self._scribe, line)
            with self.fenced(line) as connection:
                set_active(connection, key, True)
        except BaseException:
            self._claims.release(line.lease)
            raise
        return resident

    def _forget(self, key: Key, slot: Slot) -> None:
        slot.gone = True
        with self._lock:
            if self._slots.get(key) is slot:
                del self._slots[key]

    def _known(self) -> list[tuple[Key, Slot]]:
        with self._lock:
            return list(self._slots.items())


def not_kept(fault: str) -> Busy:
    """Return what to raise where it is not known what was kept."""
    return Busy(
        f"{fault} Ask again; events with the same identifiers are not taken twice.",
        after_seconds=1,
        yours=False,
    )
