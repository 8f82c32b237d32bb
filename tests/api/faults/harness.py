"""A service as real processes, whoever follows what it does, and what must hold whatever dies."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple, TypeVar

import psutil
from sqlalchemy import func, select

from api.store import open_store
from api.store.tables import audit, documents, job_events, jobs
from api.tasks.examples import SIMULATION
from optimizer.codec import encode

ROOT = Path(__file__).parents[3]
SERVE = (sys.executable, "-P", "-m", "tests.api.faults.serving")
PATIENCE_SECONDS = 120.0
LEASE_SECONDS = 4
OVER = ("done", "failed", "cancelled")

OUT_OF_ORDER = (psutil.NoSuchProcess, psutil.AccessDenied)


ENDLESS = encode(SIMULATION)
"""A request that is worked on until it is stopped, and then has a result; see `serving`."""


T = TypeVar("T")


def eventually(look: Callable[[], T | None], what: str) -> T:
    """Return what there is to see, as soon as it is there."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if (found := look()) is not None and found is not False:
            return found
        time.sleep(0.05)
    raise TimeoutError(what)


def free_port() -> int:
    """Return a port that nobody listens at just now."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Answer(NamedTuple):
    """What somebody was answered."""

    status: int
    body: Any


class Service:
    """`callboard serve`, with small tasks and two web workers, on one port whenever it is started.

    Parameters
    ----------
    settings
        Environment variables beside those of every test.
    """

    def __init__(self, folder: Path, url: str, settings: Mapping[str, str] | None = None) -> None:
        self.url = url
        self.port = free_port()
        self._folder = folder
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "CALLBOARD_ACCESS": "open",
            "CALLBOARD_DATABASE_URL": url,
            "CALLBOARD_LEASE_SECONDS": str(LEASE_SECONDS),
            "CALLBOARD_MAX_LISTENERS": "20",
            "CALLBOARD_SHUTDOWN_SECONDS": "20",
            **(settings or {}),
        }

    def start(self, *options: str) -> None:
        """Start all of it, and wait until it answers."""
        command = [*SERVE, "--port", str(self.port), *options]
        with (self._folder / "serve.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self._folder, env=self._environment, stderr=log
            )
        self.until(lambda: self.ask("GET", "/healthz").status == 200, "it does not answer")

    def end(self) -> None:
        """End all of it as an operator does, and leave nobody behind."""
        everybody = self._everybody()
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_SECONDS)
        finally:
            for process in [*everybody, *self._everybody()]:
                with contextlib.suppress(*OUT_OF_ORDER):
                    process.kill()

    def restart(self) -> None:
        """Start it again after it was killed, when the last of its processes has noticed."""
        self._process.wait(PATIENCE_SECONDS)
        self.start()

    def kill(self, part: str) -> None:
        """Kill, with -9, all processes of a part of the service; of the whole, it comes again."""
        if part == "supervisor":
            others = self._everybody()
            self._process.kill()
            _, alive = psutil.wait_procs(others, timeout=PATIENCE_SECONDS)
            assert not alive, "somebody stayed behind"
            self.restart()
            return
        processes = self.processes(part)
        assert processes, f"there is no {part}"
        for process in processes:
            process.kill()

    @contextmanager
    def frozen(self, part: str) -> Iterator[None]:
        """Let a part of the service do nothing within the block."""
        processes = self.processes(part)
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                with contextlib.suppress(*OUT_OF_ORDER):
                    process.resume()

    def processes(self, part: str) -> list[psutil.Process]:
        """Return the processes of a part: web, pools, runner, job or parts (of a job)."""
        parts = {"runner": [], "web": [], "pools": [], "job": [], "parts": []}
        for child in psutil.Process(self._process.pid).children():
            with contextlib.suppress(*OUT_OF_ORDER):
                command = child.cmdline()
                if "--runner" in command:
                    parts["runner"].append(child)
                elif "api.server" in command:
                    owns = "CALLBOARD_POOL_ADDRESS" in child.environ()
                    parts["pools" if owns else "web"] += child.children()
        for runner in parts["runner"]:
            parts["job"] += _spawned(runner)
        for job in parts["job"]:
            parts["parts"] += _spawned(job)
        return parts[part]

    def ask(
        self, method: str, path: str, body: bytes | None = None, key: str | None = None
    ) -> Answer:
        """Return an answer; the status is 0 if there is none."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = f'"{key}"'
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            try:
                connection.request(method, path, body, headers)
                response = connection.getresponse()
                answered = response.read()
            except (OSError, HTTPException):
                return Answer(0, None)
        return Answer(response.status, json.loads(answered) if answered else None)

    def insist(
        self, method: str, path: str, body: bytes | None = None, key: str | None = None
    ) -> Answer:
        """Ask until there is an answer that is not the service's own failure."""

        def one() -> Answer | None:
            answer = self.ask(method, path, body, key)
            return answer if 200 <= answer.status < 500 else None

        return eventually(one, f"{method} {path} is not answered")

    def submit(self, key: str | None = None) -> str:
        """Have a simulation done that only ends when it is told to; return its accepted job."""
        answer = self.insist("POST", "/v1/simulations", ENDLESS, key)
        assert answer.status == 202, answer
        return str(answer.body["id"])

    def job(self, job: str) -> dict[str, Any]:
        """Return how a job stands."""
        found = self.insist("GET", f"/v1/jobs/{job}").body
        assert isinstance(found, dict)
        return found

    def until(self, look: Callable[[], bool], what: str) -> None:
        """Wait for something to be so, as long as the service lives."""

        def so() -> bool | None:
            assert self._process.poll() is None, "the service ended"
            return look() or None

        eventually(so, what)

    def reached(self, job: str, *states: str) -> None:
        """Wait for a job to be in a state."""

        def there() -> bool:
            found = self.job(job)
            assert found["state"] in states or found["state"] not in OVER, found
            return found["state"] in states

        self.until(there, f"{job} does not become {states}")

    def events(self, job: str) -> list[dict[str, Any]]:
        """Return all that happened to a job, up to a thousand events."""
        found = self.insist("GET", f"/v1/jobs/{job}/events").body["events"]
        assert isinstance(found, list)
        return found

    def at_work(self, job: str) -> None:
        """Wait until a job, as often as it was begun, has something that is worth keeping."""
        self.until(lambda: self._has_some(job), f"{job} has no result")

    def finish(self, job: str) -> str:
        """Have a job keep what it has whenever it has something; return how it ended."""

        def over() -> bool:
            state = self.job(job)["state"]
            if state == "running" and self._has_some(job):
                self.ask("POST", f"/v1/jobs/{job}/stop")
            return state in OVER

        self.until(over, f"{job} does not end")
        return str(self.job(job)["state"])

    def _has_some(self, job: str) -> bool:
        some = False
        for event in self.events(job):
            if event["kind"] == "progress":
                some = some or "objective" in event["data"]
            else:
                some = some and event["kind"] == "stopping"
        return some

    def _everybody(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []


class Follower(Thread):
    """Follows a stream to its end, and comes again with Last-Event-ID whenever it breaks.

    Parameters
    ----------
    over
        Kinds of events after which nothing more comes.
    """

    def __init__(self, port: int, path: str, over: tuple[str, ...] = OVER) -> None:
        super().__init__(daemon=True)
        self.numbers: list[int] = []
        self.told: list[Any] = []
        self.connected = 0
        self._port = port
        self._path = path
        self._over = over
        self._ended = Event()
        self.start()

    def run(self) -> None:
        """Listen until the stream says that it is over, or nobody wants to know any more."""
        while not self._ended.is_set():
            with (
                contextlib.suppress(OSError, HTTPException),
                closing(HTTPConnection("127.0.0.1", self._port, timeout=30)) as connection,
            ):
                headers = {"Accept": "text/event-stream"}
                if self.numbers:
                    headers["Last-Event-ID"] = str(self.numbers[-1])
                connection.request("GET", self._path, headers=headers)
                response = connection.getresponse()
                if response.status == 200:
                    self.connected += 1
                    self._listen(line.decode().rstrip("\n") for line in response)
            self._ended.wait(0.1)

    def end(self) -> None:
        """Listen no more."""
        self._ended.set()

    def _listen(self, lines: Iterator[str]) -> None:
        message: dict[str, str] = {}
        for line in lines:
            if self._ended.is_set():
                return
            if line:
                name, _, value = line.partition(": ")
                message[name] = value
                continue
            if "id" in message:
                self.numbers.append(int(message["id"]))
                self.told.append(json.loads(message["data"]))
                if message["event"] in self._over:
                    self._ended.set()
            message = {}


def follow(service: Service, job: str) -> Follower:
    """Follow a job from its first event on."""
    return Follower(service.port, f"/v1/jobs/{job}/events")


def check(service: Service, followers: Mapping[str, Follower], ends: Mapping[str, str]) -> None:
    """Hold what must be true of jobs whatever happened, once they have come to these ends."""
    for job, state in ends.items():
        assert service.finish(job) == state
        followers[job].join(PATIENCE_SECONDS)
        assert not followers[job].is_alive(), "the stream does not end"
    for job, state in ends.items():
        found = service.job(job)
        events = service.events(job)
        numbers = list(range(1, len(events) + 1))
        assert [event["number"] for event in events] == numbers
        assert followers[job].numbers == numbers
        assert followers[job].told == events
        kinds = [event["kind"] for event in events]
        assert kinds[0] == "submitted"
        assert [kind for kind in kinds if kind in OVER] == [state]
        assert kinds[-1] == state
        assert kinds.count("started") - kinds.count("requeued") == (found["started"] is not None)
        told = [event["data"] for event in events if event["kind"] == "progress"]
        assert all(one != other for one, other in pairwise(told)), told
        answer = service.insist("GET", f"/v1/simulations/{job}")
        assert answer.status == (200 if state == "done" else 409)
        if state == "done":
            # None where it was stopped as soon as it began again.
            assert set(answer.body) == {"replications"}
    _check_rows(service.url, ends)


def _check_rows(url: str, ends: Mapping[str, str]) -> None:
    """Hold in the database what is not to be seen from outside."""
    with closing(open_store(url)) as store, store.reading() as connection:
        for job, state in ends.items():
            made = connection.execute(select(documents.c.name).where(documents.c.job == job))
            wanted = {"request", "simulation"} if state == "done" else {"request"}
            assert sorted(made.scalars()) == sorted(wanted)
            accepted = select(func.count()).where(
                audit.c.action == "submit job", audit.c.target == f"/v1/jobs/{job}"
            )
            assert connection.execute(accepted).scalar_one() == 1
        orphans = select(func.count()).select_from(job_events.outerjoin(jobs))
        assert connection.execute(orphans.where(jobs.c.id.is_(None))).scalar_one() == 0


def _spawned(process: psutil.Process) -> list[psutil.Process]:
    """Return the workers that a process has started, without what looks after its resources."""
    workers = []
    with contextlib.suppress(*OUT_OF_ORDER):
        for child in process.children():
            with contextlib.suppress(*OUT_OF_ORDER):
                if any("spawn_main" in word for word in child.cmdline()):
                    workers.append(child)
    return workers
