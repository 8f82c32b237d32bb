"""The client, and load from several connections."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from benchmarks.service.client import Connection, get, post
from benchmarks.service.load import load


@contextlib.contextmanager
def answering(*parts: bytes) -> Iterator[int]:
    """Listen on a free port; answer one request with some bytes, part by part."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            accepted, _ = listener.accept()
            with accepted:
                accepted.recv(1 << 16)
                for part in parts:
                    accepted.sendall(part)

        thread = threading.Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    "parts",
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",),
        (b"HTTP/1.1 200 OK\r\nContent-", b"Length: 5\r\n\r", b"\nhe", b"llo"),
    ],
)
def test_an_answer_is_read_to_its_end_however_it_comes(parts: tuple[bytes, ...]) -> None:
    with answering(*parts) as port:
        connection = Connection(port)
        assert connection.ask(get("/healthz")) == b"hello"
        connection.close()


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ((b"HTTP/1.1 422 No\r\nContent-Length: 2\r\n\r\n{}",), "422"),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",), "ended"),
    ],
)
def test_a_refusal_or_an_end_is_no_answer(parts: tuple[bytes, ...], reason: str) -> None:
    with answering(*parts) as port:
        connection = Connection(port)
        with pytest.raises(RuntimeError, match=reason):
            connection.ask(post("/v1/assignments", b"{}"))
        connection.close()


@contextlib.contextmanager
def repeating(*answers: bytes) -> Iterator[int]:
    """Listen on a free port; answer the requests of each connection with the answers in turn."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve(accepted: socket.socket) -> None:
            with accepted:
                place = 0
                while accepted.recv(1 << 16):
                    accepted.sendall(answers[place % len(answers)])
                    place += 1

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    accepted, _ = listener.accept()
                    threading.Thread(target=serve, args=(accepted,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BAD = b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"


def test_load_asks_at_the_rate_that_is_wanted() -> None:
    with repeating(GOOD) as port:
        found = load(port, get("/"), connections=2, seconds=0.48, rate=40.0)
    assert found["requests"] == 20
    assert found["errors"] == 0
    assert found["best_ms"] <= found["median_ms"] <= found["p99_ms"] <= found["greatest_ms"]


def test_refusals_under_load_are_counted_and_do_not_end_it() -> None:
    # The first three requests of a connection only warm it.
    with repeating(GOOD, GOOD, GOOD, BAD) as port:
        found = load(port, get("/"), connections=2, seconds=0.28, rate=20.0)
    assert found["requests"] == 6
    assert found["errors"] > 0
    assert "503" in found["first_error"]
