"""What is told where the database fails."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from api.config import Settings
from api.jobs.queue import Submission, list_jobs, submit
from api.problems import problem_of
from api.store import Store, open_store


def send(store: Store, body: bytes = b"{}", **more: str) -> None:
    submit(store, Submission("main", "rosters", body, 60.0, **more), max_queued=100)  # type: ignore[arg-type] # test data


def failure_of(action: Callable[[], object]) -> Exception:
    try:
        action()
    except Exception as error:
        return error
    pytest.fail("it did not fail")


def test_a_full_disk_keeps_nothing_of_a_job_and_can_be_tried_again(sqlite_url: str) -> None:
    with closing(open_store(sqlite_url)) as store:
        send(store)
        before = list_jobs(store, "main")
        with store.writing() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        # Random bytes: nothing that compresses away.
        body = random.Random(1).randbytes(1_000_000)
        pool = store.engine.pool.connect()
        pool.cursor().execute(f"PRAGMA max_page_count={pages + 1}")
        pool.close()
        problem = problem_of(failure_of(lambda: send(store, body)))
        assert problem is not None
        assert (problem.status, problem.name) == (503, "storage-unavailable")
        assert problem.headers["Retry-After"]
        assert list_jobs(store, "main") == before
        pool = store.engine.pool.connect()
        pool.cursor().execute("PRAGMA max_page_count=1000000")
        pool.close()
        send(store, body)
        assert len(list_jobs(store, "main")[0]) == 2


def test_a_database_that_is_gone_is_told_without_its_address() -> None:
    with closing(open_store("postgresql+psycopg://who:secret@127.0.0.1:1/none")) as store:
        problem = problem_of(failure_of(lambda: list_jobs(store, "main")))
    assert problem is not None
    assert problem.status == 503
    assert "secret" not in str(problem)
    assert "127" not in problem.detail


def test_a_text_that_cannot_be_stored_is_the_callers_mistake(postgresql_url: str) -> None:
    with closing(open_store(postgresql_url)) as store:
        problem = problem_of(failure_of(lambda: send(store, label="a\0b")))
    assert problem is not None
    assert (problem.status, problem.name) == (422, "invalid-input")


def test_routes_answer_503_while_the_database_cannot_be_used(
    serving: Callable[[Settings], FlaskClient], tmp_path: Path
) -> None:
    nowhere = f"sqlite:///{tmp_path}/no/such/folder/c.db"
    answer = serving(Settings(access="open", database_url=nowhere)).get("/v1/jobs")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.get_json(force=True)["type"] == "urn:callboard:problem:storage-unavailable"
