"""Rosters put in force over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.config import Settings
from api.schemas.examples import as_json
from api.tasks import KINDS
from api.v1 import here
from tests.api.working import work_off

EXAMPLE = as_json(KINDS["rosters"].example)


@pytest.fixture
def client(sqlite_url: str) -> Iterator[FlaskClient]:
    app = create_app(Settings(access="open", database_url=sqlite_url))
    with app.app_context(), closing(here.store()):
        yield app.test_client()


def made(client: FlaskClient) -> str:
    job = client.post("/v1/rosters", json=EXAMPLE).get_json()["id"]
    with client.application.app_context():
        work_off(here.store())
    return str(job)


def publish(client: FlaskClient, job: str, **body: Any) -> Any:
    return client.post(f"/v1/rosters/{job}/publish", json=body)


def test_a_roster_is_published_looked_up_and_gone_back_to(client: FlaskClient) -> None:
    one = made(client)
    answer = publish(client, one, expected_version=0, remark="first week")
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/rosters/{one}"
    first = answer.get_json()
    days = (first["first_day"], first["last_day"])
    assert (first["version"], *days) == (1, "2026-11-23", "2026-11-27")
    assert publish(client, one, expected_version=1).get_json()["version"] == 2
    back = client.post("/v1/publications/1/rollback", json={"expected_version": 2})
    assert (back.status_code, back.get_json()["rolled_back_to"]) == (201, 1)
    current = client.get("/v1/publications/current?day=2026-11-25").get_json()
    assert current == back.get_json()
    page = client.get("/v1/publications?limit=2").get_json()
    rest = client.get(page["next"]).get_json()
    listed = page["publications"] + rest["publications"]
    assert [publication["version"] for publication in listed] == [3, 2, 1]
    assert rest["next"] is None


def test_what_somebody_else_published_is_not_overwritten(client: FlaskClient) -> None:
    job = made(client)
    publish(client, job, expected_version=0)
    answer = publish(client, job, expected_version=0)
    assert answer.status_code == 409
    error = answer.get_json(force=True)["errors"][0]
    assert (error["pointer"], error["code"]) == ("/expected_version", "newer_version")


def test_a_job_whose_roster_is_published_is_kept(client: FlaskClient) -> None:
    job = made(client)
    publish(client, job, expected_version=0)
    assert client.delete(f"/v1/jobs/{job}").status_code == 409
    assert client.get(f"/v1/rosters/{job}").status_code == 200


def test_only_a_roster_that_is_there_can_be_published(client: FlaskClient) -> None:
    waiting = client.post("/v1/rosters", json=EXAMPLE).get_json()["id"]
    assert publish(client, waiting, expected_version=0).status_code == 409
    assert publish(client, "nobody", expected_version=0).status_code == 404
    forecast = client.post("/v1/forecasts", json=as_json(KINDS["forecasts"].example))
    with client.application.app_context():
        work_off(here.store())
    assert publish(client, forecast.get_json()["id"], expected_version=0).status_code == 404
    assert (
        client.post("/v1/publications/7/rollback", json={"expected_version": 0}).status_code == 404
    )
    assert client.get("/v1/publications/current?day=2026-11-25").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"expected_version": -1},
        {"expected_version": 2**31},
        {"expected_version": "0"},
        {"expected_version": 0, "remark": "two\nlines"},
        {"expected_version": 0, "remark": "x" * 501},
        {"expected_version": 0, "colour": "red"},
    ],
)
def test_a_wrong_body_is_refused(client: FlaskClient, body: dict[str, Any]) -> None:
    for path in ("/v1/rosters/nobody/publish", "/v1/publications/1/rollback"):
        assert client.post(path, json=body).status_code == 422


@pytest.mark.parametrize(
    "path", ["?limit=0", "?before=0", "?page=2", "/current", "/current?day=monday"]
)
def test_a_wrong_query_is_refused(client: FlaskClient, path: str) -> None:
    assert client.get(f"/v1/publications{path}").status_code == 422


@pytest.mark.parametrize("version", ["0", "first", 2**31])
def test_a_wrong_version_is_refused(client: FlaskClient, version: Any) -> None:
    answer = client.post(f"/v1/publications/{version}/rollback", json={"expected_version": 0})
    assert answer.status_code == 422
