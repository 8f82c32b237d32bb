"""Documents with versions: what an organisation says of itself, and every earlier state of it."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from api.data.writing import take_turn
from api.errors import Conflict
from api.store import Store
from api.store.tables import stored_documents as table
from optimizer.errors import Issue

__all__ = ["StaleVersion", "StoredDocument", "Version", "load_document", "put_document", "versions"]


class StaleVersion(Conflict):
    """Somebody else wrote a version since the one that was looked at."""


@dataclass(frozen=True, slots=True)
class Version:
    """One state of a document.

    Parameters
    ----------
    version
        1 for the first; rises by one with each change.
    at
        When it was put.
    key_id
        The public part of the key that put it; None where keys are not asked for.
    """

    version: int
    at: datetime
    key_id: str | None


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as it is kept.

    Parameters
    ----------
    body
        JSON in UTF-8.
    """

    name: str
    version: Version
    body: bytes


def load_document(
    store: Store, tenant: str, name: str, version: int | None = None
) -> StoredDocument | None:
    """Return a version of a document, by default the latest; None if there is none."""
    with store.reading() as connection:
        return _load(connection, tenant, name, version)


def put_document(
    store: Store,
    tenant: str,
    name: str,
    body: bytes,
    *,
    key_id: str | None = None,
    expected: int | None = None,
) -> tuple[Version, bool]:
    """Keep a document as its latest version.

    Parameters
    ----------
    body
        JSON; equal bytes are the same version, so whoever calls writes it in one form.
    expected
        The version that must be the latest, 0 for none at all; None to put it whatever there is.

    Returns
    -------
    The version that holds the body, and whether it is a new one.

    Raises
    ------
    StaleVersion
        If the latest version is not the expected one.
    """
    with store.writing() as connection:
        take_turn(store, connection, tenant)
        latest = _load(connection, tenant, name, None)
        number = 0 if latest is None else latest.version.version
        if expected is not None and expected != number:
            found = f"version {number}" if number else "not there"
            detail = f"{name!r} is {found}, no longer version {expected}."
            raise StaleVersion(detail, [Issue("stale_version", "", detail)])
        if latest is not None and latest.body == body:
            return latest.version, False
        version = Version(number + 1, datetime.now(UTC), key_id)
        connection.execute(
            insert(table).values(
                tenant=tenant,
                name=name,
                version=version.version,
                at=version.at,
                key_id=key_id,
                # Without a time of its own, so that equal bodies are equal bytes.
                body=gzip.compress(body, 6, mtime=0),
            )
        )
    return version, True


def versions(
    store: Store, tenant: str, name: str, *, limit: int = 50, before: int | None = None
) -> list[Version]:
    """Return the versions of a document, latest first.

    Parameters
    ----------
    before
        Only versions below this one; the next page of a long list.
    """
    wanted = select(table.c.version, table.c.at, table.c.key_id).where(
        table.c.tenant == tenant, table.c.name == name
    )
    if before is not None:
        wanted = wanted.where(table.c.version < before)
    with store.reading() as connection:
        rows = connection.execute(wanted.order_by(table.c.version.desc()).limit(limit)).all()
    return [Version(*row) for row in rows]


def _load(
    connection: Connection, tenant: str, name: str, version: int | None
) -> StoredDocument | None:
    wanted = select(table).where(table.c.tenant == tenant, table.c.name == name)
    if version is not None:
        wanted = wanted.where(table.c.version == version)
    row = connection.execute(wanted.order_by(table.c.version.desc()).limit(1)).first()
    if row is None:
        return None
    return StoredDocument(name, Version(row.version, row.at, row.key_id), gzip.decompress(row.body))
