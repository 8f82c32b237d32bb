"""The audit keeps what was done together with what it was done by."""

from __future__ import annotations

import pytest

from api.access import EVERYTHING, Caller, audit_entries, note, note_in
from api.logs import request_id
from api.store import Store

ACME, OTHER = (Caller(tenant, "0" * 16, EVERYTHING) for tenant in ("acme", "other"))


def test_a_tenant_sees_its_own_entries_only(store: Store) -> None:
    note(store, ACME, "publish", "/v1/rosters/1", {"days": [1, 2]})
    note(store, OTHER, "publish", "/v1/rosters/2")
    (entry,), following = audit_entries(store, "acme")
    assert (entry.target, entry.detail, following) == ("/v1/rosters/1", {"days": [1, 2]}, None)
    assert entry.key_id == ACME.key_id


def test_an_entry_names_the_request_that_is_being_answered(store: Store) -> None:
    token = request_id.set("call-9")
    try:
        note(store, ACME, "publish", "/v1/rosters/1")
    finally:
        request_id.reset(token)
    note(store, ACME, "stop job", "/v1/jobs/1")
    found, _ = audit_entries(store, "acme")
    assert [entry.request_id for entry in found] == [None, "call-9"]


def test_what_was_not_done_is_not_written_down(store: Store) -> None:
    def publish() -> None:
        with store.writing() as connection:
            note_in(connection, ACME, "publish", "/v1/rosters/1")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        publish()
    assert audit_entries(store, "acme") == ([], None)
