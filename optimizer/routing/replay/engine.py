"""The events of a log, played in order of time: who comes, who is free, who gives up.

At each moment work that ends comes first, then agents who come and go, contacts that arrive, and
waits that reach a threshold; then the router decides; then patience ends, so that a customer
whose patience ends at the very moment of the answer is answered.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import IntEnum

import numpy as np

from optimizer.model import Snapshot
from optimizer.progress import Event, Observer, silent
from optimizer.routing.replay.crew import Worker
from optimizer.routing.replay.desk import Desk
from optimizer.routing.replay.log import Log
from optimizer.routing.replay.played import NOBODY, Outcome, Played
from optimizer.routing.replay.routers import Router
from optimizer.routing.replay.thresholds import thresholds
from optimizer.routing.replay.unknowns import Customers
from optimizer.stop import Deadline

__all__ = ["Times", "play"]

_REPORT_EVERY = 500
"""Contacts between two reports of progress."""


class _Kind(IntEnum):
    """What happens; of what happens at the same moment the least comes first."""

    END = 0
    COME = 1
    GO = 2
    ARRIVE = 3
    OLDER = 4
    GIVE_UP = 5


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds beside the service that every contact takes.

    Parameters
    ----------
    ring
        From the decision to the answer; the customer still waits.
    after_call
        From the end of the service until the agent is free for other work.
    """

    ring: float = 0.0
    after_call: float = 0.0


def play(
    log: Log,
    crew: Sequence[Worker],
    rules: Snapshot,
    customers: Customers,
    router: Router,
    times: Times,
    deadline: Deadline,
    observer: Observer = silent,
) -> Played:
    """Play a log to its end, or as far as the deadline lets it.

    Contacts on the line go away when the last agent leaves; those of deferred channels wait for
    the next day. E events cost O(E log E) and the decisions.

    Parameters
    ----------
    rules
        A snapshot without work.
    customers
        How long each contact is served, and waits at most.
    """
    return _Game(log, crew, rules, customers, router, times).run(deadline, observer)


