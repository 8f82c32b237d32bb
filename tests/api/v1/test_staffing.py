"""`POST /v1/staffing` beside published figures, and what it refuses."""

from __future__ import annotations

import math
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.schemas.examples import STAFFING, as_json

# 100 contacts in half an hour of 180 seconds each, 80 % within 20 seconds.
CALLS = {
    "interval_s": 1800,
    "offered": [100],
    "aht_s": [180],
    "goal": {"target_share": 0.8, "within_seconds": 20},
}


def staff(client: FlaskClient, **changes: Any) -> dict[str, Any]:
    answer = client.post("/v1/staffing", json=CALLS | changes)
    assert answer.status_code == 200, answer.text
    plan: dict[str, Any] = answer.get_json()
    return plan


def issues(client: FlaskClient, **changes: Any) -> set[tuple[str, str]]:
    answer = client.post("/v1/staffing", json=CALLS | changes)
    assert answer.status_code == 422, answer.text
    return {(e["pointer"], e["code"]) for e in answer.get_json(force=True)["errors"]}


def test_patient_customers_get_the_published_figures_of_erlang_c(client: FlaskClient) -> None:
    plan = staff(client)
    assert plan["required"] == plan["scheduled"] == [14]
    assert plan["service_level"] == pytest.approx([0.888350], abs=5e-7)
    assert plan["occupancy"] == pytest.approx([0.714286], abs=5e-7)
    # Every wait is P(wait) * AHT / (agents - load), with the published P(wait).
    assert plan["asa_s"] == pytest.approx([0.174132 * 180 / 4], abs=1e-4)
    assert plan["abandonment"] == [0.0]


@pytest.mark.parametrize(
    ("denominator", "agents"), [("offered", 12), ("virtual", 11), ("answered", 10)]
)
def test_with_impatience_the_denominator_decides(
    client: FlaskClient, denominator: str, agents: int
) -> None:
    goal = {**CALLS["goal"], "denominator": denominator}  # type: ignore[dict-item]
    plan = staff(client, patience_seconds=60, goal=goal)
    assert plan["required"] == [agents]
    assert plan["service_level"][0] >= 0.8


def test_shrinkage_raises_what_is_scheduled_alone(client: FlaskClient) -> None:
    plan = staff(client, shrinkage=0.3)
    assert (plan["required"], plan["scheduled"]) == ([14], [20])


def test_an_agent_of_three_chats_counts_as_three_lines(client: FlaskClient) -> None:
    alone, three = staff(client), staff(client, concurrency=3)
    assert three["required"] == [math.ceil(alone["required"][0] / 3)]
    assert three["occupancy"] == pytest.approx([10 / (3 * three["required"][0])])


def test_an_interval_without_contacts_needs_nobody(client: FlaskClient) -> None:
    plan = staff(client, offered=[100, 0], aht_s=[180, 0])
    assert plan["required"] == [14, 0]
    assert plan["service_level"][1] == 1.0
    assert plan["occupancy"][1] == 0.0


def test_a_goal_without_a_time_has_no_service_level(client: FlaskClient) -> None:
    plan = staff(client, goal={"mean_answer_seconds": 10})
    assert plan["service_level"] is None
    assert plan["asa_s"][0] <= 10


def test_the_example_of_the_documentation_is_answered(client: FlaskClient) -> None:
    plan = client.post("/v1/staffing", json=as_json(STAFFING)).get_json()
    assert len(plan["required"]) == len(STAFFING.offered)


def test_everything_wrong_with_the_shape_is_told_at_once(client: FlaskClient) -> None:
    wrong = {"interval_s": 0, "shrinkage": 1, "concurrency": 1.5, "goal": {"soon": 1}, "aht": 1}
    assert issues(client, **wrong) == {
        ("/interval_s", "out_of_range"),
        ("/shrinkage", "out_of_range"),
        ("/concurrency", "wrong_type"),
        ("/goal/soon", "unknown_field"),
        ("/aht", "unknown_field"),
    }


def test_everything_wrong_with_the_meaning_is_told_at_once(client: FlaskClient) -> None:
    goal = {"target_share": 1.0, "first_response_seconds": 3600}
    assert issues(client, offered=[1e9, 100], goal=goal) == {
        ("/aht_s", "bad_shape"),
        ("/offered/0", "out_of_range"),
        ("/goal/first_response_seconds", "deferred_goal"),
        ("/goal/target_share", "out_of_range"),
        ("/goal", "half_a_goal"),
    }


def test_pointers_lead_into_the_columns_as_sent(client: FlaskClient) -> None:
    assert issues(client, offered=[1, 5], aht_s=[0, 0]) == {("/aht_s/0", "out_of_range")}
    assert issues(client, offered=[1, 1e7], aht_s=[9, 9]) == {("/offered/1", "out_of_range")}


def test_nothing_is_not_staffed(client: FlaskClient) -> None:
    assert issues(client, offered=[], aht_s=[]) == {("/offered", "no_intervals")}


def test_more_intervals_than_are_taken_at_once_are_refused(client: FlaskClient) -> None:
    answer = client.post("/v1/staffing", json=CALLS | {"offered": [1] * 101, "aht_s": [9] * 101})
    assert answer.status_code == 413
    assert answer.get_json(force=True)["errors"][0]["pointer"] == "/offered"
