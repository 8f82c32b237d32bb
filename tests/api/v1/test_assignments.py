"""`POST /v1/assignments` beside the best of all matches, and what it refuses."""

from __future__ import annotations

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI

from api.schemas.examples import SNAPSHOT, as_json
from optimizer.codec import encode
from optimizer.model import RoutingWeights
from optimizer.routing import assign, base_score, skill_fit
from optimizer.routing.score import base_weights
from tests.optimizer.routing.drawing import random_snapshot


def post(client: FlaskClient, **changes: Any) -> Any:
    return client.post("/v1/assignments", json=as_json(SNAPSHOT) | changes)


def issues(client: FlaskClient, **changes: Any) -> set[tuple[str, str]]:
    answer = post(client, **changes)
    assert answer.status_code == 422, answer.text
    return {(e["pointer"], e["code"]) for e in answer.get_json(force=True)["errors"]}


def ticket(name: str, **fields: Any) -> dict[str, Any]:
    return {"id": name, "channel": "chat", "created": "2026-11-23T09:59:00Z", **fields}


def test_the_match_is_the_best_of_all(client: FlaskClient) -> None:
    """Three tickets for three agents of one contact each, against all permutations."""
    needs: list[dict[str, int]] = [{"en": 1}, {"fr": 2}, {"en": 1, "fr": 1}]
    held = [{"en": 5}, {"en": 2, "fr": 2}, {"fr": 5, "en": 1, "de": 4}]
    given = post(
        client,
        weights={},
        tickets=[ticket(f"t{i}", skills=skills) for i, skills in enumerate(needs)],
        agents=[{"id": f"a{i}", "skills": skills} for i, skills in enumerate(held)],
    ).get_json()

    weights = RoutingWeights()
    base = base_score(2, 1.0, 60.0, 300.0, base_weights(weights))

    def value(order: tuple[int, ...]) -> float:
        return sum(
            base + skill_fit(need, held[agent], weights.skill_fit)
            for need, agent in zip(needs, order, strict=True)
            if all(held[agent].get(skill, 0) >= level for skill, level in need.items())
        )

    assert given["value"] == pytest.approx(max(map(value, itertools.permutations(range(3)))))
    assert given["value"] == pytest.approx(sum(d["score"] for d in given["decisions"]))


def test_every_ticket_is_decided_or_waits_with_its_reason(client: FlaskClient) -> None:
    tickets = [ticket("easy"), ticket("hard", skills={"latin": 3}), ticket("more")]
    given = post(client, tickets=tickets).get_json()
    decided = {d["ticket"]: d["agent"] for d in given["decisions"]}
    waiting = {w["ticket"]: w for w in given["waiting"]}
    assert decided.keys() | waiting.keys() == {"easy", "hard", "more"}
    assert not decided.keys() & waiting.keys()
    assert [(o["rule"], o["agents"]) for o in waiting["hard"]["obstacles"]] == [("skill", 2)]
    assert waiting["hard"]["reason"]


def test_nothing_to_do_is_an_answer(client: FlaskClient) -> None:
    given = post(client, tickets=[], agents=[]).get_json()
    assert (given["decisions"], given["waiting"], given["value"]) == ([], [], 0)


def test_everything_wrong_with_the_shape_is_told_at_once(client: FlaskClient) -> None:
    wrong = [ticket("t", skills={"a/b": "2"}), {"id": 7, "channel": "chat"}]
    assert issues(client, tickets=wrong, weights={"luck": 1}) == {
        ("/tickets/0/skills/a~1b", "wrong_type"),
        ("/tickets/1/id", "wrong_type"),
        ("/tickets/1/created", "missing_field"),
        ("/weights/luck", "unknown_field"),
    }


def test_everything_wrong_with_the_meaning_is_told_at_once(client: FlaskClient) -> None:
    wrong = [ticket("t", skills={"en": 9}), ticket("t", created="2026-11-23T09:59:00")]
    assert issues(client, tickets=wrong, weights={"wait": -1}) == {
        ("/tickets/0/skills/en", "out_of_range"),
        ("/tickets/1/id", "duplicate_id"),
        ("/tickets/1/created", "missing_offset"),
        ("/weights/wait", "out_of_range"),
    }


def test_more_than_is_taken_at_once_is_refused(client: FlaskClient) -> None:
    answer = post(
        client,
        tickets=[ticket(str(i)) for i in range(21)],
        agents=[{"id": str(i), "skills": {}} for i in range(21)],
    )
    assert answer.status_code == 413
    errors = answer.get_json(force=True)["errors"]
    assert [e["pointer"] for e in errors] == ["/tickets", "/agents"]


def test_an_answer_is_json_without_nan(client: FlaskClient) -> None:
    def refuse(name: str) -> None:
        pytest.fail(f"{name} is not JSON")

    assert json.loads(post(client).text, parse_constant=refuse)["decisions"]


@pytest.mark.parametrize("seed", range(5))
def test_the_answer_is_that_of_the_library_to_the_last_digit(
    client: FlaskClient, seed: int
) -> None:
    snapshot = random_snapshot(seed, 20, 12)
    given = client.post("/v1/assignments", json=json.loads(encode(snapshot))).get_json()
    expected = json.loads(encode(assign(snapshot)))
    assert given | {"seconds": 0.0} == expected | {"seconds": 0.0}


def test_requests_at_the_same_time_do_not_meet(app: OpenAPI) -> None:
    def ask(seed: int) -> Any:
        body = as_json(random_snapshot(seed, 20, 8))
        answer = app.test_client().post("/v1/assignments", json=body).get_json()
        return answer | {"seconds": 0.0}

    alone = [ask(seed) for seed in range(6)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, [*range(6)] * 8)) == alone * 8
    assert len({answer["value"] for answer in alone}) == 6


def partially(client: FlaskClient, query: str = "?partial=true", **changes: Any) -> Any:
    return client.post(f"/v1/assignments{query}", json=as_json(SNAPSHOT) | changes)


def test_with_partial_the_rest_is_assigned_and_what_was_left_out_is_told(
    client: FlaskClient,
) -> None:
    given = partially(client, tickets=[ticket("bad", risk="high"), ticket("good")]).get_json()
    assert [d["ticket"] for d in given["decisions"]] == ["good"]
    assert given["problems"] == [
        {
            "code": "wrong_type",
            "pointer": "/tickets/0/risk",
            "detail": "Input should be a valid number, not 'high'.",
            "severity": "error",
        }
    ]


def test_with_partial_a_sound_snapshot_is_answered_as_without(client: FlaskClient) -> None:
    one, other = partially(client).get_json(), post(client).get_json()
    assert one["problems"] == []
    assert one["decisions"] == other["decisions"] != []


def test_with_partial_what_all_share_still_has_to_be_sound(client: FlaskClient) -> None:
    answer = partially(client, weights={"wait": -1.0})
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.get_json(force=True)["errors"]] == ["/weights/wait"]


def test_with_partial_too_many_are_still_too_many(client: FlaskClient) -> None:
    assert partially(client, tickets=[ticket(str(i)) for i in range(21)]).status_code == 413


def test_a_switch_is_on_or_off_and_nothing_else(client: FlaskClient) -> None:
    assert partially(client, "?partial=false", tickets=[1]).status_code == 422
    answer = partially(client, "?partial=perhaps&partail=true")
    assert answer.status_code == 422
    assert {(e["pointer"], e["code"]) for e in answer.get_json(force=True)["errors"]} == {
        ("/partial", "wrong_type"),
        ("/partail", "unknown_field"),
    }
