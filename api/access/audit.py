"""The audit: who did what to what, kept in the same database as what they did it to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from api import logs
from api.access.scopes import Caller
from api.store import Store
from api.store.tables import audit
from optimizer.model.record import Record

__all__ = ["AuditEntry", "audit_entries", "note", "note_in"]


@dataclass(frozen=True, slots=True)
class AuditEntry(Record):
    """Something that somebody did.

    Parameters
    ----------
    number
        Rises with time.
    at
        When it was done.
    key_id
        The public part of the key it was done with; null for an operator at the command line,
        the service itself, or where keys are not asked for.
    action
        What was done, such as `publish`.
    target
        What it was done to, such as `/v1/rosters/{id}`.
    request_id
        Of the request it was done by; its log lines carry it.
    detail
        What else is worth knowing; depends on the action.
    """

    number: int
    at: datetime
    key_id: str | None
    action: str
    target: str
    request_id: str | None
    detail: dict[str, Any]


def note(
    store: Store,
    caller: Caller,
    action: str,
    target: str,
    detail: Mapping[str, Any] | None = None,
    request_id: str | None = None,
) -> None:
    """Write down who did what, in a transaction of its own; see `note_in`."""
    with store.writing() as connection:
        note_in(connection, caller, action, target, detail, request_id)


def note_in(
    connection: Connection,
    caller: Caller,
    action: str,
    target: str,
    detail: Mapping[str, Any] | None = None,
    request_id: str | None = None,
) -> None:
    """Write down who did what, in the transaction that does it.

    Parameters
    ----------
    action
        A few words in the imperative, such as ``publish``.
    target
        What it is done to, such as ``/v1/rosters/<id>``.
    detail
        What else is worth knowing; JSON without anything personal or secret.
    request_id
        By default, that of the request that is being answered.
    """
    entry = {
        "tenant": caller.tenant,
        "at": datetime.now(UTC),
        "key_id": caller.key_id,
        "action": action,
        "target": target,
        "request_id": request_id or logs.request_id.get(),
        "detail": dict(detail or {}),
    }
    connection.execute(insert(audit).values(**entry))


def audit_entries(
    store: Store, tenant: str, *, limit: int = 50, before: int | None = None
) -> tuple[list[AuditEntry], int | None]:
    """Return what was done with the data of a tenant, newest first.

    Parameters
    ----------
    limit
        Most entries to return.
    before
        Only entries with a lower number.

    Returns
    -------
    tuple
        The entries, and what to give as `before` for the next ones; None after the last.
    """
    shown = [column for column in audit.c if column.name != "tenant"]
    wanted = select(*shown).where(audit.c.tenant == tenant)
    if before is not None:
        wanted = wanted.where(audit.c.number < before)
    # One more tells whether there are more.
    wanted = wanted.order_by(audit.c.number.desc()).limit(limit + 1)
    with store.reading() as connection:
        found = [AuditEntry(**row._mapping) for row in connection.execute(wanted)]
    entries = found[:limit]
    return entries, entries[-1].number if len(found) > limit else None
