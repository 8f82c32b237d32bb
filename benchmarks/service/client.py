"""A client that asks over connections kept open."""

from __future__ import annotations

import re
import socket

__all__ = ["HOST", "Connection", "RefusedError", "get", "post"]

HOST = "127.0.0.1"
LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)


class RefusedError(RuntimeError):
    """The service answered with anything but success, or not at all."""


def get(path: str, key: str | None = None, *, last: bool = False) -> bytes:
    """Return the bytes of a request; the connection ends after the last one."""
    ends = "Connection: close\r\n" if last else ""
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{ends}{_authorization(key)}\r\n".encode()


def post(path: str, body: bytes, key: str | None = None) -> bytes:
    """Return the bytes of a request with a JSON body."""
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
    return f"{head}{_authorization(key)}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _authorization(key: str | None) -> str:
    return "" if key is None else f"Authorization: Bearer {key}\r\n"


class Connection:
    """A connection that is kept open from request to request.

    It is a bare socket: a client library would take longer than the service does for small
    requests.
    """

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port), timeout=300.0)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def ask(self, request: bytes) -> bytes:
        """Return the body of the answer to a request.

        Raises
        ------
        RefusedError
            If the answer is no success, or the connection ends.
        """
        self._socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._receive()
        head, body = received[:end], [received[end + 4 :]]
        length = LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 2") or length is None:
            raise RefusedError(f"the service answered {head[:200]!r} {body[0][:500]!r}")
        missing = int(length[1]) - len(body[0])
        while missing > 0:
            body.append(self._receive())
            missing -= len(body[-1])
        return b"".join(body)

    def _receive(self) -> bytes:
        data = self._socket.recv(1 << 18)
        if not data:
            raise RefusedError("the service ended the connection")
        return data
