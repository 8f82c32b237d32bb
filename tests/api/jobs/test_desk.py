from __future__ import annotations

import pytest

from api.errors import NotFound
from api.jobs.desk import Desk
from api.jobs.ending import discard, request_stop
from api.jobs.leases import Lease, LeaseLost, take
from api.jobs.queue import Submission, document, document_names, events_after, get_job, submit
from api.jobs.records import Document, Job, JobState, Outcome, Problem
from api.jobs.telling import PLENTY
from api.store import Store
from optimizer.errors import Issue
from optimizer.progress import Event
from optimizer.result import Termination

ROSTER = Document("roster", "application/json", b'{"roster": 1}')
MADE = Outcome((ROSTER,), Termination.FEASIBLE, 110.0, 100.0)
BROKEN = Problem(
    "urn:callboard:problem:no-solution", "No solution", 409, "No.", (Issue("too_few", "/a", "x"),)
)


def send(store: Store, tenant: str = "main", priority: int = 0) -> str:
    asked = Submission(tenant, "rosters", b'{"a": 1}', 60.0, priority=priority)
    return submit(store, asked, max_queued=1000)[0].id


def own(store: Store, owner: str = "a") -> Lease:
    lease = take(store, "runner", owner, 15)
    assert lease is not None
    return lease


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, own(store), attempts=2)


def job_of(store: Store, job: str) -> Job:
    return get_job(store, "main", job)


def kinds(store: Store, job: str) -> list[str]:
    events = events_after(store, "main", job, 0)
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    return [event.kind for event in events]


def test_a_job_runs_from_claim_to_result(store: Store, desk: Desk) -> None:
    job = send(store)
    (claim,) = desk.claim(4)
    assert (claim.job, claim.tenant, claim.kind) == (job, "main", "rosters")
    assert (claim.body, claim.seconds, claim.attempt) == (b'{"a": 1}', 60.0, 1)
    assert job_of(store, job).state is JobState.RUNNING
    assert desk.claim(4) == []
    desk.tell(job, [Event("building", 0.1), Event("solving", 1.0, 120.0, 90.0)])
    told = job_of(store, job)
    assert (told.objective, told.bound, told.gap) == (120.0, 90.0, 0.25)
    assert told.first_result is not None
    desk.finish(job, MADE)
    done = job_of(store, job)
    assert (done.state, done.termination) == (JobState.DONE, Termination.FEASIBLE)
    assert (done.objective, done.bound) == (110.0, 100.0)
    assert done.first_result == told.first_result
    assert done.submitted <= done.started <= done.first_result <= done.finished  # type: ignore[operator]
    assert document(store, "main", job, "roster") == ROSTER
    assert kinds(store, job) == ["submitted", "started", "progress", "progress", "done"]
    with pytest.raises(NotFound):
        document(store, "main", job, "plan")


def test_a_job_that_is_over_stays_as_it_is(store: Store, desk: Desk) -> None:
    job = send(store)
    desk.claim(1)
    desk.finish(job, MADE)
    done = job_of(store, job)
    desk.finish(job, Outcome(()))
    desk.fail(job, BROKEN)
    desk.cancel(job)
    desk.requeue(job, "")
    desk.tell(job, [Event("solving", 2.0, 1.0)])
    assert job_of(store, job) == done
    assert document_names(store, "main", job) == ("request", "roster")


def test_a_job_that_fails_says_why(store: Store, desk: Desk) -> None:
    job = send(store)
    desk.claim(1)
    desk.fail(job, BROKEN)
    failed = job_of(store, job)
    assert (failed.state, failed.problem) == (JobState.FAILED, BROKEN)
    assert failed.termination is Termination.NO_SOLUTION
    assert kinds(store, job)[-1] == "failed"


def test_numbers_that_json_lacks_become_nothing(store: Store, desk: Desk) -> None:
    job = send(store)
    desk.claim(1)
    desk.tell(job, [Event("solving", 1.0, float("inf"), float("-inf"))])
    assert job_of(store, job).objective is None
    assert events_after(store, "main", job, 2)[0].data == {"phase": "solving", "seconds": 1.0}


def test_the_highest_priority_then_the_tenant_with_the_fewest_running_then_the_oldest_goes_first(
    store: Store, desk: Desk
) -> None:
    many = [send(store, "many") for _ in range(3)]
    few = [send(store, "few") for _ in range(2)]
    urgent = send(store, "many", priority=5)
    order = [claim.job for claim in desk.claim(5)]
    assert order == [urgent, few[0], many[0], few[1], many[1]]
    assert [claim.job for claim in desk.claim(5)] == [many[2]]


def test_a_running_job_that_is_asked_to_stop_keeps_its_best(store: Store, desk: Desk) -> None:
    job = send(store)
    desk.claim(1)
    assert desk.stopping() == {}
    assert request_stop(store, "main", job).state is JobState.STOPPING
    assert request_stop(store, "main", job).revision == job_of(store, job).revision
    assert desk.stopping() == {job: False}
    desk.finish(job, MADE)
    assert desk.stopping() == {}
    assert job_of(store, job).state is JobState.DONE
    assert kinds(store, job) == ["submitted", "started", "stopping", "done"]


def test_a_discarded_job_keeps_nothing_even_if_it_was_quicker(store: Store, desk: Desk) -> None:
    job = send(store)
    desk.claim(1)
    assert discard(store, "main", job).state is JobState.STOPPING
    assert desk.stopping() == {job: True}
    desk.finish(job, MADE)
    assert job_of(store, job).state is JobState.CANCELLED
    assert document_names(store, "main", job) == ("request",)


