"""Pools in the database: what they are, every event they took, and their saved states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, tuple_, update

from api.errors import Conflict, NotFound
from api.jobs.leases import Lease
from api.pools.records import OfferNews, PoolEntry
from api.store.tables import leases, pool_events, pools
from optimizer.errors import Issue

__all__ = [
    "Key",
    "Logged",
    "Saved",
    "append",
    "cutoff",
    "forget_events",
    "forget_silent",
    "held",
    "insert_pool",
    "keep_state",
    "last_number",
    "last_numbers",
    "lease_name",
    "list_pools",
    "logged_message",
    "news_after",
    "read_pool",
    "remove_pool",
    "rows_after",
    "set_active",
    "unowned",
]

_PAGE = 2_000
"""Old events that are removed at a time."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Which pool, of whom."""

    tenant: str
    pool: str


@dataclass(frozen=True, slots=True)
class Logged:
    """An event that was taken, as a row.

    Parameters
    ----------
    at
        The clock of the service.
    message
        The identifier that the sender gave it.
    body, effects
        As JSON.
    moves
        Whether it changed anything about offers.
    """

    number: int
    at: datetime
    message: str | None
    body: bytes
    effects: bytes
    moves: bool


@dataclass(frozen=True, slots=True)
class Saved:
    """A pool as it was when its state was saved.

    Parameters
    ----------
    settings
        As JSON.
    number
        Of the last event in the state; 0 if there is none.
    """

    settings: bytes
    opened: datetime
    state: bytes
    number: int


def lease_name(key: Key) -> str:
    """Return the name of the lease on a pool."""
    return f"pool:{key.tenant}:{key.pool}"


def insert_pool(connection: Connection, key: Key, saved: Saved, most: int) -> None:
    """Note a new pool.

    Raises
    ------
    Conflict
        If the tenant has as many as it may have.
    """
    count = select(func.count()).select_from(pools).where(pools.c.tenant == key.tenant)
    if connection.execute(count).scalar_one() >= most:
        issue = Issue("too_many", "", f"There may be {most:,} pools; delete one that is not used.")
        raise Conflict("There are too many pools.", [issue])
    connection.execute(
        insert(pools).values(
            tenant=key.tenant,
            id=key.pool,
            settings=saved.settings,
            opened=saved.opened,
            saved=saved.state,
            saved_number=saved.number,
            active=True,
        )
    )


def read_pool(connection: Connection, key: Key) -> Saved:
    """Return a pool as it was saved last.

    Raises
    ------
    NotFound
        If there is none.
    """
    columns = (pools.c.settings, pools.c.opened, pools.c.saved, pools.c.saved_number)
    found = connection.execute(select(*columns).where(*_row(pools, key))).one_or_none()
    if found is None:
        raise NotFound(f"There is no pool {key.pool!r}.")
    return Saved(*found)


def rows_after(connection: Connection, key: Key, number: int) -> Iterable[Logged]:
    """Return the events after one, in order."""
    columns = [pool_events.c[name] for name in Logged.__dataclass_fields__]
    asked = select(*columns).where(*_events(key), pool_events.c.number > number)
    return [Logged(*row) for row in connection.execute(asked.order_by(pool_events.c.number))]


def logged_message(connection: Connection, key: Key, message: str) -> tuple[int, bytes] | None:
    """Return number and body of the last event with an identifier."""
    asked = select(pool_events.c.number, pool_events.c.body).where(
        *_events(key), pool_events.c.message == message
    )
    found = connection.execute(asked.order_by(pool_events.c.number.desc()).limit(1)).one_or_none()
    return None if found is None else (found.number, found.body)


def last_number(connection: Connection, key: Key) -> int:
    """Return the number of the last event; 0 if there is none.

    Raises
    ------
    NotFound
        If there is no such pool.
    """
    found = last_numbers(connection, [key])
    if not found:
        raise NotFound(f"There is no pool {key.pool!r}.")
    return found[key]


def last_numbers(connection: Connection, keys: Iterable[Key]) -> dict[Key, int]:
    """Return the numbers of the last events of those pools that there are."""
    row = tuple_(pools.c.tenant, pools.c.id)
    asked = select(pools.c.tenant, pools.c.id, pools.c.saved_number, _last()).where(
        row.in_([(key.tenant, key.pool) for key in keys])
    )
    rows = connection.execute(asked)
    return {Key(tenant, pool): max(saved, last or 0) for tenant, pool, saved, last in rows}


def news_after(
    connection: Connection, key: Key, after: int, limit: int, until: int | None = None
) -> list[OfferNews]:
    """Return what events after one changed about offers, up to another one, in order."""
    asked = select(pool_events.c.number, pool_events.c.effects).where(
        *_events(key), pool_events.c.moves, pool_events.c.number > after
    )
    if until is not None:
        asked = asked.where(pool_events.c.number <= until)
    rows = connection.execute(asked.order_by(pool_events.c.number).limit(limit))
    return [_news(number, effects) for number, effects in rows]


