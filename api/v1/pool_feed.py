"""Who follows the offers of which pool: many open connections, one question a tick.

Offers are read from the database, where they stand before anybody is told of them: whichever
process owns a pool, any process can serve those who follow it.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from threading import Condition, Event, Lock, Thread
from typing import NamedTuple

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from api.errors import Busy
from api.pools.log import news_after
from api.pools.records import OfferNews
from api.pools.table import Key, last_number, last_numbers
from api.store import Store
from api.v1.here import settings, store
from api.v1.streams import ENDING

__all__ = ["Feed", "Follower", "feed"]

log = logging.getLogger(__name__)

_TICK_SECONDS = 0.1
_LOOK_SECONDS = 1.0
"""How often it is looked whether clients are still there."""
_PAGE = 500
_WAITING = 64
"""Batches that wait for a slow connection; older ones are read from the database instead."""

_FEED = "callboard.pool_feed"
_OPENING = Lock()


class _Batch(NamedTuple):
    """What changed after event `since` up to event `last`."""

    since: int
    last: int
    news: tuple[OfferNews, ...]


class Follower:
    """One connection that follows the offers of one pool."""

    def __init__(self, feed: Feed, key: Key, after: int, there: Callable[[], bool]) -> None:
        self.key = key
        self.there = there
        self._feed = feed
        self._position = after
        self._batches: deque[_Batch] = deque(maxlen=_WAITING)
        self._told = Condition()
        self._open = True

    def news(self, heartbeat_seconds: float) -> Iterator[OfferNews | None]:
        """Yield what changes, in order, or None where nothing did for so long."""
        while True:
            with self._told:
                self._told.wait_for(lambda: self._batches or not self._open, heartbeat_seconds)
                if not self._open:
                    return
                batches = tuple(self._batches)
                self._batches.clear()
            if not batches:
                yield None
            for batch in batches:
                yield from self._missing(batch.since)
                yield from (news for news in batch.news if news.number > self._position)
                self._position = max(self._position, batch.last)

    def tell(self, batch: _Batch) -> None:
        """Hand over what is new; never waits."""
        with self._told:
            self._batches.append(batch)
            self._told.notify()

    def close(self) -> None:
        """End, and give the place free; may be called twice."""
        with self._told:
            self._open = False
            self._told.notify()
        self._feed.leave(self)

    def _missing(self, until: int) -> Iterator[OfferNews]:
        """Yield from the database what changed between the position and an event."""
        while self._position < until:
            with self._feed.store.reading() as connection:
                found = news_after(connection, self.key, self._position, _PAGE, until)
            for news in found:
                self._position = news.number
                yield news
            if len(found) < _PAGE:
                self._position = until


class Feed:
    """All followers of a process, and the one thread that asks what is new.

    The thread runs while anybody follows.

    Parameters
    ----------
    most
        Followers at a time.
    ending
        Set when the process is told to stop; then all streams end.
    """

    def __init__(self, store: Store, most: int, ending: Event) -> None:
        self.store = store
        self._most = most
        self._ending = ending
        self._lock = Lock()
        self._followers: set[Follower] = set()
        self._seen: dict[Key, int] = {}
        self._running = False

    def follow(self, key: Key, after: int | None, there: Callable[[], bool]) -> Follower:
        """Return a new follower of a pool; whoever asks closes it.

        Parameters
        ----------
        after
            Number of the last event that it has seen; None is the last that there is.

        Raises
        ------
        NotFound
            If there is no such pool.
        Busy
            If there are as many as there may be.
        """
        with self.store.reading() as connection:
            last = last_number(connection, key)
        # Who has seen more than there is, of a pool of the same name perhaps, gets what comes.
        follower = Follower(self, key, last if after is None else min(after, last), there)
        with self._lock:
            if len(self._followers) >= self._most:
                detail = f"{self._most} connections follow offers here already."
                raise Busy(detail, after_seconds=5, yours=False)
            self._followers.add(follower)
            # What lies between the follower and what is seen already is told at once.
            seen = self._seen.setdefault(key, last)
            follower.tell(_Batch(seen, seen, ()))
            if not self._running:
                self._running = True
                Thread(target=self._run, name="pool-feed", daemon=True).start()
        return follower

    def leave(self, follower: Follower) -> None:
        """Forget a follower."""
        with self._lock:
            self._followers.discard(follower)

    def _run(self) -> None:
        looked = time.monotonic()
        while followed := self._followed():
            try:
                self._tell(followed)
            except SQLAlchemyError as error:
                # Connections stay open until the database is there again.
                log.warning("offers cannot be read: %s", type(error).__name__)
            gone = self._ending.is_set()
            if gone or time.monotonic() - looked >= _LOOK_SECONDS:
                looked = time.monotonic()
                for follower in [one for some in followed.values() for one in some]:
                    if gone or not follower.there():
                        follower.close()
            self._ending.wait(0.0 if gone else _TICK_SECONDS)

    def _followed(self) -> dict[Key, list[Follower]]:
        """Return the followers by pool; if there are none, the thread is to end."""
        followed: dict[Key, list[Follower]] = defaultdict(list)
        with self._lock:
            for follower in self._followers:
                followed[follower.key].append(follower)
            self._seen = {key: seen for key, seen in self._seen.items() if key in followed}
            self._running = bool(followed)
        return followed

    def _tell(self, followed: dict[Key, list[Follower]]) -> None:
        with self.store.reading() as connection:
            lasts = last_numbers(connection, followed)
            batches = {}
            for key, last in lasts.items():
                seen = self._seen[key]
                if last > seen:
                    news = news_after(connection, key, seen, _PAGE, last)
                    end = last if len(news) < _PAGE else news[-1].number
                    batches[key] = _Batch(seen, end, tuple(news))
        with self._lock:
            # Together, so that who comes now has either been told or finds it in the database.
            for key, batch in batches.items():
                self._seen[key] = batch.last
            reached = [(f, batches[f.key]) for f in self._followers if f.key in batches]
        for follower, batch in reached:
            follower.tell(batch)
        for key in followed.keys() - lasts.keys():
            for follower in followed[key]:
                follower.close()  # the pool was deleted


def feed() -> Feed:
    """Return the feed of the running application."""
    found = current_app.extensions.get(_FEED)
    if found is None:
        place = store()
        with _OPENING:
            found = current_app.extensions.setdefault(
                _FEED, Feed(place, settings().max_listeners, ENDING)
            )
    assert isinstance(found, Feed)
    return found
