"""Who administers a tenant sees what was done with its data, and nothing of any other's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from flask.testing import FlaskClient

from api.access import EVERYTHING, MAIN, Caller, note
from api.app import create_app
from api.config import Settings
from api.store import Store, open_store

SOMEBODY = Caller(MAIN, "0123456789abcdef", EVERYTHING)


@pytest.fixture
def settings(sqlite_url: str) -> Settings:
    return Settings(access="open", database_url=sqlite_url)


@pytest.fixture
def kept(settings: Settings) -> Iterator[Store]:
    with closing(open_store(settings.database_url)) as store:
        yield store


@pytest.fixture
def asking(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


def test_an_entry_says_who_did_what_to_what_and_when(asking: FlaskClient, kept: Store) -> None:
    note(kept, SOMEBODY, "publish", "/v1/rosters/7", {"version": 3}, "call-1")
    (entry,) = asking.get("/v1/audit").get_json()["entries"]
    assert entry.pop("at").endswith("Z")
    assert entry == {
        "number": 1,
        "key_id": "0123456789abcdef",
        "action": "publish",
        "target": "/v1/rosters/7",
        "request_id": "call-1",
        "detail": {"version": 3},
    }


def test_pages_lead_from_the_newest_to_the_oldest(asking: FlaskClient, kept: Store) -> None:
    for number in range(5):
        note(kept, SOMEBODY, "publish", str(number))
    seen, following = [], "/v1/audit?limit=2"
    while following:
        page = asking.get(following).get_json()
        assert len(page["entries"]) <= 2
        seen += [entry["target"] for entry in page["entries"]]
        following = page["next"]
    assert seen == ["4", "3", "2", "1", "0"]


def test_what_cannot_be_asked_is_told(asking: FlaskClient) -> None:
    for asked in ("limit=0", "limit=501", "before=0", "before=x", "tenant=other"):
        assert asking.get(f"/v1/audit?{asked}").status_code == 422