def list_pools(connection: Connection, tenant: str, now: datetime) -> list[PoolEntry]:
    """Return all pools of a tenant, by identifier."""
    held_now = leases.c.until > now
    lease = leases.c.name == "pool:" + pools.c.tenant + ":" + pools.c.id
    asked = select(
        pools.c.id, pools.c.opened, pools.c.saved_number, _last(), leases.c.owner, leases.c.address
    ).select_from(pools.outerjoin(leases, lease & held_now))
    rows = connection.execute(asked.where(pools.c.tenant == tenant).order_by(pools.c.id))
    return [
        PoolEntry(name, opened, max(saved, last or 0), address or owner)
        for name, opened, saved, last, owner, address in rows
    ]


def held(connection: Connection, claims: Iterable[Lease]) -> set[str]:
    """Return the names of leases that are still held, for as long as this transaction lasts.

    A term counts, not a time: whoever takes a lease over raises its term, and waits until the
    transactions that have looked at it here are over.
    """
    terms = {claim.name: (claim.owner, claim.term) for claim in claims}
    asked = select(leases.c.name, leases.c.owner, leases.c.term).where(leases.c.name.in_(terms))
    rows = connection.execute(asked.order_by(leases.c.name).with_for_update(read=True))
    return {name for name, owner, term in rows if terms[name] == (owner, term)}


def append(connection: Connection, rows: Iterable[tuple[Key, Logged]]) -> None:
    """Add events to the logs of pools."""
    values = [
        {
            "tenant": key.tenant,
            "pool": key.pool,
            "number": row.number,
            "at": row.at,
            "message": row.message,
            "body": row.body,
            "effects": row.effects,
            "moves": row.moves,
        }
        for key, row in rows
    ]
    if values:
        connection.execute(insert(pool_events), values)


def keep_state(connection: Connection, key: Key, state: bytes, number: int) -> None:
    """Save the state of a pool after an event."""
    values = {"saved": state, "saved_number": number}
    connection.execute(update(pools).where(*_row(pools, key)).values(values))


def forget_silent(connection: Connection, key: Key, first: int, until: int) -> None:
    """Remove events that a saved state has made needless: no restart and nobody asks for them.

    They have no identifier, so none of them can be repeated, and changed no offer; nearly all are
    clock events of the service, one a second.
    """
    connection.execute(
        delete(pool_events).where(
            *_events(key),
            pool_events.c.number >= first,
            pool_events.c.number < until,
            ~pool_events.c.moves,
            pool_events.c.message.is_(None),
        )
    )


def forget_events(connection: Connection, key: Key, before: datetime) -> None:
    """Remove some of the oldest events, if they are old and no restart would need them."""
    oldest = select(func.min(pool_events.c.number)).where(*_events(key)).scalar_subquery()
    saved = select(pools.c.saved_number).where(*_row(pools, key)).scalar_subquery()
    connection.execute(
        delete(pool_events).where(
            *_events(key),
            pool_events.c.number < oldest + 2 * _PAGE,
            # The last one stays: numbers go on from it.
            pool_events.c.number < saved,
            pool_events.c.at < before,
        )
    )


def set_active(connection: Connection, key: Key, active: bool) -> None:
    """Note whether somebody has to keep a pool in memory."""
    connection.execute(update(pools).where(*_row(pools, key)).values(active=active))


def unowned(
    connection: Connection, now: datetime, owner: str, address: str | None
) -> Sequence[Key]:
    """Return active pools that nobody holds but an owner, or one that was at its address."""
    free = leases.c.name.is_(None) | (leases.c.until <= now) | (leases.c.owner == owner)
    if address is not None:
        free |= leases.c.address == address
    lease = leases.c.name == "pool:" + pools.c.tenant + ":" + pools.c.id
    asked = select(pools.c.tenant, pools.c.id).select_from(pools.outerjoin(leases, lease))
    return [Key(*row) for row in connection.execute(asked.where(pools.c.active, free))]


def remove_pool(connection: Connection, key: Key) -> None:
    """Remove a pool and all that belongs to it."""
    connection.execute(delete(pools).where(*_row(pools, key)))


def cutoff(now: datetime, days: float, remember_seconds: float) -> datetime | None:
    """Return the time before which events are old; None if no calendar has it.

    Parameters
    ----------
    remember_seconds
        How long repeats are recognised: their numbers are looked up in the log.
    """
    try:
        return now - max(timedelta(days=days), timedelta(seconds=remember_seconds))
    except OverflowError:
        return None


def _last() -> Any:
    """Return the number of the last event of the pool in a row of `pools`."""
    of_pool = (pool_events.c.tenant == pools.c.tenant) & (pool_events.c.pool == pools.c.id)
    return select(func.max(pool_events.c.number)).where(of_pool).scalar_subquery()


def _row(table: Any, key: Key) -> tuple[Any, Any]:
    return (table.c.tenant == key.tenant, table.c.id == key.pool)


def _events(key: Key) -> tuple[Any, Any]:
    return (pool_events.c.tenant == key.tenant, pool_events.c.pool == key.pool)


class _Moves(msgspec.Struct):
    """The part of effects that is about offers."""

    at: datetime
    offered: tuple[Any, ...]
    withdrawn: tuple[Any, ...]
    timed_out: tuple[Any, ...]


def _news(number: int, effects: bytes) -> OfferNews:
    moves = msgspec.json.decode(effects, type=_Moves)
    return OfferNews(number, moves.at, moves.offered, moves.withdrawn, moves.timed_out)