def test_a_job_that_is_asked_to_stop_can_still_be_discarded(store: Store, desk: Desk) -> None:
    job = send(store)
    desk.claim(1)
    request_stop(store, "main", job)
    discard(store, "main", job)
    assert desk.stopping() == {job: True}
    desk.cancel(job)
    assert job_of(store, job).state is JobState.CANCELLED


def test_a_job_whose_process_died_is_begun_again_but_not_for_ever(store: Store, desk: Desk) -> None:
    job = send(store)
    desk.claim(1)
    desk.tell(job, [Event("solving", 1.0, 5.0, 1.0)])
    desk.requeue(job, "It ran out of memory.")
    waiting = job_of(store, job)
    assert (waiting.state, waiting.objective, waiting.started) == (JobState.QUEUED, None, None)
    (claim,) = desk.claim(1)
    assert claim.attempt == 2
    desk.requeue(job, "It ran out of memory.")
    failed = job_of(store, job)
    assert failed.state is JobState.FAILED
    assert failed.problem is not None
    assert failed.problem.type.endswith("worker-died")
    assert "memory" in failed.problem.detail
    expected = ["submitted", "started", "progress", "requeued", "started", "failed"]
    assert kinds(store, job) == expected


def test_an_attempt_that_the_job_is_not_to_blame_for_does_not_count(
    store: Store, desk: Desk
) -> None:
    job = send(store)
    for _ in range(3):
        (claim,) = desk.claim(1)
        assert claim.attempt == 1
        desk.requeue(job, "shutdown", spent=False)
    assert job_of(store, job).state is JobState.QUEUED


def test_the_last_event_tells_the_figures_of_the_result(store: Store, desk: Desk) -> None:
    job = send(store)
    desk.claim(1)
    figures = {"short_hours": 2.5, "unknown": float("nan")}
    desk.finish(job, Outcome((), Termination.OPTIMAL, 4.0, 4.0, figures))
    assert events_after(store, "main", job, 2)[0].data == {
        "termination": "optimal",
        "objective": 4.0,
        "bound": 4.0,
        "gap": 0.0,
        "figures": {"short_hours": 2.5, "unknown": None},
    }


def test_a_new_runner_gives_back_what_the_old_one_had(store: Store, desk: Desk) -> None:
    running, stopped, discarded = (send(store) for _ in range(3))
    desk.claim(3)
    request_stop(store, "main", stopped)
    discard(store, "main", discarded)
    successor = Desk(store, own(store), attempts=2)
    assert successor.requeue_lost() == 3
    assert successor.requeue_lost() == 0
    assert job_of(store, running).state is JobState.QUEUED
    assert job_of(store, stopped).state is JobState.QUEUED
    assert job_of(store, discarded).state is JobState.CANCELLED
    assert [claim.attempt for claim in successor.claim(3)] == [2, 2]


def test_a_runner_that_lost_its_lease_changes_nothing(store: Store, desk: Desk) -> None:
    job, waiting = send(store), send(store)
    desk.claim(1)
    successor = Desk(store, own(store), attempts=2)
    successor.requeue_lost()
    successor.claim(1)
    before = job_of(store, job), job_of(store, waiting)
    for change in (
        lambda: desk.claim(1),
        lambda: desk.requeue_lost(),
        lambda: desk.stopping(),
        lambda: desk.tell(job, [Event("solving", 1.0, 5.0)]),
        lambda: desk.finish(job, MADE),
        lambda: desk.fail(job, BROKEN),
        lambda: desk.cancel(job),
        lambda: desk.requeue(job, ""),
    ):
        with pytest.raises(LeaseLost):
            change()
    assert (job_of(store, job), job_of(store, waiting)) == before
    successor.finish(job, MADE)
    assert job_of(store, job).state is JobState.DONE


def test_a_job_that_tells_without_end_keeps_its_newest_figures_and_not_all_events(
    store: Store, desk: Desk
) -> None:
    job = send(store)
    desk.claim(1)
    for batch in range(15):
        desk.tell(job, [Event("solving", 1.0, 5000.0 - 100 * batch - n) for n in range(100)])
    assert len(events_after(store, "main", job, 0, limit=2 * PLENTY)) < PLENTY + 10
    assert job_of(store, job).objective == 5000.0 - 1499


def test_what_was_told_and_nobody_heard_that_it_was_kept_is_not_kept_twice(
    store: Store, desk: Desk
) -> None:
    job = send(store)
    desk.claim(1)
    first, second = Event("solving", 1.0, 9.0), Event("solving", 2.0, 8.0)
    desk.tell(job, [first])
    request_stop(store, "main", job)
    desk.tell(job, [first, second])
    assert kinds(store, job) == ["submitted", "started", "progress", "stopping", "progress"]
    assert job_of(store, job).objective == 8.0
    # What another attempt says is new, if it is the same.
    desk.requeue(job, "It died.")
    desk.claim(1)
    desk.tell(job, [first])
    assert kinds(store, job)[-3:] == ["requeued", "started", "progress"]


def test_a_claim_that_nobody_heard_of_is_given_back(store: Store, desk: Desk) -> None:
    held, unheard = send(store), send(store)
    desk.claim(2)
    assert desk.requeue_strays([held]) == 1
    assert job_of(store, held).state is JobState.RUNNING
    found = job_of(store, unheard)
    assert (found.state, found.attempts) == (JobState.QUEUED, 0)
    assert kinds(store, unheard) == ["submitted", "started", "requeued"]
    assert desk.requeue_strays([held]) == 0
