"""Recurring work over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.config import Settings

NIGHTLY = {"work": "forecasts", "cron": "30 2 * * *", "zone": "Europe/Paris"}


@pytest.fixture
def client(store_url: str, serving: Callable[[Settings], FlaskClient]) -> FlaskClient:
    return serving(Settings(access="open", database_url=store_url))


def put(client: FlaskClient, body: dict[str, Any], name: str = "nightly") -> Any:
    return client.put(f"/v1/schedules/{name}", json=body)


def test_a_schedule_is_kept_replaced_shown_and_deleted(client: FlaskClient) -> None:
    kept = put(client, NIGHTLY | {"body": {"horizon_days": 28, "label": "Night of ${day}"}})
    assert kept.status_code == 201
    shown = kept.get_json()
    assert shown["next_run"] is not None
    assert (shown["body"]["horizon_days"], shown["last_run"], shown["paused"]) == (28, None, False)
    assert client.get("/v1/schedules/nightly").get_json() == shown
    again = put(client, NIGHTLY | {"paused": True})
    assert (again.status_code, again.get_json()["next_run"]) == (200, None)
    put(client, {"work": "cleanup", "cron": "0 0 * * *", "body": {"keep_days": 30}}, "clean")
    names = [one["id"] for one in client.get("/v1/schedules").get_json()["schedules"]]
    assert names == ["clean", "nightly"]
    assert client.delete("/v1/schedules/nightly").get_json() == again.get_json()
    assert client.get("/v1/schedules/nightly").status_code == 404
    assert client.delete("/v1/schedules/nightly").status_code == 404


def test_a_schedule_is_paused_resumed_and_triggered(client: FlaskClient) -> None:
    put(client, NIGHTLY)
    for _ in range(2):
        paused = client.post("/v1/schedules/nightly/pause").get_json()
        assert (paused["paused"], paused["next_run"]) == (True, None)
    resumed = client.post("/v1/schedules/nightly/resume").get_json()
    assert resumed["paused"] is False
    assert resumed["next_run"] is not None
    triggered = client.post("/v1/schedules/nightly/trigger")
    assert triggered.status_code == 202
    assert triggered.get_json()["triggered"] is not None
    for action in ("pause", "resume", "trigger"):
        assert client.post(f"/v1/schedules/none/{action}").status_code == 404


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"work": "x", "cron": "* *", "zone": "X", "body": {"a": 1}}, 4),
        (NIGHTLY | {"body": {"horizon_days": "x", "start": "${noon}"}}, ["/body/start"]),
        (NIGHTLY | {"body": {"horizon_days": "x", "nothing": 1}}, 2),
        (NIGHTLY | {"work": "reports", "body": {"day": 1}}, ["/body/day"]),
        (NIGHTLY | {"work": "cleanup", "body": {"keep_days": True}}, ["/body/keep_days"]),
        (NIGHTLY | {"cron": "0 " * 100}, ["/cron"]),
        ({"work": "forecasts"}, ["/cron"]),
    ],
)
def test_everything_that_is_wrong_is_listed(
    client: FlaskClient, body: dict[str, Any], pointers: list[str] | int
) -> None:
    answer = put(client, body)
    assert answer.status_code == 422
    found = [error["pointer"] for error in answer.get_json(force=True)["errors"]]
    assert (len(found) if isinstance(pointers, int) else found) == pointers


def test_a_date_in_a_request_is_checked_as_the_date_that_it_will_be(client: FlaskClient) -> None:
    assert put(client, NIGHTLY | {"body": {"start": "${day+1}"}}).status_code == 201
    refused = put(client, NIGHTLY | {"body": {"start": "day ${day+1}"}})
    assert [error["pointer"] for error in refused.get_json(force=True)["errors"]] == ["/body/start"]


def test_names_are_ones_that_stand_well_in_paths(client: FlaskClient) -> None:
    for name in ("a b", "x" * 65, "ä"):
        assert client.put(f"/v1/schedules/{name}", json=NIGHTLY).status_code == 422
