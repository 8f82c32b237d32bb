"""An owner that is killed loses nothing that it answered, and doubles nothing."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from api.pools.log import rows_after
from api.pools.table import Key, read_pool
from api.store import open_store
from optimizer.codec import encode
from optimizer.routing.pool import Pool, read_events

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 300.0


SERVE = """
import sys
from werkzeug.serving import make_server
from api.app import create_app
make_server("127.0.0.1", int(sys.argv[1]), create_app(), threaded=True).serve_forever()
"""


class Server:
    """A process that owns pools; another takes its place when it is killed."""

    def __init__(self, url: str) -> None:
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._environment = os.environ | {
            "CALLBOARD_DATABASE_URL": url,
            "CALLBOARD_ACCESS": "open",
            "CALLBOARD_POOL_ADDRESS": f"http://127.0.0.1:{self.port}",
        }
        self._start()

    def _start(self) -> None:
        command = [sys.executable, "-c", SERVE, str(self.port)]
        self._process = subprocess.Popen(
            command, env=self._environment, stderr=subprocess.DEVNULL, cwd=ROOT
        )

    def kill(self) -> None:
        """End the process at once, without a word."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def replace(self) -> None:
        """Kill the process, and begin another."""
        self.kill()
        self._start()


def ask(port: int, method: str, path: str, value: Any = None) -> Any:
    """Return an answer, whatever happens to the server meanwhile: ask until there is one."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)) as connection:
            try:
                body = None if value is None else json.dumps(value)
                connection.request(method, path, body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                answer = response.read()
            except (OSError, HTTPException):
                time.sleep(0.05)
                continue
        if response.status < 500:
            return json.loads(answer)
        time.sleep(0.05)
    raise TimeoutError(path)


def test_no_event_is_lost_or_doubled_when_the_owner_is_killed(sqlite_url: str) -> None:
    events = [
        {
            "kind": "agent_put",
            "id": f"m{number}",
            "agent": {"id": f"a{number}", "skills": {"a": 1}, "capacity": 2},
        }
        if number % 3 == 0
        else {
            "kind": "ticket_created",
            "id": f"m{number}",
            "ticket": {"id": f"t{number}", "channel": "chat", "created": "2026-01-02T03:04:05Z"},
        }
        for number in range(150)
    ]
    server = Server(sqlite_url)
    port = server.port
    try:
        ask(port, "PUT", "/v1/pools/p", {})

        def send(event: dict[str, Any]) -> Any:
            return ask(port, "POST", "/v1/pools/p/events", {"events": [event]})["results"][0]

        answers = []
        with ThreadPoolExecutor(4) as senders:
            for number, answer in enumerate(senders.map(send, events)):
                answers.append(answer)
                if number == 71:
                    server.replace()
            repeated = list(senders.map(send, events[::10]))
    finally:
        server.kill()
    assert repeated == answers[::10]
    with closing(open_store(sqlite_url)) as store, store.reading() as connection:
        key = Key("main", "p")
        saved, rows = read_pool(connection, key), list(rows_after(connection, key, 0))
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    logged = {row.message: row for row in rows if row.message}
    assert len(logged) == sum(row.message is not None for row in rows) == len(events)
    for event, answer in zip(events, answers, strict=True):
        row = logged[event["id"]]
        assert answer["number"] == row.number
        assert answer["effects"] == json.loads(row.effects)
    alone = Pool(Pool.restore(saved.state).settings, saved.opened)
    for row in rows:
        [event] = read_events(b'{"events":[' + row.body + b"]}")
        assert encode(alone.take(event)) == row.effects
