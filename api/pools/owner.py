"""The pools that one process owns: claimed when they are asked for, kept in memory, given back."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock, RLock
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection

from api.config import Settings
from api.errors import Busy, Conflict, NotFound
from api.jobs.leases import LeaseLost, fenced
from api.metrics import pools as metrics
from api.pools.claims import Claims
from api.pools.log import (
    Key,
    Saved,
    insert_pool,
    read_pool,
    remove_pool,
    set_active,
    unowned,
)
from api.pools.reading import Told
from api.pools.records import EventAnswers, PoolStanding, TicketStanding
from api.pools.resident import Resident, Rules, restore
from api.pools.scribe import Line, Scribe
from api.store import Store
from optimizer.codec import decode, encode
from optimizer.model import Snapshot
from optimizer.routing import assign
from optimizer.routing.pool import Pool, PoolSettings

__all__ = ["Owner"]

log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 20.0
"""How long a request waits for the database at most."""


@dataclass(slots=True, eq=False)
class _Slot:
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


class _Held(NamedTuple):
    slot: _Slot
    resident: Resident


class Owner:
    """Owns pools under leases; may be used by several threads at once.

    A pool that is asked for and that nobody owns is claimed and restored from the database.

    Parameters
    ----------
    address
        Where others reach this process; None if they cannot.
    """

    def __init__(self, store: Store, settings: Settings, address: str | None = None) -> None:
        self._store = store
        self._most = settings.max_pools
        self._rules = Rules(
            settings.max_tickets,
            settings.max_agents,
            settings.pool_ahead_seconds,
            settings.pool_save_events,
        )
        self._claims = Claims(store, str(uuid4()), address, settings.lease_seconds)
        self._scribe = Scribe(store)
        self._slots: dict[Key, _Slot] = {}
        self._lock = Lock()
        self._closed = False

    def put(self, key: Key, settings: PoolSettings) -> bool:
        """Make a pool; tell whether it was not there.

        Raises
        ------
        InvalidInput
            If the settings make no sense.
        Conflict
            If there is one with other settings, or there are too many.
        Busy
            If it cannot be made now.
        """
        now = datetime.now(UTC)
        pool = Pool(settings, now)
        with self._slot(key) as slot:
            try:
                with self._store.reading() as connection:
                    found = read_pool(connection, key)
            except NotFound:
                self._create(key, slot, pool, now)
                return True
            if decode(PoolSettings, found.settings) != settings:
                raise Conflict(
                    f"The pool {key.pool!r} has other settings, which are fixed for its life: "
                    "delete it first, or make one with another identifier."
                )
            return False

    def take(self, key: Key, told: Sequence[Told]) -> EventAnswers:
        """Let a pool take events; the answer is given when they are kept.

        Raises
        ------
        NotFound
            If there is no such pool.
        Busy
            If it is elsewhere, or what happened cannot be kept now; it is not known, then, what
            was kept, and a repeat with the same identifiers finds out.
        """
        with self._held(key) as (_, resident):
            answers, kept = resident.take(told, datetime.now(UTC), self._rules)
            last = resident.number
        _wait(kept)
        return EventAnswers(tuple(answers), last)

    def standing(self, key: Key) -> PoolStanding:
        """Return how a pool stands; it raises what `take` does."""
        with self._held(key) as (_, resident):
            pool, figures = resident.pool, resident.pool.figures()
            standing = PoolStanding(
                id=key.pool,
                opened=resident.opened,
                now=pool.now,
                last=resident.number,
                saved=resident.saved,
                owner=self._claims.address or self._claims.owner,
                agents=figures.agents,
                waiting=figures.waiting,
                offered=figures.offered,
                in_hand=figures.in_hand,
                settings=pool.settings,
            )
            kept = resident.settled()
        _wait(kept)
        return standing

    def snapshot(self, key: Key) -> Snapshot:
        """Return what is undecided in a pool; it raises what `take` does."""
        with self._held(key) as (_, resident):
            snapshot, kept = resident.pool.snapshot(), resident.settled()
        _wait(kept)
        return snapshot

    def why(self, key: Key, ticket: str) -> TicketStanding:
        """Return where a ticket is, and why it waits; it raises what `take` does."""
        with self._held(key) as (_, resident):
            state = resident.pool.fate(ticket)
            snapshot, kept = resident.pool.snapshot(), resident.settled()
        _wait(kept)
        if state is None:
            raise NotFound(f"There is no ticket {ticket!r} in the pool.")
        # Matched afresh outside of the lock: for thousands it takes a while.
        waiting = assign(snapshot).waiting
        return TicketStanding(
            ticket, state, next((one for one in waiting if one.ticket == ticket), None)
        )

    def delete(self, key: Key) -> None:
        """Remove a pool with all its events; it raises what `take` does."""
        with self._held(key) as (slot, resident):
            _wait(resident.settled())
            with self._fenced(resident.line) as connection:
                remove_pool(connection, key)
            self._let_go(key, slot, resident)

    def adopt(self) -> None:
        """Take over the pools whose clock matters and that nobody owns."""
        with self._store.reading() as connection:
            keys = unowned(connection, datetime.now(UTC), self._claims.owner, self._claims.address)
        for key in keys:
            if key not in self._slots:
                try:
                    with self._held(key):
                        pass
                except (Busy, NotFound):
                    continue  # somebody else was quicker

    def tick(self) -> None:
        """Tell the time to the pools to which it matters."""
        now = datetime.now(UTC)
        waiting = resident_count = 0
        for key, slot in self._known():
            with slot.lock:
                resident = slot.resident
                if resident is None:
                    continue
                if resident.line.fault is not None:
                    # Whoever takes it over, perhaps this process, finds it in the log.
                    self._let_go(key, slot, resident)
                    continue
                resident_count += 1
                waiting += resident.pool.figures().waiting
                if self._claims.are_fresh() and resident.pool.needs_clock(now):
                    resident.tick(now, self._rules)
        metrics.set_resident(resident_count)
        metrics.set_waiting(waiting)

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

    def rest(self, idle_seconds: float) -> None:
        """Save pools that nobody has asked for so long and whose clock does not matter; let go."""
        for key, slot in self._known():
            with slot.lock:
                resident, idle = slot.resident, time.monotonic() - slot.asked
                if resident is None or idle < idle_seconds:
                    continue
                figures = resident.pool.figures()
                if not figures.waiting and not figures.offered:
                    self._give_back(key, slot, resident, active=False)

    def close(self) -> None:
        """Save all pools, give them back and end; what is asked from now on is refused."""
        self._closed = True
        for key, slot in self._known():
            with slot.lock:
                if slot.resident is not None:
                    self._give_back(key, slot, slot.resident, active=True)
        self._scribe.close()

    def _create(self, key: Key, slot: _Slot, pool: Pool, now: datetime) -> None:
        lease = self._claims.take(key)
        line = Line(key, lease)
        saved = Saved(encode(pool.settings), now, pool.save(), 0)
        try:
            with self._fenced(line) as connection:
                insert_pool(connection, key, saved, self._most)
        except BaseException:
            self._claims.release(lease)
            raise
        slot.resident = Resident(self._store, self._scribe, line, pool, now)

    @contextmanager
    def _slot(self, key: Key) -> Iterator[_Slot]:
        """Give the place of a pool, locked."""
        while True:
            with self._lock:
                slot = self._slots.setdefault(key, _Slot())
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
    def _held(self, key: Key) -> Iterator[_Held]:
        """Give a pool, locked and up to date with its log; it is claimed if need be."""
        with self._slot(key) as slot:
            slot.asked = time.monotonic()
            if not self._claims.are_fresh():
                self.renew()
            if slot.resident is not None and slot.resident.line.fault is not None:
                slot.resident = None
            if slot.resident is None:
                slot.resident = self._claimed(key)
            yield _Held(slot, slot.resident)

    def _claimed(self, key: Key) -> Resident:
        """Return a pool as its log has it, now that this process owns it."""
        with self._store.reading() as connection:
            read_pool(connection, key)  # there is no lease on what is not there
        line = Line(key, self._claims.take(key))
        try:
            resident = restore(self._store, self._scribe, line)
            with self._fenced(line) as connection:
                set_active(connection, key, True)
        except BaseException:
            self._claims.release(line.lease)
            raise
        return resident

    def _give_back(self, key: Key, slot: _Slot, resident: Resident, *, active: bool) -> None:
        """Save a pool and let somebody else have it; what was not kept is restored by them."""
        if resident.line.fault is None:
            resident.save(datetime.now(UTC)).result()
        if resident.line.fault is None:
            try:
                with fenced(self._store, resident.line.lease) as connection:
                    set_active(connection, key, active)
            except LeaseLost:
                pass
        self._let_go(key, slot, resident)

    def _let_go(self, key: Key, slot: _Slot, resident: Resident) -> None:
        resident.line.fault = "The pool was given back."
        slot.resident = None
        self._forget(key, slot)
        self._claims.release(resident.line.lease)

    def _forget(self, key: Key, slot: _Slot) -> None:
        slot.gone = True
        with self._lock:
            if self._slots.get(key) is slot:
                del self._slots[key]

    def _known(self) -> list[tuple[Key, _Slot]]:
        with self._lock:
            return list(self._slots.items())

    @contextmanager
    def _fenced(self, line: Line) -> Iterator[Connection]:
        """Give a connection for changes that count only while the pool is this process's."""
        try:
            with fenced(self._store, line.lease) as connection:
                yield connection
        except LeaseLost:
            line.fault = "Another process has taken the pool over."
            raise _unkept(line.fault) from None


def _wait(kept: Future[str | None]) -> None:
    """Wait until what was given to the scribe is kept.

    Raises
    ------
    Busy
        If it is not.
    """
    try:
        fault = kept.result(_PATIENCE_SECONDS)
    except TimeoutError:
        fault = "The database does not answer."
    if fault is not None:
        raise _unkept(fault)


def _unkept(fault: str) -> Busy:
    return Busy(
        f"{fault} Ask again; events with the same identifiers are not taken twice.",
        after_seconds=1,
        yours=False,
    )
