"""A route is answered to those who may, and everybody else is told why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI
from werkzeug.test import TestResponse

from api.access import MAIN, Scope, create_key, revoke_key
from api.access.keyring import FRESH_SECONDS
from api.app import create_app
from api.config import Settings
from api.schemas.examples import STAFFING, as_json
from api.store import Store, open_store
from api.v1 import access
from api.v1.here import SCOPE, caller, scope

BODY = as_json(STAFFING)
Ask = Callable[..., TestResponse]


@pytest.fixture
def config(sqlite_url: str) -> Settings:
    return Settings(database_url=sqlite_url)


@pytest.fixture
def kept(config: Settings) -> Iterator[Store]:
    with closing(open_store(config.database_url)) as store:
        yield store


@pytest.fixture
def ask(config: Settings) -> Ask:
    client = create_app(config).test_client()

    def post(key: str | None = None, **headers: str) -> TestResponse:
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        return client.post("/v1/staffing", json=BODY, headers=headers)

    return post


def new_key(store: Store, *scopes: Scope, **more: Any) -> str:
    return create_key(store, "acme", "router", scopes or (Scope.ROUTE,), **more)[1]


def problem(answer: TestResponse) -> tuple[int, str, str]:
    document = answer.get_json(force=True)
    return answer.status_code, document["type"].rsplit(":", 1)[1], document["detail"]


def test_every_route_says_who_may_call_it(app: OpenAPI) -> None:
    silent = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], SCOPE)
    ]
    assert silent == []


def test_a_route_that_does_not_say_is_closed_to_everybody() -> None:
    app = create_app(Settings(access="open"))

    @app.get("/forgotten")
    def _forgotten() -> str:
        return "open"

    assert problem(app.test_client().get("/forgotten"))[0] == 403


def test_a_key_with_the_scope_opens_a_route(ask: Ask, kept: Store) -> None:
    assert ask(new_key(kept)).status_code == 200
    assert ask(Authorization=f"bearer  {new_key(kept)}").status_code == 200


def test_without_a_key_nobody_is_known(ask: Ask) -> None:
    for header in ("", "Bearer", "Basic YTpi", "Token x", "Bearer ", "Bearer nothing"):
        for answer in (ask(), ask(Authorization=header)):
            assert problem(answer)[:2] == (401, "unauthorised")
            assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_all_keys_that_do_not_count_are_told_the_same(ask: Ask, kept: Store) -> None:
    known = new_key(kept)
    revoked = new_key(kept)
    revoke_key(kept, revoked.split("_")[1])
    expired = new_key(kept, expires=datetime.now(UTC) + timedelta(milliseconds=1))
    unknown = f"cb_{'0' * 16}_{'x' * 43}"
    wrong = known[:-1] + ("A" if known[-1] != "A" else "B")
    answers = {problem(ask(key)) for key in (revoked, expired, unknown, wrong, known + "x")}
    assert len(answers) == 1
    assert answers.pop()[0] == 401
    assert ask(known).status_code == 200


def test_a_key_without_the_scope_is_told_which_it_lacks(ask: Ask, kept: Store) -> None:
    answer = ask(new_key(kept, Scope.READ, Scope.PLAN, Scope.ADMIN))
    assert problem(answer) == (403, "forbidden", "This takes a key with the scope route.")
    assert answer.get_json(force=True)["errors"][0]["code"] == "missing_scope"


def test_no_key_is_needed_to_see_that_the_service_is_up(config: Settings) -> None:
    client = create_app(config).test_client()
    for path in ("/healthz", "/docs/openapi.json", "/docs/"):
        assert client.get(path).status_code == 200
    assert client.get("/nowhere").status_code == 404


def test_an_open_service_serves_everybody_as_its_one_tenant(config: Settings) -> None:
    app = create_app(replace(config, access="open"))

    @app.get("/me")
    @scope(Scope.ADMIN)
    def _me() -> str:
        return caller().tenant

    assert app.test_client().get("/me").text == MAIN


def test_a_caller_is_known_by_tenant_key_and_scopes(config: Settings, kept: Store) -> None:
    app = create_app(config)

    @app.get("/me")
    @scope(Scope.READ)
    def _me() -> list[object]:
        return [caller().tenant, caller().key_id, sorted(caller().scopes)]

    key = new_key(kept, Scope.READ, Scope.ROUTE)
    answer = app.test_client().get("/me", headers={"Authorization": f"Bearer {key}"})
    assert answer.get_json() == ["acme", key.split("_")[1], ["read", "route"]]


def test_who_asks_too_often_is_told_when_to_come_back(config: Settings, kept: Store) -> None:
    client = create_app(replace(config, requests_per_minute=3)).test_client()
    first, second = new_key(kept), new_key(kept)

    def post(key: str) -> TestResponse:
        return client.post("/v1/staffing", json=BODY, headers={"Authorization": f"Bearer {key}"})

    answers = [post(first) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 20
    assert post(second).status_code == 200


def test_who_tries_many_keys_is_told_to_wait_and_others_are_not(
    config: Settings, kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "FAILURES_PER_MINUTE", 3)
    client: FlaskClient = create_app(config).test_client()

    def post(key: str, address: str) -> int:
        return client.post(
            "/v1/staffing",
            json=BODY,
            headers={"Authorization": f"Bearer {key}"},
            environ_base={"REMOTE_ADDR": address},
        ).status_code

    assert [post("wrong", "10.0.0.1") for _ in range(5)] == [401, 401, 401, 429, 429]
    assert post("wrong", "10.0.0.2") == 401
    assert post(new_key(kept), "10.0.0.1") == 200


def test_the_longest_time_that_a_revoked_key_counts_is_short() -> None:
    assert FRESH_SECONDS <= 5
