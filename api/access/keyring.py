"""The keys that count, at hand: checking one asks no database."""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.exc import SQLAlchemyError

from api.access.keys import scopes_of
from api.access.rates import Rate
from api.access.scopes import Caller
from api.access.secret import digest_of, id_in
from api.errors import Busy
from api.store import Store
from api.store.tables import keys

__all__ = ["FRESH_SECONDS", "GRACE_SECONDS", "Keyring"]

log = logging.getLogger(__name__)

FRESH_SECONDS = 5.0
"""How long the keys are used before they are read again: a revoked one counts that much longer."""

GRACE_SECONDS = 300.0
"""How long they are used while the database cannot be reached."""

_NEWS_PER_MINUTE = 600
"""How often they are read for keys that are not among them, which may be new."""

_RETRY_SECONDS = 2.0
"""How soon they are read again after that has failed."""


class _Held(NamedTuple):
    """A key that counts, until it expires (seconds since the epoch)."""

    digest: bytes
    expires: float
    caller: Caller


class Keyring:
    """All keys that count, read from the database every few seconds at most.

    They are read as a whole: there are few of them, and keys that do not exist cause few readings,
    however many are tried. May be shared by threads.

    Parameters
    ----------
    opened
        Returns the database; called when keys are read.
    clock
        Seconds that only rise.
    """

    def __init__(
        self, opened: Callable[[], Store], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._opened = opened
        self._clock = clock
        self._held: dict[str, _Held] = {}
        self._reading = Lock()
        self._news = Rate(_NEWS_PER_MINUTE, clock)
        self._read_at = self._retry_at = float("-inf")

    def caller_of(self, secret: str) -> Caller | None:
        """Return who calls with a secret, or None if it is that of no key that counts.

        Raises
        ------
        Busy
            If the keys cannot be read, and could not be for so long that those read last say
            nothing any more.
        """
        if (key_id := id_in(secret)) is None:
            return None
        self._refresh(FRESH_SECONDS)
        if key_id not in self._held and not self._news.take(""):
            self._refresh(0.0)
        held = self._held.get(key_id, _NOBODY)
        # Compared in every case, so that the time tells nothing about the keys there are.
        right = hmac.compare_digest(held.digest, digest_of(secret))
        return held.caller if right and held.expires > time.time() else None

    def _refresh(self, oldest: float) -> None:
        """Read the keys again if they were read at least `oldest` seconds ago."""
        if not self._due(oldest):
            return
        # Whoever finds somebody else reading goes on with what there is, if that can be used.
        if not self._reading.acquire(blocking=not self._usable()):
            return
        try:
            if self._due(oldest):
                self._held = _read(self._opened())
                self._read_at = self._clock()
        except SQLAlchemyError as error:
            self._retry_at = self._clock() + _RETRY_SECONDS
            if not self._usable():
                detail = "It cannot be told who calls: the database does not answer."
                raise Busy(detail, after_seconds=int(_RETRY_SECONDS), yours=False) from error
            log.warning("The keys could not be read; those that were read last go on to count.")
        finally:
            self._reading.release()

    def _due(self, oldest: float) -> bool:
        now = self._clock()
        return now - self._read_at >= oldest and (now >= self._retry_at or not self._usable())

    def _usable(self) -> bool:
        return self._clock() - self._read_at < GRACE_SECONDS


_NOBODY = _Held(bytes(32), 0.0, Caller("", None, frozenset()))


def _read(store: Store) -> dict[str, _Held]:
    wanted = select(keys).where(
        keys.c.revoked.is_(None),
        or_(keys.c.expires.is_(None), keys.c.expires > datetime.now(UTC)),
    )
    with store.reading() as connection:
        return {
            row.id: _Held(
                row.digest,
                row.expires.timestamp() if row.expires else float("inf"),
                Caller(row.tenant, row.id, frozenset(scopes_of(row.scopes))),
            )
            for row in connection.execute(wanted)
        }
