"""Jobs followed over real connections to a real server, by many, with clients that go away."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from api.jobs.desk import Desk
from api.jobs.leases import take
from api.jobs.queue import Submission, submit
from api.jobs.records import Outcome
from api.store import Store, open_store
from optimizer.progress import Event

COMMAND = [str(Path(sys.executable).with_name("callboard")), "serve", "--port", "0"]
ALONE = ["--no-runner", "--no-pools", "--workers", "1"]
LISTENING = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")
MOST = 60
# Where kernels have never been compiled, a busy machine takes minutes before the first answer.
PATIENCE_SECONDS = 300.0


@dataclass
class Service:
    """A server of its own; jobs come from the queue, and a desk is their runner."""

    process: subprocess.Popen[str]
    store: Store
    port: int = 0
    lines: list[str] = field(default_factory=list)
    listening: threading.Event = field(default_factory=threading.Event)

    def read_log(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            if found := LISTENING.search(line):
                self.port = int(found[1])
                self.listening.set()

    @cached_property
    def desk(self) -> Desk:
        lease = take(self.store, "runner", "test", 600)
        assert lease is not None
        return Desk(self.store, lease, attempts=3)

    def running(self) -> str:
        job = submit(self.store, Submission("main", "rosters", b"{}", 60.0), max_queued=100)[0].id
        assert [claim.job for claim in self.desk.claim(1)] == [job]
        return job

    def tell(self, job: str, *objectives: float) -> None:
        self.desk.tell(job, [Event("search", 1.0, value, 0.0) for value in objectives])

    @contextmanager
    def following(self, job: str, **headers: str) -> Iterator[HTTPResponse]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        with closing(connection):
            connection.request("GET", f"/v1/jobs/{job}/events", headers=headers)
            yield connection.getresponse()


def numbers(answer: HTTPResponse, most: int | None = None) -> list[int]:
    """Return the numbers of the events of a stream: of all until it ends, or of the first ones."""
    found: list[int] = []
    while most is None or len(found) < most:
        line = answer.readline()
        if not line:
            break
        if line.startswith(b"id: "):
            found.append(int(line[4:]))
    return found


@contextmanager
def serving(folder: Path) -> Iterator[Service]:
    url = f"sqlite:///{folder / 'callboard.db'}"
    environment = {
        **os.environ,
        "CALLBOARD_ACCESS": "open",
        "CALLBOARD_DATABASE_URL": url,
        "CALLBOARD_MAX_LISTENERS": str(MOST),
    }
    command = [*COMMAND, *ALONE]
    with (
        subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process,
        closing(open_store(url)) as store,
    ):
        service = Service(process, store)
        reader = threading.Thread(target=service.read_log)
        reader.start()
        try:
            assert service.listening.wait(PATIENCE_SECONDS), service.lines
            yield service
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_SECONDS)
            reader.join(PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("service")) as started:
        yield started


def test_everybody_who_follows_a_job_is_told_everything_once(service: Service) -> None:
    job, other = service.running(), service.running()
    with ExitStack() as open_streams:
        streams = [
            open_streams.enter_context(service.following(other if i % 10 == 0 else job))
            for i in range(MOST)
        ]
        for objective in range(40, 0, -5):
            service.tell(job, *range(objective, objective - 5, -1))
        service.desk.finish(job, Outcome(()))
        service.desk.finish(other, Outcome(()))
        told = [numbers(stream) for stream in streams]
    assert told == [[1, 2, 3] if i % 10 == 0 else list(range(1, 44)) for i in range(MOST)]


def test_who_comes_again_gets_what_was_missed(service: Service) -> None:
    job = service.running()
    with service.following(job) as stream:
        assert numbers(stream, 2) == [1, 2]
    service.tell(job, 10.0)
    with service.following(job, **{"Last-Event-ID": "2"}) as stream:
        assert numbers(stream, 1) == [3]
        service.tell(job, 9.0)
        assert numbers(stream, 1) == [4]
    service.desk.finish(job, Outcome(()))
    with service.following(job, **{"Last-Event-ID": "4"}) as stream:
        assert numbers(stream) == [5]


def test_a_client_that_goes_away_leaves_its_place_to_others(service: Service) -> None:
    job = service.running()
    with ExitStack() as open_streams:
        for _ in range(MOST):
            stream = open_streams.enter_context(service.following(job))
            assert numbers(stream, 2) == [1, 2]
        with service.following(job) as refused:
            assert refused.status == 503
            assert int(refused.headers["Retry-After"]) > 0
    # Nothing is written to the streams meanwhile, so that nothing fails; still they are noticed.
    status = 503
    while status == 503:
        with service.following(job) as stream:
            status = stream.status
    assert status == 200


def test_a_server_that_is_told_to_stop_ends_its_streams_as_they_should_end(tmp_path: Path) -> None:
    with serving(tmp_path) as service:
        job = service.running()
        with service.following(job) as stream:
            assert numbers(stream, 2) == [1, 2]
            service.process.send_signal(signal.SIGTERM)
            assert numbers(stream) == []  # the last chunk comes; a cut connection would raise
        assert service.process.wait(PATIENCE_SECONDS) == 0
