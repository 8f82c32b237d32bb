"""A pool in memory and its log: what it takes is written down in the same order."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

import msgspec
from sqlalchemy import Connection

from api.metrics import pools as metrics
from api.pools.log import Logged, cutoff, logged_message, rows_after
from api.pools.reading import Told
from api.pools.records import EventAnswer
from api.pools.scribe import Entry, Line, Scribe, State
from api.pools.table import read_pool
from api.store import Store
from optimizer.codec import encode
from optimizer.errors import InvalidInput, Issue
from optimizer.model import Ticket
from optimizer.routing.pool import (
    AgentPut,
    Effects,
    Event,
    Pool,
    Tick,
    TicketChanged,
    TicketCreated,
    read_events,
)

__all__ = ["Resident", "Rules", "restore"]

log = logging.getLogger(__name__)

_KEPT_DAYS = 7.0
"""Days that events are kept which no restart needs, for those who follow offers."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the service asks of events, beside the pool.

    Parameters
    ----------
    tickets, agents
        The most that a pool may hold.
    ahead_seconds
        How far the time of an event may lie ahead of the clock.
    save_events
        After so many the state is saved.
    """

    tickets: int
    agents: int
    ahead_seconds: float
    save_events: int


class Resident:
    """A pool in memory; whoever uses it holds its lock.

    Parameters
    ----------
    opened
        When it was made.
    number
        Of the last event that the pool took.
    saved
        Of the last event in the saved state.

    Attributes
    ----------
    claimed
        When it came into memory, by a clock that only goes forwards.
    """

    def __init__(
        self,
        store: Store,
        scribe: Scribe,
        line: Line,
        pool: Pool,
        opened: datetime,
        number: int = 0,
        saved: int = 0,
    ) -> None:
        self.line = line
        self.pool = pool
        self.opened = opened
        self.claimed = time.monotonic()
        self.number = number
        self.saved = saved
        self._store = store
        self._scribe = scribe

    def take(
        self, told: Sequence[Told], now: datetime, rules: Rules
    ) -> tuple[list[EventAnswer], Future[str | None]]:
        """Take events one after another; a refused one changes nothing.

        Parameters
        ----------
        now
            The clock of the service.

        Returns
        -------
        answers, kept
            Answers must not be told before it is known that the events are kept.
        """
        rows: list[Logged] = []
        answers = []
        for place, one in enumerate(told):
            try:
                answers.append(self._take(one, now, rules, rows))
            except InvalidInput as error:
                issues = [
                    replace(issue, pointer=f"/events/{place}{issue.pointer}")
                    for issue in error.issues
                ]
                answers.append(EventAnswer(None, None, tuple(issues)))
        return answers, self._keep(rows, now, rules)

    def change(
        self, ticket: Ticket, now: datetime, rules: Rules, *changes: Callable[[Connection], None]
    ) -> tuple[EventAnswer, Future[str | None]]:
        """Let a ticket ask for something else, and keep what else changes with it.

        Raises
        ------
        InvalidInput
            If the ticket cannot be so.
        """
        rows: list[Logged] = []
        answer = self._log(TicketChanged(max(now, self.pool.now), ticket), now, rows)
        return answer, self._keep(rows, now, rules, changes)

    def only(self, change: Callable[[Connection], None]) -> Future[str | None]:
        """Keep a change that is none of the pool."""
        return self._scribe.keep(Entry(self.line, changes=(change,)))

    def tick(self, now: datetime, rules: Rules) -> None:
        """Tell the pool the time of the service; it is not waited for that this is kept."""
        rows: list[Logged] = []
        self._log(Tick(max(now, self.pool.now)), now, rows)
        self._keep(rows, now, rules)

    def save(self, now: datetime) -> Future[str | None]:
        """Save the state, if anything has happened since it was saved last."""
        state = self._state(now) if self.number > self.saved else None
        return self._scribe.keep(Entry(self.line, state=state))

    def settled(self) -> Future[str | None]:
        """Return what is done when all is kept that the pool has taken so far."""
        return self._scribe.keep(Entry(self.line))

    def _take(self, told: Told, now: datetime, rules: Rules, rows: list[Logged]) -> EventAnswer:
        if told.id is not None and self.pool.knows(told.id):
            return self._repeat(told, now, rows)
        event = told.event(max(now, self.pool.now))
        self._check(event, now, rules)
        return self._log(event, now, rows)

    def _log(self, event: Event, now: datetime, rows: list[Logged]) -> EventAnswer:
        """Let the pool take an event, and add what is to be kept of it."""
        try:
            effects = self.pool.take(event)
        except InvalidInput:
            raise  # the pool is as it was
        except BaseException:
            self.line.fault = "The pool failed."
            raise
        self.number += 1
        written = encode(effects)
        moves = bool(effects.offered or effects.withdrawn or effects.timed_out)
        rows.append(Logged(self.number, now, event.id, encode(event), written, moves))
        metrics.count_event(event.kind)
        metrics.count_offers(len(effects.offered))
        # What was written for the log is not written for the answer once more.
        return EventAnswer(self.number, cast(Effects, msgspec.Raw(written)))

    def _repeat(self, told: Told, now: datetime, rows: list[Logged]) -> EventAnswer:
        """Answer an event that was taken before as it was answered then."""
        assert told.id is not None
        for row in rows:
            if row.message == told.id:
                return self._again(told, now, row.number, row.body)
        self.settled().result()
        with self._store.reading() as connection:
            found = logged_message(connection, self.line.key, told.id)
        if found is None:
            return EventAnswer(None, self.pool.take(told.event(now)))
        return self._again(told, now, *found)

    def _again(self, told: Told, now: datetime, number: int, body: bytes) -> EventAnswer:
        # Where the clock of the service counted, it is the one of the first time that does.
        first = _event(body)
        return EventAnswer(number, self.pool.take(told.event(first.at)))

    def _check(self, event: Event, now: datetime, rules: Rules) -> None:
        """Refuse an event that the pool would take, but that the service does not want it to.

        Raises
        ------
        InvalidInput
            With the reason.
        """
        latest = max(now + timedelta(seconds=rules.ahead_seconds), self.pool.now)
        times = {"/at": event.at}
        if isinstance(event, TicketCreated):
            times["/ticket/created"] = event.ticket.created
        for pointer, time_of in times.items():
            # A time without an offset is left to the pool, which refuses it with all else.
            if time_of.tzinfo is not None and time_of > latest:
                detail = f"{time_of.isoformat()} is ahead of the clock, which says "
                raise _refusal(Issue("ahead_of_clock", pointer, f"{detail}{now.isoformat()}."))
        figures = self.pool.figures()
        if isinstance(event, TicketCreated):
            held = figures.waiting + figures.offered + figures.in_hand
            if held >= rules.tickets:
                detail = f"The pool holds {held:,} tickets; it may hold no more."
                raise _refusal(Issue("too_many", "/ticket", detail))
        elif (
            isinstance(event, AgentPut)
            and figures.agents >= rules.agents
            and not self.pool.has_agent(event.agent.id)
        ):
            detail = f"The pool holds {figures.agents:,} agents; it may hold no more."
            raise _refusal(Issue("too_many", "/agent", detail))

    def _keep(
        self,
        rows: list[Logged],
        now: datetime,
        rules: Rules,
        changes: Sequence[Callable[[Connection], None]] = (),
    ) -> Future[str | None]:
        due = self.number - self.saved >= rules.save_events
        state = self._state(now) if due else None
        return self._scribe.keep(Entry(self.line, rows, state, changes))

    def _state(self, now: datetime) -> State:
        before, self.saved = self.saved, self.number
        forget = cutoff(now, _KEPT_DAYS, self.pool.settings.remember_seconds)
        return State(self.pool.save(), before, self.number, forget)


def restore(store: Store, scribe: Scribe, line: Line) -> Resident:
    """Return a pool in the state of its log: the saved state, and later events taken again.

    Raises
    ------
    NotFound
        If there is no such pool.
    InvalidInput
        If its saved state is damaged, or of another version.
    """
    with store.reading() as connection:
        saved = read_pool(connection, line.key)
        rows = list(rows_after(connection, line.key, saved.number))
    pool, number = Pool.restore(saved.state), saved.number
    for row in rows:
        effects = pool.take(_event(row.body))
        number = row.number
        if encode(effects) != row.effects:
            # Only other code can answer otherwise; who was told the old answers must know.
            log.error("event %d of a pool is answered otherwise than it was", number)
    return Resident(store, scribe, line, pool, saved.opened, number, saved.number)


def _event(body: bytes) -> Event:
    """Return the event of a row."""
    return read_events(b'{"events":[' + body + b"]}")[0]


def _refusal(issue: Issue) -> InvalidInput:
    return InvalidInput("The event has problems.", [issue])
