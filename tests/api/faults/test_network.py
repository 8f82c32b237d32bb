"""A network that breaks between a runner and its database, also at the worst of moments."""

from __future__ import annotations

from contextlib import closing

import pytest

from api.jobs.queue import get_job
from api.jobs.records import JobState
from api.store import open_store, upgrade
from tests.api.faults.harness import PATIENCE_SECONDS, eventually
from tests.api.faults.postgres import Postgres
from tests.api.faults.proxy import proxy
from tests.api.faults.runners import TENANT, counting, happened, over, runner, with_a_value

CLAIMED, TOLD, WRITTEN = b"attempts=", b"first_result=", b"INSERT INTO documents"


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        pytest.param(CLAIMED, ["submitted", "started", "requeued", "started", "done"], id="claim"),
        pytest.param(TOLD, ["submitted", "started", "done"], id="progress"),
        pytest.param(WRITTEN, ["submitted", "started", "done"], id="result"),
    ],
)
def test_what_is_kept_though_nobody_hears_of_it_is_not_done_twice(
    postgres: Postgres, request: pytest.FixtureRequest, lost: bytes, expected: list[str]
) -> None:
    """The confirmation of a transaction is lost, and with it the connection."""
    database = f"lost_{request.node.callspec.id}"
    with closing(open_store(postgres.create(database))) as store, proxy(postgres.port) as network:
        upgrade(store)
        network.lose_answer(lost)
        with runner(postgres.url(database, network.port)):
            job = counting(store, 3.0)
            assert network.broken.wait(PATIENCE_SECONDS)
            assert over(store, job) is JobState.DONE
            assert happened(store, job) == expected
            assert get_job(store, TENANT, job).attempts == 1


@pytest.mark.faults
def test_a_runner_that_is_cut_off_leaves_its_jobs_to_another(postgres: Postgres) -> None:
    """Also when it can speak again: it has lost its lease, and what it made counts no more."""
    url = postgres.create("cut_off")
    with closing(open_store(url)) as store, proxy(postgres.port) as network:
        upgrade(store)
        with runner(postgres.url("cut_off", network.port)), runner(url):
            jobs = [counting(store, 6.0) for _ in range(2)]
            for job in jobs:
                with_a_value(store, job)
            network.cut()
            # Whichever of them works: if it is the one that is cut off, the other takes over.
            for job in jobs:
                with_a_value(store, job)
            eventually(
                lambda: all(get_job(store, TENANT, job).state.over for job in jobs) or None,
                "nobody takes over",
            )
            network.mend()
            for job in jobs:
                assert over(store, job) is JobState.DONE
                assert happened(store, job).count("done") == 1
