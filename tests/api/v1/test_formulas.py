"""No table that the service hands out holds a text that a spreadsheet would run."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import closing
from io import StringIO

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.config import Settings
from api.schemas.examples import as_json
from api.store import Store
from api.tasks import KINDS
from api.v1.here import store as opened
from tests.api.populated import run_all

FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def service(sqlite_url: str) -> Iterator[tuple[FlaskClient, Store]]:
    app = create_app(Settings(access="open", database_url=sqlite_url))
    with app.app_context(), closing(opened()) as store:
        yield app.test_client(), store


def cells(client: FlaskClient, path: str) -> list[str]:
    """Return the cells of a table, in which the formula stands somewhere."""
    answer = client.get(path, headers={"Accept": "text/csv"})
    assert (answer.status_code, answer.mimetype) == (200, "text/csv"), answer.text
    found = [cell for row in csv.reader(StringIO(answer.text)) for cell in row]
    assert [cell for cell in found if FORMULA in cell]
    return found


def assert_harmless(found: list[str]) -> None:
    for cell in found:
        if cell.startswith(("=", "+", "-", "@", "\t", "\r")):
            float(cell)


@pytest.mark.parametrize(("kind", "name"), [("rosters", "ada"), ("forecasts", "voice:orders")])
def test_names_that_are_formulas_are_texts_in_results(
    service: tuple[FlaskClient, Store], kind: str, name: str
) -> None:
    client, store = service
    text = json.dumps(as_json(KINDS[kind].example))
    assert f'"{name}"' in text
    body = json.loads(text.replace(f'"{name}"', f'"{FORMULA}"'))
    answer = client.post(f"/v1/{kind}", json=body)
    assert answer.status_code == 202, answer.text
    run_all(store)
    assert_harmless(cells(client, f"/v1/{kind}/{answer.get_json()['id']}"))


def test_names_that_are_formulas_are_texts_in_the_history(
    service: tuple[FlaskClient, Store],
) -> None:
    client, _ = service
    columns = {"group": [FORMULA], "start": ["2026-11-20T10:00"], "offered": [3]}
    batch = {"kind": "intervals", "interval_minutes": 30, "columns": columns}
    answer = client.put("/v1/history", json=batch | {"zone": "Europe/Dublin"})
    assert answer.status_code == 200, answer.text
    assert_harmless(cells(client, "/v1/history?from=2026-11-20&to=2026-11-20"))
