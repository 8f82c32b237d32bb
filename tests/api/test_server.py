"""`callboard serve` as it runs: its own process, asked over a socket, stopped by a signal."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import psutil
import pytest

from api.schemas.examples import SNAPSHOT, STAFFING, as_json
from api.tasks import KINDS

COMMAND = [str(Path(sys.executable).with_name("callboard")), "serve"]
SETTINGS = {
    "CALLBOARD_ACCESS": "open",
    "CALLBOARD_MAX_BODY_BYTES": "200000",
    "CALLBOARD_READ_SECONDS": "2",
    "CALLBOARD_MAX_LISTENERS": "20",
}
WEB_ONLY = ("--no-runner", "--no-pools", "--workers", "1", "--threads", "2")
# Where kernels have never been compiled, a busy machine takes minutes before the first answer.
PATIENCE_SECONDS = 300.0
STARTED = re.compile(r"Listening at: http://[\d.]+:(\d+)")


@dataclass
class Service:
    """A running service; what it logs is read as it comes."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    listening: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def read_log(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            if found := STARTED.search(line):
                self.port = int(found[1])
                self.listening.set()

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        asked = Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
            read: dict[str, Any] = json.load(answer)
        return read


@contextlib.contextmanager
def running(folder: Path, *options: str) -> Iterator[Service]:
    """Start the service on a free port, from a folder that must not matter."""
    with subprocess.Popen(
        [*COMMAND, "--port", "0", *options],
        cwd=folder,
        env={**os.environ, **SETTINGS},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        service = Service(process)
        reader = threading.Thread(target=service.read_log)
        reader.start()
        try:
            assert service.listening.wait(PATIENCE_SECONDS), service.lines
            yield service
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)
            reader.join(PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("elsewhere")
    # What lies in the folder from which the service is started is not imported.
    for name in ("api", "gunicorn"):
        (folder / f"{name}.py").write_text("raise SystemExit('the wrong module')")
    with running(folder, *WEB_ONLY) as started:
        yield started


def test_both_routes_answer_from_several_connections_at_once(service: Service) -> None:
    def ask(i: int) -> dict[str, Any]:
        if i % 2:
            return service.post("/v1/assignments", as_json(SNAPSHOT))
        return service.post("/v1/staffing", as_json(STAFFING))

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(ask, range(40)))
    for answer in answers:
        answer.pop("seconds", None)
    assert answers == answers[:2] * 20
    assert [d["agent"] for d in answers[1]["decisions"]] == ["ada", "ben"]


def test_a_body_without_a_declared_length_is_limited_too(service: Service) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE_SECONDS)
    with contextlib.closing(connection):
        chunks = (b" " * 10_000 for _ in range(25))
        connection.request("POST", "/v1/staffing", chunks, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 413
        assert json.load(answer)["errors"][0]["code"] == "too_many"


def test_the_server_says_no_version_of_itself(service: Service) -> None:
    with urlopen(f"http://127.0.0.1:{service.port}/healthz", timeout=PATIENCE_SECONDS) as answer:
        assert answer.status == 200
        assert not re.search(r"\d", answer.headers["Server"])


def test_the_log_is_json_with_a_line_per_request(service: Service) -> None:
    asked = Request(f"http://127.0.0.1:{service.port}/healthz", headers={"X-Request-ID": "probe"})
    with urlopen(asked, timeout=PATIENCE_SECONDS):
        pass
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = [line for line in map(json.loads, service.lines) if line.get("request_id")]
        if mine := [line for line in found if line["request_id"] == "probe"]:
            assert (mine[0]["route"], mine[0]["status"]) == ("/healthz", 200)
            return
        time.sleep(0.05)
    pytest.fail("the request was not logged")


def test_a_request_that_is_being_sent_is_still_answered_after_the_signal(tmp_path: Path) -> None:
    body = json.dumps(as_json(STAFFING)).encode()
    with running(tmp_path, *WEB_ONLY) as service:
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE_SECONDS)
        with contextlib.closing(connection):
            connection.putrequest("POST", "/v1/staffing")
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body[:10])
            # The service is up once somebody else is answered.
            service.post("/v1/staffing", as_json(STAFFING))
            service.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            connection.send(body[10:])
            assert connection.getresponse().status == 200
        assert service.process.wait(PATIENCE_SECONDS) == 0


