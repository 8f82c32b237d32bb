"""The routes of jobs, on both databases, with jobs that a runner really has in its hands."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.access import audit_entries
from api.app import create_app
from api.config import Settings
from api.jobs.desk import Desk
from api.jobs.leases import take
from api.jobs.queue import Submission, get_job, submit
from api.jobs.records import Document, Outcome
from api.store import Store
from api.v1 import here
from optimizer.progress import Event
from optimizer.result import Termination


@dataclass
class House:
    """A service without routes for work: jobs come from the queue, and a desk is their runner."""

    client: FlaskClient
    store: Store
    desk: Desk

    def submit(self, kind: str = "rosters", tenant: str = "main") -> str:
        asked = Submission(tenant, kind, b"{}", 60.0)
        return submit(self.store, asked, max_queued=1000)[0].id

    def running(self) -> str:
        job = self.submit()
        assert [claim.job for claim in self.desk.claim(1)] == [job]
        return job

    def finish(self, job: str) -> None:
        made = (Document("roster", "application/json", b"{}"),)
        self.desk.finish(job, Outcome(made, Termination.OPTIMAL, 10.0, 9.0))

    def done(self) -> str:
        job = self.running()
        self.finish(job)
        return job

    def get(self, path: str, **options: Any) -> Any:
        answer = self.client.get(path, **options)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def events(self, job: str, query: str = "", **headers: str) -> list[tuple[int, str]]:
        """Return number and kind of every event of a stream that ends."""
        answer = self.client.get(f"/v1/jobs/{job}/events{query}", headers=headers, buffered=True)
        assert answer.mimetype == "text/event-stream"
        blocks = [block.splitlines() for block in answer.text.split("\n\n") if "id: " in block]
        return [(int(lines[0][4:]), lines[1][7:]) for lines in blocks]


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    app = create_app(Settings(access="open", database_url=store_url, max_listeners=2))
    with app.app_context(), closing(here.store()) as store:
        lease = take(store, "runner", "test", 600)
        assert lease is not None
        yield House(app.test_client(), store, Desk(store, lease, attempts=3))
        for thread in threading.enumerate():
            if thread.name == "listeners":
                thread.join(60)  # nobody listens any more, so it ends


def test_a_list_goes_from_the_newest_to_the_oldest_in_pages(house: House) -> None:
    jobs = [house.submit() for _ in range(5)]
    first = house.get("/v1/jobs?limit=2&kind=rosters")
    second = house.get(first["next"])
    third = house.get(second["next"])
    pages = [[job["id"] for job in page["jobs"]] for page in (first, second, third)]
    assert pages == [[jobs[4], jobs[3]], [jobs[2], jobs[1]], [jobs[0]]]
    assert third["next"] is None


def test_a_list_is_of_one_kind_and_one_state_if_that_is_asked(house: House) -> None:
    roster, forecast = house.submit(), house.submit("forecasts")
    house.client.post(f"/v1/jobs/{forecast}/stop")
    assert [job["id"] for job in house.get("/v1/jobs?kind=rosters")["jobs"]] == [roster]
    assert [job["id"] for job in house.get("/v1/jobs?state=cancelled")["jobs"]] == [forecast]
    assert house.get("/v1/jobs?state=cancelled&kind=rosters")["jobs"] == []


@pytest.mark.parametrize(
    "query", ["kind=jokes", "state=lost", "limit=0", "limit=501", "before=%00", "colour=red"]
)
def test_a_list_that_cannot_be_is_refused(house: House, query: str) -> None:
    assert house.client.get(f"/v1/jobs?{query}").status_code == 422


def test_a_job_tells_both_axes_of_its_status_and_its_times(house: House) -> None:
    job = house.running()
    before = house.get(f"/v1/jobs/{job}")
    assert (before["state"], before["termination"], before["finished"]) == ("running", None, None)
    house.finish(job)
    after = house.get(f"/v1/jobs/{job}")
    assert (after["state"], after["termination"], after["gap"]) == ("done", "optimal", 0.1)
    assert after["revision"] > before["revision"]
    assert after["submitted"] <= after["started"] <= after["finished"]


def test_who_has_seen_a_job_is_not_told_again_until_it_changes(house: House) -> None:
    job = house.running()
    path = f"/v1/jobs/{job}"
    seen = {"If-None-Match": house.client.get(path).headers["ETag"]}
    unchanged = house.client.get(path, headers=seen)
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    house.finish(job)
    assert house.get(path, headers=seen)["state"] == "done"


@pytest.mark.parametrize("seen", [False, True])
def test_an_answer_can_wait_for_news(house: House, seen: bool) -> None:
    """Until the job is over or, for one who has seen it, until anything is new."""
    job = house.running()
    path = f"/v1/jobs/{job}"
    headers = {"If-None-Match": house.client.get(path).headers["ETag"]} if seen else {}
    answers: list[Any] = []

    def ask() -> None:
        with closing(
            house.client.application.test_client().get(f"{path}?wait=60", headers=headers)
        ) as a:
            answers.append(a.get_json())

    asking = threading.Thread(target=ask)
    asking.start()
    hub = house.client.application.extensions
    while "callboard.hub" not in hub or not len(hub["callboard.hub"]):
        pass
    if seen:
        house.desk.tell(job, [Event("search", 1.0, 20.0, 5.0)])
    else:
        house.finish(job)
    asking.join(60)
    assert [(a["state"], a["objective"]) for a in answers] == [
        ("running", 20.0) if seen else ("done", 10.0)
    ]
    assert len(hub["callboard.hub"]) == 0


def test_an_answer_does_not_wait_longer_than_it_is_asked_to(house: House) -> None:
    job = house.running()
    assert house.get(f"/v1/jobs/{job}?wait=0.1")["state"] == "running"
    assert house.client.get(f"/v1/jobs/{job}?wait=61").status_code == 422
    assert house.client.get(f"/v1/jobs/{job}?wait=nan").status_code == 422


def test_a_stream_gives_everything_and_ends_with_the_job(house: House) -> None:
    job = house.running()
    house.desk.tell(job, [Event("search", 1.0, 20.0, 5.0), Event("search", 2.0, 12.0, 5.0)])
    house.finish(job)
    kinds = ["submitted", "started", "progress", "progress", "done"]
    assert house.events(job) == list(enumerate(kinds, start=1))


def test_a_stream_goes_on_after_the_last_event_that_was_seen(house: House) -> None:
    job = house.done()
    assert house.events(job, **{"Last-Event-ID": "1"}) == [(2, "started"), (3, "done")]
    assert house.events(job, "?after=2") == [(3, "done")]
    assert house.events(job, "?after=3") == []
    assert house.events(job, "?after=99") == []
    answer = house.client.get(f"/v1/jobs/{job}/events", headers={"Last-Event-ID": "three"})
    assert answer.status_code == 422


def test_a_stream_gives_what_comes_while_it_is_open(house: House) -> None:
    job = house.running()
    with closing(house.client.get(f"/v1/jobs/{job}/events")) as answer:
        lines = answer.iter_encoded()
        told = [next(lines) for _ in range(3)]  # how to come again, submitted, started
        house.desk.tell(job, [Event("search", 1.0, 20.0, 5.0)])
        told.append(next(lines))
        house.finish(job)
        told += lines
    assert [line.split(b"\n")[0] for line in told] == [
        b"retry: 2000",
        *(f"id: {number}".encode() for number in (1, 2, 3, 4)),
    ]
    assert b'"objective":20.0' in told[3]


def test_who_is_too_slow_for_a_stream_still_gets_everything_once(house: House) -> None:
    job = house.running()
    with closing(house.client.get(f"/v1/jobs/{job}/events")) as answer:
        lines = answer.iter_encoded()
        told = [next(lines) for _ in range(3)]
        for first in range(900, 300, -50):
            news = [Event("search", 1.0, float(first - i), 5.0) for i in range(50)]
            house.desk.tell(job, news)
        house.finish(job)
        told += lines
    numbers = [int(line.split(b"\n")[0].removeprefix(b"id: ")) for line in told[1:]]
    assert numbers == list(range(1, 604))


def test_events_can_be_had_as_a_list(house: House) -> None:
    job = house.running()
    headers = {"Accept": "application/json"}
    events = house.get(f"/v1/jobs/{job}/events", headers=headers)
    assert [event["kind"] for event in events["events"]] == ["submitted", "started"]
    assert events["over"] is False
    house.finish(job)
    events = house.get(f"/v1/jobs/{job}/events?after=2", headers=headers)
    assert [event["kind"] for event in events["events"]] == ["done"]
    assert events["over"] is True


def test_only_so_many_connections_follow(house: House) -> None:
    job = house.running()
    path = f"/v1/jobs/{job}/events"
    with closing(house.client.get(path)), closing(house.client.get(path)):
        refused = house.client.get(path)
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert house.client.get(path, headers={"Accept": "application/json"}).status_code == 200
    with closing(house.client.get(path)) as answer:
        assert answer.status_code == 200, "a connection that is closed gives its place free"


def test_a_running_job_is_stopped_and_a_waiting_one_is_cancelled(house: House) -> None:
    running, waiting = house.running(), house.submit()
    assert house.client.post(f"/v1/jobs/{running}/stop").get_json()["state"] == "stopping"
    assert house.client.post(f"/v1/jobs/{running}/stop").get_json()["state"] == "stopping"
    assert house.client.post(f"/v1/jobs/{waiting}/stop").get_json()["state"] == "cancelled"
    house.finish(running)
    again = house.client.post(f"/v1/jobs/{running}/stop")
    assert again.status_code == 409
    assert "done" in again.get_json(force=True)["detail"]


def test_a_job_that_is_over_is_deleted_and_its_listeners_end(house: House) -> None:
    job = house.done()
    assert house.client.delete(f"/v1/jobs/{job}").get_json()["id"] == job
    for method, path in [("get", ""), ("get", "/events"), ("post", "/stop"), ("delete", "")]:
        assert getattr(house.client, method)(f"/v1/jobs/{job}{path}").status_code == 404


def test_who_stopped_and_who_discarded_what_is_written_down(house: House) -> None:
    job = house.submit()
    house.client.post(f"/v1/jobs/{job}/stop")
    house.client.delete(f"/v1/jobs/{job}")
    entries, _ = audit_entries(house.store, "main")
    assert [(entry.action, entry.target) for entry in entries] == [
        ("discard job", f"/v1/jobs/{job}"),
        ("stop job", f"/v1/jobs/{job}"),
        ("submit job", f"/v1/jobs/{job}"),
    ]


def test_jobs_of_others_are_not_there(house: House) -> None:
    job = house.submit(tenant="others")
    for method, path in [("get", ""), ("get", "/events"), ("post", "/stop"), ("delete", "")]:
        assert getattr(house.client, method)(f"/v1/jobs/{job}{path}").status_code == 404
    assert house.get("/v1/jobs")["jobs"] == []
    assert get_job(house.store, "others", job).state == "queued"
