"""Pools over HTTP: one owner answers, whoever is asked, and offers can be followed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI
from werkzeug.serving import make_server

from api.app import create_app
from api.config import Settings
from api.v1.here import close_store
from api.v1.pool_desk import ADDRESS, OWNER, close_pools, open_pools


@contextmanager
def serving(url: str, **more: Any) -> Iterator[OpenAPI]:
    """Give an application on a database, whose pools are closed at the end."""
    app = create_app(Settings(access="open", database_url=url, **more))
    try:
        yield app
    finally:
        close_pools(app)
        close_store(app)


@pytest.fixture
def pools(sqlite_url: str) -> Iterator[FlaskClient]:
    with serving(sqlite_url) as app:
        yield app.test_client()


ANN = {"kind": "agent_put", "agent": {"id": "ann", "skills": {"a": 2}}}


def ticket(name: str, **more: Any) -> dict[str, Any]:
    created = "2026-01-02T03:04:05Z"
    return {
        "kind": "ticket_created",
        "ticket": {"id": name, "channel": "chat", "created": created},
        **more,
    }


def tell(client: FlaskClient, *events: dict[str, Any]) -> Any:
    return client.post("/v1/pools/p/events", json={"events": events})


def read_messages(chunks: Iterator[bytes], number: int) -> list[tuple[int, Any]]:
    """Return so many messages of a stream of events, with their identifiers."""
    text, found = b"", []
    while len(found) < number:
        text += next(chunks)
        *whole, text = text.split(b"\n\n")
        for one in whole:
            lines = dict(line.split(b": ", 1) for line in one.split(b"\n") if b": " in line)
            if b"id" in lines:
                found.append((int(lines[b"id"]), json.loads(lines[b"data"])))
    return found


def test_a_pool_is_made_listed_looked_at_and_deleted(pools: FlaskClient) -> None:
    assert pools.put("/v1/pools/p", json={}).status_code == 201
    assert pools.put("/v1/pools/p", json={}).status_code == 200
    assert pools.put("/v1/pools/p", json={"review_seconds": 3.0}).status_code == 409
    assert [pool["id"] for pool in pools.get("/v1/pools").json["pools"]] == ["p"]
    assert pools.get("/v1/pools/p").json["settings"]["review_seconds"] == 0.0
    assert pools.delete("/v1/pools/p").status_code == 204
    assert pools.get("/v1/pools/p").status_code == 404
    assert pools.get("/v1/pools").json == {"pools": []}


def test_events_are_answered_one_by_one(pools: FlaskClient) -> None:
    pools.put("/v1/pools/p", json={})
    answer = tell(pools, ANN, ticket("t"), ticket("t"))
    assert answer.status_code == 200
    assert [found["number"] for found in answer.json["results"]] == [1, 2, None]
    assert answer.json["results"][1]["effects"]["offered"][0]["agent"] == "ann"
    assert answer.json["results"][2]["errors"][0]["pointer"] == "/events/2/ticket/id"


def test_a_request_of_which_nothing_is_taken_is_refused(pools: FlaskClient) -> None:
    pools.put("/v1/pools/p", json={})
    answer = tell(pools, {"kind": "agent_removed", "agent": "bob"})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == ["/events/0/agent"]
    assert tell(pools).json == {"results": [], "last": 0}


@pytest.mark.parametrize(
    ("event", "pointer"),
    [
        ({"agent": {"id": "ann", "skills": {}}}, "/events/0"),
        ({"kind": "strike"}, "/events/0"),
        ({"kind": "tick", "at": "soon"}, "/events/0/at"),
        ({"kind": "tick", "id": "x" * 201}, "/events/0/id"),
        ({"kind": "tick", "id": ""}, "/events/0/id"),
        ({"kind": "agent_removed"}, "/events/0/agent"),
    ],
)
def test_what_is_no_event_is_refused_with_its_place(
    pools: FlaskClient, event: dict[str, Any], pointer: str
) -> None:
    pools.put("/v1/pools/p", json={})
    answer = tell(pools, event)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def test_too_many_events_at_once_are_refused(pools: FlaskClient) -> None:
    pools.put("/v1/pools/p", json={})
    assert tell(pools, *[{"kind": "tick"}] * 1001).status_code == 413


@pytest.mark.parametrize("name", ["x" * 65, "a b", "ä", "a:b"])
def test_names_of_pools_are_plain(pools: FlaskClient, name: str) -> None:
    assert pools.put(f"/v1/pools/{name}", json={}).status_code == 422


def test_what_is_undecided_can_be_assigned(pools: FlaskClient) -> None:
    pools.put("/v1/pools/p", json={})
    tell(pools, {**ANN, "agent": {**ANN["agent"], "capacity": 0}}, ticket("t"))
    snapshot = pools.get("/v1/pools/p/snapshot").json
    assert [waiting["id"] for waiting in snapshot["tickets"]] == ["t"]
    answer = pools.post("/v1/assignments", json=snapshot).json
    assert answer["waiting"] == [pools.get("/v1/pools/p/why/t").json["waiting"]]
    assert pools.get("/v1/pools/p/why/u").status_code == 404


def test_offers_are_listed_from_a_number_on(pools: FlaskClient) -> None:
    pools.put("/v1/pools/p", json={})
    tell(pools, ANN, ticket("t"), {"kind": "ticket_cancelled", "ticket": "t"})
    page = pools.get("/v1/pools/p/offers").json
    assert [news["number"] for news in page["offers"]] == [2, 3]
    assert page["offers"][1]["withdrawn"][0]["reason"] == "cancelled"
    assert page["last"] == 3
    assert pools.get("/v1/pools/p/offers?after=3").json == {"offers": [], "last": 3}
    assert pools.get("/v1/pools/q/offers").status_code == 404


def test_offers_are_followed_and_replayed(pools: FlaskClient) -> None:
    pools.put("/v1/pools/p", json={})
    tell(pools, ANN, ticket("t"))
    headers = {"Accept": "text/event-stream", "Last-Event-ID": "0"}
    answer = pools.get("/v1/pools/p/offers", headers=headers)
    assert answer.mimetype == "text/event-stream"
    messages = answer.iter_encoded()
    assert [number for number, _ in read_messages(messages, 1)] == [2]
    tell(pools, {"kind": "tick"}, {"kind": "offer_accepted", "ticket": "t", "agent": "ann"})
    tell(pools, ticket("u"), {"kind": "work_done", "agent": "ann", "ticket": "t"})
    [(number, news)] = read_messages(messages, 1)
    assert number == 6
    assert [offer["ticket"] for offer in news["offered"]] == ["u"]
    answer.close()


def test_a_stream_ends_with_its_pool(pools: FlaskClient) -> None:
    pools.put("/v1/pools/p", json={})
    answer = pools.get("/v1/pools/p/offers", headers={"Accept": "text/event-stream"})
    pools.delete("/v1/pools/p")
    assert b"data:" not in b"".join(answer.iter_encoded())


def test_only_so_many_may_follow(sqlite_url: str) -> None:
    with serving(sqlite_url, max_listeners=0) as app:
        client = app.test_client()
        client.put("/v1/pools/p", json={})
        answer = client.get("/v1/pools/p/offers", headers={"Accept": "text/event-stream"})
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0


@pytest.fixture
def two(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[FlaskClient, Any]]:
    """A process that owns no pools, and the server of the one that does."""
    with serving(sqlite_url) as owner, serving(sqlite_url) as asked:
        server = make_server("127.0.0.1", 0, owner, threaded=True)
        address = f"http://127.0.0.1:{server.port}"
        monkeypatch.setenv(ADDRESS, address)
        open_pools(owner)
        monkeypatch.delenv(ADDRESS)
        monkeypatch.setenv(OWNER, address)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield asked.test_client(), server
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def test_who_owns_no_pools_hands_requests_on(two: tuple[FlaskClient, Any]) -> None:
    client, server = two
    made = client.put("/v1/pools/p", json={})
    assert made.status_code == 201
    assert made.json["owner"] == f"http://127.0.0.1:{server.port}"
    assert tell(client, ANN, ticket("t")).json["last"] == 2
    tell(client, ticket("ä ?/1"))
    assert client.get("/v1/pools/p/why/ä %3F/1").json["state"] == "waiting"
    answer = client.get("/v1/pools/p", headers={"X-Request-ID": "mine"})
    assert answer.json["offered"] == 1
    assert answer.headers["X-Request-ID"] == "mine"
    missing = client.get("/v1/pools/q")
    assert (missing.status_code, missing.mimetype) == (404, "application/problem+json")
    assert client.get("/v1/pools/p/offers").json["last"] == 3
    assert client.delete("/v1/pools/p").status_code == 204


def test_a_machine_without_an_owner_asks_one_of_another(
    two: tuple[FlaskClient, Any], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, server = two
    monkeypatch.setenv(OWNER, "")
    made = client.put("/v1/pools/p", json={})
    assert made.json["owner"] == f"http://127.0.0.1:{server.port}"


def test_without_any_owner_it_is_said_when_to_ask_again(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OWNER, "")
    with serving(sqlite_url) as app:
        answer = app.test_client().put("/v1/pools/p", json={})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_while_the_owner_is_away_it_is_said_when_to_ask_again(
    two: tuple[FlaskClient, Any], sqlite_url: str
) -> None:
    client, server = two
    client.put("/v1/pools/p", json={})
    server.shutdown()
    server.server_close()
    answer = client.get("/v1/pools/p")
    assert answer.status_code == 503
    assert 1 <= int(answer.headers["Retry-After"]) <= 15
    assert [pool["id"] for pool in client.get("/v1/pools").json["pools"]] == ["p"]


def test_an_exception_is_answered_and_audited(pools: FlaskClient) -> None:
    pools.put("/v1/pools/p", json={})
    tell(pools, {**ANN, "agent": {**ANN["agent"], "capacity": 0}}, ticket("t"))
    asked = {
        "ticket": "t",
        "seconds": 300.0,
        "reason": "The customer called.",
        "priority": "P0",
    }
    answer = pools.post("/v1/pools/p/exceptions", json=asked)
    assert answer.status_code == 200
    assert answer.json["number"] == 3
    assert pools.get("/v1/pools/p/snapshot").json["tickets"][0]["priority"] == "P0"
    entries = pools.get("/v1/audit").json["entries"]
    assert entries[0]["action"] == "make exception"
    assert entries[0]["detail"]["reason"] == "The customer called."
    assert entries[0]["request_id"] == answer.headers["X-Request-ID"]
    assert pools.post("/v1/pools/p/exceptions", json=asked | {"ticket": "u"}).status_code == 404
