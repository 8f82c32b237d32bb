"""A network between a service and its database that loses what it is told to lose."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event, Lock, Thread

COMMITTED = b"COMMIT"


class Proxy:
    """Passes connections on to a port, until it is told to break them."""

    def __init__(self, listener: socket.socket, port: int) -> None:
        self.port = int(listener.getsockname()[1])
        self.broken = Event()
        self._listener = listener
        self._to = port
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self._cut = False
        self._statement: bytes | None = None
        Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break all connections, and let nobody connect."""
        with self._lock:
            self._cut = True
            for end in self._open:
                _close(end)

    def mend(self) -> None:
        """Let everybody connect again."""
        self._cut = False

    def lose_answer(self, statement: bytes) -> None:
        """Lose the next confirmation of a transaction in which a statement is sent.

        The transaction is kept, but the connection breaks before anybody hears of it.
        """
        self.broken.clear()
        self._statement = statement

    def close(self) -> None:
        """Break everything for good."""
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._cut:
                    client.close()
                    continue
                try:
                    server = socket.create_connection(("127.0.0.1", self._to))
                except OSError:
                    client.close()
                    continue
                with self._lock:
                    self._open |= {client, server}
                lost = Event()
                Thread(target=self._ask, args=(client, server, lost), daemon=True).start()
                Thread(target=self._answer, args=(server, client, lost), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket, lost: Event) -> None:
        sent = b""
        with contextlib.suppress(OSError):
            while data := client.recv(65_536):
                sent += data
                if COMMITTED in data:
                    if self._statement is not None and self._statement in sent:
                        self._statement = None
                        lost.set()
                    sent = b""
                server.sendall(data)
        _close(client, server)

    def _answer(self, server: socket.socket, client: socket.socket, lost: Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65_536):
                if lost.is_set() and COMMITTED in data:
                    self.broken.set()
                    break
                client.sendall(data)
        _close(client, server)


@contextmanager
def proxy(port: int) -> Iterator[Proxy]:
    """Have a network to a port of this machine within the block."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        made = Proxy(listener, port)
        try:
            yield made
        finally:
            made.close()


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
