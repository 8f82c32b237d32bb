"""Each request has an id, one line in the log and answers that browsers handle with care."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI

from api.logs import request_id


def test_an_id_is_given_to_who_brings_none(client: FlaskClient) -> None:
    ids = {client.get("/healthz").headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3


def test_a_callers_id_is_kept(client: FlaskClient) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "call-7.b"})
    assert answer.headers["X-Request-ID"] == "call-7.b"


@pytest.mark.parametrize("bad", ["a b", "x" * 65, "<script>", "ü"])
def test_an_id_that_cannot_be_written_down_is_replaced(client: FlaskClient, bad: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": bad})
    assert bad not in answer.headers["X-Request-ID"]


def test_the_log_has_a_line_per_request_without_its_contents(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="api"):
        client.post("/v1/staffing?key=hush", json={"customer": "hush"})
    (record,) = (r for r in caplog.records if r.name == "api.v1.requests")
    fields = vars(record)["fields"]
    told = {name: fields[name] for name in ("method", "route", "status")}
    assert told == {"method": "POST", "route": "/v1/staffing", "status": 422}
    assert fields["ms"] >= 0
    assert "hush" not in str(fields) + caplog.text


def test_every_answer_is_hardened(client: FlaskClient) -> None:
    for path in ("/healthz", "/nothing", "/docs/openapi.json"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_requests_at_the_same_time_do_not_mix_their_ids(app: OpenAPI) -> None:
    def ask(name: str) -> str:
        answer = app.test_client().get("/nothing", headers={"X-Request-ID": name})
        return str(answer.get_json(force=True)["instance"].rsplit(":", 1)[1])

    names = [f"r{i}" for i in range(40)]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(ask, names)) == names
    assert request_id.get() is None


def test_browsers_are_told_to_stay_with_tls_where_it_is_used(client: FlaskClient) -> None:
    name = "Strict-Transport-Security"
    assert name not in client.get("/healthz").headers
    assert client.get("/healthz", base_url="https://localhost").headers[name]


def test_no_page_of_another_site_may_read_an_answer(client: FlaskClient) -> None:
    for method in ("GET", "OPTIONS"):
        headers = client.open(
            "/healthz", method=method, headers={"Origin": "https://elsewhere.example"}
        ).headers
        assert not [name for name, _ in headers if name.startswith("Access-Control-")]
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
