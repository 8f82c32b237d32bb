"""Leases: one process at a time does what only one may do, and another takes over if it dies.

Clocks only decide when somebody takes over. That a process which lost its lease without noticing
does no harm follows from the term: it rises whenever a lease is taken, every write of an owner
names the term that it owns, and is refused under any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.jobs.clock import Clock, database_clock
from api.store import Store
from api.store.tables import leases

__all__ = ["Lease", "LeaseLost", "fenced", "holder", "release", "renew", "take"]

_LONGEST = timedelta(hours=1)


class LeaseLost(Exception):  # noqa: N818 - it is no error of anybody; the owner stops
    """Somebody else has the lease: nothing was changed, and nothing may be done any more."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What a process owns.

    Parameters
    ----------
    term
        Rises by one whenever the lease is taken, by whomever.
    """

    name: str
    owner: str
    term: int


def take(
    store: Store,
    name: str,
    owner: str,
    seconds: float,
    address: str | None = None,
    *,
    forced: bool = False,
    clock: Clock = database_clock,
) -> Lease | None:
    """Take a lease that nobody has, or return None while somebody else has it.

    Parameters
    ----------
    owner
        Who takes it; an owner that has it already gets a new term, and its old one is over.
    seconds
        How long it lasts unless it is renewed, at most an hour.
    address
        Where the owner can be reached.
    forced
        Whether to take it even so, for a caller who knows that its owner is no more.
    """
    values = {"owner": owner, "address": address}
    try:
        with store.writing() as connection:
            now = clock(connection)
            until = now + timedelta(seconds=seconds)
            query = select(leases).where(leases.c.name == name).with_for_update()
            found = connection.execute(query).first()
            if found is None:
                new = insert(leases).values(name=name, term=1, until=until, **values)
                connection.execute(new)
                return Lease(name, owner, 1)
            if not forced and found.owner != owner and _holds(found.until, now):
                return None
            term = found.term + 1
            taken = update(leases).where(leases.c.name == name)
            connection.execute(taken.values(term=term, until=until, **values))
            return Lease(name, owner, term)
    except IntegrityError:
        return None  # somebody else took it for the first time in the same moment


def renew(store: Store, lease: Lease, seconds: float, *, clock: Clock = database_clock) -> bool:
    """Have a lease last for so many seconds from now; tell whether it is still one's own."""
    with store.writing() as connection:
        until = clock(connection) + timedelta(seconds=seconds)
        renewed = update(leases).where(_is(lease)).values(until=until)
        return connection.execute(renewed).rowcount == 1


def release(store: Store, lease: Lease, *, clock: Clock = database_clock) -> None:
    """Give a lease back, so that nobody has to wait for its end; nothing if it is lost."""
    with store.writing() as connection:
        given = update(leases).where(_is(lease)).values(until=clock(connection))
        connection.execute(given)


def holder(
    store: Store, name: str, *, clock: Clock = database_clock
) -> tuple[str, str | None, datetime] | None:
    """Return owner, address and end of a lease, or None if nobody has it."""
    with store.reading() as connection:
        found = connection.execute(select(leases).where(leases.c.name == name)).first()
        if found is None or not _holds(found.until, clock(connection)):
            return None
        return found.owner, found.address, found.until


@contextmanager
def fenced(store: Store, lease: Lease) -> Iterator[Connection]:
    """Give a connection for changes that are kept only if the lease is one's own to the last.

    The row of the lease stays locked until they are kept: nobody takes it over in between.

    Raises
    ------
    LeaseLost
        If it is somebody else's.
    """
    with store.writing() as connection:
        own = select(leases.c.term).where(_is(lease)).with_for_update(read=True)
        if connection.execute(own).first() is None:
            raise LeaseLost(lease.name)
        yield connection


def _is(lease: Lease) -> ColumnElement[bool]:
    return and_(
        leases.c.name == lease.name, leases.c.owner == lease.owner, leases.c.term == lease.term
    )


def _holds(until: datetime, now: datetime) -> bool:
    """Tell whether a lease lasts; one that lasts too long was given before a clock went back."""
    return now < until <= now + _LONGEST
