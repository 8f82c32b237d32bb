"""The service as `callboard serve` runs it, and a client that asks over connections kept open."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Connection", "get", "post", "serving"]

HOST = "127.0.0.1"
START_SECONDS = 120.0
PROGRAM = "import sys; from api.cli import main; main(sys.argv[1:])"
LISTENING = re.compile(rb"Listening at: http://127\.0\.0\.1:(\d+)")
LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)


@contextmanager
def serving(workers: int = 2, threads: int = 4) -> Iterator[int]:
    """Run the service in a process of its own on a free port, which is returned.

    Raises
    ------
    RuntimeError
        If it does not start within two minutes.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        options = ["--port", "0", f"--workers={workers}", f"--threads={threads}"]
        with (
            log.open("wb") as errors,
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, "serve", *options],
                stdout=subprocess.DEVNULL,
                stderr=errors,
            ) as process,
        ):
            try:
                yield _port(process, log)
            finally:
                process.terminate()


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    """Wait until the service listens."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        found = LISTENING.search(log.read_bytes())
        if found:
            return int(found[1])
        time.sleep(0.05)
    raise RuntimeError(f"the service did not start:\n{log.read_text('utf-8', 'replace')}")


def get(path: str) -> bytes:
    """Return the bytes of a request."""
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


def post(path: str, body: bytes) -> bytes:
    """Return the bytes of a request with a JSON body."""
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body


class Connection:
    """A connection that is kept open from request to request.

    It is a bare socket: a client library would take longer than the service does for small
    requests.
    """

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port), timeout=60.0)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def ask(self, request: bytes) -> bytes:
        """Return the body of the answer to a request.

        Raises
        ------
        RuntimeError
            If the answer is not 200, or the connection ends.
        """
        self._socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._receive()
        head, body = received[:end], [received[end + 4 :]]
        length = LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            raise RuntimeError(f"the service answered {head[:200]!r} {body[0][:500]!r}")
        missing = int(length[1]) - len(body[0])
        while missing > 0:
            body.append(self._receive())
            missing -= len(body[-1])
        return b"".join(body)

    def _receive(self) -> bytes:
        data = self._socket.recv(1 << 18)
        if not data:
            raise RuntimeError("the service ended the connection")
        return data
