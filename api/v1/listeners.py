"""Who follows which job: hundreds of open connections for one question to the database a tick.

A listener first reads what has happened from the database and is then told what is new by the hub
of its process. The numbers of a job's events rise by one, so whoever could not take them as fast
as they came sees the gap and reads what is missing; nothing piles up for a connection that is slow.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from threading import Condition, Event, Lock, Thread

from flask import current_app
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from api.errors import Busy, NotFound
from api.jobs.queue import events_after
from api.jobs.records import JobEvent
from api.jobs.rows import OVER, event_of
from api.store import Store
from api.store.tables import job_events
from api.v1.here import settings, store
from api.v1.streams import ENDING

__all__ = ["Hub", "Listener", "hub"]

log = logging.getLogger(__name__)

_TICK_SECONDS = 0.2
_LOOK_SECONDS = 1.0
"""How often it is looked whether clients are still there."""
_RETRY_SECONDS = 5
_WAITING = 256
"""Events that wait for a slow connection; older ones are read from the database instead."""

_HUB = "callboard.hub"
_OPENING = Lock()


def _here() -> bool:
    return True


class Listener:
    """One connection that follows one job, from an event on.

    Parameters
    ----------
    there
        Tells whether the client is still connected.
    """

    def __init__(
        self, hub: Hub, tenant: str, job: str, after: int, there: Callable[[], bool]
    ) -> None:
        self.job = job
        self.there = there
        self._hub = hub
        self._tenant = tenant
        self._position = after
        self._waiting: deque[JobEvent] = deque(maxlen=_WAITING)
        self._news = Condition()
        self._open = True

    def events(self, heartbeat_seconds: float) -> Iterator[JobEvent | None]:
        """Yield events in order, or None where there was none for so long; then close.

        It ends after the last event of the job, when the client is gone, and when the process is
        asked to stop.
        """
        try:
            yield from self._read()
            while (news := self.wait(heartbeat_seconds)) is not None:
                if not news:
                    yield None
                for event in news:
                    if event.number > self._position + 1:
                        yield from self._read()
                    if event.number > self._position:
                        self._position = event.number
                        yield event
                    if event.kind in OVER:
                        return
        finally:
            self.close()

    def wait(self, seconds: float) -> tuple[JobEvent, ...] | None:
        """Return what is new as soon as anything is, nothing after so long, None at the end."""
        with self._news:
            self._news.wait_for(lambda: self._waiting or not self._open, seconds)
            if not self._waiting and not self._open:
                return None
            news = tuple(self._waiting)
            self._waiting.clear()
            return news

    def tell(self, events: Sequence[JobEvent]) -> None:
        """Hand over what is new; never waits."""
        with self._news:
            self._waiting.extend(events)
            self._news.notify()

    def end(self) -> None:
        """Have the connection ended once it has taken what it was told."""
        with self._news:
            self._open = False
            self._news.notify()

    def close(self) -> None:
        """Give the place free; may be called twice."""
        self.end()
        self._hub.leave(self)

    def _read(self) -> Iterator[JobEvent]:
        """Yield what happened since the position, as the database has it."""
        with suppress(NotFound):  # deleted meanwhile: the hub ends it
            while events := events_after(self._hub.store, self._tenant, self.job, self._position):
                for event in events:
                    self._position = event.number
                    yield event
                    if event.kind in OVER:
                        self.end()
                        return


class Hub:
    """All listeners of a process, and the one thread that asks for them what is new.

    The thread runs while anybody listens.

    Parameters
    ----------
    most
        Listeners at a time.
    ending
        Set when the process is told to stop; then all streams end.
    """

    def __init__(self, store: Store, most: int, ending: Event) -> None:
        self.store = store
        self._most = most
        self._ending = ending
        self._lock = Lock()
        self._listeners: set[Listener] = set()
        self._seen: dict[str, int] = {}
        self._running = False

    def __len__(self) -> int:
        """Return the number of listeners."""
        return len(self._listeners)

    def listen(
        self, tenant: str, job: str, after: int, there: Callable[[], bool] = _here
    ) -> Listener:
        """Return a new listener of a job that exists; whoever asks closes it.

        Raises
        ------
        Busy
            If there are as many as there may be.
        """
        with self.store.reading() as connection:
            # Who has seen more than there is, of another database perhaps, gets what comes now.
            after = min(after, _last_numbers(connection, [job]).get(job, 0))
        listener = Listener(self, tenant, job, after, there)
        with self._lock:
            if len(self._listeners) >= self._most:
                raise Busy(
                    f"{self._most} connections follow events here already.",
                    after_seconds=_RETRY_SECONDS,
                    yours=False,
                )
            self._listeners.add(listener)
            self._seen.setdefault(job, after)
            if not self._running:
                self._running = True
                Thread(target=self._run, name="listeners", daemon=True).start()
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a listener."""
        with self._lock:
            self._listeners.discard(listener)

    def _run(self) -> None:
        looked, told = time.monotonic(), True
        while followed := self._followed():
            try:
                self._tell(followed)
                told = True
            except SQLAlchemyError:
                # Connections stay open until the database is there again.
                if told:
                    log.warning("The database does not tell what is new.", exc_info=True)
                told = False
            gone = self._ending.is_set()
            if gone or time.monotonic() - looked >= _LOOK_SECONDS:
                looked = time.monotonic()
                for listener in [one for some in followed.values() for one in some]:
                    if gone or not listener.there():
                        listener.end()
            if gone:
                time.sleep(_TICK_SECONDS)  # some may still be writing what they were told
            else:
                self._ending.wait(_TICK_SECONDS)

    def _followed(self) -> dict[str, list[Listener]]:
        """Return the listeners by job; if there are none, the thread is to end."""
        followed: dict[str, list[Listener]] = defaultdict(list)
        with self._lock:
            for listener in self._listeners:
                followed[listener.job].append(listener)
            self._seen = {job: number for job, number in self._seen.items() if job in followed}
            self._running = bool(followed)
        return followed

    def _tell(self, followed: dict[str, list[Listener]]) -> None:
        """Ask for all jobs at once how far they are, and for those that went on what happened."""
        with self.store.reading() as connection:
            numbers = _last_numbers(connection, list(followed))
            told = {
                job: _events(connection, job, self._seen[job])
                for job, number in numbers.items()
                if number > self._seen[job]
            }
        for job, events in told.items():
            self._seen[job] = events[-1].number
            for listener in followed[job]:
                listener.tell(events)
        for job in followed.keys() - numbers.keys():
            for listener in followed[job]:
                listener.end()  # the job was deleted


def hub() -> Hub:
    """Return the hub of the running application."""
    found = current_app.extensions.get(_HUB)
    if found is None:
        place = store()
        with _OPENING:
            found = current_app.extensions.setdefault(
                _HUB, Hub(place, settings().max_listeners, ENDING)
            )
    assert isinstance(found, Hub)
    return found


def _last_numbers(connection: Connection, jobs: list[str]) -> dict[str, int]:
    """Return the number of the last event of each job."""
    found = connection.execute(
        select(job_events.c.job, func.max(job_events.c.number).label("number"))
        .where(job_events.c.job.in_(jobs))
        .group_by(job_events.c.job)
    )
    return {row.job: row.number for row in found}


def _events(connection: Connection, job: str, after: int) -> list[JobEvent]:
    """Return the newest events of a job, at most as many as may wait."""
    newest = (
        select(job_events)
        .where(job_events.c.job == job, job_events.c.number > after)
        .order_by(job_events.c.number.desc())
        .limit(_WAITING)
    )
    return [event_of(row) for row in connection.execute(newest)][::-1]
