"""A web worker: threads for requests and streams, senders who may not take forever, a clean end."""

from __future__ import annotations

import json
import logging
import os
import socket
import struct
import time
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from api.config import Settings
from api.problems import problem_of_status
from api.v1.streams import ENDING

__all__ = ["ChildArbiter", "Worker"]

log = logging.getLogger(__name__)

LEAST_RATE = 50_000
"""Bytes a second at which a body has to come when the time for a request is over."""

_STATUSES: dict[type[Exception], int] = {
    errors.ExpectationFailed: 417,
    errors.ForbiddenProxyRequest: 403,
    errors.LimitRequestHeaders: 431,
    errors.LimitRequestLine: 414,
    errors.UnsupportedTransferCoding: 501,
}
_DETAILS = {
    400: "This is no HTTP request.",
    408: "The request did not arrive in the time for it.",
    414: "The request line is longer than this service reads.",
    431: "The headers are more, or longer, than this service reads.",
    501: "The transfer coding of the body is not known here.",
}


class TooSlow(ValueError):  # noqa: N818 - named for what the sender is
    """A request takes longer to arrive than it may.

    It is a ValueError because the framework takes one for a sender who is gone.
    """


class _Socket(socket.socket):
    """A connection whose requests arrive in time, or not at all.

    A request has some seconds, and more as its bytes come; a receiver has as many for each piece
    of an answer. The system keeps the time of each call, so that nothing is asked twice.
    """

    _seconds = 0.0
    _until = 0.0

    @classmethod
    def of(cls, plain: socket.socket, seconds: float) -> _Socket:
        """Take over a connection."""
        taken = cls(fileno=plain.detach())
        taken._seconds = seconds
        longest = struct.pack("ll", int(seconds), int(seconds % 1.0 * 1e6))
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, longest)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, longest)
        return taken

    def expect(self) -> None:
        """Have the time of the next request begin."""
        self._until = time.monotonic() + self._seconds

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Return what has come.

        Raises
        ------
        TooSlow
            If nothing came, or too little in all the time.
        """
        try:
            received = super().recv(size, flags)
        except BlockingIOError:
            raise TooSlow from None
        self._until += len(received) / LEAST_RATE
        if received and time.monotonic() > self._until:
            raise TooSlow
        return received


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn carries no types
    """gunicorn's worker with threads, which trusts nobody to be quick, and speaks problem+json."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._read_seconds = float(Settings.from_environment().read_seconds)

    def enqueue_req(self, conn: Any) -> None:
        """Hand a connection to a thread."""
        if not isinstance(conn.sock, _Socket):
            conn.sock = _Socket.of(conn.sock, self._read_seconds)
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        """Answer one request of a connection."""
        conn.sock.expect()
        return super().handle(conn)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """End: streams too, which would go on for ever."""
        ENDING.set()
        super().handle_exit(sig, frame)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer what is no request with a problem document; log nothing that was sent."""
        if isinstance(exc, TooSlow):
            status = 408
        elif isinstance(exc, errors.ParseException):
            status = _STATUSES.get(type(exc), 400)
        else:
            log.error("An unexpected failure of the server.", exc_info=exc)
            status = 500
        log.info("refused", extra={"fields": {"status": status, "why": type(exc).__name__}})
        if req is not None and status == 408:
            return  # It was answered already; only its rest did not come.
        detail = _DETAILS.get(status, "The request could not be answered.")
        body = json.dumps(problem_of_status(status, detail).as_dict()).encode()
        head = (
            f"HTTP/1.1 {status} {problem_of_status(status, detail).title}\r\n"
            "Connection: close\r\nContent-Type: application/problem+json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        try:
            client.sendall(head.encode() + body)
        except OSError:
            log.debug("Nobody is there to be told.")


class ChildArbiter(Arbiter):  # type: ignore[misc]  # gunicorn carries no types
    """gunicorn's master, which ends when the process that started it does.

    Parameters
    ----------
    parent
        The number of that process; None for one that stands alone.
    """

    def __init__(self, app: Any, parent: int | None) -> None:
        super().__init__(app)
        self._parent = parent

    def murder_workers(self) -> None:
        """Look after the workers; gunicorn does so every second."""
        if self._parent is not None and os.getppid() != self._parent:
            log.warning("The supervisor is gone.")
            raise StopIteration  # as gunicorn itself does on TERM
        super().murder_workers()
