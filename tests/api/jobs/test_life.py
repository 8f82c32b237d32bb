"""The life of jobs against a plain model: any order of what web workers and runners do."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from sqlalchemy import Connection

from api.errors import Conflict, NotFound
from api.jobs.desk import Desk
from api.jobs.ending import discard, request_stop
from api.jobs.leases import LeaseLost, take
from api.jobs.queue import Submission, document_names, events_after, get_job, list_jobs, submit
from api.jobs.records import Document, Outcome, Problem
from api.store import open_store, upgrade
from optimizer.progress import Event

ATTEMPTS = 2
MADE = Outcome((Document("roster", "application/json", b"{}"),), None, 3.0, 2.0)
BROKEN = Problem("urn:callboard:problem:no-solution", "No solution", 409, "No.", ())
ENDS = {"done", "failed", "cancelled"}


@cache
def template() -> Path:
    """A database with all tables; making it takes longer than the whole life of a job."""
    path = Path(tempfile.mkdtemp(prefix="callboard-life-")) / "template.db"
    store = open_store(f"sqlite:///{path}")
    upgrade(store)
    store.close()
    return path


@pytest.fixture(scope="module", autouse=True)
def _no_leftovers() -> Iterator[None]:
    yield
    shutil.rmtree(template().parent)


class Life(RuleBasedStateMachine):
    """Two runners, one clock that jumps, and whoever submits, stops and discards."""

    jobs = Bundle("jobs")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=template().parent))
        shutil.copy(template(), self.folder / "c.db")
        self.store = open_store(f"sqlite:///{self.folder}/c.db")
        self.now = datetime(2026, 3, 2, tzinfo=UTC)
        self.desks: dict[str, Desk] = {}
        self.owner: str | None = None
        # What is known of each job: state, attempts, and whether it is not wanted.
        self.states: dict[str, str] = {}
        self.attempts: dict[str, int] = {}
        self.unwanted: set[str] = set()
        self.term = 0

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    def clock(self, _: Connection) -> datetime:
        return self.now

    @rule(hours=st.integers(-48, 48))
    def the_clock_jumps(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(target=jobs, key=st.none() | st.sampled_from("xyz"))
    def submit(self, key: str | None) -> str:
        asked = Submission("main", "rosters", b"{}", 60.0, idempotency_key=key)
        job, created = submit(self.store, asked, max_queued=100, clock=self.clock)
        assert created is (job.id not in self.states)
        if created:
            self.states[job.id], self.attempts[job.id] = "queued", 0
        return job.id

    @rule(job=jobs)
    def stop(self, job: str) -> None:
        state = self.states.get(job)
        if state is None or state in ENDS:
            with pytest.raises(NotFound if state is None else Conflict):
                request_stop(self.store, "main", job, clock=self.clock)
            return
        request_stop(self.store, "main", job, clock=self.clock)
        self.states[job] = "cancelled" if state == "queued" else "stopping"

    @rule(job=jobs)
    def discard(self, job: str) -> None:
        state = self.states.get(job)
        if state is None:
            with pytest.raises(NotFound):
                discard(self.store, "main", job, clock=self.clock)
            return
        discard(self.store, "main", job, clock=self.clock)
        if state in ENDS:
            del self.states[job]
            return
        self.unwanted.add(job)
        self.states[job] = "cancelled" if state == "queued" else "stopping"

    @rule(owner=st.sampled_from("ab"), forced=st.booleans())
    def take_over(self, owner: str, forced: bool) -> None:
        lease = take(self.store, "runner", owner, 15, forced=forced, clock=self.clock)
        if lease is None:
            assert not forced
            assert self.owner not in (None, owner)
            return
        self.term += 1
        assert lease.term == self.term
        self.owner = owner
        self.desks[owner] = Desk(self.store, lease, attempts=ATTEMPTS, clock=self.clock)
        found = [job for job, state in self.states.items() if state in ("running", "stopping")]
        assert self.desks[owner].requeue_lost() == len(found)
        for job in found:
            self.lose(job)

    def lose(self, job: str) -> None:
        if job in self.unwanted:
            self.states[job] = "cancelled"
        else:
            self.states[job] = "failed" if self.attempts[job] >= ATTEMPTS else "queued"

    def desk(self, owner: str) -> Desk | None:
        """The desk of an owner that has the lease, after one that has not was refused all."""
        desk = self.desks.get(owner)
        if desk is None or owner == self.owner:
            return desk
        with pytest.raises(LeaseLost):
            desk.claim(1)
        return None

    @rule(owner=st.sampled_from("ab"), free=st.integers(0, 3))
    def claim(self, owner: str, free: int) -> None:
        desk = self.desk(owner)
        if desk is None:
            return
        waiting = sorted(job for job, state in self.states.items() if state == "queued")
        claims = desk.claim(free)
        assert [claim.job for claim in claims] == waiting[:free]
        for claim in claims:
            self.attempts[claim.job] += 1
            assert claim.attempt == self.attempts[claim.job]
            self.states[claim.job] = "running"

    def own(self, job: str) -> bool:
        return self.states.get(job) in ("running", "stopping")

    @rule(
        owner=st.sampled_from("ab"), job=jobs, end=st.sampled_from(["done", "failed", "cancelled"])
    )
    def end(self, owner: str, job: str, end: str) -> None:
        desk = self.desk(owner)
        if desk is None:
            return
        if end == "done":
            desk.finish(job, MADE)
        elif end == "failed":
            desk.fail(job, BROKEN)
        else:
            desk.cancel(job)
        if self.own(job):
            self.states[job] = "cancelled" if job in self.unwanted else end

    @rule(owner=st.sampled_from("ab"), job=jobs)
    def the_worker_dies(self, owner: str, job: str) -> None:
        desk = self.desk(owner)
        if desk is not None:
            desk.requeue(job, "died")
            if self.own(job):
                self.lose(job)

    @rule(owner=st.sampled_from("ab"), job=jobs)
    def the_runner_is_killed_between_documents_and_state(self, owner: str, job: str) -> None:
        desk = self.desk(owner)
        if desk is None or not self.own(job) or job in self.unwanted:
            return

        def die(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(desk, "_end", die)
            with pytest.raises(KeyboardInterrupt):
                desk.finish(job, MADE)

    @rule(owner=st.sampled_from("ab"), job=jobs)
    def tell(self, owner: str, job: str) -> None:
        desk = self.desk(owner)
        if desk is not None:
            desk.tell(job, [Event("solving", 1.0, 5.0)])

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        listed = {job.id: job for job in list_jobs(self.store, "main", limit=500)[0]}
        assert {job: str(found.state) for job, found in listed.items()} == self.states
        for job, found in listed.items():
            state = self.states[job]
            assert found.attempts == self.attempts[job]
            assert (found.finished is not None) == (state in ENDS)
            made = {"request", "roster"} if state == "done" else {"request"}
            assert set(document_names(self.store, "main", job)) == made
            kinds = [event.kind for event in events_after(self.store, "main", job, 0)]
            assert (kinds[-1] in ENDS) == (state in ENDS)
            assert sum(kind in ENDS for kind in kinds) <= 1
            if self.desks and self.own(job):
                assert get_job(self.store, "main", job).started is not None


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
