"""Group commit: what all pools of a process have taken is kept in as few transactions as need be.

A transaction costs a few milliseconds, nearly all of it the wait for the disk. While one is
written, what comes meanwhile gathers for the next: each event waits for at most two, however many
there are.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from api.jobs.leases import Lease
from api.pools.log import Logged, append, forget_events, forget_silent, held
from api.pools.table import Key, keep_state
from api.store import Store

__all__ = ["Entry", "Line", "Scribe", "State"]

log = logging.getLogger(__name__)

_MOST_ROWS = 4_000
"""Rows that are gathered for one transaction."""


@dataclass(slots=True, eq=False)
class Line:
    """The way from one pool in memory to its log; once it has broken nothing passes any more.

    Parameters
    ----------
    fault
        Why it has broken: the pool in memory is ahead of the log, and has to be given up.
    """

    key: Key
    lease: Lease
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """A pool as bytes, after the event `number`.

    Parameters
    ----------
    before
        After which event it was saved the last time.
    forget
        The time before which events are old; None keeps them all.
    """

    saved: bytes
    before: int
    number: int
    forget: datetime | None


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """What is kept together; without rows, state and changes it only waits for what is before it.

    Parameters
    ----------
    changes
        What else changes in the same transaction.
    kept
        Done when it is in the database: None, or why it never will be.
    """

    line: Line
    rows: Sequence[Logged] = ()
    state: State | None = None
    changes: Sequence[Callable[[Connection], None]] = ()
    kept: Future[str | None] = field(default_factory=Future)


class Scribe:
    """Writes entries in the order in which they come, in a thread of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._entries: SimpleQueue[Entry | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="pool-scribe", daemon=True)
        self._thread.start()

    def keep(self, entry: Entry) -> Future[str | None]:
        """Have something kept; it comes after all that was given before."""
        self._entries.put(entry)
        return entry.kept

    def close(self) -> None:
        """Keep what is left, and end."""
        self._entries.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (first := self._entries.get()) is not None:
            entries, ending = [first], False
            rows = len(first.rows)
            while rows < _MOST_ROWS and not ending:
                try:
                    entry = self._entries.get_nowait()
                except Empty:
                    break
                if entry is None:
                    ending = True
                else:
                    entries.append(entry)
                    rows += len(entry.rows)
            self._keep(entries)
            if ending:
                return

    def _keep(self, entries: list[Entry]) -> None:
        """Write entries, together if possible; tell those who wait for them."""
        lines: dict[int, list[Entry]] = {}
        for entry in entries:
            if entry.line.fault is None and (entry.rows or entry.state or entry.changes):
                lines.setdefault(id(entry.line), []).append(entry)
        if lines and not self._write([entry for own in lines.values() for entry in own]):
            # One of them may be what fails: the others need not suffer for it.
            for own in lines.values():
                if len(lines) == 1 or not self._write(own):
                    own[0].line.fault = "The database did not keep what happened."
        for entry in entries:
            entry.kept.set_result(entry.line.fault)

    def _write(self, entries: list[Entry]) -> bool:
        """Write entries in one transaction; tell whether it is known to have been kept."""
        lines = {entry.line.lease.name: entry.line for entry in entries}
        try:
            with self._store.writing() as connection:
                own = held(connection, [line.lease for line in lines.values()])
                kept = [entry for entry in entries if entry.line.lease.name in own]
                append(connection, [(e.line.key, row) for e in kept for row in e.rows])
                for entry in kept:
                    for change in entry.changes:
                        change(connection)
                    state = entry.state
                    if state is not None:
                        keep_state(connection, entry.line.key, state.saved, state.number)
                        forget_silent(connection, entry.line.key, state.before, state.number)
                        if state.forget is not None:
                            forget_events(connection, entry.line.key, state.forget)
        except SQLAlchemyError as error:
            # Its message may hold what customers sent.
            log.error("events of pools were not kept: %s", type(error).__name__)
            return False
        for name, line in lines.items():
            if name not in own:
                line.fault = "Another process has taken the pool over."
        return True
