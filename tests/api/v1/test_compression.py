"""Bodies may be compressed, but no few bytes become more than the limit; long answers are, too."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI
from werkzeug.exceptions import BadRequest
from werkzeug.test import TestResponse

from api.app import create_app
from api.config import Settings
from api.schemas.examples import SNAPSHOT, STAFFING, as_json
from api.v1.compression import UnknownCoding, inflate

BODY = json.dumps(as_json(SNAPSHOT)).encode()
CODINGS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP ": gzip.compress,
    "deflate": zlib.compress,
    "identity": bytes,
}


def send(client: FlaskClient, body: bytes, coding: str, **headers: str) -> TestResponse:
    return client.post(
        "/v1/assignments",
        data=body,
        content_type="application/json",
        headers={"Content-Encoding": coding, **headers},
    )


@pytest.mark.parametrize("coding", CODINGS)
def test_a_compressed_body_is_answered_like_a_plain_one(client: FlaskClient, coding: str) -> None:
    answer = send(client, CODINGS[coding](BODY), coding)
    assert answer.status_code == 200, answer.text
    plain = send(client, BODY, "identity").get_json()
    assert answer.get_json()["decisions"] == plain["decisions"] != []


def test_another_coding_is_refused_and_told_those_that_are_taken(client: FlaskClient) -> None:
    answer = send(client, BODY, "br")
    assert answer.status_code == 415
    assert answer.headers["Accept-Encoding"] == "gzip, deflate"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_refused_before_it_has_grown(client: FlaskClient, coding: str) -> None:
    bomb = CODINGS[coding](b" " * 50_000_000)
    assert len(bomb) < 100_000
    tracemalloc.start()
    try:
        answer = send(client, bomb, coding)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status_code == 413
    assert [e["code"] for e in answer.get_json(force=True)["errors"]] == ["too_many"]
    assert peak < 2_000_000


def test_a_body_is_inflated_up_to_the_limit_and_no_further() -> None:
    packed = gzip.compress(b"x" * 1000)
    assert len(inflate(packed, "gzip", 1000)) == 1000
    assert len(inflate(packed, "gzip", 999)) == 1000
    assert len(inflate(packed, "gzip", 10)) == 11


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        gzip.compress(b"{}")[:-1],
        gzip.compress(b"{}")[:-8] + bytes(8),
        gzip.compress(b"{}") + b"{}",
        gzip.compress(b"{}") + gzip.compress(b"{}"),
        zlib.compress(b"{}"),
    ],
    ids=["empty", "plain", "cut off", "wrong sum", "more behind", "twice", "other coding"],
)
def test_what_is_not_one_whole_stream_is_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        inflate(body, "gzip", 1000)


def test_a_list_of_codings_is_none_that_is_known() -> None:
    with pytest.raises(UnknownCoding):
        inflate(gzip.compress(gzip.compress(b"{}")), "gzip, gzip", 1000)


@pytest.fixture(scope="module")
def eager() -> OpenAPI:
    return create_app(Settings(access="open", compress_from_bytes=100))


def ask(client: FlaskClient, path: str, body: dict[str, Any], takes: str) -> TestResponse:
    return client.post(path, json=body, headers={"Accept-Encoding": takes})


@pytest.mark.parametrize("takes", ["gzip", "deflate, gzip;q=0.5", "*"])
def test_a_long_answer_is_compressed_for_who_takes_that(eager: OpenAPI, takes: str) -> None:
    answer = ask(eager.test_client(), "/v1/staffing", as_json(STAFFING), takes)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    plain = ask(eager.test_client(), "/v1/staffing", as_json(STAFFING), "identity")
    assert gzip.decompress(answer.data) == plain.data


@pytest.mark.parametrize("takes", ["", "identity", "deflate", "gzip;q=0", "br, *;q=0"])
def test_others_get_it_as_it_is(eager: OpenAPI, takes: str) -> None:
    answer = ask(eager.test_client(), "/v1/staffing", as_json(STAFFING), takes)
    assert "Content-Encoding" not in answer.headers
    assert answer.get_json()["required"]


def test_a_short_answer_is_not_worth_it(client: FlaskClient) -> None:
    answer = ask(client, "/v1/staffing", as_json(STAFFING), "gzip")
    assert "Content-Encoding" not in answer.headers
