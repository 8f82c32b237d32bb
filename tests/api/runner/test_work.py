"""The jobs of a runner while the database, or whoever solves, comes and goes."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy.exc import OperationalError

from api.executors import ExecutorLost
from api.jobs.desk import Claim, Desk
from api.jobs.leases import Lease, take
from api.jobs.queue import Submission, events_after, get_job, submit
from api.jobs.records import Outcome
from api.logs import JsonFormatter
from api.runner.work import Work
from api.store import Store, open_store
from optimizer.progress import Event

AWAY = OperationalError("", {}, Exception("away"))


class Solving:
    """A job that is done once it was asked to stop."""

    def __init__(self) -> None:
        self.stopped = False

    def events(self) -> Sequence[Event]:
        return []

    def seconds(self) -> float:
        return 0.0

    def stop(self) -> None:
        self.stopped = True

    kill = stop

    def done(self) -> bool:
        return self.stopped

    def outcome(self) -> Outcome:
        return Outcome(())


class Solvers:
    """Room for three jobs, if anybody is there."""

    capacity = 3

    def __init__(self) -> None:
        self.away = False

    def start(self, *_: object) -> Solving:
        if self.away:
            raise ExecutorLost("They are away.")
        return Solving()

    def close(self) -> None:
        """Nothing is to be ended."""


class Preparation:
    """Completes requests, but for some failures first."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures

    def __call__(self, tenant: str, kind: str, body: bytes) -> bytes:
        if self.failures:
            self.failures -= 1
            raise AWAY
        return body


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def lease(store: Store) -> Lease:
    taken = take(store, "runner", "a", 60)
    assert taken is not None
    return taken


@pytest.fixture
def desk(store: Store, lease: Lease) -> Desk:
    return Desk(store, lease, attempts=3)


def asked(store: Store, count: int) -> list[str]:
    one = Submission("main", "rosters", b"{}", 60.0, request_id="r-1")
    return [submit(store, one, max_queued=10)[0].id for _ in range(count)]


def states(store: Store, jobs: Sequence[str]) -> list[str]:
    return [get_job(store, "main", job).state for job in jobs]


def test_no_job_of_a_claim_is_forgotten_when_the_first_cannot_be_begun(
    store: Store, desk: Desk
) -> None:
    jobs = asked(store, 2)
    work = Work(desk, Solvers(), Preparation(failures=1))
    with pytest.raises(OperationalError):
        work.turn()
    for _ in range(2):
        work.stop_all()
        work.turn(claiming=False)
    assert work.idle
    # Neither had begun, so neither lost an attempt.
    assert states(store, jobs) == ["queued", "queued"]
    assert [get_job(store, "main", job).attempts for job in jobs] == [0, 0]


def test_what_could_not_be_begun_yet_is_begun_in_the_next_turn(store: Store, desk: Desk) -> None:
    jobs = asked(store, 3)
    work = Work(desk, Solvers(), Preparation(failures=1))
    with pytest.raises(OperationalError):
        work.turn()
    work.turn()
    work.stop_all()
    work.turn(claiming=False)
    assert states(store, jobs) == 3 * ["done"]
    assert [get_job(store, "main", job).attempts for job in jobs] == [1, 1, 1]


def test_a_claim_that_was_kept_though_the_database_could_not_say_so_is_claimed_again(
    store: Store, lease: Lease
) -> None:
    class Cut(Desk):
        """Its connection is cut right after a claim was kept, once."""

        cut = False

        def claim(self, free: int) -> list[Claim]:
            claims = super().claim(free)
            if not self.cut:
                self.cut = True
                raise AWAY
            return claims

    jobs = asked(store, 2)
    work = Work(Cut(store, lease, attempts=3), Solvers(), Preparation())
    with pytest.raises(OperationalError):
        work.turn()
    assert states(store, jobs) == ["running", "running"]
    work.turn()
    work.stop_all()
    work.turn(claiming=False)
    assert states(store, jobs) == ["done", "done"]
    assert [get_job(store, "main", job).attempts for job in jobs] == [1, 1]


def test_jobs_are_not_claimed_again_and_again_while_nobody_can_begin_them(
    store: Store, desk: Desk
) -> None:
    (job,) = asked(store, 1)
    solvers = Solvers()
    solvers.away = True
    work = Work(desk, solvers, Preparation())
    for _ in range(5):
        work.turn()
    kinds = [event.kind for event in events_after(store, "main", job, 0)]
    assert kinds == ["submitted", "started", "requeued"]


def test_lines_about_a_job_name_it_and_the_request_that_asked_for_it(
    store: Store, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    lines: list[dict[str, object]] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(JsonFormatter().format(record)))

    logger = logging.getLogger("api.runner.work")
    handler = Kept()
    logger.addHandler(handler)
    caplog.set_level(logging.INFO, logger.name)
    (job,) = asked(store, 1)
    work = Work(desk, Solvers(), Preparation())
    work.turn()
    work.stop_all()
    work.turn()
    logger.removeHandler(handler)
    assert [line["message"] for line in lines] == ["begun", "done"]
    assert {(line["job_id"], line["request_id"]) for line in lines} == {(job, "r-1")}
