"""What Prometheus is told about jobs is what the database holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, update
from sqlalchemy.exc import OperationalError

from api.jobs.clock import database_clock
from api.jobs.desk import Desk
from api.jobs.leases import release, take
from api.jobs.queue import Submission, submit
from api.jobs.records import Document, Outcome
from api.metrics.jobs import RUNNER, DatabaseFigures
from api.store import Store, open_store
from api.store.tables import jobs
from optimizer.result import Termination

Told = dict[tuple[str, ...], float]


def told(store: Store, later: timedelta = timedelta()) -> Told:
    """Return figures by name and values of labels, as of now or later."""

    def clock(connection: Connection) -> datetime:
        return database_clock(connection) + later

    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in DatabaseFigures(lambda: store, clock).collect()
        for sample in family.samples
    }


def ask(store: Store, kind: str, tenant: str = "main") -> str:
    asked = Submission(tenant, kind, b"{}", seconds=60.0)
    return submit(store, asked, max_queued=100)[0].id


def test_an_empty_database_has_an_empty_queue_and_nobody_at_work(store: Store) -> None:
    found = told(store)
    assert found["callboard_database_up",] == 1
    assert found["callboard_queue_depth",] == 0
    assert found["callboard_queue_oldest_seconds",] == 0
    assert found["callboard_runner_alive",] == 0
    assert found["callboard_pools",] == 0


def test_open_jobs_are_counted_by_kind_and_state_over_all_tenants(store: Store) -> None:
    lease = take(store, RUNNER, "me", 60)
    assert lease is not None
    ask(store, "rosters")
    Desk(store, lease, attempts=3).claim(1)
    for tenant in ("main", "other"):
        ask(store, "rosters", tenant)
    ask(store, "forecasts")
    found = told(store, timedelta(seconds=30))
    assert found["callboard_jobs", "rosters", "running"] == 1
    assert found["callboard_jobs", "rosters", "queued"] == 2
    assert found["callboard_jobs", "forecasts", "queued"] == 1
    assert found["callboard_queue_depth",] == 3
    assert 30 <= found["callboard_queue_oldest_seconds",] < 60
    assert found["callboard_runner_alive",] == 1
    release(store, lease)
    assert told(store)["callboard_runner_alive",] == 0


def test_ended_jobs_tell_time_gap_and_shortfall_for_a_day(store: Store) -> None:
    lease = take(store, RUNNER, "me", 60)
    assert lease is not None
    desk = Desk(store, lease, attempts=3)
    for objective, bound, short in ((100.0, 90.0, 4.0), (200.0, 200.0, 0.0), (50.0, None, None)):
        job = ask(store, "rosters")
        desk.claim(1)
        figures = {} if short is None else {"short_hours": short}
        made = (Document("roster", "application/json", b"{}"),)
        outcome = Outcome(made, Termination.FEASIBLE, objective, bound, figures)
        desk.finish(job, outcome)
    with store.writing() as connection:
        for row in connection.execute(jobs.select()).all():
            began = row.finished - timedelta(seconds=8)
            connection.execute(update(jobs).where(jobs.c.id == row.id).values(started=began))
    found = told(store)
    assert found["callboard_jobs_ended", "rosters", "done"] == 3
    assert found["callboard_jobs_begun_again", "rosters"] == 0
    assert found["callboard_solve_seconds", "rosters", "0.5"] == pytest.approx(8)
    assert found["callboard_final_gap_ratio", "rosters", "1.0"] == pytest.approx(0.1)
    assert found["callboard_final_gap_ratio", "rosters", "0.5"] == pytest.approx(0.05)
    assert found["callboard_shortfall_hours", "rosters", "1.0"] == pytest.approx(4)
    later = told(store, timedelta(hours=25))
    assert {name for name, *_ in later}.isdisjoint({"callboard_jobs_ended"})


def test_jobs_that_were_begun_again_are_counted(store: Store) -> None:
    lease = take(store, RUNNER, "me", 60)
    assert lease is not None
    desk = Desk(store, lease, attempts=3)
    job = ask(store, "plans")
    desk.claim(1)
    desk.requeue(job, "worker-died")
    desk.claim(1)
    desk.finish(job, Outcome(()))
    assert told(store)["callboard_jobs_begun_again", "plans"] == 1


def test_a_database_that_is_gone_is_told_and_nothing_else() -> None:
    def gone() -> Store:
        raise OperationalError("SELECT secret", {}, Exception("password"))

    found = [
        sample.value for family in DatabaseFigures(gone).collect() for sample in family.samples
    ]
    assert found == [0.0]


def test_a_database_without_tables_counts_as_gone(tmp_path: Path) -> None:
    empty = open_store(f"sqlite:///{tmp_path}/empty.db")
    assert told(empty) == {("callboard_database_up",): 0.0}
    empty.close()
