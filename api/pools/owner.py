"""What an owner of pools does with them: make, tell, look into, delete; and unasked, keep."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection

from api.config import Settings
from api.errors import Busy, Conflict, NotFound
from api.jobs.clock import database_clock
from api.metrics import pools as metrics
from api.pools.claims import Claims
from api.pools.exceptions import (
    PoolException,
    Standing,
    check_exception,
    due_exceptions,
    end_exception,
    keep_exception,
    standing_exception,
)
from api.pools.holdings import Holdings, Slot, not_kept
from api.pools.reading import Told
from api.pools.records import EventAnswer, EventAnswers, PoolStanding, TicketStanding
from api.pools.resident import Resident, Rules
from api.pools.scribe import Line, Scribe
from api.pools.table import Key, Saved, insert_pool, read_pool, remove_pool, unowned
from api.store import Store
from optimizer.codec import decode, encode
from optimizer.model import Snapshot
from optimizer.routing import assign
from optimizer.routing.pool import Pool, PoolSettings

__all__ = ["Owner"]

_PATIENCE_SECONDS = 20.0
"""How long a request waits for the database at most."""


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
        self._holdings = Holdings(store, self._claims, self._scribe)
        self._known_by = self._claims.announce()

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
        with self._holdings.slot(key) as slot:
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
        with self._holdings.held(key) as (_, resident):
            answers, kept = resident.take(told, datetime.now(UTC), self._rules)
            last = resident.number
        _wait(kept)
        return EventAnswers(tuple(answers), last)

    def grant(
        self, key: Key, asked: PoolException, noted: Callable[[Connection], None]
    ) -> EventAnswer:
        """Let a ticket be otherwise for once; it raises what `take` does.

        Parameters
        ----------
        noted
            Writes down who asked for it, in the same transaction.

        Raises
        ------
        InvalidInput
            If the exception makes no sense.
        """
        now = datetime.now(UTC)
        check_exception(asked)
        with self._holdings.held(key) as (_, resident):
            ticket = resident.pool.ticket(asked.ticket)
            if ticket is None:
                raise NotFound(f"There is no open ticket {asked.ticket!r} in the pool.")
            _wait(resident.settled())
            with self._store.reading() as connection:
                before = standing_exception(connection, key, asked.ticket)
            plain = before.undone(ticket) if before else ticket
            standing = Standing(key, asked.ticket, plain, asked.applied(plain))

            def keep(connection: Connection) -> None:
                keep_exception(connection, standing, now + timedelta(seconds=asked.seconds))
                noted(connection)

            answer, kept = resident.change(standing.after, now, self._rules, keep)
        _wait(kept)
        return answer

    def expire(self) -> None:
        """End the exceptions whose time is over, of pools that are in memory."""
        now = datetime.now(UTC)
        with self._store.reading() as connection:
            due = due_exceptions(connection, now)
        for standing in due:
            if standing.key in self._holdings:
                with (
                    suppress(Busy, NotFound),
                    self._holdings.held(standing.key) as (_, resident),
                ):
                    self._end(resident, standing, now)

    def standing(self, key: Key) -> PoolStanding:
        """Return how a pool stands; it raises what `take` does."""
        with self._holdings.held(key) as (_, resident):
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
        with self._holdings.held(key) as (_, resident):
            snapshot, kept = resident.pool.snapshot(), resident.settled()
        _wait(kept)
        return snapshot

    def why(self, key: Key, ticket: str) -> TicketStanding:
        """Return where a ticket is, and why it waits; it raises what `take` does."""
        with self._holdings.held(key) as (_, resident):
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
        with self._holdings.held(key) as (slot, resident):
            _wait(resident.settled())
            with self._holdings.fenced(resident.line) as connection:
                remove_pool(connection, key)
            self._holdings.let_go(key, slot, resident)

    def adopt(self) -> None:
        """Take over the pools whose clock matters and that nobody owns."""
        with self._store.reading() as connection:
            now = database_clock(connection)
            keys = unowned(connection, now, self._claims.owner, self._claims.address)
        for key in keys:
            if key not in self._holdings:
                try:
                    with self._holdings.held(key):
                        pass
                except (Busy, NotFound):
                    continue  # somebody else was quicker

    def tick(self) -> None:
        """Tell the time to the pools to which it matters."""
        now = datetime.now(UTC)
        waiting = count = 0
        for _, (_, resident) in self._holdings.free():
            count += 1
            waiting += resident.pool.figures().waiting
            if self._claims.are_fresh() and resident.pool.needs_clock(now):
                resident.tick(now, self._rules)
        metrics.set_resident(count)
        metrics.set_waiting(waiting)

    def renew(self) -> None:
        """Renew all leases; pools that somebody else has by now are let go."""
        self._holdings.renew()

    def rest(self, idle_seconds: float) -> None:
        """Save pools that nobody has asked for so long and whose clock does not matter; let go."""
        for key, (slot, resident) in self._holdings.free():
            figures = resident.pool.figures()
            idle = time.monotonic() - slot.asked >= idle_seconds
            if idle and not figures.waiting and not figures.offered:
                self._holdings.give_back(key, slot, resident, active=False)

    def close(self) -> None:
        """Save all pools, give them back and end; what is asked from now on is refused."""
        if self._known_by is not None:
            self._claims.release(self._known_by)
        self._holdings.close()
        self._scribe.close()

    def _end(self, resident: Resident, standing: Standing, now: datetime) -> None:
        def end(connection: Connection) -> None:
            end_exception(connection, standing)

        ticket = resident.pool.ticket(standing.ticket)
        plain = standing.undone(ticket) if ticket else None
        if plain is None or plain == ticket:
            resident.only(end)
        else:
            resident.change(plain, now, self._rules, end)

    def _create(self, key: Key, slot: Slot, pool: Pool, now: datetime) -> None:
        lease = self._claims.take(key)
        line = Line(key, lease)
        saved = Saved(encode(pool.settings), now, pool.save(), 0)
        try:
            with self._holdings.fenced(line) as connection:
                insert_pool(connection, key, saved, self._most)
        except BaseException:
            self._claims.release(lease)
            raise
        slot.resident = Resident(self._store, self._scribe, line, pool, now)


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
        raise not_kept(fault)
