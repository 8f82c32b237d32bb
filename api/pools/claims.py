"""The leases of one owner of pools: taken one by one, renewed all at once."""

from __future__ import annotations

import math
import time
from datetime import timedelta

from sqlalchemy import select, update

from api.errors import Busy
from api.jobs import leases
from api.jobs.clock import database_clock
from api.jobs.leases import Lease
from api.pools.table import Key, lease_name
from api.store import Store
from api.store.tables import leases as table

__all__ = ["Claims", "any_owner"]


_OWNERS = "owner:"
"""Before the address of an owner, in the name of the lease by which it is known."""


def any_owner(store: Store) -> str | None:
    """Return the address of an owner of pools, None if there is none."""
    with store.reading() as connection:
        alive = table.c.until > database_clock(connection)
        asked = select(table.c.address).where(table.c.name.startswith(_OWNERS), alive)
        return connection.execute(asked.order_by(table.c.name).limit(1)).scalar()


class Claims:
    """The leases of one process that owns pools.

    Parameters
    ----------
    owner
        Unique name of the process; another run of the same program has another.
    address
        Where it can be reached; None if only in itself.
    seconds
        How long a lease lasts unless it is renewed.
    """

    def __init__(self, store: Store, owner: str, address: str | None, seconds: float) -> None:
        self.owner = owner
        self.address = address
        self._store = store
        self._seconds = seconds
        self._renewed = -math.inf

    def announce(self) -> Lease | None:
        """Let those who have no owner near know this one; return the lease that says so."""
        return None if self.address is None else self._take(f"{_OWNERS}{self.address}")

    def take(self, key: Key) -> Lease:
        """Take the lease on a pool.

        Raises
        ------
        Busy
            If somebody else has it.
        """
        lease = self._take(lease_name(key))
        if lease is None:
            raise Busy("Another process holds the pool; ask again.", after_seconds=1, yours=False)
        return lease

    def _take(self, name: str) -> Lease | None:
        lease = leases.take(self._store, name, self.owner, self._seconds, self.address)
        if lease is None and self._end_of_predecessor(name):
            lease = leases.take(self._store, name, self.owner, self._seconds, self.address)
        return lease

    def renew(self) -> set[tuple[str, int]]:
        """Renew all leases, in one change; return names and terms of those still held."""
        before = time.monotonic()
        mine = table.c.owner == self.owner
        with self._store.writing() as connection:
            until = database_clock(connection) + timedelta(seconds=self._seconds)
            # Those that were given back stay given back: their time is over.
            lasting = table.c.until > until - timedelta(seconds=2 * self._seconds)
            # In the order in which whoever writes events locks them: no two wait for each other.
            locked = select(table.c.name, table.c.term).where(mine, lasting)
            locked = locked.order_by(table.c.name).with_for_update()
            held = {(name, term) for name, term in connection.execute(locked)}
            connection.execute(update(table).where(mine, lasting).values(until=until))
        self._renewed = before
        return held

    def are_fresh(self) -> bool:
        """Tell whether the last renewal was so lately that nobody can have taken over since."""
        return time.monotonic() < self._renewed + self._seconds

    def release(self, lease: Lease) -> None:
        """Give a lease back."""
        leases.release(self._store, lease)

    def _end_of_predecessor(self, name: str) -> bool:
        """End the lease of an owner that was reached where this one is: it must be gone.

        Should it be alive after all, its next write is refused, as the term has risen.
        """
        if self.address is None:
            return False
        theirs = (table.c.address == self.address) & (table.c.owner != self.owner)
        with self._store.writing() as connection:
            over = update(table).where(table.c.name == name, theirs)
            until = database_clock(connection)
            return connection.execute(over.values(until=until)).rowcount == 1
