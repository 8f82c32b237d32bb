"""Keys in the database: made, listed and revoked; of the secret only a digest is kept."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from api.access.audit import note_in
from api.access.scopes import EVERYTHING, Caller, Scope
from api.access.secret import digest_of, new_secret
from api.errors import Conflict, NotFound
from api.store import Store
from api.store.tables import keys, tenants
from optimizer.errors import Issue, raise_errors
from optimizer.model.findings import Findings
from optimizer.model.record import Record

__all__ = ["Key", "create_key", "list_keys", "revoke_key", "scopes_of"]

_TENANT = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Key(Record):
    """A key as it is shown: everything but its secret, which nobody keeps.

    Parameters
    ----------
    id
        The public part; audit and log name it.
    name
        What people call it, such as the system that uses it.
    expires, revoked
        From when on it does not count any more; null for never.
    """

    id: str
    tenant: str
    name: str
    scopes: tuple[Scope, ...]
    created: datetime
    expires: datetime | None
    revoked: datetime | None


def create_key(
    store: Store,
    tenant: str,
    name: str,
    scopes: Collection[Scope],
    expires: datetime | None = None,
) -> tuple[Key, str]:
    """Make a key and return it with its secret, which cannot be had a second time.

    Parameters
    ----------
    tenant
        Whose data the key opens; made if there is no such tenant yet.
    expires
        An aware time.

    Raises
    ------
    InvalidInput
        If the tenant's or the key's name cannot be used, there is no scope, or the key would
        have expired already; all that is wrong is listed.
    """
    now = datetime.now(UTC)
    _check(tenant, name, scopes, expires, now)
    key_id, secret = new_secret()
    row = {
        "id": key_id,
        "tenant": tenant,
        "name": name,
        "scopes": " ".join(scope for scope in Scope if scope in scopes),
        "created": now,
        "expires": expires,
        "revoked": None,
    }
    insert_new = (postgresql if store.shared else sqlite).insert
    with store.writing() as connection:
        known = insert_new(tenants).values(id=tenant, created=now).on_conflict_do_nothing()
        connection.execute(known)
        connection.execute(insert(keys).values(**row, digest=digest_of(secret)))
        detail = {"name": name, "scopes": row["scopes"]}
        note_in(connection, _operator(tenant), "create key", f"keys/{key_id}", detail)
    return _key(row), secret


def list_keys(store: Store, tenant: str | None = None) -> list[Key]:
    """Return the keys of a tenant, or of all, oldest first, revoked and expired ones as well."""
    wanted = select(*_SHOWN).order_by(keys.c.created, keys.c.id)
    if tenant is not None:
        wanted = wanted.where(keys.c.tenant == tenant)
    with store.reading() as connection:
        return [_key(dict(row._mapping)) for row in connection.execute(wanted)]


def revoke_key(store: Store, key_id: str) -> Key:
    """Make a key count no more, and return it; running processes follow within seconds.

    Raises
    ------
    NotFound
        If there is no such key.
    Conflict
        If it was revoked before.
    """
    with store.writing() as connection:
        found = connection.execute(select(*_SHOWN).where(keys.c.id == key_id)).one_or_none()
        if found is None:
            raise NotFound("There is no such key.", [_issue("unknown_key", key_id)])
        row = dict(found._mapping)
        if row["revoked"] is not None:
            raise Conflict("The key was revoked before.", [_issue("revoked", key_id)])
        row["revoked"] = datetime.now(UTC)
        connection.execute(update(keys).where(keys.c.id == key_id).values(revoked=row["revoked"]))
        detail = {"name": row["name"]}
        note_in(connection, _operator(row["tenant"]), "revoke key", f"keys/{key_id}", detail)
    return _key(row)


_SHOWN = [column for column in keys.c if column.name != "digest"]


def scopes_of(kept: str) -> tuple[Scope, ...]:
    """Return the scopes that a row holds; a later version may know others, which do not count."""
    names = kept.split()
    return tuple(scope for scope in Scope if scope in names)


def _key(row: dict[str, object]) -> Key:
    return Key(**{**row, "scopes": scopes_of(str(row["scopes"]))})  # type: ignore[arg-type]  # the columns are its fields


def _operator(tenant: str) -> Caller:
    """Return who makes and revokes keys: somebody who can reach the database itself."""
    return Caller(tenant, None, EVERYTHING)


def _check(
    tenant: str, name: str, scopes: Collection[Scope], expires: datetime | None, now: datetime
) -> None:
    found = Findings()
    if not _TENANT.fullmatch(tenant):
        found.at("tenant").error(
            "bad_name",
            f"{tenant!r:.80} is no name of a tenant: up to 64 of a to z, 0 to 9 and hyphens, "
            "no hyphen first.",
        )
    if not (0 < len(name) <= _LONGEST_NAME and name.isprintable()):
        detail = f"The name has 1 to {_LONGEST_NAME} characters, all of which can be seen."
        found.at("name").error("bad_name", detail)
    if not scopes:
        found.at("scopes").error("no_scope", "A key without a scope opens nothing.")
    if expires is not None and expires <= now:
        found.at("expires").error("in_the_past", f"{expires.isoformat()} is over.")
    raise_errors("The key cannot be made.", found.issues)


def _issue(code: str, key_id: str) -> Issue:
    return Issue(code, "/key", f"The key is {key_id!r:.60}.")
