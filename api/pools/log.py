"""The logs of pools in the database: every event they took, and what each of them changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from api.jobs.leases import Lease
from api.pools.records import OfferNews
from api.pools.table import Key, is_pool
from api.store.tables import leases, pool_events, pools

__all__ = [
    "Logged",
    "append",
    "cutoff",
    "forget_events",
    "forget_silent",
    "held",
    "logged_message",
    "news_after",
    "rows_after",
]

_PAGE = 2_000
"""Old events that are removed at a time."""


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
    saved = select(pools.c.saved_number).where(*is_pool(key)).scalar_subquery()
    connection.execute(
        delete(pool_events).where(
            *_events(key),
            pool_events.c.number < oldest + 2 * _PAGE,
            # The last one stays: numbers go on from it.
            pool_events.c.number < saved,
            pool_events.c.at < before,
        )
    )


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
