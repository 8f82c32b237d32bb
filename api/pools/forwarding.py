"""Requests about pools on their way to the owner: which it is, and connections that stay open."""

from __future__ import annotations

import math
import select
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple
from urllib.parse import urlsplit

from api.errors import Busy
from api.jobs.leases import holder
from api.pools.claims import any_owner
from api.pools.table import Key, lease_name
from api.store import Store

__all__ = ["Answer", "Forwarder"]

_PATIENCE_SECONDS = 30.0
_REMEMBERED_SECONDS = 1.0
"""How long it is taken for granted who owns a pool; a wrong owner says so."""

_IDLE_SECONDS = 30.0
"""A connection that was not used for so long may have been closed by the owner."""

_MOST_REMEMBERED = 10_000


class Answer(NamedTuple):
    """What an owner answered."""

    status: int
    headers: dict[str, str]
    body: bytes


class _Place(NamedTuple):
    """Where a pool is owned.

    Parameters
    ----------
    until
        When somebody else may own it, if the owner is dead; None if nobody owns it.
    found
        When this was found out, by a clock that only goes forwards.
    """

    address: str
    until: datetime | None
    found: float


class Forwarder:
    """Hands requests on to the owners of pools; may be used by several threads at once.

    Requests go to addresses in the table of leases only, and to the owner of this machine.

    Parameters
    ----------
    nearest
        Address of the owner of this machine, who is asked to take what nobody owns; empty if it
        has none, and any owner will do.
    """

    def __init__(self, store: Store, nearest: str) -> None:
        self._store = store
        self._nearest = nearest
        self._places: dict[Key, _Place] = {}
        self._own = threading.local()

    def ask(
        self, key: Key, method: str, target: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        """Return what the owner of a pool answers.

        Raises
        ------
        Busy
            If there is no owner, or it cannot be reached, or did not answer.
        """
        place = self._place(key)
        try:
            answer = self._exchange(place.address, method, target, headers, body)
        except (OSError, HTTPException):
            self._places.pop(key, None)
            raise _out_of_reach(place) from None
        if answer.status == 503:
            self._places.pop(key, None)
        return answer

    def _place(self, key: Key) -> _Place:
        now = time.monotonic()
        known = self._places.get(key)
        if known is not None and now - known.found < _REMEMBERED_SECONDS:
            return known
        found = holder(self._store, lease_name(key))
        if found is None or found[1] is None:
            nearest = self._nearest or any_owner(self._store)
            if nearest is None:
                raise Busy("No process owns pools just now.", after_seconds=5, yours=False)
            place = _Place(nearest, found[2] if found else None, now)
        else:
            place = _Place(found[1], found[2], now)
        if len(self._places) >= _MOST_REMEMBERED:
            self._places.clear()
        self._places[key] = place
        return place

    def _exchange(
        self,
        address: str,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Answer:
        connection = self._connection(address)
        try:
            connection.request(method, target, body, dict(headers))
            response = connection.getresponse()
            answer = Answer(response.status, dict(response.getheaders()), response.read())
        except BaseException:
            # Half an answer may still be on its way.
            connection.close()
            raise
        self._own.used[address] = time.monotonic()
        return answer

    def _connection(self, address: str) -> HTTPConnection:
        """Return this thread's connection to an address, one that still stands or a new one."""
        if not hasattr(self._own, "connections"):
            self._own.connections, self._own.used = {}, {}
        connections: dict[str, HTTPConnection] = self._own.connections
        connection = connections.get(address)
        if connection is None:
            parts = urlsplit(address)
            connection = HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE_SECONDS)
            connections[address] = connection
        elif not self._stands(address, connection):
            # What was sent twice might be taken twice: better a new connection than a retry.
            connection.close()
        return connection

    def _stands(self, address: str, connection: HTTPConnection) -> bool:
        idle = time.monotonic() - self._own.used.get(address, -math.inf)
        if connection.sock is None or idle > _IDLE_SECONDS:
            return False
        # Nothing is awaited: what can be read is the end of the connection.
        readable, _, _ = select.select([connection.sock], [], [], 0.0)
        return not readable


def _out_of_reach(place: _Place) -> Busy:
    wait = 1
    if place.until is not None:
        wait = max(1, math.ceil((place.until - datetime.now(UTC)).total_seconds()))
    return Busy(
        "The owner of the pool does not answer; another takes over. Ask again; events with the "
        "same identifiers are not taken twice.",
        after_seconds=wait,
        yours=False,
    )
