"""Waits, bases and levels of the tickets of a pool at any clock time, from columns that stay.

What time changes is computed for all tickets at once; what it does not, such as the target, is
read once per ticket, by the same functions as for a snapshot.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimizer.model import Clock, Snapshot, Ticket
from optimizer.routing.clocks import read_clocks
from optimizer.routing.columns import read_tickets
from optimizer.routing.hours import MICROSECONDS, instant, open_time
from optimizer.routing.pool.due import later
from optimizer.routing.pool.settings import PoolSettings
from optimizer.routing.score import base_parts, base_weights, levels_of, tag_points, wait_target

__all__ = ["Facts", "Timing", "clock_records"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Facts(NamedTuple):
    """What the wait and the base of a ticket follow from, besides the time.

    Parameters
    ----------
    created
        In microseconds since 1970.
    calendar
        Number of the calendar in the order of settings, -1 for none.
    speed
        Reference handling time over the ticket's.
    extra
        Points for tags and risk.
    deferred
        1 where it does not compete before its time, else 0.
    """

    created: int
    paused: float
    calendar: int
    target: float
    rank: int
    value: float
    speed: float
    extra: float
    deferred: int


class Timing:
    """The facts of waiting tickets by number, and what follows from them at a clock time."""

    def __init__(self, settings: PoolSettings) -> None:
        self._settings = settings
        self._weights = base_weights(settings.weights)
        self._calendars = {name: i for i, name in enumerate(settings.calendars)}
        kinds = (np.int64, float, np.int64, float, np.int64, float, float, float, np.int64)
        self._columns = tuple(np.zeros(0, dtype=kind) for kind in kinds)

    def read(self, ticket: Ticket, rules: Snapshot) -> Facts:
        """Return the facts of a ticket.

        Parameters
        ----------
        rules
            The settings as a snapshot of nobody.
        """
        weights, calendar = self._settings.weights, ticket.calendar
        promises = (
            ticket.first_response_due,
            ticket.resolution_due,
            ticket.first_response_seconds,
            ticket.resolution_seconds,
        )
        rank = ticket.priority.rank
        if weights.own_deadlines and any(promise is not None for promise in promises):
            target = float(read_clocks(rules, read_tickets([ticket], rules.now)).targets[0])
        else:
            target = wait_target(weights, rank, None)
        reference, handling = weights.handling_reference_seconds, ticket.handling_seconds
        channel = self._settings.channels.get(ticket.channel)
        return Facts(
            created=instant(ticket.created),
            paused=ticket.paused_seconds,
            calendar=-1 if calendar is None else self._calendars[calendar],
            target=target,
            rank=rank,
            value=ticket.customer_value,
            speed=1.0 if reference is None or handling is None else reference / handling,
            extra=tag_points(weights, ticket.tags) + weights.risk * ticket.risk,
            deferred=int(channel is not None and channel.deferred),
        )

    def wait(self, facts: Facts, now: datetime) -> float:
        """Return how long a ticket has waited, in seconds of its open time without pauses."""
        return float(self._waits(_column_of(facts), now)[0])

    def score(self, facts: Facts, wait: float) -> tuple[float, int]:
        """Return the base of a ticket, in points, and its level."""
        bases, levels = self._scores(_column_of(facts), np.array([wait]))
        return float(bases[0]), int(levels[0])

    def put(self, number: int, facts: Facts) -> None:
        """Keep the facts of a ticket under its number."""
        if number >= len(self._columns[0]):
            more = max(number + 1, 2 * len(self._columns[0])) - len(self._columns[0])
            self._columns = tuple(
                np.concatenate([column, np.zeros(more, dtype=column.dtype)])
                for column in self._columns
            )
        for column, fact in zip(self._columns, facts, strict=True):
            column[number] = fact

    def scores(self, numbers: Sequence[int], now: datetime) -> tuple[Floats, Ints]:
        """Return the bases of some tickets at a clock time, in points, and their levels."""
        rows = np.asarray(numbers, dtype=np.int64)
        columns = tuple(column[rows] for column in self._columns)
        return self._scores(columns, self._waits(columns, now))

    def moment(self, ticket: Ticket, wait: float, rules: Snapshot) -> datetime | None:
        """Return when a ticket will have waited so long; None if never."""
        if ticket.calendar is None:
            return later(ticket.created, ticket.paused_seconds + wait)
        clocks = read_clocks(rules, read_tickets([ticket], rules.now))
        seconds = float(clocks.until(np.zeros(1, dtype=np.int64), np.array([wait]))[0])
        return later(rules.now, seconds) if np.isfinite(seconds) else None

    def _waits(self, columns: tuple[NDArray[Any], ...], now: datetime) -> Floats:
        created, paused, calendar = columns[:3]
        end = instant(now)
        passed = np.maximum(end - created, 0) / MICROSECONDS
        for number, hours in enumerate(self._settings.calendars.values()):
            rows = np.flatnonzero(calendar == number)
            if len(rows):
                begin = np.minimum(created[rows], end)
                table = open_time(hours, int(begin.min()), end, end)
                opened = table.passed(np.array([end])) - table.passed(begin)
                passed[rows] = opened / MICROSECONDS
        waits: Floats = np.maximum(passed - paused, 0.0)
        return waits

    def _scores(self, columns: tuple[NDArray[Any], ...], waits: Floats) -> tuple[Floats, Ints]:
        weights = self._settings.weights
        _, _, _, targets, ranks, values, speeds, extras, deferred = columns
        parts = base_parts(ranks, values, waits, targets, speeds, extras, self._weights)
        return parts.sum(axis=1), levels_of(ranks, waits, targets, deferred > 0, weights)


def clock_records(tickets: Sequence[Ticket], rules: Snapshot) -> list[Clock]:
    """Return how tickets stand with their promises at the time of some rules."""
    if not tickets:
        return []
    clocks = read_clocks(rules, read_tickets(tickets, rules.now))
    return clocks.records(np.arange(len(tickets)), rules.now)


def _column_of(facts: Facts) -> tuple[NDArray[Any], ...]:
    """Return columns of one row."""
    return tuple(np.array([fact]) for fact in facts)
