"""Keys are made once, shown without their secret and gone when they are revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from api.access import Scope, audit_entries, create_key, list_keys, revoke_key
from api.errors import Conflict, NotFound
from api.store import Store
from api.store.tables import keys
from optimizer.errors import InvalidInput


def test_a_key_is_listed_as_it_was_made(store: Store) -> None:
    until = datetime.now(UTC) + timedelta(days=90)
    key, _ = create_key(store, "acme", "planner", [Scope.PLAN, Scope.READ], until)
    other, _ = create_key(store, "other", "planner", [Scope.ADMIN])
    assert (key.scopes, key.expires, key.revoked) == ((Scope.READ, Scope.PLAN), until, None)
    assert list_keys(store, "acme") == [key]
    assert list_keys(store) == [key, other]


def test_the_secret_is_not_kept(store: Store) -> None:
    key, secret = create_key(store, "acme", "planner", [Scope.PLAN])
    assert secret.startswith(f"cb_{key.id}_")
    with store.reading() as connection:
        (row,) = connection.execute(select(keys))
    kept_values = b" ".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
    assert secret.removeprefix(f"cb_{key.id}_").encode() not in kept_values


def test_two_keys_have_nothing_in_common(store: Store) -> None:
    made = [create_key(store, "acme", "same", [Scope.PLAN])[1].split("_", 2) for _ in range(50)]
    assert len({key_id for _, key_id, _ in made}) == len({part for _, _, part in made}) == 50


def test_a_key_is_revoked_once(store: Store) -> None:
    key, _ = create_key(store, "acme", "planner", [Scope.PLAN])
    assert revoke_key(store, key.id).revoked is not None
    assert list_keys(store)[0].revoked is not None
    with pytest.raises(Conflict):
        revoke_key(store, key.id)
    with pytest.raises(NotFound):
        revoke_key(store, "0" * 16)


def test_making_and_revoking_are_in_the_audit_of_the_tenant(store: Store) -> None:
    key, secret = create_key(store, "acme", "planner", [Scope.PLAN])
    revoke_key(store, key.id)
    entries, _ = audit_entries(store, "acme")
    assert [(entry.action, entry.target) for entry in entries] == [
        ("revoke key", f"keys/{key.id}"),
        ("create key", f"keys/{key.id}"),
    ]
    assert secret not in str(entries)
    assert audit_entries(store, "other") == ([], None)


def test_everything_that_is_wrong_with_a_key_is_told_at_once(store: Store) -> None:
    with pytest.raises(InvalidInput) as caught:
        create_key(store, "Acme/..", "a\nb", [], datetime.now(UTC))
    assert {(issue.pointer, issue.code) for issue in caught.value.issues} == {
        ("/tenant", "bad_name"),
        ("/name", "bad_name"),
        ("/scopes", "no_scope"),
        ("/expires", "in_the_past"),
    }
    assert list_keys(store) == []
