"""Null characters stay outside, wherever they are put."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from api.schemas.examples import SNAPSHOT, as_json
from api.v1.characters import refuse_null_in_json
from optimizer.errors import InvalidInput


@pytest.mark.parametrize("text", ["\0", "a\0b", "\\\0", "\\\\\0"])
def test_a_null_character_in_a_string_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        refuse_null_in_json(json.dumps([text]).encode())


@pytest.mark.parametrize("text", ["", "u0000", "\\u0000", "\\\\u0000", "\x01"])
def test_what_only_looks_like_one_is_taken(text: str) -> None:
    refuse_null_in_json(json.dumps([text]).encode())


def test_a_body_with_one_is_told_so(client: FlaskClient) -> None:
    body = as_json(SNAPSHOT)
    body["tickets"][0]["id"] = "T\0"
    answer = client.post("/v1/assignments", json=body)
    assert answer.status_code == 422
    assert answer.get_json(force=True)["errors"][0]["code"] == "bad_character"


def test_an_address_with_one_leads_nowhere(client: FlaskClient) -> None:
    assert client.get("/v1/jobs/a%00b").status_code == 404
    assert client.get("/v1/jobs?before=%00").status_code == 422
