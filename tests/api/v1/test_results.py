"""What each kind of job made has the shape that the API's description promises."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.config import Settings
from api.jobs.records import Document
from api.schemas.examples import as_json
from api.schemas.results import ComparisonFigures, ForecastFigures, PlanFigures
from api.schemas.rosters import RosterAnalysis, RosterDocument
from api.tasks import KINDS
from api.tasks.results import read_forecast_files
from api.v1 import here
from optimizer.codec import decode
from optimizer.simulation import SimulationResult
from tests.api.working import work_off

SHAPES = {
    "forecasts": ForecastFigures,
    "simulations": SimulationResult,
    "comparisons": ComparisonFigures,
    "plans": PlanFigures,
    "rosters": RosterDocument,
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    path = tmp_path_factory.mktemp("results") / "callboard.db"
    app = create_app(Settings(access="open", database_url=f"sqlite:///{path}"))
    with app.app_context(), closing(here.store()):
        yield app.test_client()


@pytest.fixture(scope="module")
def done(client: FlaskClient) -> dict[str, str]:
    """Return a job of each kind that is done, the forecast of a group with an unpleasant name."""
    bodies = {kind: as_json(KINDS[kind].example) for kind in KINDS}
    history = bodies["forecasts"]["history"]
    history["group"] = ["=cmd|' /C calc'!A0" for _ in history["group"]]
    jobs = {
        kind: client.post(f"/v1/{kind}", json=body).get_json()["id"]
        for kind, body in bodies.items()
    }
    work_off(here.store())
    return jobs


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_has_the_shape_that_is_described(
    client: FlaskClient, done: dict[str, str], kind: str
) -> None:
    answer = client.get(f"/v1/{kind}/{done[kind]}")
    assert answer.status_code == 200, answer.text
    assert decode(SHAPES[kind], answer.data)


def test_the_parts_of_a_plan_have_its_identifier(client: FlaskClient, done: dict[str, str]) -> None:
    for kind in ("forecasts", "rosters", "simulations"):
        assert decode(SHAPES[kind], client.get(f"/v1/{kind}/{done['plans']}").data)
    assert decode(RosterAnalysis, client.get(f"/v1/rosters/{done['plans']}/analysis").data)


def test_a_forecast_is_a_table_that_no_spreadsheet_runs(
    client: FlaskClient, done: dict[str, str]
) -> None:
    path = f"/v1/forecasts/{done['forecasts']}"
    for answer in (
        client.get(f"{path}?format=csv"),
        client.get(path, headers={"Accept": "text/csv"}),
    ):
        assert answer.mimetype == "text/csv"
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert {row["group"] for row in rows} == {"'=cmd|' /C calc'!A0"}
        figures = decode(ForecastFigures, client.get(path).data)
        total = sum(float(row["offered"]) for row in rows)
        assert total == pytest.approx(figures.groups[0].offered, abs=0.01)


def test_a_forecast_is_an_archive_that_is_read_back_exactly(
    client: FlaskClient, done: dict[str, str]
) -> None:
    answer = client.get(f"/v1/forecasts/{done['forecasts']}?format=zip")
    assert answer.mimetype == "application/zip"
    read = read_forecast_files(Document("forecast_files", answer.mimetype, answer.data))
    assert read.groups == ("=cmd|' /C calc'!A0",)


def test_horizons_that_were_drawn_are_a_table_if_they_were_asked_for(
    client: FlaskClient, done: dict[str, str]
) -> None:
    body = as_json(KINDS["forecasts"].example) | {"paths": 3}
    job = client.post("/v1/forecasts", json=body).get_json()["id"]
    work_off(here.store())
    answer = client.get(f"/v1/forecasts/{job}?paths=true")
    assert answer.mimetype == "text/csv"
    assert len({row["path"] for row in csv.DictReader(io.StringIO(answer.text))}) == 3
    assert client.get(f"/v1/forecasts/{done['forecasts']}?paths=true").status_code == 404


def test_a_long_result_is_compressed_for_who_takes_that(
    client: FlaskClient, done: dict[str, str]
) -> None:
    path = f"/v1/comparisons/{done['comparisons']}"
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert set(answer.vary) == {"Accept", "Accept-Encoding"}
    assert len(answer.data) < len(client.get(path).data) / 4


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_job_did_not_make_is_not_there(
    client: FlaskClient, done: dict[str, str], kind: str
) -> None:
    others = {"forecasts": "rosters", "rosters": "simulations", "simulations": "comparisons"}
    other = done[others.get(kind, "forecasts")]
    assert client.get(f"/v1/{kind}/{other}").status_code == 404
    assert client.get(f"/v1/{kind}/nobody").status_code == 404


def test_a_form_that_is_not_offered_is_refused(client: FlaskClient, done: dict[str, str]) -> None:
    assert client.get(f"/v1/forecasts/{done['forecasts']}?format=ics").status_code == 422


def test_a_job_that_was_cancelled_has_no_result(client: FlaskClient) -> None:
    body: dict[str, Any] = as_json(KINDS["rosters"].example) | {"limits": {"seconds": 1}}
    job = client.post("/v1/rosters", json=body).get_json()["id"]
    client.post(f"/v1/jobs/{job}/stop")
    answer = client.get(f"/v1/rosters/{job}")
    assert answer.status_code == 409
    assert "cancelled" in answer.get_json(force=True)["detail"]
