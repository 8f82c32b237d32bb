"""Whatever is put into an address or around a body, the answer is a short problem, on any route."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI
from werkzeug.test import TestResponse

from api.app import create_app
from api.config import Settings
from api.v1.here import store as opened
from api.v1.pool_desk import close_pools

MOST_BYTES = 20_000
LONGEST_PROBLEM = 6_000

IDS = [
    "..",
    "../../etc/passwd",
    "%2e%2e%2f",
    "' OR 1=1 --",
    "\0",
    "a\0b",
    "\r\nX-Injected: yes",
    "🙈",
    "\u202e",
    "x" * 2_000,
    "-1",
    "{id}",
]
VALUES = [*IDS, "9" * 30, "NaN", "1e999"]
TYPES = [
    "text/plain",
    "text/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx",
    "application/xml",
    "",
]


@pytest.fixture(scope="module")
def described() -> OpenAPI:
    return create_app(Settings(access="open"))


@pytest.fixture
def edge(store_url: str) -> Iterator[FlaskClient]:
    app = create_app(
        Settings(
            access="open",
            database_url=store_url,
            max_body_bytes=MOST_BYTES,
            max_job_bytes=MOST_BYTES,
        )
    )
    with app.app_context(), closing(opened()):
        yield app.test_client()
        close_pools(app)


def operations(app: OpenAPI) -> list[tuple[str, str, dict[str, object]]]:
    return [
        (method.upper(), path, operation)
        for path, item in app.api_doc["paths"].items()
        for method, operation in item.items()
    ]


def filled(path: str) -> str:
    """Return a path with something in it that nobody has."""
    return re.sub(r"{\w+}", "x", path.replace("{version}", "1"))


def assert_refused(answer: TestResponse, *statuses: int) -> None:
    assert answer.status_code in statuses, (answer.request.path, answer.status, answer.text)
    assert answer.mimetype == "application/problem+json"
    assert len(answer.data) < LONGEST_PROBLEM
    assert "X-Injected" not in answer.headers


def test_no_identifier_is_more_than_one_that_does_not_exist(
    edge: FlaskClient, described: OpenAPI
) -> None:
    for method, path, _ in operations(described):
        names = re.findall(r"{(\w+)}", path)
        for bad in IDS if names else []:
            address = path.format(**dict.fromkeys(names, quote(bad, safe="")))
            answer = edge.open(address, method=method, json={})
            assert_refused(answer, 404, 405, 409, 415, 422)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_no_parameter_is_taken_for_more_than_it_is(edge: FlaskClient, described: OpenAPI) -> None:
    for method, path, operation in operations(described):
        parameters = operation.get("parameters", [])
        assert isinstance(parameters, list)
        names = [one["name"] for one in parameters if one["in"] == "query"]
        for name in names:
            for bad in VALUES:
                address = f"{filled(path)}?{name}={quote(bad, safe='')}"
                answer = edge.open(address, method=method, json={})
                assert answer.status_code < 500, (answer.request.path, bad, answer.text)
                if answer.status_code >= 400:
                    assert_refused(answer, *range(400, 500))


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_body_is_what_it_is_declared_to_be(edge: FlaskClient, described: OpenAPI) -> None:
    for method, path, operation in operations(described):
        if "requestBody" not in operation:
            continue
        address = filled(path)
        kinds = operation["requestBody"]["content"]  # type: ignore[index]
        for kind in TYPES:
            if kind.split(";")[0] not in kinds:
                answer = edge.open(address, method=method, data=b"{}", content_type=kind)
                assert_refused(answer, 404, 415)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_body_is_no_longer_and_no_deeper_than_allowed(
    edge: FlaskClient, described: OpenAPI
) -> None:
    long = json.dumps({"x": "y" * MOST_BYTES}).encode()
    for method, path, operation in operations(described):
        if "requestBody" not in operation:
            continue
        address = filled(path)
        for body in (long, b"[" * 10_000, b'{"x":' * 1_000):
            answer = edge.open(address, method=method, data=body, content_type="application/json")
            assert_refused(answer, 413)
        answer = edge.open(address, method=method, data=b"", content_type="application/json")
        assert_refused(answer, 400, 404, 422)
        named = b'{"' + b"k" * 10_000 + b'": {"\\u0000": 1}}'
        answer = edge.open(address, method=method, data=named, content_type="application/json")
        assert_refused(answer, 404, 422)
