"""Server-sent events: how they are written, and how it is noticed that nobody reads them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator
from threading import Event
from typing import Any, NamedTuple

from flask import Response, request

from optimizer.codec import encode

__all__ = ["ENDING", "EVENT_STREAM", "HEARTBEAT_SECONDS", "Message", "client_there", "stream"]

ENDING = Event()
"""Set when the process is told to stop; streams end then, for they would not otherwise."""

EVENT_STREAM = "text/event-stream"

HEARTBEAT_SECONDS = 10.0
"""Time without news after which a comment is sent, for proxies that close what is silent."""

_RETRY = b"retry: 2000\n\n"
"""Sent at once, so that a client knows that it is connected, and when to come again (ms)."""


class Message(NamedTuple):
    """One event of a stream; its value is written as JSON."""

    number: int
    kind: str
    value: Any


def stream(messages: Iterable[Message | None], close: Callable[[], None]) -> Response:
    """Return an answer that writes messages as they come, and a comment for every None.

    Parameters
    ----------
    close
        Is called when the answer has ended, however it did.
    """
    response = Response(_written(messages), mimetype=EVENT_STREAM)
    # Asks nginx, and those that do as it does, to pass on each event as it comes.
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(close)
    return response


def client_there() -> Callable[[], bool]:
    """Return what tells whether the client of this request is still connected.

    A thread that waits for news writes nothing, so it would not notice. Where the server does not
    show the socket, the heartbeat finds out.
    """
    connection = request.environ.get("gunicorn.socket")

    def there() -> bool:
        if connection is None:
            return True
        try:
            # Not `connection.recv`: what the server puts on top of it waits for bytes to come.
            flags = socket.MSG_PEEK | socket.MSG_DONTWAIT
            return bool(socket.socket.recv(connection, 1, flags))
        except BlockingIOError:
            return True
        except OSError:
            return False

    return there


def _written(messages: Iterable[Message | None]) -> Iterator[bytes]:
    yield _RETRY
    for message in messages:
        if message is None:
            yield b":\n\n"
        else:
            head = f"id: {message.number}\nevent: {message.kind}\ndata: "
            yield head.encode() + encode(message.value) + b"\n\n"
