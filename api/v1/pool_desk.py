"""Who answers requests about pools: this process, or the owner that it hands them on to.

A process that others reach has its address in ``CALLBOARD_POOL_ADDRESS``, and owns pools. One that
does not own any has the address of the owner of its machine in ``CALLBOARD_POOL_OWNER``, or nothing
if there is none. Whoever starts the processes sets them; with neither, a process owns its pools for
itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from urllib.parse import quote

from flask import Flask, Response, current_app, request

from api.config import Settings
from api.logs import request_id
from api.pools.forwarding import Forwarder
from api.pools.keeper import Keeper
from api.pools.owner import Owner
from api.pools.reading import read_told
from api.pools.table import Key
from api.schemas.pools import EVENTS, SETTINGS
from api.store import Store
from api.v1.compression import compress
from api.v1.here import caller, settings, store
from optimizer.codec import encode
from optimizer.routing import assign
from optimizer.routing.pool import Pool, Tick

__all__ = ["ADDRESS", "OWNER", "at_owner", "close_pools", "key_of", "open_pools"]

ADDRESS = "CALLBOARD_POOL_ADDRESS"
"""The variable with the address at which this process is reached by those that own no pools."""

OWNER = "CALLBOARD_POOL_OWNER"
"""The variable with the address of the owner of this machine, in processes that own no pools; it is
empty if there is no such owner."""

_DESK = "callboard.pools"
_OPENING = Lock()

_PASSED_ON = ("Authorization", "Content-Type", "Accept")
_PASSED_BACK = ("Content-Type", "Location", "Retry-After", "WWW-Authenticate")


@dataclass(frozen=True, slots=True)
class _Owning:
    owner: Owner
    keeper: Keeper


def key_of(pool: str) -> Key:
    """Return the key of a pool of the caller."""
    return Key(caller().tenant, pool)


def at_owner(
    pool: str, answer: Callable[[Owner, Key], Response], body: bytes | None = None
) -> Response:
    """Return an answer of the owner of a pool, whether it is this process or another.

    Parameters
    ----------
    answer
        What is done in the owner.
    body
        The body of the request, of those that have one.
    """
    desk, key = _desk(), key_of(pool)
    if isinstance(desk, _Owning):
        return answer(desk.owner, key)
    headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
    headers["X-Request-ID"] = request_id.get() or ""
    target = quote(request.path)
    if request.query_string:
        target += "?" + request.query_string.decode("latin-1")
    found = desk.ask(key, request.method, target, headers, body)
    back = {name: found.headers[name] for name in _PASSED_BACK if name in found.headers}
    response = Response(found.body, found.status, back)
    return compress(response, settings().compress_from_bytes)


def open_pools(app: Flask) -> None:
    """Begin to own pools: those whose tickets wait are taken over before anybody asks."""
    _warm_up()
    with app.app_context():
        _desk()


def close_pools(app: Flask) -> None:
    """Save the pools that this process owns, and let others have them."""
    desk = app.extensions.pop(_DESK, None)
    if isinstance(desk, _Owning):
        desk.keeper.close()


def _warm_up() -> None:
    """Let a small pool take events, so that no caller waits for kernels to compile."""
    told = read_told(encode(EVENTS))
    now = datetime.now(UTC)
    pool = Pool(SETTINGS, now)
    for event in (*(one.event(now) for one in told), Tick(now)):
        pool.take(event)
    pool.save()
    assign(pool.snapshot())


def _desk() -> _Owning | Forwarder:
    found = current_app.extensions.get(_DESK)
    if found is None:
        place = store()
        with _OPENING:
            found = current_app.extensions.get(_DESK)
            if found is None:
                found = _opened(place, settings())
                current_app.extensions[_DESK] = found
    assert isinstance(found, _Owning | Forwarder)
    return found


def _opened(place: Store, chosen: Settings) -> _Owning | Forwarder:
    address = os.environ.get(ADDRESS)
    nearest = os.environ.get(OWNER)
    if nearest is not None and not address:
        return Forwarder(place, nearest)
    owner = Owner(place, chosen, address)
    return _Owning(owner, Keeper(owner, chosen.lease_seconds))
