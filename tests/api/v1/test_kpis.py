"""Yesterday's figures, against the forecast that was made before it and the roster in force."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from api.config import Settings
from api.schemas import data_examples as examples
from api.schemas.examples import as_json
from api.store import open_store
from api.tasks import KINDS
from tests.api.working import work_off

Serving = Callable[[Settings], FlaskClient]


def test_a_day_is_compared_with_its_forecast_and_its_roster(
    serving: Serving, store_url: str
) -> None:
    client = serving(Settings(access="open", database_url=store_url))
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=back) for back in range(28, 0, -1)]
    starts = [f"{day}T{hour:02}:00" for day in days for hour in range(24)]
    history = {
        "group": ["voice:orders"] * len(starts),
        "start": starts,
        "offered": [12] * len(starts),
        "aht_s": [300] * len(starts),
    }
    batch = {"interval_minutes": 60, "columns": history}
    assert client.put("/v1/history", json=batch).status_code == 200
    # Two days ahead: whatever the time zone, the forecast is older than the day.
    day = today + timedelta(days=2)
    job = client.post("/v1/forecasts", json={"horizon_days": 4}).json["id"]
    store = open_store(store_url)
    work_off(store)
    store.close()
    told = client.get(f"/v1/jobs/{job}").json
    assert told["state"] == "done", told
    came = {
        "group": ["voice:orders"] * 24,
        "start": [f"{day}T{hour:02}:00" for hour in range(24)],
        "offered": [15] * 24,
    }
    client.put("/v1/history", json={"interval_minutes": 60, "columns": came})
    [period] = client.get(f"/v1/kpis?from={day}").json["periods"]
    assert period["forecasts"] == [job]
    figures = period["total"]
    assert figures["contacts"]["value"] == 360
    assert figures["forecast"]["value"] == pytest.approx(288, rel=0.02)
    assert figures["forecast_error"]["value"] == pytest.approx(0.2, abs=0.02)
    assert figures["forecast_bias"]["value"] == pytest.approx(-0.2, abs=0.02)
    # A forecast is not compared with days that were over when it was made.
    [before] = client.get(f"/v1/kpis?from={days[-1]}").json["periods"]
    assert before["forecasts"] == []


def test_the_roster_in_force_tells_hours_and_pay(serving: Serving, sqlite_url: str) -> None:
    client = serving(Settings(access="open", database_url=sqlite_url))
    body = as_json(KINDS["rosters"].example)
    job = client.post("/v1/rosters", json=body).json["id"]
    store = open_store(sqlite_url)
    work_off(store)
    store.close()
    roster = client.get(f"/v1/rosters/{job}").json
    publish = client.post(f"/v1/rosters/{job}/publish", json={"expected_version": 0})
    assert publish.status_code < 300, (publish.text, roster)
    first, last = publish.json["first_day"], publish.json["last_day"]
    found = client.get(f"/v1/kpis?from={first}&to={last}&report=quarterly&by=site").json
    figures = found["periods"][0]["total"]
    assert found["periods"][0]["rosters"] == [job]
    assert figures["paid_hours"]["value"] > 0
    assert figures["scheduled_hours"]["value"] <= figures["paid_hours"]["value"]
    assert figures["required_hours"]["value"] > 0
    assert figures["unit_cost"]["value"] is None


def test_parameters_are_checked(serving: Serving, sqlite_url: str) -> None:
    client = serving(Settings(access="open", database_url=sqlite_url))
    client.put("/v1/organisation", json=as_json(examples.ORGANISATION))
    answer = client.get("/v1/kpis")
    assert answer.status_code == 200
    assert len(answer.json["periods"]) == 1
    for query in ("by=colour", "from=yesterday", "recurrence_multiplier=2", "since=2026-01-01"):
        assert client.get(f"/v1/kpis?{query}").status_code == 422
    assert client.get("/v1/kpis?from=2026-11-20&to=2026-11-19").status_code == 422
