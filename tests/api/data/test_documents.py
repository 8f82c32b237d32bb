"""Documents have versions, and whoever looked at an older one is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from api.data import StaleVersion, load_document, put_document, versions
from api.store import Store


def test_each_change_is_a_version_and_equal_bodies_are_one(store: Store) -> None:
    assert load_document(store, "main", "calendar") is None
    first, new = put_document(store, "main", "calendar", b"{}")
    assert (first.version, new) == (1, True)
    assert put_document(store, "main", "calendar", b"{}") == (first, False)
    second, new = put_document(store, "main", "calendar", b"[]", key_id="k")
    assert (second.version, new) == (2, True)
    latest, before = (
        load_document(store, "main", "calendar"),
        load_document(store, "main", "calendar", 1),
    )
    assert latest is not None
    assert latest.body == b"[]"
    assert latest.version.key_id == "k"
    assert before is not None
    assert before.body == b"{}"
    assert [one.version for one in versions(store, "main", "calendar")] == [2, 1]
    assert [one.version for one in versions(store, "main", "calendar", before=2)] == [1]


def test_a_version_that_is_no_longer_the_latest_is_refused(store: Store) -> None:
    put_document(store, "main", "calendar", b"1", expected=0)
    with pytest.raises(StaleVersion):
        put_document(store, "main", "calendar", b"2", expected=0)
    put_document(store, "main", "calendar", b"2", expected=1)
    with pytest.raises(StaleVersion):
        put_document(store, "main", "calendar", b"3", expected=1)


def test_tenants_have_documents_of_their_own(store: Store) -> None:
    put_document(store, "one", "calendar", b"1")
    assert load_document(store, "two", "calendar") is None
    assert put_document(store, "two", "calendar", b"2")[0].version == 1


def test_of_many_who_saw_the_same_version_one_wins(store: Store) -> None:
    put_document(store, "main", "calendar", b"0")

    def attempt(number: int) -> bool:
        try:
            put_document(store, "main", "calendar", b"%d" % (number + 1), expected=1)
        except StaleVersion:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(8))) == 1
    assert [one.version for one in versions(store, "main", "calendar")] == [2, 1]


def test_of_many_who_saw_none_all_are_kept(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: put_document(store, "main", "x", b"%d" % n), range(8)))
    found = versions(store, "main", "x")
    assert [one.version for one in found] == list(range(8, 0, -1))
