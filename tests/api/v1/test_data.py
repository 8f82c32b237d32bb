"""The organisation and its parts are put with versions, and never become inconsistent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.config import Settings
from api.schemas import data_examples as examples
from api.schemas.examples import as_json

Serving = Callable[[Settings], FlaskClient]


@pytest.fixture
def client(serving: Serving, sqlite_url: str) -> FlaskClient:
    return serving(Settings(access="open", database_url=sqlite_url))


@pytest.fixture
def there(client: FlaskClient) -> FlaskClient:
    """A client of a service that has the organisation of the examples."""
    put = client.put("/v1/organisation", json=as_json(examples.ORGANISATION))
    assert put.status_code == 200, put.text
    return client


def issues(answer: Any) -> list[tuple[str, str]]:
    return [(issue["code"], issue["pointer"]) for issue in answer.json["errors"]]


def test_an_organisation_is_read_back_the_way_it_can_be_put(there: FlaskClient) -> None:
    found = there.get("/v1/organisation")
    assert found.headers["ETag"] == '"1"'
    again = there.put("/v1/organisation", json=found.json)
    assert again.json == {"version": 1, "changed": False, "issues": []}
    for part in ("agents", "contracts", "goals"):
        found = there.get(f"/v1/{part}")
        assert there.put(f"/v1/{part}", json=found.json).json["changed"] is False


def test_what_was_never_put_is_not_found_and_a_part_needs_an_organisation(
    client: FlaskClient,
) -> None:
    for path in ("organisation", "agents", "contracts", "goals", "calendar"):
        assert client.get(f"/v1/{path}").status_code == 404
    answer = client.put("/v1/agents", json={"agents": []})
    assert answer.status_code == 409
    assert issues(answer) == [("no_organisation", "")]


def test_a_part_changes_only_itself_and_makes_a_version(there: FlaskClient) -> None:
    goals = {"goals": {"voice:orders": {"target_share": 0.9, "within_seconds": 30.0}}}
    assert there.put("/v1/goals", json=goals).json["version"] == 2
    organisation = there.get("/v1/organisation").json["organisation"]
    assert organisation["groups"][0]["goal"]["target_share"] == 0.9
    assert (
        organisation["agents"]
        == there.get("/v1/organisation?version=1").json["organisation"]["agents"]
    )
    assert there.get("/v1/goals?version=1").json["goals"]["voice:orders"]["target_share"] == 0.8
    listed = there.get("/v1/organisation/versions?limit=1").json
    assert [one["version"] for one in listed["versions"]] == [2]
    assert listed["next"] == 2
    assert there.get("/v1/organisation/versions?before=2").json["next"] is None


def test_two_people_do_not_overwrite_each_other(there: FlaskClient) -> None:
    seen = {"If-Match": there.get("/v1/agents").headers["ETag"]}
    goals = {"goals": {"voice:orders": {"mean_answer_seconds": 60.0}}}
    assert there.put("/v1/goals", json=goals, headers=seen).status_code == 200
    late = there.put("/v1/agents", json=as_json(examples.AGENTS), headers=seen)
    assert late.status_code == 412
    assert there.put("/v1/agents", json=as_json(examples.AGENTS)).status_code == 200
    first = there.put("/v1/calendar", json={}, headers={"If-None-Match": "*"})
    assert first.status_code == 200
    assert there.put("/v1/calendar", json={}, headers={"If-None-Match": "*"}).status_code == 412
    assert there.put("/v1/calendar", json={}, headers={"If-Match": '"x"'}).status_code == 412


def test_who_has_seen_a_version_is_told_so(there: FlaskClient) -> None:
    answer = there.get("/v1/organisation", headers={"If-None-Match": '"1"'})
    assert answer.status_code == 304


def test_issues_of_a_part_point_into_what_was_sent(there: FlaskClient) -> None:
    agents = as_json(examples.AGENTS)
    agents["agents"][0]["contract"] = "none"
    assert issues(there.put("/v1/agents", json=agents)) == [
        ("unknown_contract", "/agents/0/contract")
    ]
    goals = {"goals": {"voice:orders": {"target_share": 2.0, "within_seconds": 20.0}}}
    assert issues(there.put("/v1/goals", json=goals)) == [
        ("out_of_range", "/goals/voice:orders/target_share")
    ]
    assert issues(there.put("/v1/contracts", json={"contracts": []}))[0] == (
        "unknown_contract",
        "/contracts",
    )
    assert there.get("/v1/organisation").headers["ETag"] == '"1"'


def test_goals_are_those_of_all_groups_and_no_others(there: FlaskClient) -> None:
    answer = there.put("/v1/goals", json={"goals": {"chat:orders": {}}})
    assert answer.status_code == 422
    assert sorted(code for code, _ in issues(answer)) == ["missing_field", "unknown_group"]


def test_issues_of_the_organisation_point_into_the_document(client: FlaskClient) -> None:
    body = as_json(examples.ORGANISATION)
    body["organisation"]["zone"] = "Mars/Phobos"
    assert issues(client.put("/v1/organisation", json=body)) == [
        ("unknown_zone", "/organisation/zone")
    ]


def test_a_calendar_is_checked_and_kept(there: FlaskClient) -> None:
    body = as_json(examples.CALENDAR)
    assert there.put("/v1/calendar", json=body).json["version"] == 1
    assert there.put("/v1/calendar", json=there.get("/v1/calendar").json).json["changed"] is False
    body["country"] = "ZZ"
    body["events"][0] |= {"groups": ["none"], "uplift": -1.0}
    body["hours"]["windows"][0]["opens"] = 1200
    assert sorted(issues(there.put("/v1/calendar", json=body))) == [
        ("bad_uplift", "/events/0/uplift"),
        ("minimum_above_maximum", "/hours/windows/0/closes"),
        ("unknown_country", "/country"),
        ("unknown_group", "/events/0/groups/0"),
    ]


def test_changes_are_noted_in_the_audit(there: FlaskClient) -> None:
    there.put("/v1/calendar", json={})
    there.put("/v1/calendar", json={})
    entries = there.get("/v1/audit").json["entries"]
    assert [entry["target"] for entry in entries] == ["/v1/calendar", "/v1/organisation"]
    assert all(entry["action"] == "put data" for entry in entries)
