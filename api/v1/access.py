"""Before each request: who it is, whether they may do this, and whether they ask too often.

A view says by `api.v1.here.scope` what its caller must be allowed to do. A view that says nothing
is answered to nobody, so that a forgotten line closes a door rather than leaving it open.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g, request

from api.access import EVERYTHING, MAIN, Caller, Keyring, Rate, Scope
from api.config import Settings
from api.errors import Busy, Forbidden, Unauthorised
from api.v1.here import SCOPE, store
from optimizer.errors import Issue

__all__ = ["FAILURES_PER_MINUTE", "ask_callers"]

FAILURES_PER_MINUTE = 120
"""Keys that do not count which one address may try; after that it is told to wait."""

_GUARD = "callboard.access"
_ANYBODY = Caller(MAIN, None, EVERYTHING)
_UNDECLARED = object()


@dataclass(frozen=True, slots=True)
class _Guard:
    """What one process remembers of its callers."""

    keyring: Keyring
    requests: Rate
    failures: Rate


def ask_callers(app: Flask, settings: Settings) -> None:
    """Let a view be called only by who has its scope, and know who it is."""
    if settings.access == "keys":
        keyring = Keyring(store)
        rates = Rate(settings.requests_per_minute), Rate(FAILURES_PER_MINUTE)
        app.extensions[_GUARD] = _Guard(keyring, *rates)
    app.before_request(_ask)


def _ask() -> None:
    """Set ``g.caller``, or refuse.

    Raises
    ------
    Unauthorised
        If there is no key, or none that counts.
    Busy
        If the key, or who tries keys, asks too often.
    Forbidden
        If the key lacks the scope of the view.
    """
    if request.endpoint is None:
        return  # no such path, as the framework will say
    needed = getattr(current_app.view_functions[request.endpoint], SCOPE, _UNDECLARED)
    if needed is None:
        return
    guard = current_app.extensions.get(_GUARD)
    g.caller = _ANYBODY if guard is None else _identify(cast(_Guard, guard))
    if needed not in g.caller.scopes:
        _refuse(needed, g.caller)


def _identify(guard: _Guard) -> Caller:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        detail = "This takes a key, as the header Authorization: Bearer <key>."
        raise Unauthorised(detail, [Issue("no_key", "/Authorization", "There is none.")])
    caller = guard.keyring.caller_of(secret.strip())
    if caller is None:
        _make_wait(guard.failures.take(request.remote_addr or ""), "Too many keys do not count.")
        detail = "It is not known here, has expired, or was revoked."
        raise Unauthorised("The key does not count.", [Issue("bad_key", "/Authorization", detail)])
    _make_wait(guard.requests.take(cast(str, caller.key_id)), "The key is used too often.")
    return caller


def _make_wait(seconds: float, detail: str) -> None:
    if seconds:
        raise Busy(detail, after_seconds=math.ceil(seconds))


def _refuse(needed: Scope | object, caller: Caller) -> None:
    if needed is _UNDECLARED:
        raise Forbidden("Nobody may call this.")
    has = ", ".join(sorted(caller.scopes))
    issue = Issue("missing_scope", "/Authorization", f"The key has {has}, but not {needed}.")
    raise Forbidden(f"This takes a key with the scope {needed}.", [issue])
