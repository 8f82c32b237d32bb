"""The client and the running service."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from benchmarks.routing import interference
from benchmarks.routing.over_http import measure
from benchmarks.routing.service import Connection, get, post


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


def test_the_service_is_measured_with_one_connection_and_with_several() -> None:
    found = measure(3, 2, 0.1, (2,), lambda _: None)
    single = found["one_connection"]
    assert list(single) == ["healthz", "no_work", "1x50", "50x50", "500x500"]
    above = single["50x50"]["median_ms"] - single["no_work"]["median_ms"]
    assert found["median_ms_above"]["no_work"]["50x50"] == pytest.approx(above)
    told = [(row["request"], row["clients"]) for row in found["throughput"]]
    assert told == [("healthz", 2), ("50x50", 2), ("500x500", 2)]
    assert all(row["requests_per_second"] > 0.0 for row in found["throughput"])


def test_latency_beside_a_solve_is_measured_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interference, "BLOCK_SECONDS", 0.1)
    monkeypatch.setattr(interference, "ROSTER", {"agents": 30, "skills": 2, "days": 7})
    found = interference.measure(3, 1, lambda _: None)
    assert {f"{way}, 50x50" for way in ("in process", "over HTTP")} <= found["assignments"].keys()
    for row in found["assignments"].values():
        assert row["quiet"]["repeats"] > 0
        assert row["while_solving"]["p99_ms"] >= row["while_solving"]["median_ms"] > 0.0
