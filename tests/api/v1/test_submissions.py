"""Long work asked for over HTTP: what is taken, what is refused, and what is taken only once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import pytest
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI

from api.app import create_app
from api.config import Settings
from api.jobs.queue import document, list_jobs
from api.schemas.examples import as_json
from api.schemas.jobs import JobKind
from api.tasks import KINDS
from api.v1 import here
from tests.api.working import work_off

ROSTER = as_json(KINDS["rosters"].example)


def service(url: str, **settings: Any) -> OpenAPI:
    return create_app(Settings(access="open", database_url=url, **settings))


@pytest.fixture
def client(store_url: str) -> Any:
    app = service(store_url, max_queued=3)
    with app.app_context(), closing(here.store()):
        yield app.test_client()


def jobs(client: FlaskClient) -> list[Any]:
    found: list[Any] = client.get("/v1/jobs").get_json()["jobs"]
    return found


def issues(answer: Any) -> set[tuple[str, str]]:
    return {(e["pointer"], e["code"]) for e in answer.get_json(force=True)["errors"]}


def test_the_kinds_that_can_be_listed_are_those_that_can_be_asked_for() -> None:
    assert list(get_args(JobKind)) == list(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_each_kind_is_taken_and_done(kind: str, sqlite_url: str) -> None:
    app = service(sqlite_url)
    client = app.test_client()
    answer = client.post(f"/v1/{kind}", json=as_json(KINDS[kind].example))
    job = answer.get_json()
    assert (answer.status_code, job["kind"], job["state"]) == (202, kind, "queued")
    assert answer.headers["Location"] == f"/v1/jobs/{job['id']}"
    early = client.get(f"/v1/{kind}/{job['id']}")
    assert early.status_code == 409
    assert "queued" in early.get_json(force=True)["detail"]
    with app.app_context(), closing(here.store()) as store:
        work_off(store)
        assert client.get(answer.headers["Location"]).get_json()["state"] == "done"
        assert client.get(f"/v1/{kind}/{job['id']}").status_code == 200


def test_what_was_asked_is_kept_complete(client: FlaskClient) -> None:
    job = client.post("/v1/rosters", json=ROSTER, headers={"X-Request-ID": "mine"}).get_json()
    assert job["request_id"] == "mine"
    with client.application.app_context():
        kept = json.loads(document(here.store(), "main", job["id"], "request").body)
    assert kept["organisation"]["name"] == ROSTER["organisation"]["name"]


def test_a_request_can_be_looked_at_without_being_taken(client: FlaskClient) -> None:
    answer = client.post("/v1/rosters?validate_only=true", json=ROSTER | {"limits": {"seconds": 7}})
    assert (answer.status_code, answer.get_json()["seconds"]) == (200, 7.0)
    broken = client.post("/v1/rosters?validate_only=true", json=ROSTER | {"seed": -1})
    assert broken.status_code == 422
    assert issues(broken) == {("/seed", "out_of_range")}
    assert client.post("/v1/rosters?validate_only=maybe", json=ROSTER).status_code == 422
    assert jobs(client) == []


def test_everything_that_is_wrong_with_a_request_is_told_at_once(client: FlaskClient) -> None:
    answer = client.post("/v1/rosters", json=ROSTER | {"seed": -1, "limits": {"seconds": 1e9}})
    assert answer.status_code == 422
    assert issues(answer) == {("/seed", "out_of_range"), ("/limits/seconds", "out_of_range")}
    assert jobs(client) == []


def test_a_request_about_a_job_that_is_not_there_is_refused(client: FlaskClient) -> None:
    assert client.post("/v1/rosters", json=ROSTER | {"previous": "nobody"}).status_code == 404
    waiting = client.post("/v1/rosters", json=ROSTER).get_json()["id"]
    assert client.post("/v1/rosters", json=ROSTER | {"previous": waiting}).status_code == 409


@pytest.mark.parametrize("key", ["a", '"8e03978e-40d5"', "!~" * 100])
def test_the_same_request_with_the_same_key_is_one_job(client: FlaskClient, key: str) -> None:
    headers = {"Idempotency-Key": key}
    first, again = (client.post("/v1/rosters", json=ROSTER, headers=headers) for _ in range(2))
    assert first.status_code == again.status_code == 202
    assert first.get_json()["id"] == again.get_json()["id"]
    assert client.post("/v1/rosters", json=ROSTER).get_json()["id"] != first.get_json()["id"]


def test_a_key_with_another_request_is_refused(client: FlaskClient) -> None:
    headers = {"Idempotency-Key": "monday"}
    client.post("/v1/rosters", json=ROSTER, headers=headers)
    for path, body in [("rosters", ROSTER | {"seed": 1}), ("forecasts", ROSTER)]:
        answer = client.post(f"/v1/{path}", json=body, headers=headers)
        assert answer.status_code == 422
        assert issues(answer) == {("/Idempotency-Key", "key_reused")}


@pytest.mark.parametrize("key", ["two words", "x" * 201, "ü"])
def test_a_key_that_cannot_be_is_refused(client: FlaskClient, key: str) -> None:
    answer = client.post("/v1/rosters", json=ROSTER, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert {pointer for pointer, _ in issues(answer)} == {"/Idempotency-Key"}


def test_equal_requests_at_the_same_time_are_one_job(store_url: str) -> None:
    app = service(store_url)

    def ask(_: int) -> str:
        headers = {"Idempotency-Key": "once"}
        answer = app.test_client().post("/v1/rosters", json=ROSTER, headers=headers)
        assert answer.status_code == 202
        return str(answer.get_json()["id"])

    with app.app_context(), closing(here.store()) as store, ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(40)))) == 1
        assert len(list_jobs(store, "main")[0]) == 1


def test_too_many_that_wait_are_refused_until_some_are_done(client: FlaskClient) -> None:
    for _ in range(3):
        assert client.post("/v1/rosters", json=ROSTER).status_code == 202
    refused = client.post("/v1/rosters", json=ROSTER)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    client.post(f"/v1/jobs/{jobs(client)[0]['id']}/stop")
    assert client.post("/v1/rosters", json=ROSTER).status_code == 202


def test_bodies_of_jobs_have_limits_of_their_own(tmp_path: Path) -> None:
    size = len(json.dumps(ROSTER))
    app = service(
        f"sqlite:///{tmp_path / 'jobs.db'}",
        max_body_bytes=100,
        max_job_bytes=size + 100,
        max_values=10,
        max_job_values=1000,
        max_depth=12,
    )
    client = app.test_client()
    with app.app_context(), closing(here.store()):
        assert client.post("/v1/rosters", json=ROSTER).status_code == 202
        for body in (
            ROSTER | {"label": "x" * size},
            ROSTER | {"pins": [0] * 1001},
            ROSTER | {"pins": json.loads("[" * 12 + "]" * 12)},
        ):
            assert client.post("/v1/rosters", json=body).status_code == 413
        assert client.post("/v1/assignments", json=ROSTER).status_code == 413
