"""Every failure, whoever raises it, is one problem document that says nothing of the inside."""

from __future__ import annotations

import itertools
import logging
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel
from werkzeug.exceptions import TooManyRequests
from werkzeug.test import TestResponse

from api.app import create_app
from api.config import Settings
from api.v1.failures import MOST_ISSUES
from api.v1.here import scope

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
BODIES: dict[str, dict[str, Any]] = {
    "no body": {},
    "a form": {"data": {"now": "1"}},
    "no type": {"data": b"{}"},
    "compressed": {
        "data": b"\x1f\x8b",
        "content_type": "application/json",
        "headers": {"Content-Encoding": "br"},
    },
    "not compressed": {
        "data": b"{}",
        "content_type": "application/json",
        "headers": {"Content-Encoding": "gzip"},
    },
    "open JSON": {"data": b'{"now": ', "content_type": "application/json"},
    "empty JSON": {"data": b"", "content_type": "application/json"},
    "not UTF-8": {"data": b"\xff\xfe", "content_type": "application/json"},
    "deep": {"data": b"[" * 50_000, "content_type": "application/json"},
    "a list": {"json": []},
    "unknown fields": {"json": {"constructor": 1, "__proto__": {}}},
    "many values": {"json": [1] * 6_000},
    "many bytes": {"data": b" " * 200_000, "content_type": "application/json"},
}


def assert_problem(answer: TestResponse) -> dict[str, Any]:
    """Hold an answer to the one shape of failures and return its document."""
    assert answer.mimetype == "application/problem+json"
    document: dict[str, Any] = answer.get_json(force=True)
    assert list(document) == ["type", "title", "status", "detail", "errors", "instance"]
    assert document["type"].startswith("urn:callboard:problem:")
    assert document["status"] == answer.status_code
    assert document["title"]
    assert document["detail"].endswith(".")
    assert document["instance"].endswith(answer.headers["X-Request-ID"])
    for issue in document["errors"]:
        assert list(issue) == ["code", "severity", "pointer", "detail"]
        assert issue["severity"] in ("error", "warning", "information")
        assert not issue["pointer"] or issue["pointer"].startswith("/")
    return document


def paths(app: OpenAPI) -> list[str]:
    return [*{rule.rule.replace("<path:filename>", "no.js") for rule in app.url_map.iter_rules()}]


def test_no_path_method_or_body_gets_another_shape(app: OpenAPI, client: FlaskClient) -> None:
    seen = set()
    asked = itertools.product([*paths(app), "/", "/v1", "/v1/nothing"], METHODS, BODIES.values())
    for path, method, body in asked:
        answer = client.open(path, method=method, **body)
        assert answer.status_code < 500
        seen.add(answer.status_code)
        if answer.status_code >= 400 and method != "HEAD":
            assert_problem(answer)
    assert seen >= {200, 400, 404, 405, 413, 415, 422}


POSTS = ["/v1/assignments", "/v1/staffing"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    ("body", "status", "name"),
    [
        ("no body", 415, "unsupported-media-type"),
        ("a form", 415, "unsupported-media-type"),
        ("no type", 415, "unsupported-media-type"),
        ("compressed", 415, "unsupported-media-type"),
        ("not compressed", 400, "bad-request"),
        ("open JSON", 400, "malformed-json"),
        ("empty JSON", 400, "malformed-json"),
        ("not UTF-8", 400, "malformed-json"),
        ("deep", 413, "too-large"),
        ("a list", 422, "invalid-input"),
        ("unknown fields", 422, "invalid-input"),
        ("many values", 413, "too-large"),
        ("many bytes", 413, "too-large"),
    ],
)
def test_each_kind_of_bad_body_has_its_own_problem(
    client: FlaskClient, path: str, body: str, status: int, name: str
) -> None:
    document = assert_problem(client.post(path, **BODIES[body]))
    assert document["status"] == status
    assert document["type"].endswith(f":{name}")
    assert bool(document["errors"]) == (name not in ("unsupported-media-type", "bad-request"))


def test_a_wrong_method_is_told_the_right_ones(client: FlaskClient) -> None:
    answer = client.get("/v1/staffing")
    assert assert_problem(answer)["status"] == 405
    assert {"POST", "OPTIONS"} == set(answer.headers["Allow"].split(", "))


def test_the_issues_of_one_answer_are_bounded(client: FlaskClient) -> None:
    body = {"interval_s": 60, "offered": ["x"] * 4_000, "aht_s": [1], "goal": {}}
    errors = assert_problem(client.post("/v1/staffing", json=body))["errors"]
    assert len(errors) == MOST_ISSUES + 1
    assert errors[-1]["code"] == "more_issues"
    assert errors[-1]["detail"].startswith("3,000 more")


class Page(BaseModel):
    size: int


@pytest.fixture
def broken() -> FlaskClient:
    """An application with routes that fail in ways ours do not (yet)."""
    app = create_app(Settings(access="open"))

    @app.get("/secret")
    @scope(None)
    def _secret() -> str:
        raise RuntimeError("the password is swordfish")

    @app.get("/busy")
    @scope(None)
    def _busy() -> str:
        raise TooManyRequests("Later.", retry_after=7)

    @app.get("/pages")
    @scope(None)
    def _pages(query: Page) -> str:
        return str(query.size)

    return app.test_client()


def test_what_was_not_foreseen_stays_inside_and_goes_to_the_log(
    broken: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="api"):
        answer = broken.get("/secret")
    assert assert_problem(answer)["status"] == 500
    assert "swordfish" not in answer.text
    assert "RuntimeError" not in answer.text
    assert "swordfish" in caplog.text


def test_headers_of_a_failure_are_kept(broken: FlaskClient) -> None:
    answer = broken.get("/busy")
    assert assert_problem(answer)["detail"] == "Later."
    assert answer.headers["Retry-After"] == "7"


def test_parameters_are_refused_in_the_same_shape(broken: FlaskClient) -> None:
    assert broken.get("/pages?size=3").text == "3"
    document = assert_problem(broken.get("/pages?size=x"))
    assert document["status"] == 422
    assert document["errors"][0]["pointer"] == "/size"
