"""History goes in and out as JSON or CSV, and every bad cell is told where it was sent."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.config import Settings
from api.schemas import data_examples as examples
from api.schemas.examples import as_json
from api.v1.here import close_store

Serving = Callable[[Settings], FlaskClient]
CSV = b"group,start,offered\nvoice:orders,2026-11-20T10:00,42\nvoice:orders,2026-11-20T10:30,37\n"


@pytest.fixture
def client(serving: Serving, store_url: str) -> FlaskClient:
    return serving(Settings(access="open", database_url=store_url))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client for what is asked of the routes, not of the database; of all tests together."""
    path = tmp_path_factory.mktemp("history") / "data.db"
    app = create_app(Settings(access="open", database_url=f"sqlite:///{path}", max_job_values=50))
    yield app.test_client()
    close_store(app)


def put(client: FlaskClient, body: Any, **query: str) -> Any:
    return client.put("/v1/history", json=body, query_string=query)


def issues(answer: Any) -> list[tuple[str, str]]:
    return [(issue["code"], issue["pointer"]) for issue in answer.json["errors"]]


def test_columns_rows_and_csv_say_the_same(client: FlaskClient) -> None:
    columns = as_json(examples.HISTORY)
    told = put(client, columns).json
    assert (told["added"], told["changed"], told["unchanged"]) == (2, 0, 0)
    cells = columns.pop("columns")
    rows = [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]
    assert put(client, {"rows": rows}).json["unchanged"] == 2
    sent = client.put("/v1/history", data=CSV, content_type="text/csv")
    assert sent.json["unchanged"] == 2
    packed = client.put(
        "/v1/history",
        data=gzip.compress(CSV),
        content_type="text/csv",
        headers={"Content-Encoding": "gzip"},
    )
    assert packed.json["unchanged"] == 2


def test_what_is_read_can_be_put_back(client: FlaskClient) -> None:
    assert client.get("/v1/history").status_code == 404
    put(client, as_json(examples.HISTORY))
    found = client.get("/v1/history?from=2026-11-20&to=2026-11-20&group=voice:orders")
    assert found.json["columns"]["offered"] == [42.0, 37.0]
    assert put(client, found.json).json["unchanged"] == 2
    table = client.get("/v1/history", headers={"Accept": "text/csv"})
    assert table.mimetype == "text/csv"
    again = client.put("/v1/history", data=table.data, content_type="text/csv")
    assert again.json["unchanged"] == 2


def test_contacts_are_put_by_their_id(client: FlaskClient) -> None:
    row = {"id": "c-1", "group": "voice:orders", "created": "2026-11-20T10:00Z", "handled_s": 9}
    batch = {"kind": "contacts", "rows": [row]}
    assert put(client, batch).json["added"] == 1
    assert put(client, batch).json["unchanged"] == 1
    table = b"id,group,created,driver\nc-1,voice:orders,2026-11-20T10:00Z,late parcel\n"
    sent = client.put("/v1/history?kind=contacts", data=table, content_type="text/csv")
    assert sent.json["changed"] == 1
    day = "kind=contacts&from=2026-11-20&to=2026-11-20"
    assert client.delete(f"/v1/history?{day}").json == {"kind": "contacts", "count": 1}
    assert client.delete(f"/v1/history?{day}").json["count"] == 0


def test_bad_cells_are_told_where_they_were_sent(alone: FlaskClient) -> None:
    columns = {"group": ["a", "a"], "start": ["2026-11-20T10:00", "x"], "offered": [-1, 2]}
    assert sorted(issues(put(alone, {"columns": columns, "interval_minutes": 30}))) == [
        ("negative_value", "/columns/offered/0"),
        ("unreadable_time", "/columns/start/1"),
    ]
    rows = [{"group": "a", "start": "2026-11-20T10:00", "offered": "many"}]
    assert issues(put(alone, {"rows": rows, "interval_minutes": 30})) == [
        ("not_a_number", "/rows/0/offered")
    ]
    assert alone.get("/v1/history?group=a").status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "columns_or_rows"),
        ({"columns": {}, "rows": []}, "columns_or_rows"),
        ({"columns": {"group": ["a"], "start": []}}, "bad_shape"),
        ({"rows": []}, "missing_column"),
        ({"columns": {"group": [["a"]]}}, "wrong_type"),
        ({"interval_minutes": 0, "rows": []}, "out_of_range"),
        ({"rows": [{"group": "a", "start": "2026-11-20T10:00"}]}, "missing_column"),
        ({"zone": "Nowhere", "columns": {"group": ["a"]}}, "unknown_zone"),
    ],
)
def test_a_batch_that_is_none_is_refused(alone: FlaskClient, body: Any, code: str) -> None:
    answer = put(alone, body)
    assert answer.status_code == 422
    assert code in [found for found, _ in issues(answer)]


@pytest.mark.parametrize(
    "body", [b"", b"group,start\na,b,c,d\n", b"\xff\xfe,\n1\n", b"group\n\0\n", b'"a\n']
)
def test_what_is_no_csv_is_refused(alone: FlaskClient, body: bytes) -> None:
    answer = alone.put("/v1/history", data=body, content_type="text/csv")
    assert answer.status_code == 422


def test_other_types_and_too_many_values_are_refused(alone: FlaskClient) -> None:
    assert alone.put("/v1/history", data=b"x", content_type="text/plain").status_code == 415
    assert put(alone, {"columns": {"group": ["a"] * 60}}).status_code == 413


def test_more_than_is_told_at_once_is_refused(alone: FlaskClient) -> None:
    put(alone, as_json(examples.HISTORY))
    assert alone.get("/v1/history").status_code == 413


def test_groups_that_the_organisation_lacks_are_told(client: FlaskClient) -> None:
    client.put("/v1/organisation", json=as_json(examples.ORGANISATION))
    row = {"group": "chat:none", "start": "2026-11-20T10:00", "offered": 1}
    told = put(client, {"rows": [row], "interval_minutes": 30}).json
    assert [(one["code"], one["severity"]) for one in told["issues"]] == [
        ("unknown_group", "warning")
    ]


def test_csv_that_is_read_is_no_formula(client: FlaskClient) -> None:
    row = {"group": "=1+1", "start": "2026-11-20T10:00", "offered": 1}
    put(client, {"rows": [row], "interval_minutes": 30})
    table = client.get("/v1/history", headers={"Accept": "text/csv"}).text
    assert table.splitlines()[1].startswith("'=1+1,")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b",".join(b"c%d" % n for n in range(201)) + b"\n", "text/csv"),
        (b'"a\nb",' + b"," * 300 + b"\n", "text/csv"),
        (b"group,start," + b"x" * 100_000 + b"," * 300, "text/csv"),
        (json.dumps({"columns": {f"c{n}": [1] for n in range(201)}}).encode(), "application/json"),
        (json.dumps({"rows": [{f"c{n}": 1} for n in range(201)]}).encode(), "application/json"),
    ],
)
def test_a_table_has_no_more_cells_than_were_sent(
    serving: Serving, sqlite_url: str, body: bytes, kind: str
) -> None:
    client = serving(Settings(access="open", database_url=sqlite_url))
    answer = client.put("/v1/history", data=body, content_type=kind)
    assert answer.status_code == 413
    assert [code for code, _ in issues(answer)] == ["too_many"]


def test_the_values_of_csv_are_counted_as_those_of_json(alone: FlaskClient) -> None:
    body = b"group,start,offered\n" + b",,\n" * 50
    answer = alone.put("/v1/history", data=body, content_type="text/csv")
    assert answer.status_code == 413