class _Game:
    """A replay under way. Times are seconds since the first contact came."""

    def __init__(
        self,
        log: Log,
        crew: Sequence[Worker],
        rules: Snapshot,
        customers: Customers,
        router: Router,
        times: Times,
    ) -> None:
        self._log = log
        self._rules = rules
        self._router = router
        self._times = times
        self._origin = log.contacts[0].ticket.created
        self._handling = customers.handling.tolist()
        self._patience = customers.patience.tolist()
        self._deferred = log.deferred | {
            name for name, channel in rules.channels.items() if channel.deferred
        }
        self._desks = [Desk(worker.state, rules.channels) for worker in crew]
        self._names = [worker.state.id for worker in crew]
        self._number = {name: number for number, name in enumerate(self._names)}
        self._day: list[date | None] = [None] * len(crew)
        self._here = 0
        self._served_by: dict[str, int] = {}
        self._waiting: dict[int, None] = {}
        self._came = [self._seconds(contact.ticket.created) for contact in log.contacts]
        count = len(log.contacts)
        self._outcome = [int(Outcome.LEFT)] * count
        self._agent = [NOBODY] * count
        self._prior = [NOBODY] * count
        self._wait = [0.0] * count
        self._given = [np.inf] * count
        self._done = [np.inf] * count
        self._arrived = 0
        self._decisions = 0
        self._heap: list[tuple[float, int, int]] = []
        self._plan(crew)

    def _plan(self, crew: Sequence[Worker]) -> None:
        """Note when everybody comes and goes, on the days that are played."""
        first, last = (self._log.day_of(self._log.contacts[place]) for place in (0, -1))
        for number, worker in enumerate(crew):
            if worker.present is None:
                self._heap.append((0.0, _Kind.COME, number))
                continue
            for begin, end in worker.stretches(first, last, self._log.zone):
                self._heap.append((self._seconds(begin), _Kind.COME, number))
                self._heap.append((self._seconds(end), _Kind.GO, number))
        self._heap.append((0.0, _Kind.ARRIVE, 0))
        heapq.heapify(self._heap)

    def run(self, deadline: Deadline, observer: Observer) -> Played:
        """Play until nothing happens any more."""
        heap = self._heap
        now, reported = 0.0, 0
        while heap and not deadline.passed():
            now = heap[0][0]
            moment = self._origin + timedelta(seconds=now)
            self._router.begin(moment)
            closes = False
            while heap and heap[0][0] <= now and heap[0][1] != _Kind.GIVE_UP:
                event = heapq.heappop(heap)
                self._happen(event, moment)
                closes |= event[1] == _Kind.GO
            self._decide(now, moment)
            if closes and not self._here:
                self._close_the_line(now, moment)
            while heap and heap[0][0] <= now and heap[0][1] == _Kind.GIVE_UP:
                self._give_up(heapq.heappop(heap)[2], now, moment)
            self._decide(now, moment)  # for agents whose phone has stopped ringing
            if self._arrived >= reported + _REPORT_EVERY:
                reported = self._arrived
                observer(self._progress(deadline, moment))
        for desk in self._desks:
            desk.close(now)
        for contact in self._waiting:
            self._wait[contact] = now - self._came[contact]
        return self._played(now, complete=not heap)

    def _happen(self, event: tuple[float, int, int], moment: datetime) -> None:
        now, kind, number = event
        if kind == _Kind.END:
            self._end(number, now, moment)
        elif kind == _Kind.COME:
            self._come(number, now, moment)
        elif kind == _Kind.GO:
            self._desks[number].go(now)
            self._here -= 1
            self._put(number, moment)
        elif kind == _Kind.ARRIVE:
            self._arrive(number, now, moment)
        elif number in self._waiting:
            self._router.grow_older(number, moment)

    def _end(self, contact: int, now: float, moment: datetime) -> None:
        """Let a contact go, if it has not gone and is not laid aside."""
        agent = self._agent[contact]
        if agent == NOBODY or not self._desks[agent].due(contact, now):
            return
        self._done[contact] = now - self._times.after_call - self._came[contact]
        customer = self._log.contacts[contact].customer
        if customer is not None:
            self._served_by[customer] = agent
        worked = self._done[contact] - self._given[contact]
        self._router.done(agent, contact, worked, moment)
        self._let_go(agent, contact, now, moment)

    def _let_go(self, agent: int, contact: int, now: float, moment: datetime) -> None:
        for other, ends in self._desks[agent].let_go(contact, now, moment):
            heapq.heappush(self._heap, (ends, _Kind.END, other))
        self._put(agent, moment)

    def _come(self, agent: int, now: float, moment: datetime) -> None:
        day = moment.astimezone(self._log.zone).date()
        self._desks[agent].come(now, moment, new_day=day != self._day[agent])
        self._day[agent] = day
        self._here += 1
        self._put(agent, moment)

    def _put(self, agent: int, moment: datetime) -> None:
        desk = self._desks[agent]
        self._router.put(agent, desk.state(), desk.room(), moment)

    def _arrive(self, contact: int, now: float, moment: datetime) -> None:
        """Let a contact wait, and note when the next one comes."""
        logged = self._log.contacts[contact]
        ticket = logged.ticket
        prior = ticket.prior_agent
        if prior is not None:
            self._prior[contact] = self._number.get(prior, NOBODY)
        elif logged.customer in self._served_by:
            self._prior[contact] = self._served_by[logged.customer]
            ticket = replace(ticket, prior_agent=self._names[self._prior[contact]])
        self._waiting[contact] = None
        self._router.come(contact, ticket, moment)
        for wait in thresholds(ticket, self._rules):
            heapq.heappush(self._heap, (_not_before(now + wait), _Kind.OLDER, contact))
        if self._patience[contact] < np.inf:
            heapq.heappush(self._heap, (now + self._patience[contact], _Kind.GIVE_UP, contact))
        self._arrived = contact + 1
        if self._arrived < len(self._came):
            heapq.heappush(self._heap, (self._came[self._arrived], _Kind.ARRIVE, self._arrived))

    def _decide(self, now: float, moment: datetime) -> None:
        decisions = self._router.decide(moment)
        self._decisions += bool(decisions)
        for contact, agent in decisions:
            del self._waiting[contact]
            answered = now + self._times.ring
            ends = answered + self._handling[contact] + self._times.after_call
            channel = self._log.contacts[contact].ticket.channel
            self._desks[agent].take(contact, channel, now, ends)
            heapq.heappush(self._heap, (ends, _Kind.END, contact))
            self._outcome[contact] = Outcome.ANSWERED
            self._agent[contact] = agent
            self._given[contact] = now - self._came[contact]
            self._wait[contact] = answered - self._came[contact]
            self._put(agent, moment)

    def _give_up(self, contact: int, now: float, moment: datetime) -> None:
        """Let a customer go who waits still, or whose call still rings."""
        rings = self._outcome[contact] == Outcome.ANSWERED and self._rings(contact, now)
        if not (rings or contact in self._waiting):
            return
        self._outcome[contact] = Outcome.GAVE_UP
        self._wait[contact] = self._patience[contact]
        self._router.leave(contact, moment)
        if rings:
            agent, self._agent[contact] = self._agent[contact], NOBODY
            self._given[contact] = np.inf
            self._let_go(agent, contact, now, moment)
        else:
            del self._waiting[contact]

    def _rings(self, contact: int, now: float) -> bool:
        return self._came[contact] + self._wait[contact] > now

    def _close_the_line(self, now: float, moment: datetime) -> None:
        """Send those on the line away: the last agent has just left."""
        for contact in list(self._waiting):
            if self._log.contacts[contact].ticket.channel not in self._deferred:
                del self._waiting[contact]
                self._wait[contact] = now - self._came[contact]
                self._router.leave(contact, moment)

    def _seconds(self, moment: datetime) -> float:
        return (moment - self._origin).total_seconds()

    def _progress(self, deadline: Deadline, moment: datetime) -> Event:
        phase = (
            f"{self._rules.policy.value}: {moment.astimezone(self._log.zone):%Y-%m-%d}, "
            f"{self._arrived:,} of {len(self._came):,} contacts"
        )
        return Event(phase, deadline.elapsed())

    def _played(self, now: float, *, complete: bool) -> Played:
        """Return what became of the contacts that have come."""
        count = self._arrived
        return Played(
            outcome=np.array(self._outcome[:count], dtype=np.int8),
            agent=np.array(self._agent[:count], dtype=np.int64),
            wait=np.array(self._wait[:count]),
            given=np.array(self._given[:count]),
            done=np.array(self._done[:count]),
            prior=np.array(self._prior[:count], dtype=np.int64),
            there=np.array([desk.there_s for desk in self._desks]),
            busy=np.array([desk.busy_s for desk in self._desks]),
            decisions=self._decisions,
            complete=complete,
            until=self._origin + timedelta(seconds=now),
        )


def _not_before(seconds: float) -> float:
    """Return a time in whole microseconds, which are all that clocks tell, and not less."""
    return math.ceil(round(seconds * 1e6, 3)) / 1e6
