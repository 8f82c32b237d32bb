"""The log of contacts: put by identifier, so that what is sent twice is kept once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import delete, func, select

from api.data.contact_fields import Contact
from api.data.organisations import load_organisation
from api.data.writing import Counts, put_rows, take_turn
from api.errors import TooLarge
from api.store import Store
from api.store.tables import contacts as table
from optimizer.errors import Issue

if TYPE_CHECKING:
    import pandas as pd

    from forecasts import History

__all__ = [
    "MOST_CONTACTS",
    "count_contacts",
    "drop_contacts",
    "earlier_contacts",
    "history_from_contacts",
    "load_contacts",
    "put_contacts",
]

MOST_CONTACTS = 2_000_000
"""Contacts that are read into memory at once."""

_ROWS_AT_ONCE = 5_000


def put_contacts(
    store: Store, tenant: str, frame: pd.DataFrame, *, zone: str | None = None
) -> Counts:
    """Merge contacts into the log by their identifiers, all of them or none.

    A row replaces what is known of its contact in the columns that the table has; an empty cell
    makes it unknown. The same rows twice change nothing.

    Parameters
    ----------
    frame
        Columns ``id``, ``group``, ``created`` and any others of `api.data.contact_fields`.
    zone
        Of times without an offset; by default the organisation's.

    Raises
    ------
    InvalidInput
        If rows cannot be used; every problem is listed.
    """
    # Imported here: the checks of tables are heavy, and who only reads needs none.
    from api.data.contact_table import read_contact_rows

    if zone is None:
        organisation = load_organisation(store, tenant)
        zone = None if organisation is None else organisation.zone
    rows = read_contact_rows(frame, zone)
    added = changed = 0
    with store.writing() as connection:
        take_turn(store, connection, tenant)
        every = list(rows)
        for start in range(0, len(every), _ROWS_AT_ONCE):
            ids = every[start : start + _ROWS_AT_ONCE]
            wanted = select(table.c.id, table.c.body).where(table.c.tenant == tenant)
            there = {
                row.id: row.body for row in connection.execute(wanted.where(table.c.id.in_(ids)))
            }
            written = []
            for id_ in ids:
                day, sent = rows[id_]
                body = _merged(there.get(id_), sent)
                if body == there.get(id_):
                    continue
                if id_ in there:
                    changed += 1
                else:
                    added += 1
                kept = msgspec.json.decode(body, type=Contact)
                written.append(
                    {
                        "tenant": tenant,
                        "id": id_,
                        "day": day,
                        "group": kept.group,
                        "case_id": kept.case_id,
                        "body": body,
                    }
                )
            put_rows(connection, table, written)
    return Counts(added, changed, len(rows) - added - changed)


def count_contacts(
    store: Store,
    tenant: str,
    first: date,
    last: date,
    *,
    groups: Collection[str] | None = None,
) -> dict[date, int]:
    """Return how many contacts are kept of each day that has any, both ends included."""
    wanted = select(table.c.day, func.count().label("number")).where(
        table.c.tenant == tenant, table.c.day >= first, table.c.day <= last
    )
    if groups is not None:
        wanted = wanted.where(table.c.group.in_(sorted(groups)))
    with store.reading() as connection:
        return {row.day: row.number for row in connection.execute(wanted.group_by(table.c.day))}


def load_contacts(
    store: Store,
    tenant: str,
    first: date,
    last: date,
    *,
    groups: Collection[str] | None = None,
) -> list[Contact]:
    """Return the contacts of some days, both included, in no order.

    Parameters
    ----------
    groups
        By default all.

    Raises
    ------
    TooLarge
        If there are more than `MOST_CONTACTS`.
    """
    wanted = select(table.c.body).where(
        table.c.tenant == tenant, table.c.day >= first, table.c.day <= last
    )
    if groups is not None:
        wanted = wanted.where(table.c.group.in_(sorted(groups)))
    with store.reading() as connection:
        bodies = connection.execute(wanted.limit(MOST_CONTACTS + 1)).scalars().all()
    if len(bodies) > MOST_CONTACTS:
        detail = f"There are more than {MOST_CONTACTS:,} contacts from {first} to {last}."
        raise TooLarge("Too many contacts are asked for.", [Issue("too_many", "", detail)])
    return _decode(bodies)


def earlier_contacts(store: Store, tenant: str, day: date, first: date) -> list[Contact]:
    """Return the contacts from `first` until before `day` of the cases that have one on `day`."""
    cases = select(table.c.case_id).where(
        table.c.tenant == tenant, table.c.day == day, table.c.case_id.is_not(None)
    )
    wanted = select(table.c.body).where(
        table.c.tenant == tenant,
        table.c.day >= first,
        table.c.day < day,
        table.c.case_id.in_(cases),
    )
    with store.reading() as connection:
        return _decode(connection.execute(wanted).scalars().all())


def history_from_contacts(
    store: Store, tenant: str, first: date, last: date, *, interval_minutes: int = 30
) -> History | None:
    """Count the contacts of some days by group and interval of arrival; None if there are none.

    See `forecasts.history_from_contacts`, which learns from the log when the groups were open.

    Raises
    ------
    TooLarge
        If there are more than `MOST_CONTACTS`.
    """
    import pandas as pd

    from forecasts import history_from_contacts as count

    kept = load_contacts(store, tenant, first, last)
    if not kept:
        return None
    organisation = load_organisation(store, tenant)
    zone = "UTC" if organisation is None else organisation.zone
    frame = pd.DataFrame(
        {
            "group": [contact.group for contact in kept],
            "arrived": pd.to_datetime([contact.created for contact in kept], unit="s", utc=True),
            "handled_s": [contact.handled_s for contact in kept],
            "abandoned": ["no" if contact.abandoned is None else "yes" for contact in kept],
        }
    )
    if frame["handled_s"].isna().all():
        frame = frame.drop(columns="handled_s")
    return count(frame, interval_minutes=interval_minutes, zone=zone)


def drop_contacts(store: Store, tenant: str, *, group: str | None, first: date, last: date) -> int:
    """Forget the contacts of some days, both included; return how many went."""
    gone = delete(table).where(table.c.tenant == tenant, table.c.day >= first, table.c.day <= last)
    if group is not None:
        gone = gone.where(table.c.group == group)
    with store.writing() as connection:
        take_turn(store, connection, tenant)
        return connection.execute(gone).rowcount


def _merged(old: bytes | None, sent: dict[str, Any]) -> bytes:
    """Return the body of a contact with what was sent of it in place of what was there."""
    there = {} if old is None else msgspec.json.decode(old)
    return msgspec.json.encode(Contact(**{**there, **sent}))


def _decode(bodies: Sequence[bytes]) -> list[Contact]:
    decoder = msgspec.json.Decoder(Contact)
    return [decoder.decode(body) for body in bodies]
