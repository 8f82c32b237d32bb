"""Pools in the database: which there are, their settings, and their saved states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, tuple_, update

from api.errors import Conflict, NotFound
from api.pools.records import PoolEntry
from api.store.tables import leases, pool_events, pools
from optimizer.errors import Issue

__all__ = [
    "Key",
    "Saved",
    "insert_pool",
    "is_pool",
    "keep_state",
    "last_number",
    "last_numbers",
    "lease_name",
    "list_pools",
    "read_pool",
    "remove_pool",
    "set_active",
    "unowned",
]


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Which pool, of whom."""

    tenant: str
    pool: str


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
    found = connection.execute(select(*columns).where(*is_pool(key))).one_or_none()
    if found is None:
        raise NotFound(f"There is no pool {key.pool!r}.")
    return Saved(*found)


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


def keep_state(connection: Connection, key: Key, state: bytes, number: int) -> None:
    """Save the state of a pool after an event."""
    values = {"saved": state, "saved_number": number}
    connection.execute(update(pools).where(*is_pool(key)).values(values))


def set_active(connection: Connection, key: Key, active: bool) -> None:
    """Note whether somebody has to keep a pool in memory."""
    connection.execute(update(pools).where(*is_pool(key)).values(active=active))


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
    connection.execute(delete(pools).where(*is_pool(key)))


def _last() -> Any:
    """Return the number of the last event of the pool in a row of `pools`."""
    of_pool = (pool_events.c.tenant == pools.c.tenant) & (pool_events.c.pool == pools.c.id)
    return select(func.max(pool_events.c.number)).where(of_pool).scalar_subquery()


def is_pool(key: Key) -> tuple[Any, Any]:
    """Return the conditions that a row of `pools` is that of a pool."""
    return (pools.c.tenant == key.tenant, pools.c.id == key.pool)