def test_the_warm_up_leaves_nothing_to_compile() -> None:
    """Other snapshots under every policy need no kernel that the examples did not compile."""
    code = (
        "import sys\n"
        "from numba.core.registry import CPUDispatcher\n"
        "from api.server import warm_up\n"
        "from optimizer.io import read_snapshot\n"
        "from optimizer.model import RoutingPolicy\n"
        "from optimizer.routing import assign\n"
        "from optimizer.wire import twin, with_values\n"
        "from sample_data import SMALL\n"
        "def compiled():\n"
        "    return {(name, k, str(v.signatures)) for name, module in list(sys.modules.items())\n"
        "        for k, v in vars(module).items() if isinstance(v, CPUDispatcher)}\n"
        "warm_up()\n"
        "before = compiled()\n"
        "snapshot = read_snapshot(SMALL / 'snapshot.json')\n"
        "for policy in RoutingPolicy:\n"
        "    assign(with_values(snapshot, policy=policy), kinds=twin)\n"
        "assert before\n"
        "assert compiled() == before, compiled() - before\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def refused(*options: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *options],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def test_an_address_in_use_is_told_and_is_bad_input() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = refused("--port", str(port))
    assert done.returncode == 2
    assert f"127.0.0.1:{port}: Address already in use" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("host", ["999.0.0.1", "a..b", "x" * 300])
def test_a_host_that_does_not_exist_is_told(host: str) -> None:
    done = refused("--host", host)
    assert done.returncode == 2
    assert "address_unavailable" in done.stderr
    assert "Traceback" not in done.stderr


def test_all_bad_settings_are_told_and_nothing_starts() -> None:
    done = refused("--port", "0", CALLBOARD_MAX_AGENTS="many", CALLBOARD_LOG_LEVEL="loud")
    assert done.returncode == 2
    assert "CALLBOARD_MAX_AGENTS" in done.stderr
    assert "CALLBOARD_LOG_LEVEL" in done.stderr


def test_the_command_leaves_the_web_framework_to_the_server_process() -> None:
    code = (
        "import sys\n"
        "from api.supervisor import Supervisor\n"
        "def loaded(*_): return [name for name in sys.modules if 'flask' in name]\n"
        "Supervisor.run = lambda *_: sys.exit(str(loaded() or ''))\n"
        "from api.cli import main\n"
        "main(['serve', '--port', '0', '--no-pools'])"
    )
    settings = {"CALLBOARD_DATABASE_URL": "sqlite://", "CALLBOARD_LOG_LEVEL": "error"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.strip() == ""


def test_whoever_does_not_finish_a_request_does_not_keep_others_waiting(service: Service) -> None:
    """More of them than there are threads, in their head or in their body, for two seconds."""
    head = b"POST /v1/staffing HTTP/1.1\r\nHost: here\r\n"
    more = b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    address = ("127.0.0.1", service.port)
    with contextlib.ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(address, PATIENCE_SECONDS))
            for _ in range(30)
        ]
        for i, connection in enumerate(slow):
            connection.sendall(head + (more if i % 2 else b""))
        service.post("/v1/staffing", as_json(STAFFING))
        answers = []
        for connection in slow:
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            answers.append((answer.status, answer.headers["Content-Type"]))
    assert set(answers[0::2]) == {(408, "application/problem+json")}
    assert set(answers[1::2]) == {(400, "application/problem+json")}


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01 what is this\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET /" + b"x" * 5_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 9_000 + b"\r\n\r\n", 431),
    ],
)
def test_what_is_no_request_is_answered_with_a_problem(
    service: Service, sent: bytes, status: int
) -> None:
    with socket.create_connection(("127.0.0.1", service.port), PATIENCE_SECONDS) as connection:
        connection.sendall(sent)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == status
        problem = json.load(answer)
    assert (problem["status"], problem["errors"]) == (status, [])


def until_done(service: Service, job: str) -> None:
    """Wait for a job to be done."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        with urlopen(f"http://127.0.0.1:{service.port}{job}", timeout=PATIENCE_SECONDS) as answer:
            state = json.load(answer)["state"]
        if state == "done":
            return
        assert state in {"queued", "running"}
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.1)


def test_all_of_it_comes_with_one_command_and_what_dies_comes_again(tmp_path: Path) -> None:
    """Web worker, owner of pools and runner; killed itself, the command leaves nobody behind."""
    with running(tmp_path, "--workers", "1") as service:
        body = as_json(KINDS["rosters"].example)
        until_done(service, f"/v1/jobs/{service.post('/v1/rosters', body)['id']}")
        supervisor = psutil.Process(service.process.pid)
        (runner,) = [c for c in supervisor.children() if "api.runner" in c.cmdline()]
        web, pools = [c for c in supervisor.children() if "api.server" in c.cmdline()]
        orphans = [one for child in (runner, web, pools) for one in child.children(recursive=True)]
        for child in (runner, web, pools):
            child.kill()
        # They end by themselves; until then a request could still come to one of them.
        _, alive = psutil.wait_procs(orphans, timeout=PATIENCE_SECONDS)
        assert not alive
        until_done(service, f"/v1/jobs/{service.post('/v1/rosters', body)['id']}")
        everybody = supervisor.children(recursive=True)
        assert not {runner.pid, web.pid, pools.pid} & {child.pid for child in everybody}
        service.process.kill()
        _, alive = psutil.wait_procs(everybody, timeout=PATIENCE_SECONDS)
        assert not alive


def test_it_says_aloud_when_anybody_may_do_anything(tmp_path: Path) -> None:
    with running(tmp_path, *WEB_ONLY, "--host", "0.0.0.0") as service:
        assert any("Anybody" in line for line in service.lines)
