from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from api.config import Settings
from api.errors import Busy, Conflict
from api.jobs.leases import Lease, take
from api.schedules import Due, Schedule, ScheduleRequest, Timetable
from api.schedules.table import (
    delete_schedule,
    get_schedule,
    pause_schedule,
    put_schedule,
    trigger_schedule,
)
from api.store import Store
from optimizer.errors import Issue

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
NIGHTLY = ScheduleRequest("reports", "30 2 * * *")
Wait = Callable[[Callable[[], bool]], None]


class Work:
    """Writes down what is due instead of doing it."""

    def __init__(self) -> None:
        self.done: list[Due] = []
        self.failures: list[Exception] = []

    def __call__(self, due: Due) -> str | None:
        if self.failures:
            raise self.failures.pop(0)
        self.done.append(due)
        return f"job-{len(self.done)}"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self, _: Connection) -> datetime:
        return self.now


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lease(store: Store) -> Lease:
    taken = take(store, "runner", "a", 600)
    assert taken is not None
    return taken


def put(store: Store, asked: ScheduleRequest = NIGHTLY, at: datetime = NOW) -> None:
    with store.writing() as connection:
        put_schedule(connection, "main", "s", asked, at)


def look(store: Store) -> Schedule:
    with store.reading() as connection:
        return get_schedule(connection, "main", "s")


@contextmanager
def running(store: Store, lease: Lease, work: Work, clock: Clock) -> Iterator[Timetable]:
    timetable = Timetable(store, lease, Settings(), work=work, clock=clock)
    timetable.start()
    try:
        yield timetable
    finally:
        timetable.close()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_all_that_was_missed_is_made_up_for_once(
    store: Store, lease: Lease, work: Work, clock: Clock
) -> None:
    put(store)
    clock.now = NOW + timedelta(days=4)
    with running(store, lease, work, clock):
        until(lambda: look(store).last_run is not None)
    (due,) = work.done
    assert (due.tenant, due.schedule, due.work) == ("main", "s", "reports")
    assert due.day == clock.now.date()
    kept = look(store)
    assert (kept.last_run, kept.last_job, kept.last_problem) == (clock.now, "job-1", None)
    assert kept.next_run == datetime(2026, 3, 7, 2, 30, tzinfo=UTC)


def test_a_runner_that_starts_again_does_not_repeat_what_was_done(
    store: Store, lease: Lease, work: Work, clock: Clock
) -> None:
    put(store)
    clock.now = NOW + timedelta(days=1)
    with running(store, lease, work, clock):
        until(lambda: look(store).last_run is not None)
    with running(store, lease, work, clock) as again:
        again.refresh()
    assert len(work.done) == 1


def test_a_database_that_is_away_for_a_look_is_no_error_in_the_log(
    store: Store, lease: Lease, work: Work, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    put(store)
    looks = 0

    def away(*_: object) -> None:
        nonlocal looks
        looks += 1
        if looks <= 2:
            raise OperationalError("", {}, Exception("away"))

    event.listen(store.engine, "before_cursor_execute", away)
    clock.now = NOW + timedelta(days=1)
    with running(store, lease, work, clock):
        until(lambda: looks > 2 and look(store).last_run is not None)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_runner_that_died_before_it_wrote_it_down_does_the_same_occasion_again(
    store: Store, lease: Lease, work: Work, clock: Clock
) -> None:
    put(store)
    clock.now = NOW + timedelta(days=1)
    with running(store, lease, work, clock):
        until(lambda: look(store).last_run is not None)
    put(store)  # as if it had not been written down
    clock.now += timedelta(days=2)
    with running(store, lease, work, clock):
        until(lambda: len(work.done) == 2)
    first, second = work.done
    assert first.key == second.key


def test_what_is_triggered_runs_once_and_keeps_its_turn_even_while_paused(
    store: Store, lease: Lease, work: Work, clock: Clock
) -> None:
    put(store, ScheduleRequest("reports", "30 2 * * *", paused=True))
    for _ in range(2):
        with store.writing() as connection:
            assert trigger_schedule(connection, "main", "s", NOW).triggered == NOW
    with running(store, lease, work, clock) as timetable:
        until(lambda: look(store).last_run is not None)
        timetable.refresh()
    assert len(work.done) == 1
    kept = look(store)
    assert (kept.triggered, kept.next_run, kept.paused) == (None, None, True)


def test_what_is_paused_deleted_or_moved_meanwhile_does_not_run(
    store: Store, lease: Lease, work: Work, clock: Clock
) -> None:
    timetable = Timetable(store, lease, Settings(), work=work, clock=clock)
    put(store)
    timetable.refresh()
    with store.writing() as connection:
        pause_schedule(connection, "main", "s", NOW, paused=True)
    clock.now = NOW + timedelta(days=2)
    with running(store, lease, work, clock) as other:
        other.refresh()
    assert look(store).last_run is None
    with store.writing() as connection:
        resumed = pause_schedule(connection, "main", "s", clock.now, paused=False)
        assert resumed.next_run == datetime(2026, 3, 5, 2, 30, tzinfo=UTC)
        delete_schedule(connection, "main", "s")
    clock.now += timedelta(days=2)
    with running(store, lease, work, clock) as other:
        other.refresh()
    assert work.done == []


def test_a_run_that_comes_to_nothing_says_why_and_is_due_again_in_its_turn(
    store: Store, lease: Lease, work: Work, clock: Clock
) -> None:
    put(store)
    issue = Issue("missing", "/history", "There is none.")
    work.failures = [Conflict("There is no history.", [issue]), RuntimeError("a fault")]
    clock.now = NOW + timedelta(days=1)
    with running(store, lease, work, clock):
        until(lambda: look(store).last_run is not None)
        kept = look(store)
        assert kept.last_problem is not None
        assert (kept.last_problem.status, kept.last_problem.errors) == (409, (issue,))
        assert kept.last_job is None
        clock.now += timedelta(hours=1)
        with store.writing() as connection:
            trigger_schedule(connection, "main", "s", clock.now)
        until(lambda: look(store).triggered is None)
    problem = look(store).last_problem
    assert problem is not None
    assert problem.status == 500
    assert "fault" not in problem.detail


def test_what_fails_only_for_the_moment_is_tried_again(
    store: Store, lease: Lease, work: Work, clock: Clock
) -> None:
    put(store)
    work.failures = [Busy("Not now.", after_seconds=1, yours=False)]
    clock.now = NOW + timedelta(days=1)
    with running(store, lease, work, clock):
        until(lambda: look(store).last_run is not None)
    assert look(store).last_problem is None
    assert len(work.done) == 1


def test_without_the_lease_no_row_is_moved_on(
    store: Store, lease: Lease, work: Work, clock: Clock
) -> None:
    put(store)
    before = look(store)
    assert take(store, "runner", "b", 600, forced=True) is not None
    clock.now = NOW + timedelta(days=1)
    with running(store, lease, work, clock):
        until(lambda: bool(work.done))
    assert look(store) == before


def test_one_run_at_a_time(store: Store, lease: Lease, clock: Clock) -> None:
    put(store)
    clock.now = NOW + timedelta(days=1)
    begun, go_on = threading.Semaphore(0), threading.Event()

    def slow(_: Due) -> str | None:
        begun.release()
        assert go_on.wait(30)
        return None

    timetable = Timetable(store, lease, Settings(), work=slow, clock=clock)
    timetable.start()
    try:
        assert begun.acquire(timeout=30)
        for _ in range(3):
            timetable.refresh()
        go_on.set()
        until(lambda: look(store).last_run is not None)
    finally:
        timetable.close()
    assert not begun.acquire(blocking=False)
