"""What the service tells about itself."""

from __future__ import annotations

import platform
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.config import Settings
from api.jobs.desk import Desk
from api.jobs.leases import take
from api.metrics.jobs import RUNNER
from api.store.versions import wanted_version
from api.tasks import KINDS, Context, prepare, run_task
from api.v1.here import store
from optimizer import __version__
from optimizer.io import SCHEMA
from optimizer.stop import Deadline


@pytest.fixture
def client(serving: Callable[[Settings], FlaskClient], store_url: str) -> FlaskClient:
    return serving(Settings(access="open", database_url=store_url))


def test_a_service_that_is_up_says_so(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_the_version_is_that_of_the_software_and_of_what_it_stands_on(client: FlaskClient) -> None:
    told = client.get("/v1/version").get_json()
    assert {"ortools", "lightgbm", "numpy"} <= set(told.pop("libraries"))
    assert told == {
        "name": "callboard",
        "version": __version__,
        "schema": SCHEMA,
        "database": wanted_version(),
        "python": platform.python_version(),
    }


def test_a_service_without_a_runner_is_ready_and_says_that_jobs_wait(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    told = answer.get_json()
    assert told["status"] == "ready"
    assert {
        part["name"]: [issue["code"] for issue in part["issues"]] for part in told["parts"]
    } == {
        "solver": [],
        "database": [],
        "runner": ["no_runner"],
        "pools": [],
    }


@pytest.fixture
def lost() -> FlaskClient:
    """A client of a service whose database is not there."""
    settings = Settings(access="open", database_url="sqlite:////no/such/folder/callboard.db")
    return create_app(settings).test_client()


def test_a_service_without_a_database_is_not_ready_and_lists_why(lost: FlaskClient) -> None:
    answer = lost.get("/readyz")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.headers["Retry-After"]
    told = answer.get_json(force=True)
    assert [(e["pointer"], e["code"]) for e in told["errors"]] == [
        ("/database", "unreachable"),
        ("/runner", "unreachable"),
        ("/pools", "unreachable"),
    ]
    assert "/no/such" not in answer.get_data(as_text=True)


def test_figures_are_told_even_without_a_database(lost: FlaskClient) -> None:
    lost.get("/healthz")
    answer = lost.get("/metrics")
    assert answer.status_code == 200
    text = answer.get_data(as_text=True)
    assert "callboard_database_up 0.0" in text
    assert 'callboard_requests_total{method="GET",route="/healthz",status="200"}' in text


def test_figures_are_what_prometheus_reads_and_name_templates_only(client: FlaskClient) -> None:
    client.get("/v1/demo-data/nobody-else-knows-me")
    client.get("/nobody-else-knows-me")
    client.open("/healthz", method="BREW")
    answer = client.get("/metrics")
    assert answer.content_type.startswith("text/plain; version=")
    text = answer.get_data(as_text=True)
    assert "nobody-else-knows-me" not in text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert {"callboard_queue_depth", "callboard_request_seconds"} <= set(families)
    routes = {s.labels["route"] for s in families["callboard_requests"].samples}
    assert {"unmatched", "/v1/demo-data/{kind}"} <= routes
    methods = {s.labels["method"] for s in families["callboard_requests"].samples}
    assert "BREW" not in methods


@pytest.mark.parametrize("kind", ["assignments", "staffing"])
def test_demo_data_is_answered_at_once(client: FlaskClient, kind: str) -> None:
    body = client.get(f"/v1/demo-data/{kind}")
    answer = client.post(f"/v1/{kind}", data=body.data, content_type="application/json")
    assert answer.status_code == 200, answer.get_data(as_text=True)


@pytest.mark.parametrize("kind", KINDS)
def test_demo_data_is_accepted_and_done(
    serving: Callable[[Settings], FlaskClient], sqlite_url: str, kind: str
) -> None:
    client = serving(Settings(access="open", database_url=sqlite_url))
    body = client.get(f"/v1/demo-data/{kind}")
    answer = client.post(f"/v1/{kind}", data=body.data, content_type="application/json")
    assert answer.status_code == 202, answer.get_data(as_text=True)
    with client.application.app_context():
        lease = take(store(), RUNNER, "me", 600)
        assert lease is not None
        desk = Desk(store(), lease, attempts=1)
        (claim,) = desk.claim(1)
        context = Context(Deadline.after(20.0), threads=1)
        desk.finish(claim.job, run_task(kind, prepare(store(), "main", kind, claim.body), context))
    done = client.get(answer.headers["Location"]).get_json()
    assert (done["kind"], done["state"]) == (kind, "done")


def test_demo_data_of_an_unknown_kind_is_not_found_and_lists_the_known(client: FlaskClient) -> None:
    answer = client.get("/v1/demo-data/weather")
    assert answer.status_code == 404
    assert "rosters" in answer.get_json(force=True)["errors"][0]["detail"]
